/** Entries as the flows write them, for the tests of this room and the process that `crash.test.ts` kills. */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { base64, concat, fromBase64, fromHex, utf8 } from '../core/base/bytes.ts';
import { sha256, sha256Hex } from '../core/base/crypto.ts';
import { reason } from '../core/base/reasons.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Provenance, ProvenanceLevel } from '../core/provenance/provenance.ts';
import type { Tier } from '../core/risk/risk.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { formatEnvelope, pae } from '../core/signoff/dsse.ts';
import { keyIdOf, SK_ED25519, skEd25519Blob } from '../core/signoff/keys.ts';
import { erasureStatement } from '../core/signoff/roster-word.ts';
import { FLAGS, formatSignature } from '../core/signoff/signature.ts';
import { armor, formatSshSig, toBeSigned } from '../core/signoff/sshsig.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { wireUint32 } from '../core/signoff/wire.ts';
import type { EntryDraft } from '../flows/ports.ts';

export const ORIGIN = 'countersign.example/audit';
export const REPO = 'infra';
export const MAIN = 'refs/heads/main';

const body = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

const privateKeyOf = (person: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(concat(fromHex('302e020100300506032b657004220420') ?? new Uint8Array(0), sha256(person))), format: 'der', type: 'pkcs8' });

/** A security key, the same in every process. */
function keyOf(person: string): { readonly blob: Uint8Array; sign(encoded: Uint8Array): Uint8Array } {
  const privateKey = privateKeyOf(person);
  const blob = skEd25519Blob(fromBase64(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0), 'ssh:');
  const flags = FLAGS.up | FLAGS.uv;
  return {
    blob,
    sign: (encoded) => {
      const signed = concat(sha256(utf8('ssh:')), Uint8Array.of(flags), wireUint32(7), sha256(toBeSigned(NAMES.namespace, 'sha512', encoded)));
      const inner = formatSignature({ type: SK_ED25519, body: new Uint8Array(sign(null, signed, privateKey)), flags, counter: 7 });
      return armor(formatSshSig({ keyBlob: blob, namespace: NAMES.namespace, hash: 'sha512', signature: inner }));
    },
  };
}
const blobOf = (person: string): Uint8Array => keyOf(person).blob;
export const keyidOf = (person: string): string => keyIdOf(blobOf(person));

export const enrolled = (person: string, level = 'L6') => ({
  person,
  name: person.toUpperCase(),
  level,
  keyid: keyidOf(person),
  blob: base64(blobOf(person)),
  kind: 'sk-ssh' as const,
  credentialId: `cred-${person}`,
  backupEligible: false,
});

export const genesisDraft = (origin = ORIGIN): EntryDraft => ({
  type: 'genesis',
  fields: { mode: 'demo', origin },
  body: body({
    v: 1,
    mode: 'demo',
    origin,
    rpId: 'localhost',
    origins: ['http://localhost'],
    organisation: 'Example',
    solo: false,
    founders: [enrolled('mara', 'L7'), enrolled('odin', 'L7')],
  }),
});

/** The hint beside the signature is a lie: the projector is to read the key from the signature itself. */
const envelope = (predicateType: string, predicate: unknown, counter?: number): Uint8Array => {
  const payload = base64(body({ _type: NAMES.statementType, subject: [], predicateType, predicate }));
  const sig = base64(counter === undefined ? utf8('signature') : signature('mara', counter));
  return body({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: keyidOf('odin'), sig }] });
};

/** Of the shape of a security key's. Nobody signed: a projector reads what was verified before it was appended. */
function signature(person: string, counter: number): Uint8Array {
  const inner = formatSignature({ type: SK_ED25519, body: new Uint8Array(64), flags: FLAGS.up | FLAGS.uv, counter });
  return armor(formatSshSig({ keyBlob: blobOf(person), namespace: NAMES.namespace, hash: 'sha512', signature: inner }));
}

const enrolmentPredicate = ({ person, name, level, ...key }: ReturnType<typeof enrolled>) => ({ person: { id: `urn:person:${person}`, name, level }, key });

export const enrolmentDraft = (person: string, level?: string): EntryDraft => ({
  type: 'enrolment',
  fields: { person, keyid: keyidOf(person) },
  body: envelope(NAMES.enrolmentPredicate, enrolmentPredicate(enrolled(person, level))),
});

export interface Sample {
  /** Names the content: the change id and both manifests derive from it. */
  readonly content: string;
  readonly outcome?: Decision['outcome'];
  readonly tier?: Tier;
  readonly level?: ProvenanceLevel;
  readonly evidence?: Provenance['evidence'];
  /** People a transport put behind it; absent: nobody is remembered. */
  readonly behind?: readonly string[];
}

export const changeOf = (content: string): string => sha256Hex(content).slice(0, 16);
const oid = (content: string): string => sha256Hex(`oid ${content}`).slice(0, 40);

export function sampleDecision({ content, outcome = 'signoff', tier = 'high', level = 'unattributed', evidence = [] }: Sample): Decision {
  const [base, head, headTree] = [oid('base'), oid(content), oid(`tree ${content}`)];
  const names = { alg: 'git-diff-tree-raw-z/sha256', manifest: sha256Hex(`m ${content}`), manifest256: sha256Hex(`m256 ${content}`) };
  return {
    version: 1,
    change: { repo: REPO, targetRef: MAIN, base, mergeBase: base, head, headTree, ...names, paths: ['main.tf'], commits: [head] },
    outcome,
    mode: 'enforce',
    sampled: false,
    soloAfter: null,
    terms: { ttl: null, sla: null },
    score: null,
    rules: [],
    asked: 'needs 1 human at L6 or above',
    summary: 'the database would be destroyed',
    tier,
    provenance: { level, evidence, declarations: [], contradictions: [] },
    findings: [],
    notAnalysed: [],
    systems: [],
    seats: [],
    ownership: null,
    excluded: [],
    unresolved: [],
    refusals: [],
    reasons: reason('yes', 'RULE_APPLIES', 'a rule applies'),
    policyDigest: sha256Hex('policy'),
    rosterDigest: sha256Hex('roster'),
    factsDigest: sha256Hex('facts'),
  };
}

