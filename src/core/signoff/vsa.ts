/**
 * The gate's own word on what landed: a SLSA verification summary (https://slsa.dev/spec/v1.2/verification_summary), small enough for an
 * admission controller to check alone. It says that a gate counted these envelopes under this policy. It is no sign-off, fills no seat,
 * and whoever wants the humans behind it verifies their envelopes. Bytes: docs/spec/vsa.md.
 *
 * The attacker writes the envelope. Keys and verifier ids come from the trust file, what landed from the verifier's own clone.
 */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Oid } from '../change/change.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { pae, parseEnvelope } from './dsse.ts';
import { verifyAsGate } from './gate-key.ts';
import { digest, filled, timeShape } from './parse.ts';
import { list, matching, object, oneOf, optional, type Shape, shaped } from './shape.ts';
import { NAMES } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

export interface Vsa {
  /** What the ref moved to. */
  readonly commit: Oid;
  readonly ref: string;
  /** The repository, `git+https://...`. */
  readonly resourceUri: string;
  readonly verifier: { readonly id: string; readonly version?: string };
  /** RFC 3339, UTC: when the gate reached its verdict, by the clock of the log. */
  readonly timeVerified: string;
  readonly policy: { readonly uri: string; readonly digest: string };
  /** Digests of all envelopes and records the gate counted, sorted: sign-offs, uses of break-glass, carries, ownership statements. */
  readonly inputs: readonly string[];
  readonly passed: boolean;
  /** Sorted; empty where it did not pass. */
  readonly levels: readonly string[];
}

export interface VsaStatement {
  readonly _type: typeof NAMES.statementType;
  readonly subject: readonly [{ readonly name: 'landed'; readonly digest: { readonly gitCommit: Oid }; readonly annotations: { readonly sourceRefs: readonly [string] } }];
  readonly predicateType: typeof NAMES.vsaPredicate;
  readonly predicate: {
    readonly verifier: { readonly id: string; readonly version?: { readonly countersign: string } };
    readonly timeVerified: string;
    readonly resourceUri: string;
    readonly policy: { readonly uri: string; readonly digest: { readonly sha256: string } };
    readonly inputAttestations: readonly { readonly digest: { readonly sha256: string } }[];
    readonly verificationResult: 'PASSED' | 'FAILED';
    readonly verifiedLevels: readonly string[];
    readonly slsaVersion: '1.2';
  };
}

/** A gate whose word counts. */
export interface TrustedGate {
  readonly id: string;
  /** base64 of the DER SubjectPublicKeyInfo. */
  readonly key: string;
}

/** What the verifier knows by itself. */
export interface VsaExpectation {
  readonly commit: Oid;
  readonly ref: string;
  readonly resourceUri: string;
  /** Lowercase hex SHA-256; absent: any policy. */
  readonly policyDigest?: string;
  /** All of them have to be there. */
  readonly levels?: readonly string[];
}

export const HUMAN_SIGNOFF = 'ORG_SOURCE_HUMAN_SIGNOFF';
/** A human signed an earlier form of it, and policy let that count. */
export const CARRIED_SIGNOFF = 'ORG_SOURCE_HUMAN_SIGNOFF_CARRIED';
export const BROKE_GLASS = 'ORG_SOURCE_BREAK_GLASS';

/**
 * What a gate may say of a landing that passed. No `SLSA_SOURCE_LEVEL_*`: those also promise how the repository is kept (its history
 * never rewritten, every ref watched since a known commit, by everybody with access to the disk), and one verdict does not show that.
 */
export function levelsOf({ tier, signed, carried, brokeGlass }: { tier: Tier; signed: boolean; carried: boolean; brokeGlass: boolean }): readonly string[] {
  const human = !signed ? [] : carried ? [CARRIED_SIGNOFF] : [HUMAN_SIGNOFF];
  return [...human, `ORG_SOURCE_TIER_${tier.toUpperCase()}`, ...(brokeGlass ? [BROKE_GLASS] : [])].sort();
}

/** Serialise with `statementBytes`, once. */
export function vsaStatement(vsa: Vsa): VsaStatement {
  const { id, version } = vsa.verifier;
  return {
    _type: NAMES.statementType,
    subject: [{ name: 'landed', digest: { gitCommit: vsa.commit }, annotations: { sourceRefs: [vsa.ref] } }],
    predicateType: NAMES.vsaPredicate,
    predicate: {
      verifier: version === undefined ? { id } : { id, version: { countersign: version } },
      timeVerified: vsa.timeVerified,
      resourceUri: vsa.resourceUri,
      policy: { uri: vsa.policy.uri, digest: { sha256: vsa.policy.digest } },
      inputAttestations: [...new Set(vsa.inputs)].sort().map((sha256) => ({ digest: { sha256 } })),
      verificationResult: vsa.passed ? 'PASSED' : 'FAILED',
      verifiedLevels: vsa.passed ? [...vsa.levels] : [FAILED],
      slsaVersion: '1.2',
    },
  };
}

