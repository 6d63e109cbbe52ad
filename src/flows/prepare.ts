/**
 * The first beat of signing: everything the person says becomes the statement's bytes, once, with the fingerprint and the
 * challenge over exactly those.
 *
 * The attacker is whoever holds the browser session or the network: they choose the answers and may swap what is signed;
 * they cannot make a credential answer for other bytes, and the server never signs for a person.
 */
import { hex } from '../core/base/bytes.ts';
import { sha256 } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { questionsFor } from '../core/dossier/questions.ts';
import type { Decision } from '../core/policy/decision.ts';
import { findingKey } from '../core/risk/risk.ts';
import { type SignoffInput, signoffStatement, statementBytes } from '../core/signoff/build.ts';
import { contextOf, provenanceOf } from '../core/signoff/claims.ts';
import { credentialFor } from '../core/signoff/credential.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintWords } from '../core/signoff/fingerprint.ts';
import { toBeSigned } from '../core/signoff/sshsig.ts';
import { type Assumption, type Disposition, isApproval, NAMES, type SignoffDecision } from '../core/signoff/statement.ts';
import { type EnrolledKey, enrolledKeys } from './authority.ts';
import { heldFrom, NO_CEILING, type PersonalCeilings, under } from './ceiling.ts';
import { dossierOf } from './dossier.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { ChangeRow, KeyRow } from './ports.ts';
import type { Ceiling } from './ports-login.ts';
import type { Bench } from './presented.ts';
import { notOwnedYet } from './presented-ownership.ts';
import type { GateWorld } from './site.ts';
import { repositoryUri, SIGNING_NAMESPACE } from './site.ts';

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
  /** The key that will sign; absent: the server chooses. */
  readonly credential?: CredentialChoice | undefined;
}

/** `keyid` absent: any key of this kind. */
export interface CredentialChoice {
  readonly kind: KeyRow['kind'];
  readonly keyid?: string | undefined;
}

export interface SigningWorld extends GateWorld {
  /** 16 fresh random bytes. */
  random(): Uint8Array;
  /** What an identity provider leaves of what the roster says. */
  readonly ceilings: PersonalCeilings;
}

export interface Prepared {
  readonly statement: Uint8Array;
  readonly words: readonly string[];
  /** What a passkey is asked to sign: the SSHSIG bytes themselves. */
  readonly challenge: Uint8Array;
  /** The keys of which one signs: the statement names their kind, and the key itself where it is the only one. Never empty. */
  readonly keys: readonly KeyRow[];
}

/** Where nobody chose: a passkey, the terminal's key, and the software authenticator last. */
export const PREFERENCE: readonly KeyRow['kind'][] = ['webauthn', 'sk-ssh', 'demo'];

/** Of a statement: whoever signs carries it, sealed, until they have. */
export const MOST_BYTES = 256 << 10;

/** How long an approval may wait to land, where policy does not say less. */
export const VALID_MS = 14 * 24 * 3_600_000;

export const validFor = ({ terms }: Decision): number => Math.min(VALID_MS, terms.ttl ?? VALID_MS);

/** @param prefer kinds of key, best first, for when the answers choose none. */
export async function prepareSignoff(
  world: SigningWorld,
  id: string,
  person: string,
  answers: Answers,
  prefer: readonly KeyRow['kind'][] = PREFERENCE,
): Promise<Result<Prepared, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { row, governance } = found.value;
  const page = await dossierOf(world.objects, row);
  const enrolled = await enrolledKeys(world.projections, { person });
  const keys = signingKeys(enrolled, answers.credential, prefer);
  const ceiling = isApproval(answers.decision) ? await world.ceilings.of(person) : NO_CEILING;
  const wrong = [
    ...mayNotSign(row, person, governance, enrolled, ceiling),
    ...(await notOwnedYet(benchOf(world, governance), row)),
    ...waiting(row, world.now()),
    ...(enrolled.length > 0 && keys.length === 0 ? [notEnrolled(person, answers.credential)] : []),
    ...unanswered(row, answers),
    ...(page?.presented === answers.presented ? [] : [stalePage]),
  ];
  if (wrong.length > 0) return err(wrong);
  const statement = statementBytes(signoffStatement(await statementInput(world, row, governance, person, keys, answers, ceiling)));
  if (statement.length > MOST_BYTES)
    return err([problem('USAGE', `the answers make a statement of ${statement.length} bytes; at most ${MOST_BYTES} are signed`, { place: 'answers', remedy: 'say it shorter' })]);
  const signed = pae(NAMES.payloadType, statement);
  return ok({ statement, words: fingerprintWords(sha256(signed)), challenge: toBeSigned(SIGNING_NAMESPACE, 'sha512', signed), keys });
}

