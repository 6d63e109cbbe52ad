/**
 * The second beat of signing: the envelope is verified like a stranger's, held against what was prepared, and appended.
 *
 * The attacker is whoever holds the browser session or the network: they choose the answers and may swap what is signed;
 * they cannot make a credential answer for other bytes, and the server never signs for a person.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { digest, type Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { judge, type PresentedSignoff } from '../core/gate/judge.ts';
import { personUrn, SENTENCES } from '../core/signoff/build.ts';
import { contextOf, provenanceOf } from '../core/signoff/claims.ts';
import type { SignedReceipt } from '../core/signoff/receipt.ts';
import { isApproval, type SignoffPredicate } from '../core/signoff/statement.ts';
import { type VerifiedSignoff, verifySignoff } from '../core/signoff/verify.ts';
import { USED, usedBefore } from './arrival.ts';
import { backOf } from './authority.ts';
import { above, NO_CEILING, outOfTeam } from './ceiling.ts';
import { dossierOf } from './dossier.ts';
import { movedSignoffs } from './moved.ts';
import type { ChangeRow, EntryDraft } from './ports.ts';
import { openChange, type SigningWorld, unanswered, validFor } from './prepare.ts';
import { type Bench, expectation, presentedFor, signoffTrust } from './presented.ts';
import { notOwnedYet, ownershipsFor } from './presented-ownership.ts';
import { signedReceipt } from './receipt.ts';

export interface Receipt {
  readonly index: number;
  readonly digest: string;
  /** Every seat is filled: the same push passes now. */
  readonly complete: boolean;
  readonly missing: string;
  /** For the signer to keep; null: the log could not prove it just now. */
  readonly receipt: SignedReceipt | null;
}

