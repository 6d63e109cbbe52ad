/**
 * Takes a signature, in two beats. `prepare`: everything the person says becomes the statement's bytes, once. `complete`:
 * the envelope over exactly those bytes is verified like a stranger's and appended.
 *
 * The attacker is whoever holds the browser session or the network: they choose the answers and may swap what is signed;
 * they cannot make a credential answer for other bytes, and the server never signs for a person.
 */
import { hex } from '../core/base/bytes.ts';
import { sha256, sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { questionsFor } from '../core/dossier/questions.ts';
import { judge, type PresentedSignoff } from '../core/gate/judge.ts';
import { findingKey } from '../core/risk/risk.ts';
import { type SignoffInput, signoffStatement, statementBytes } from '../core/signoff/build.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintWords } from '../core/signoff/fingerprint.ts';
import { toBeSigned } from '../core/signoff/sshsig.ts';
import { type Assumption, type Disposition, NAMES, type SignoffDecision } from '../core/signoff/statement.ts';
import { type VerifiedSignoff, verifySignoff } from '../core/signoff/verify.ts';
import { dossierOf } from './dossier.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { ChangeRow, EntryDraft, KeyRow } from './ports.ts';
import { type Bench, expectation, presentedFor, signoffTrust } from './presented.ts';
import type { GateWorld } from './push.ts';
import { SIGNING_NAMESPACE } from './site.ts';

/** What a person says on the page. */
export interface Answers {
  readonly decision: SignoffDecision;
  readonly dispositions: readonly Disposition[];
  readonly notChecked: string;
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly assumptions: readonly Assumption[];
  readonly conditions: readonly string[];
  readonly review: { readonly openedAt: string; readonly activeSeconds: number; readonly filesViewed: number; readonly filesTotal: number };
  /** Digest of what the page showed; must be what we would show now. */
  readonly presented: string;
}

export interface SigningWorld extends GateWorld {
  /** 16 fresh random bytes. */
  random(): Uint8Array;
}

export interface Prepared {
  readonly statement: Uint8Array;
  readonly words: readonly string[];
  /** What a passkey is asked to sign: the SSHSIG bytes themselves. */
  readonly challenge: Uint8Array;
  readonly keys: readonly KeyRow[];
}

/** How long an approval may wait to land. */
const VALID_MS = 14 * 24 * 3_600_000;

export async function prepareSignoff(world: SigningWorld, id: string, person: string, answers: Answers): Promise<Result<Prepared, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { row, governance } = found.value;
  const page = await dossierOf(world.objects, row);
  const keys = await world.projections.keys({ person });
  const wrong = [...mayNotSign(row, person, governance, keys), ...unanswered(row, answers), ...(page?.presented === answers.presented ? [] : [stalePage])];
  if (wrong.length > 0) return err(wrong);
  const statement = statementBytes(signoffStatement(await statementInput(world, row, governance, person, keys, answers)));
  const signed = pae(NAMES.payloadType, statement);
  return ok({ statement, words: fingerprintWords(sha256(signed)), challenge: toBeSigned(SIGNING_NAMESPACE, 'sha512', signed), keys });
}

const stalePage = problem('CONTENT_MISMATCH', 'the change or its context moved since the page was opened', { remedy: 'reload the page and look again' });

async function openChange(world: SigningWorld, id: string): Promise<Result<{ row: ChangeRow; governance: Governance }, readonly Problem[]>> {
  const [row] = await world.projections.changes({ id, limit: 1 });
  if (row === undefined) return err([problem('NOT_FOUND', `there is no change ${id}`)]);
  const base = row.decision.change.base;
  const governance = base === null ? null : await governanceAt(world.objects.open(row.decision.change.repo), base);
  if (governance === null) return err([problem('TARGET_MISSING', 'the target ref did not exist when this change was pushed')]);
  return governance.ok ? ok({ row, governance: governance.value }) : err(governance.error);
}