/** The keys that may answer: the one that was chosen, or all of one kind. */
export function signingKeys<K extends KeyRow>(enrolled: readonly K[], chosen: CredentialChoice | undefined, prefer: readonly KeyRow['kind'][]): readonly K[] {
  const kind = chosen?.kind ?? prefer.find((k) => enrolled.some((e) => e.kind === k));
  return enrolled.filter((k) => k.kind === kind && (chosen?.keyid === undefined || k.keyid === chosen.keyid));
}

export const notEnrolled = (person: string, chosen: CredentialChoice | undefined): Problem =>
  problem('KEY_UNKNOWN', `${chosen?.keyid ?? `a key of kind ${chosen?.kind ?? 'any'}`} is not enrolled for ${person}`, { remedy: 'enrol it first, or sign with another key' });

const stalePage = problem('CONTENT_MISMATCH', 'the change or its context moved since the page was opened', { remedy: 'reload the page and look again' });

export async function openChange(world: SigningWorld, id: string): Promise<Result<{ row: ChangeRow; governance: Governance }, readonly Problem[]>> {
  const [row] = await world.projections.changes({ id, limit: 1 });
  if (row === undefined) return err([problem('NOT_FOUND', `there is no change ${id}`)]);
  const base = row.decision.change.base;
  const governance = base === null ? null : await governanceAt(world.objects.open(row.decision.change.repo), base, world.floors);
  if (governance === null) return err([problem('TARGET_MISSING', 'the target ref did not exist when this change was pushed')]);
  return governance.ok ? ok({ row, governance: governance.value }) : err(governance.error);
}

/** Whether the page offers the signed-in person to sign, and why not. */
export async function whetherMaySign(world: SigningWorld, row: ChangeRow, person: string | null): Promise<{ canSign: boolean; why: string }> {
  if (row.state !== 'open') return { canSign: false, why: `this change is ${row.state}; nothing is asked` };
  if (person === null) return { canSign: false, why: 'sign in first' };
  const found = await openChange(world, row.id);
  if (!found.ok) return { canSign: false, why: found.error[0]?.message ?? '' };
  const { governance } = found.value;
  const [wrong] = [
    ...mayNotSign(row, person, governance, await enrolledKeys(world.projections, { person }), await world.ceilings.of(person)),
    ...(await notOwnedYet(benchOf(world, governance), row)),
    ...waiting(row, world.now()),
  ];
  return { canSign: wrong === undefined, why: wrong === undefined ? '' : wrong.message };
}

const benchOf = (world: SigningWorld, governance: Governance): Bench => ({
  site: world.site,
  ledger: world.ledger,
  state: world.projections,
  governance,
  now: world.now(),
});

/** Somebody alone waits before they sign their own change: a signature before that would never count. */
function waiting({ decision: { soloAfter }, createdAt }: ChangeRow, now: number): readonly Problem[] {
  if (soloAfter === null || now >= createdAt + soloAfter) return [];
  const until = new Date(createdAt + soloAfter).toISOString();
  return [
    problem('SOLO', `you are the only person here, so you may sign your own change from ${until} on`, { remedy: 'come back then, and read it as if somebody else had written it' }),
  ];
}