const FAILED = 'FAILED';
const LEVEL = matching(
  new RegExp(`^(?:${FAILED}|${HUMAN_SIGNOFF}|${CARRIED_SIGNOFF}|${BROKE_GLASS}|ORG_SOURCE_TIER_(?:${TIERS.values.join('|').toUpperCase()}))$`),
  'a level this gate knows',
);
const STATEMENT = object({
  _type: oneOf(NAMES.statementType),
  subject: list(
    object({
      name: oneOf('landed'),
      digest: object({ gitCommit: matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a git object id') }),
      annotations: object({ sourceRefs: list(matching(/^refs\/\S+$/, 'a full ref name'), 1) }),
    }),
    1,
  ),
  predicateType: oneOf(NAMES.vsaPredicate),
  predicate: object({
    verifier: object({ id: filled, version: optional(object({ countersign: filled })) }),
    timeVerified: timeShape,
    resourceUri: filled,
    policy: object({ uri: filled, digest }),
    inputAttestations: list(object({ digest })),
    verificationResult: oneOf('PASSED', 'FAILED'),
    verifiedLevels: list(LEVEL, 1),
    slsaVersion: oneOf('1.2'),
  }) satisfies Shape<VsaStatement['predicate']>,
});

/** Exactly what `vsaStatement` writes: no member more, one subject, one ref, nothing twice. Problems: VSA_INVALID. */
export function parseVsa(payload: Bytes): Result<Vsa> {
  const json = parseStrictJson(payload);
  const said = json.ok ? shaped(STATEMENT, json.value) : err([json.error]);
  if (!said.ok) return invalid(`the summary cannot be read: ${said.error.join(', ')}`);
  const { subject, predicate } = said.value;
  const [landed, ...others] = subject;
  const [ref, ...refs] = landed?.annotations.sourceRefs ?? [];
  if (landed === undefined || ref === undefined || others.length + refs.length > 0) return invalid('the summary is not about one commit on one ref');
  const passed = predicate.verificationResult === 'PASSED';
  const levels = predicate.verifiedLevels;
  if (!agree(passed, levels)) return invalid('the levels of the summary contradict its result, or each other');
  const inputs = predicate.inputAttestations.map((i) => i.digest.sha256);
  if (new Set(inputs).size !== inputs.length) return invalid('the summary counts an envelope twice');
  const { id, version } = predicate.verifier;
  return ok({
    commit: landed.digest.gitCommit,
    ref,
    resourceUri: predicate.resourceUri,
    verifier: version === undefined ? { id } : { id, version: version.countersign },
    timeVerified: predicate.timeVerified,
    policy: { uri: predicate.policy.uri, digest: predicate.policy.digest.sha256 },
    inputs,
    passed,
    levels: passed ? levels : [],
  });
}

/** A pass names one tier and nothing twice; no pass names `FAILED` alone. */
function agree(passed: boolean, levels: readonly string[]): boolean {
  if (!passed) return levels.length === 1 && levels[0] === FAILED;
  const tiers = levels.filter((l) => l.startsWith('ORG_SOURCE_TIER_'));
  return tiers.length === 1 && !levels.includes(FAILED) && new Set(levels).size === levels.length && !(levels.includes(HUMAN_SIGNOFF) && levels.includes(CARRIED_SIGNOFF));
}

/**
 * The summary, where one of these gates signed it, under its own id, and it passed exactly this landing. The signature is judged before
 * the payload is read. Problems: VSA_INVALID, all that is wrong.
 */
export function verifyVsa(envelope: Bytes, gates: readonly TrustedGate[], expect: VsaExpectation): Result<Vsa, readonly Problem[]> {
  const opened = openVsa(envelope, gates);
  if (!opened.ok) return err([opened.error]);
  const vsa = opened.value;
  const missing = (expect.levels ?? []).filter((l) => !vsa.levels.includes(l));
  const rules: readonly (readonly [boolean, string])[] = [
    [vsa.commit === expect.commit, `it is about commit ${vsa.commit}, not ${expect.commit}`],
    [vsa.ref === expect.ref, `it is about ${vsa.ref}, not ${expect.ref}`],
    [vsa.resourceUri === expect.resourceUri, `it is about ${vsa.resourceUri}, not ${expect.resourceUri}`],
    [expect.policyDigest === undefined || vsa.policy.digest === expect.policyDigest, 'it was made under another policy'],
    [vsa.passed, 'the gate let it land and did not pass it: its verdict, once enforced, is no'],
    [missing.length === 0, `it does not say ${missing.join(', ')}`],
  ];
  const wrong = rules.flatMap(([holds, why]) => (holds ? [] : [fault(why)]));
  return wrong.length > 0 ? err(wrong) : ok(vsa);
}

/** What a trusted gate signed, whatever it says. Problems: VSA_INVALID. */
export function openVsa(envelope: Bytes, gates: readonly TrustedGate[]): Result<Vsa> {
  const parsed = parseEnvelope(envelope);
  if (!parsed.ok) return invalid(parsed.error.message);
  const { payloadType, payload, signatures } = parsed.value;
  const [signature, ...more] = signatures;
  if (payloadType !== NAMES.payloadType) return invalid('the payload is not an in-toto statement');
  if (signature === undefined || more.length > 0) return invalid('the envelope of a summary holds exactly one signature');
  const signed = pae(payloadType, payload);
  const signers = gates.filter((gate) => verifyAsGate(gate.key, signed, signature.sig));
  if (signers.length === 0) return invalid('no gate of the trust file signed it');
  const vsa = parseVsa(payload);
  if (!vsa.ok) return vsa;
  const { id } = vsa.value.verifier;
  return signers.some((gate) => gate.id === id) ? vsa : invalid(`the key that signed it is not that of gate ${id}`);
}

const fault = (why: string): Problem => problem('VSA_INVALID', `the gate's summary does not hold: ${why}`);
const invalid = (why: string): { readonly ok: false; readonly error: Problem } => err(fault(why));
