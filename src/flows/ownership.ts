/**
 * The author's own word, taken: what they say becomes the statement's bytes, once; then the envelope is verified like a stranger's,
 * held against what the server would write now, and appended. It fills no seat; where policy asks for it, nobody signs before.
 *
 * The attacker is an author in a hurry, or whoever holds the browser session or the network: they choose the words and may swap
 * what is signed; they cannot make a credential answer for other bytes, and the server never signs for a person.
 */

import { hex } from '../core/base/bytes.ts';
import { sha256, sha256Hex } from '../core/base/crypto.ts';
import { digest, type Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { ownedBy } from '../core/gate/judge.ts';
import type { OwnershipAsked } from '../core/policy/decision.ts';
import { ownersOf } from '../core/policy/ownership.ts';
import { changeOf, statementBytes } from '../core/signoff/build.ts';
import { credentialFor } from '../core/signoff/credential.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintWords } from '../core/signoff/fingerprint.ts';
import { type OwnershipPredicate, type OwnershipWords, ownershipStatement, type VerifiedOwnership, verifyOwnership } from '../core/signoff/ownership.ts';
import type { SignedReceipt } from '../core/signoff/receipt.ts';
import { toBeSigned } from '../core/signoff/sshsig.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { USED, usedBefore } from './arrival.ts';
import { type EnrolledKey, enrolledKeys } from './authority.ts';
import type { ChangeRow, EntryDraft, KeyRow } from './ports.ts';
import { type CredentialChoice, MOST_BYTES, notEnrolled, openChange, PREFERENCE, type Prepared, type SigningWorld, signingKeys, validFor } from './prepare.ts';
import { type Bench, signoffTrust } from './presented.ts';
import { ownershipExpectation, ownershipsFor } from './presented-ownership.ts';
import { signedReceipt } from './receipt.ts';
import { SIGNING_NAMESPACE } from './site.ts';

export interface OwnershipReceipt {
  readonly index: number;
  readonly digest: string;
  readonly receipt: SignedReceipt | null;
}

/** @param prefer kinds of key, best first, for when nothing is chosen. */
export async function prepareOwnership(
  world: SigningWorld,
  id: string,
  person: string,
  words: OwnershipWords,
  credential?: CredentialChoice,
  prefer: readonly KeyRow['kind'][] = PREFERENCE,
): Promise<Result<Prepared, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { row } = found.value;
  const enrolled = await enrolledKeys(world.projections, { person });
  const keys = signingKeys(enrolled, credential, prefer);
  const wrong = [...mayNotOwn(row, person), ...(keys.length === 0 ? [notEnrolled(person, credential)] : []), ...unsaid(row, words)];
  if (wrong.length > 0) return err(wrong);
  const statement = statementBytes(ownershipStatement(await inputOf(world, row, person, keys, words)));
  if (statement.length > MOST_BYTES)
    return err([problem('USAGE', `the answers make a statement of ${statement.length} bytes; at most ${MOST_BYTES} are signed`, { place: 'answers', remedy: 'say it shorter' })]);
  const signed = pae(NAMES.payloadType, statement);
  return ok({ statement, words: fingerprintWords(sha256(signed)), challenge: toBeSigned(SIGNING_NAMESPACE, 'sha512', signed), keys });
}

/** Whoever is not behind it owns nothing; of a change that is done or that nobody can let pass, there is nothing to own. */
export function mayNotOwn(row: ChangeRow, person: string): readonly Problem[] {
  if (row.state !== 'open' && row.state !== 'signed') return [problem('USAGE', `this change is ${row.state}: nobody has to own it`)];
  if (ownersOf(row.decision).includes(person)) return [];
  return [
    problem('OWNERSHIP_INVALID', `${person} does not stand behind this change, and only its author can own it`, { remedy: 'leave it to whoever wrote, prompted or pushed it' }),
  ];
}

function unsaid({ decision }: ChangeRow, { filesRead, ran, notUnderstood, assumptions }: OwnershipWords): readonly Problem[] {
  const total = decision.change.paths.length;
  const empty = (list: readonly string[]): boolean => list.length === 0 || list.some((words) => words.trim() === '');
  const said: readonly (readonly [boolean, string, string, string])[] = [
    [Number.isSafeInteger(filesRead) && filesRead >= 0 && filesRead <= total, 'filesRead', `the change has ${total} files`, `say how many of the ${total} you read`],
    [!empty(ran), 'ran', 'nothing is said of what was run', 'say "nothing" if that is the truth'],
    [!empty(notUnderstood), 'notUnderstood', 'nothing is said of what is not understood', 'say "nothing" if that is the truth; it is never held against you'],
    [assumptions.every((a) => a.text.trim() !== ''), 'assumptions', 'an assumption is empty', 'say what is assumed, or leave it out'],
  ];
  return said.flatMap(([holds, place, message, remedy]) => (holds ? [] : [problem('OWNERSHIP_INVALID', message, { place, remedy })]));
}

async function inputOf(world: SigningWorld, row: ChangeRow, author: string, keys: readonly EnrolledKey[], words: OwnershipWords) {
  const [origin = '', size = '0', root = ''] = (await world.ledger.checkpoint()).split('\n');
  return {
    ...words,
    author,
    credential: credentialFor(keys),
    change: row.decision.change,
    filesTotal: row.decision.change.paths.length,
    seen: { origin, size: Number(size), root },
    nonce: hex(world.random()),
    expires: new Date(world.now() + validFor(row.decision)).toISOString(),
  } as const;
}