/** Said before any minute is spent; verification says it again from the signature. */
export function mayNotSign(row: ChangeRow, person: string, governance: Governance, keys: readonly KeyRow[], ceiling = NO_CEILING): readonly Problem[] {
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
  if (keys.length === 0) return [problem('KEY_UNKNOWN', `${onRoster.name} has no enrolled key`, { remedy: 'enrol a passkey on the People page' })];
  return ceiling === NO_CEILING ? [] : heldFrom(row.decision, governance.policy.ladder.values, onRoster, ceiling);
}

/** Decisions that say nothing without words of their own. */
const OWED: Partial<Record<Answers['decision'], { readonly message: string; readonly remedy: string }>> = {
  approve_with_conditions: { message: 'no condition is named', remedy: 'name what must hold, or approve without conditions' },
  changes: { message: 'nothing says what has to change', remedy: 'say it in conditions: its author reads it on the page and at the next push' },
};

export function unanswered(row: ChangeRow, answers: Pick<Answers, 'decision' | 'dispositions' | 'answers' | 'notChecked' | 'conditions'>): readonly Problem[] {
  const bare = answers.dispositions.filter((d) => d.note.trim() === '');
  const given = new Set(answers.dispositions.map((d) => d.finding));
  const silent = row.decision.findings.filter((f) => !given.has(findingKey(f)));
  const asked = questionsFor(row.decision.tier).filter((q) => q.required && !answers.answers.some((a) => a.question === q.id && a.answer.trim() !== ''));
  const approving = isApproval(answers.decision);
  const owed = OWED[answers.decision];
  return [
    ...(owed !== undefined && answers.conditions.every((c) => c.trim() === '') ? [problem('ST_CONDITIONS', owed.message, { place: 'conditions', remedy: owed.remedy })] : []),
    ...(approving ? silent.map((f) => problem('ST_DISPOSITION', `finding ${f.rule} at ${f.place.path} has no disposition`, { place: findingKey(f) })) : []),
    ...bare.map((d) => problem('ST_DISPOSITION', `the disposition of ${d.finding} has no note`, { place: d.finding, remedy: 'say why, in a few words' })),
    ...(approving ? asked.map((q) => problem('ST_DISPOSITION', `not answered: ${q.text}`, { place: q.id })) : []),
    ...(answers.notChecked.trim() === ''
      ? [problem('ST_UNCHECKED', '"what I did not check" is not answered', { remedy: 'say "nothing" if that is the truth; it is never held against you' })]
      : []),
  ];
}

async function statementInput(
  world: SigningWorld,
  row: ChangeRow,
  governance: Governance,
  person: string,
  keys: readonly EnrolledKey[],
  answers: Answers,
  ceiling: Ceiling,
): Promise<SignoffInput> {
  const { decision } = row;
  const now = world.now();
  const vouched = keys.map((k) => k.level).reduce((a, b) => lower(governance.policy.ladder.values, a, b), keys[0]?.level ?? '');
  const qualified = governance.roster.people.find((p) => p.id === person);
  const [origin = '', size = '0', root = ''] = (await world.ledger.checkpoint()).split('\n');
  return {
    ...answers,
    stage: 'implementation',
    signer: {
      person,
      // Signed with the rest, so no gate and no verifier ever counts more of it.
      level: under(governance.policy.ladder.values, lower(governance.policy.ladder.values, qualified?.level ?? '', vouched), ceiling),
      domains: qualified?.domains ?? [],
      rosterDigest: governance.roster.digest,
      credential: credentialFor(keys),
    },
    change: decision.change,
    // No policy names an intent document yet.
    intent: null,
    excluded: decision.excluded.map((e) => e.person),
    provenance: provenanceOf(decision),
    context: contextOf(decision),
    policy: { uri: `${repositoryUri(world.site, decision.change.repo)}#countersign.yml`, digest: decision.policyDigest, tier: decision.tier },
    review: { ...answers.review, signedAt: new Date(now).toISOString() },
    seen: { origin, size: Number(size), root },
    nonce: hex(world.random()),
    expires: new Date(now + validFor(decision)).toISOString(),
  };
}

const lower = (ladder: readonly string[], a: string, b: string): string => (ladder.indexOf(a) < ladder.indexOf(b) ? a : b);