/** Whether the page offers the signed-in person to sign, and why not. */
export async function whetherMaySign(world: SigningWorld, row: ChangeRow, person: string | null): Promise<{ canSign: boolean; why: string }> {
  if (row.state !== 'open') return { canSign: false, why: `this change is ${row.state}; nothing is asked` };
  if (person === null) return { canSign: false, why: 'sign in first' };
  const found = await openChange(world, row.id);
  if (!found.ok) return { canSign: false, why: found.error[0]?.message ?? '' };
  const [wrong] = mayNotSign(row, person, found.value.governance, await world.projections.keys({ person }));
  return { canSign: wrong === undefined, why: wrong === undefined ? '' : wrong.message };
}

/** Said before any minute is spent; verification says it again from the signature. */
export function mayNotSign(row: ChangeRow, person: string, governance: Governance, keys: readonly KeyRow[]): readonly Problem[] {
  const onRoster = governance.roster.people.find((p) => p.id === person);
  if (onRoster === undefined) return [problem('PERSON_UNKNOWN', `${person} is not on the roster of the target ref`)];
  const excluded = row.decision.excluded.find((e) => e.person === person);
  if (excluded) {
    const code = excluded.roles.some((r) => r === 'author' || r === 'committer' || r === 'co-author')
      ? 'SOD_AUTHOR'
      : excluded.roles.includes('pusher')
        ? 'SOD_PUSHER'
        : 'SOD_OWNER';
    return [problem(code, `${onRoster.name} stands behind this change as ${excluded.roles.join(' and ')}`, { remedy: 'somebody outside the change has to sign' })];
  }
  if (!row.decision.seats.some((s) => s.candidates.includes(person))) {
    const levels = [...new Set(row.decision.seats.flatMap((s) => (s.level === null ? [] : [s.level])))];
    return [
      problem('QUAL_LEVEL', `${onRoster.name} is ${onRoster.level}; the open seats ask for ${levels.join(', ') || 'other qualifications'}`, {
        remedy: 'ask one of the people the page names',
      }),
    ];
  }
  return keys.length === 0 ? [problem('KEY_UNKNOWN', `${onRoster.name} has no enrolled key`, { remedy: 'enrol a passkey on the People page' })] : [];
}

function unanswered(row: ChangeRow, answers: Answers): readonly Problem[] {
  const given = new Set(answers.dispositions.map((d) => d.finding));
  const silent = row.decision.findings.filter((f) => !given.has(findingKey(f)));
  const asked = questionsFor(row.decision.tier).filter((q) => q.required && !answers.answers.some((a) => a.question === q.id && a.answer.trim() !== ''));
  const approving = answers.decision === 'approve' || answers.decision === 'approve_with_conditions';
  return [
    ...(approving ? silent.map((f) => problem('ST_DISPOSITION', `finding ${f.rule} at ${f.place.path} has no disposition`, { place: findingKey(f) })) : []),
    ...(approving ? asked.map((q) => problem('ST_DISPOSITION', `not answered: ${q.text}`, { place: q.id })) : []),
    ...(answers.notChecked.trim() === ''
      ? [problem('ST_UNCHECKED', '"what I did not check" is not answered', { remedy: 'say "nothing" if that is the truth; it is never held against you' })]
      : []),
  ];
}

async function statementInput(world: SigningWorld, row: ChangeRow, governance: Governance, person: string, keys: readonly KeyRow[], answers: Answers): Promise<SignoffInput> {
  const { decision } = row;
  const now = world.now();
  const key = keys.find((k) => k.kind !== 'demo') ?? keys[0];
  const qualified = governance.roster.people.find((p) => p.id === person);
  const [origin = '', size = '0', root = ''] = (await world.ledger.checkpoint()).split('\n');
  return {
    ...answers,
    stage: 'implementation',
    signer: {
      person,
      level: lower(governance.policy.ladder.values, qualified?.level ?? '', key?.level ?? ''),
      domains: qualified?.domains ?? [],
      rosterDigest: governance.roster.digest,
      credentialId: key?.credentialId || key?.keyid || '',
      kind: key?.kind ?? 'webauthn',
    },
    change: decision.change,
    excluded: decision.excluded.map((e) => e.person),
    provenance: { level: decision.provenance.level, tools: [...new Set(decision.provenance.evidence.map((e) => e.tool))] },
    policy: { uri: `git+${world.site.url}/git/${decision.change.repo}.git#countersign.yml`, digest: decision.policyDigest, tier: decision.tier },
    review: { ...answers.review, signedAt: new Date(now).toISOString() },
    seen: { origin, size: Number(size), root },
    nonce: hex(world.random()),
    expires: new Date(now + VALID_MS).toISOString(),
  };
}