/** Verifies an envelope as if a stranger had sent it, and appends it. A replayed one is refused by its nonce. */
export async function completeSignoff(world: SigningWorld, id: string, envelope: Uint8Array): Promise<Result<Receipt, readonly Problem[]>> {
  const found = await openChange(world, id);
  if (!found.ok) return found;
  const { row, governance } = found.value;
  const page = await dossierOf(world.objects, row);
  const moved = await movedSignoffs(world, row.decision, governance.policy);
  let wrong: readonly Problem[] = [];
  let seats = { complete: false, exact: false, missing: '' };
  const appended = await world.ledger.append(async (state) => {
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now(), moved };
    const judged = await accept(world, bench, row, envelope, page?.presented ?? null);
    if (!judged.ok) {
      wrong = judged.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    seats = await seatsAfter(bench, row, judged.value);
    return ok([draft(id, row, judged.value, envelope, seats.exact)]);
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  const entry = appended.value[0];
  if (entry === undefined) return err([problem('INTERNAL', 'nothing was appended')]);
  return ok({ index: entry.index, digest: entry.body, complete: seats.complete, missing: seats.missing, receipt: await signedReceipt(world.ledger, entry, envelope) });
}

/** A replay is named first: it may also be stale in other ways, but that it was used before is what matters. */
async function accept({ ceilings }: SigningWorld, bench: Bench, row: ChangeRow, envelope: Uint8Array, shown: string | null): Promise<Result<VerifiedSignoff, readonly Problem[]>> {
  const known = await bench.state.signoffs({ body: sha256Hex(envelope) });
  if (known.length > 0) return err([USED]);
  const verified = verifySignoff(envelope, await signoffTrust(bench), { ...expectation(bench, row.decision), counters: 'online', takenBack: await backOf(bench.state) });
  if (!verified.ok) return err(verified.problems);
  const { statement, signer, level } = verified.signoff;
  const ceiling = isApproval(statement.predicate.decision) ? await ceilings.of(signer) : NO_CEILING;
  const listed = bench.governance.roster.people.filter((p) => p.id === signer);
  const wrong = [
    ...(await notOwnedYet(bench, row)),
    ...above(bench.governance.policy.ladder.values, signer, level, ceiling),
    ...listed.flatMap((person) => outOfTeam(row.decision, person, ceiling)),
    ...unanswered(row, statement.predicate),
    ...saidOtherwise(bench, row, statement.predicate, shown),
    ...(await usedBefore(bench.state, statement.predicate.nonce)),
  ];
  return wrong.length > 0 ? err(wrong) : ok(verified.signoff);
}

/**
 * Everything a statement says beside the signer's own judgment is what the server would write for this change now: whoever
 * makes statements of their own may not stretch the validity, thin out the excluded, or sign what was not shown.
 */
function saidOtherwise(bench: Bench, { decision }: ChangeRow, said: SignoffPredicate, shown: string | null): readonly Problem[] {
  const { base, mergeBase, head, headTree } = decision.change;
  const people = (ids: readonly string[]): string => [...ids].sort().join(' ');
  const facts: readonly (readonly [string, boolean])[] = [
    ['what was shown', shown !== null && said.presented.sha256 === shown],
    ['the people excluded', people(said.separation.excluded) === people(decision.excluded.map((e) => personUrn(e.person)))],
    ['the provenance', sameJson(said.provenance, provenanceOf(decision))],
    ['what stood beside the change', sameJson(said.presented.context, contextOf(decision))],
    ['the qualifications', sameJson(said.signer.qualification.domains, domainsOf(bench, said.signer.id))],
    ['the roster', said.signer.qualification.roster.sha256 === bench.governance.roster.digest],
    [
      'the commits',
      said.change.head.gitCommit === head &&
        said.change.head.gitTree === headTree &&
        said.change.base?.gitCommit === (base ?? undefined) &&
        said.change.mergeBase?.gitCommit === (mergeBase ?? undefined),
    ],
    ['what the decision means', said.statement === SENTENCES[said.decision]],
    ['the expiry', Date.parse(said.expires) <= bench.now + validFor(decision)],
  ];
  const wrong = facts.filter(([, same]) => !same).map(([name]) => name);
  return wrong.length === 0
    ? []
    : [problem('ST_TYPE', `the statement says something else than was prepared: ${wrong.join(', ')}`, { remedy: 'reload the page and sign what it prepares' })];
}

const sameJson = (a: unknown, b: unknown): boolean => digest(a as Json) === digest(b as Json);

const domainsOf = ({ governance }: Bench, signer: string): readonly string[] => governance.roster.people.find((p) => personUrn(p.id) === signer)?.domains ?? [];

/** `exact`: by sign-offs of exactly this change alone. One that is carried may not be any more when it is pushed. */
async function seatsAfter(bench: Bench, row: ChangeRow, signoff: VerifiedSignoff): Promise<{ complete: boolean; exact: boolean; missing: string }> {
  const before = await presentedFor(bench, row.decision, null);
  const { signer, level, digest, statement } = signoff;
  const mine: PresentedSignoff = { digest, signer, level, decision: statement.predicate.decision, index: Number.MAX_SAFE_INTEGER, at: bench.now, problems: [] };
  const gate = { kind: 'push', ladder: bench.governance.policy.ladder.values, since: row.createdAt } as const;
  const valid = before.filter((p) => p.problems.length === 0 || p.astray !== undefined);
  const owned = await ownershipsFor(bench, row.decision, null);
  const verdict = judge(gate, row.decision, [...valid, mine], owned);
  const exact = judge(gate, row.decision, [...valid.filter((p) => p.rules === undefined), mine], owned).verdict === 'allow';
  const missing = verdict.reasons.children.find((r) => r.state === 'no')?.text ?? verdict.reasons.text;
  return verdict.verdict === 'allow' ? { complete: true, exact, missing: '' } : { complete: false, exact, missing };
}

/**
 * The log holds nothing that names a person: the signer is hashed with the nonce, which lives in the envelope and is erased
 * with it. Key and counter stay in the envelope too: they would tie a person's entries together for ever.
 */
function draft(id: string, row: ChangeRow, signoff: VerifiedSignoff, envelope: Uint8Array, complete: boolean): EntryDraft {
  const { decision, stage, nonce } = signoff.statement.predicate;
  const signer = sha256Hex(`${nonce}\0${signoff.signer}`);
  return { type: 'signoff', fields: { change: id, stage, decision, tier: row.decision.tier, signer, complete }, body: envelope };
}