export function decisionDraft(sample: Sample): EntryDraft {
  const decision = sampleDecision(sample);
  const fields = { change: changeOf(sample.content), tier: decision.tier, outcome: decision.outcome };
  const remembered = sample.behind === undefined ? {} : { behind: sample.behind, contents: [decision.change.manifest, decision.change.head] };
  return { type: 'decision', fields, body: body({ v: 1, title: sample.content, pusher: 'ines', ...remembered, decision }) };
}

export interface SampleSignoff {
  readonly decision?: string;
  readonly complete?: boolean;
  readonly tier?: Tier;
  readonly nonce?: string;
  readonly expires?: string;
  readonly counter?: number;
}

export function signoffDraft(content: string, given: SampleSignoff = {}): EntryDraft {
  const { decision = 'approve', complete = true, tier = 'high', nonce = 'aa', expires = '2100-01-01T00:00:00Z', counter } = given;
  const { change } = sampleDecision({ content });
  const names = { repo: change.repo, targetRef: change.targetRef, manifest: { sha256: change.manifest }, manifest256: { sha256: change.manifest256 } };
  const predicate = { decision, stage: 'implementation', signer: { id: 'urn:person:mara' }, change: names, policy: { tier }, nonce, expires };
  const fields = { change: changeOf(content), stage: 'implementation', decision, tier, signer: sha256Hex('salted'), complete };
  return { type: 'signoff', fields, body: envelope(NAMES.predicate, predicate, counter) };
}

/** The author's own word. */
export function ownershipDraft(content: string, nonce: string, { author = 'ada', counter }: { author?: string; counter?: number } = {}): EntryDraft {
  const { change } = sampleDecision({ content });
  const names = { repo: change.repo, targetRef: change.targetRef, manifest: { sha256: change.manifest }, manifest256: { sha256: change.manifest256 } };
  const predicate = { author: { id: `urn:person:${author}` }, change: names, nonce };
  return { type: 'ownership', fields: { change: changeOf(content), author: sha256Hex('salted') }, body: envelope(NAMES.ownershipPredicate, predicate, counter) };
}

/** A use of break-glass; `of`: its taking back, or the review after it. */
export function glassDraft(
  content: string,
  nonce: string,
  { of = 'use', signer = 'mara', counter }: { of?: 'use' | 'cancel' | 'review'; signer?: string; counter?: number } = {},
): EntryDraft {
  const [type, predicateType] = GLASS[of];
  const { change } = sampleDecision({ content });
  const names = { repo: change.repo, targetRef: change.targetRef, manifest: { sha256: change.manifest }, manifest256: { sha256: change.manifest256 } };
  const more: EntryDraft['fields'] = { use: { tier: 'high' }, cancel: {}, review: { outcome: 'justified' } }[of];
  const fields = { change: changeOf(content), repo: REPO, ref: MAIN, signer: sha256Hex('salted'), ...more };
  return { type, fields, body: envelope(predicateType, { signer: { id: `urn:person:${signer}` }, change: names, nonce }, counter) };
}

const GLASS = {
  use: ['break-glass', NAMES.breakGlassPredicate],
  cancel: ['break-glass-cancel', NAMES.breakGlassCancelPredicate],
  review: ['break-glass-review', NAMES.breakGlassReviewPredicate],
} as const;

const moved = (content: string, old: string) => ({ change: changeOf(content), repo: REPO, ref: MAIN, old: oid(old), new: oid(content) });

export const verdictDraft = (content: string, verdict: 'allow' | 'deny', nonces: readonly string[] = [], old = 'base'): EntryDraft => ({
  type: 'verdict',
  fields: { ...moved(content, old), verdict, codes: [verdict === 'allow' ? 'OK' : 'SIGNOFF_MISSING'] },
  body: body({ v: 1, verdict: {}, nonces }),
});

export const landedDraft = (content: string, nonces: readonly string[] = [], old = 'base'): EntryDraft => ({
  type: 'landed',
  fields: moved(content, old),
  body: body({ v: 1, nonces }),
});

/** A sign-off of one content, counted for another. */
export const carryDraft = (content: string, signoff: string): EntryDraft => ({
  type: 'carry',
  fields: { change: changeOf(content), signoff, from: sha256Hex(`m earlier ${content}`), to: sha256Hex(`m ${content}`) },
  body: body({ v: 1, signoff, rules: [], classes: [] }),
});

export const violationDraft = (content: string): EntryDraft => ({ type: 'violation', fields: { repo: REPO, ref: MAIN, new: oid(content) }, body: body({ v: 1, why: content }) });

/** Signed by these, as no other envelope here is: the store asks whether it holds. @param signed bodies they signed, where they are others. */
export function erasureDraft(bodies: readonly string[], { signed = bodies, by = ['mara', 'odin'] }: { signed?: readonly string[]; by?: readonly string[] } = {}): EntryDraft {
  const payload = statementBytes(erasureStatement({ bodies: signed, reason: 'asked for' }, ORIGIN, randomBytes(16).toString('hex')));
  const signatures = by.map((person) => ({ keyid: keyidOf(person), sig: keyOf(person).sign(pae(NAMES.payloadType, payload)) }));
  return { type: 'erasure', fields: { bodies }, body: formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures }) };
}