const lower = (ladder: readonly string[], a: string, b: string): string => (ladder.indexOf(a) < ladder.indexOf(b) ? a : b);

export interface Receipt {
  readonly index: number;
  readonly digest: string;
  /** Every seat is filled: the same push passes now. */
  readonly complete: boolean;
  readonly missing: string;
}

/** Verifies an envelope as if a stranger had sent it, and appends it. A replayed one is refused by its nonce. */
export async function completeSignoff(world: SigningWorld, id: string, envelope: Uint8Array): Promise<Result<Receipt, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { row, governance } = found.value;
  let wrong: readonly Problem[] = [];
  let seats = { complete: false, missing: '' };
  const appended = await world.ledger.append(async (state) => {
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now() };
    const judged = await accept(bench, row, envelope);
    if (!judged.ok) {
      wrong = judged.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    seats = await seatsAfter(bench, row, judged.value);
    return ok([draft(id, row, judged.value, envelope, seats.complete)]);
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  const entry = appended.value[0];
  return entry === undefined ? err([problem('INTERNAL', 'nothing was appended')]) : ok({ index: entry.index, digest: entry.body, ...seats });
}

/** A replay is named first: it may also be stale in other ways, but that it was used before is what matters. */
async function accept(bench: Bench, row: ChangeRow, envelope: Uint8Array): Promise<Result<VerifiedSignoff, readonly Problem[]>> {
  const known = await bench.state.signoffs({ body: sha256Hex(envelope) });
  const replay = problem('ST_NONCE', 'this sign-off was used before', { remedy: 'sign again on the page: each signature counts once' });
  if (known.length > 0) return err([replay]);
  const verified = verifySignoff(envelope, await signoffTrust(bench), { ...expectation(bench, row.decision), counters: 'online' });
  if (!verified.ok) return err(verified.problems);
  const used = await bench.state.signoffs({ nonce: verified.signoff.statement.predicate.nonce });
  return used.length > 0 ? err([replay]) : ok(verified.signoff);
}

async function seatsAfter(bench: Bench, row: ChangeRow, signoff: VerifiedSignoff): Promise<{ complete: boolean; missing: string }> {
  const before = await presentedFor(bench, row.decision, null);
  const { signer, level, digest, statement } = signoff;
  const mine: PresentedSignoff = { digest, signer, level, decision: statement.predicate.decision, index: Number.MAX_SAFE_INTEGER, problems: [] };
  const gate = { kind: 'push', mode: 'enforce', ladder: bench.governance.policy.ladder.values } as const;
  const verdict = judge(gate, row.decision, [...before.filter((p) => p.problems.length === 0), mine]);
  const missing = verdict.reasons.children.find((r) => r.state === 'no')?.text ?? verdict.reasons.text;
  return verdict.verdict === 'allow' ? { complete: true, missing: '' } : { complete: false, missing };
}

/** The log holds no name: the signer is hashed with the nonce, which lives in the envelope and is erased with it. */
function draft(id: string, row: ChangeRow, signoff: VerifiedSignoff, envelope: Uint8Array, complete: boolean): EntryDraft {
  const { decision, stage, nonce } = signoff.statement.predicate;
  const signer = sha256Hex(`${nonce}\0${signoff.signer}`);
  return { type: 'signoff', fields: { change: id, stage, decision, tier: row.decision.tier, signer, complete, keyid: signoff.keyid, counter: signoff.counter }, body: envelope };
}