/** Verifies an envelope as if a stranger had sent it, and appends it. A replayed one is refused by its nonce. */
export async function recordOwnership(world: SigningWorld, id: string, envelope: Uint8Array): Promise<Result<OwnershipReceipt, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { governance } = found.value;
  let wrong: readonly Problem[] = [];
  const appended = await world.ledger.append(async (state) => {
    // As it stands now: it may have landed since the statement was prepared.
    const [row = found.value.row] = await state.changes({ id, limit: 1 });
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now() };
    const word = await accept(bench, row, envelope);
    if (!word.ok) {
      wrong = word.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    return ok([draft(id, word.value, envelope)]);
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  const [entry] = appended.value;
  if (entry === undefined) return err([problem('INTERNAL', 'nothing was appended')]);
  return ok({ index: entry.index, digest: entry.body, receipt: await signedReceipt(world.ledger, entry, envelope) });
}

async function accept(bench: Bench, row: ChangeRow, envelope: Uint8Array): Promise<Result<VerifiedOwnership, readonly Problem[]>> {
  const verified = verifyOwnership(envelope, await signoffTrust(bench), { ...(await ownershipExpectation(bench, row.decision)), counters: 'online' });
  const replayed = verified.ok ? await usedBefore(bench.state, verified.value.statement.predicate.nonce) : await known(bench, row, envelope);
  if (replayed.length > 0) return err(replayed);
  if (!verified.ok) return verified;
  const { author, statement } = verified.value;
  const wrong = [...mayNotOwn(row, author), ...saidOtherwise(bench, row, statement.predicate)];
  return wrong.length > 0 ? err(wrong) : verified;
}

/** A replay may be stale in other ways too; that it was used before is what matters. */
async function known({ state }: Bench, { decision }: ChangeRow, envelope: Uint8Array): Promise<readonly Problem[]> {
  const { repo, manifest } = decision.change;
  const body = sha256Hex(envelope);
  return (await state.ownerships({ repo, manifest })).some((row) => row.body === body) ? [USED] : [];
}

/** Whoever makes statements of their own may not stretch the validity, or speak of other commits than the page did. */
function saidOtherwise(bench: Bench, { decision }: ChangeRow, said: OwnershipPredicate): readonly Problem[] {
  const facts: readonly (readonly [string, boolean])[] = [
    ['the change', digest(said.change as unknown as Json) === digest(changeOf(decision.change) as unknown as Json)],
    ['the expiry', Date.parse(said.expires) <= bench.now + validFor(decision)],
  ];
  const wrong = facts.filter(([, same]) => !same).map(([name]) => name);
  return wrong.length === 0
    ? []
    : [problem('ST_TYPE', `the statement says something else than was prepared: ${wrong.join(', ')}`, { remedy: 'prepare it again, and sign what it prepares' })];
}

/** As with sign-offs, the log names nobody: the author is hashed with the nonce, which lives in the envelope. */
const draft = (change: string, { author, statement }: VerifiedOwnership, envelope: Uint8Array): EntryDraft => ({
  type: 'ownership',
  fields: { change, author: sha256Hex(`${statement.predicate.nonce}\0${author}`) },
  body: envelope,
});

/** How it stands with the author's word, for the page of the change. */
export interface OwnershipView {
  /** null: policy does not ask for it. */
  readonly asked: OwnershipAsked | null;
  /** It is there, or nobody asks for it. */
  readonly settled: boolean;
  /** Newest first; `problems` not empty: it does not count. */
  readonly given: readonly {
    readonly index: number;
    readonly author: string;
    readonly at: number;
    readonly problems: readonly Problem[];
    readonly said: Pick<OwnershipPredicate, 'statement' | 'read' | 'ran' | 'notUnderstood' | 'assumptions'> | null;
  }[];
  readonly mine: { readonly canOwn: boolean; readonly why: string };
}

export async function ownershipView(world: SigningWorld, row: ChangeRow, person: string | null): Promise<OwnershipView> {
  const { decision } = row;
  const found = await openChange(world, row.id);
  if (!found.ok) return { asked: decision.ownership, settled: decision.ownership === null, given: [], mine: { canOwn: false, why: found.error[0]?.message ?? '' } };
  const bench: Bench = { site: world.site, ledger: world.ledger, state: world.projections, governance: found.value.governance, now: world.now() };
  const words = await ownershipsFor(bench, decision, null);
  return {
    asked: decision.ownership,
    settled: decision.ownership === null || ownedBy(decision, words) !== undefined,
    given: words.toReversed().map(({ index, author, at, problems, said }) => ({ index, author, at, problems, said: said && shownOf(said) })),
    mine: await whetherOwns(world, row, person),
  };
}

const shownOf = ({ statement, read, ran, notUnderstood, assumptions }: OwnershipPredicate) => ({ statement, read, ran, notUnderstood, assumptions });

async function whetherOwns(world: SigningWorld, row: ChangeRow, person: string | null): Promise<OwnershipView['mine']> {
  if (person === null) return { canOwn: false, why: 'sign in first' };
  const [wrong] = mayNotOwn(row, person);
  if (wrong !== undefined) return { canOwn: false, why: wrong.message };
  const keys = await enrolledKeys(world.projections, { person });
  return keys.length === 0 ? { canOwn: false, why: 'you have no enrolled key' } : { canOwn: true, why: '' };
}
