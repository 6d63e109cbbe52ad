/**
 * The sign-offs that speak for a change, each verified again from its exact bytes: a row in a table is a hint, the
 * signature decides. Sign-offs for something close (another ref, earlier content) are presented too: with the rules they
 * still speak for, or with the reason they do not count, because that reason is what the person at the terminal needs.
 */
import { type Problem, problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { type Carried, carriedSignoff, type EarlierForm } from '../core/gate/carried.ts';
import type { PresentedSignoff } from '../core/gate/judge.ts';
import type { Decision } from '../core/policy/decision.ts';
import { findingKey } from '../core/risk/risk.ts';
import { settledKeys } from '../core/signoff/authority.ts';
import { isApproval } from '../core/signoff/statement.ts';
import { type Expectation, objection, type SignoffTrust, type VerifiedSignoff, verifySignoff } from '../core/signoff/verify.ts';
import { backOf, freedOf, trustedKeys } from './authority.ts';
import type { Governance } from './governance.ts';
import type { Ledger, Projections, SignoffRow } from './ports.ts';
import { saidAfter } from './said-after.ts';
import { astray, type Unlisted, unlisted } from './signoff-entry.ts';
import { SIGNING_NAMESPACE, type Site } from './site.ts';

/** What a ref is about to become; a nonce is spent on exactly this. */
export interface Landing {
  readonly repo: string;
  readonly targetRef: string;
  readonly old: string;
  readonly head: string;
}

export interface PresentedWithNonce extends PresentedSignoff {
  readonly nonce: string;
  /** Of a carried one: what it signed, beside what stands now. */
  readonly form?: EarlierForm;
}

/** What every judgment of one update shares. */
export interface Bench {
  readonly site: Site;
  readonly ledger: Ledger;
  readonly state: Projections;
  readonly governance: Governance;
  readonly now: number;
  /** What became of signed content that is not this content, where somebody looked (moved.ts). */
  readonly moved?: MovedSignoffs;
}

/** What became of a signed content. */
export interface MovedContent {
  /** In words for a terminal. */
  readonly said: readonly Problem[];
  /** Both forms, where a sign-off of one may be carried to the other; null: they are too large to keep beside the log. */
  readonly form: EarlierForm | null;
}

/** By `movedKey`. */
export type MovedSignoffs = ReadonlyMap<string, MovedContent>;

export const movedKey = (decision: Decision, row: SignoffRow): string => `${decision.change.manifest} ${row.body}`;

/** @param used nonces already spent by earlier commits of the same push. */
export async function presentedFor(bench: Bench, decision: Decision, landing: Landing | null, used: ReadonlySet<string> = new Set()): Promise<readonly PresentedWithNonce[]> {
  const [trust, back, freed] = await Promise.all([signoffTrust(bench), backOf(bench.state), freedOf(bench.state)]);
  const asking = { bench, decision, trust, freed, expect: { ...expectation(bench, decision), takenBack: back } };
  // Asked before the rows: whatever is signed meanwhile has both.
  const places = await bench.state.memory.signed({ change: changeId(decision.change) });
  const rows = await near(bench.state, decision, bench.now);
  const last = new Map([...rows].sort((a, b) => a.index - b.index).map((row) => [row.signer, row]));
  const entries = await bench.ledger.proven(rows.map((row) => row.index));
  const listed = new Set(rows.map((row) => row.index));
  const words = await Promise.all(
    rows.map(async (row, nth) => {
      const body = await bench.ledger.body(row.body, row.index);
      const wrong = astray(row, entries[nth] ?? null, body !== null);
      const heard = wrong === undefined ? hear(asking, row, body, last.get(row.signer) === row) : lying(wrong);
      return presented(row, heard.carried === undefined ? heard : await stillLast(asking, row, body, listed, heard), await spentOn(bench, row.nonce, landing, used));
    }),
  );
  return [...words, ...unlisted(places, rows).map(silent)];
}

/** Nothing is known of it but where it is: enough to let nothing pass. */
const silent = ({ index, wrong }: Unlisted): PresentedWithNonce => ({
  ...{ digest: '', signer: '', level: '', decision: 'cannot_judge', conditions: [], index, at: 0, stage: 'implementation', nonce: '' },
  problems: [wrong],
  astray: wrong,
});

/** What every row is held against. */
interface Asking {
  readonly bench: Bench;
  readonly decision: Decision;
  readonly trust: SignoffTrust;
  readonly expect: Expectation;
  /** Of a sign-off nobody can read: trustees took it back all the same. */
  readonly freed: (digest: string) => boolean;
}

/** What the signed bytes are worth here. */
interface Heard {
  /** null: nothing was proved, or it does not count. */
  readonly signoff: VerifiedSignoff | null;
  readonly problems: readonly Problem[];
  readonly carried?: { readonly rules: readonly string[]; readonly form: EarlierForm };
  /** Of an objection to exactly this change that nobody can prove any more: why. */
  readonly unproven?: string;
  readonly astray?: Problem;
}

function hear(asking: Asking, row: SignoffRow, body: Uint8Array | null, last: boolean): Heard {
  const heard = body === null ? { signoff: null, problems: [asking.freed(row.body) ? FREED : GONE] } : weighed(asking, row, body, last);
  const stands = row.decision === 'changes' && heard.signoff === null && isOf(asking.decision, row) && !heard.problems.some((p) => WITHDRAWN.has(p.code));
  return stands ? { ...heard, unproven: heard.problems.map((p) => p.message).join('; ') } : heard;
}

const lying = (astray: Problem): Heard => ({ signoff: null, problems: [astray], astray });

/** By the log itself, for what is carried: a table that hides its signer's next word takes nothing back. */
async function stillLast(asking: Asking, row: SignoffRow, body: Uint8Array | null, listed: ReadonlySet<number>, carried: Heard): Promise<Heard> {
  const later = await saidAfter(asking.bench, asking.decision, row, listed);
  if (!later.ok) return lying(later.error);
  return later.value ? hear(asking, row, body, false) : carried;
}

const GONE = problem('CONTENT_UNSEEN', 'the sign-off was erased');
const FREED = problem('REV_REVOKED', 'trustees took the sign-off back');

/** The second digest of the content is in no entry, so a row alone says it: no objection goes away by it. */
const isOf = ({ change }: Decision, { repo, targetRef, manifest }: SignoffRow): boolean => repo === change.repo && targetRef === change.targetRef && manifest === change.manifest;

/** What makes an objection go away beside its author's next word. It verified when the log took it: bytes that are gone since, or a key that is, take nothing back. */
const WITHDRAWN: ReadonlySet<string> = new Set(['REV_REVOKED', 'KEY_REVOKED']);

/** @param last it is its signer's latest word over all that is near: whoever objected to a later form has taken the earlier word back. */
function weighed({ bench, decision, trust, expect }: Asking, row: SignoffRow, body: Uint8Array, last: boolean): Heard {
  const verified = verifySignoff(body, trust, row.decision === 'changes' ? objection(expect, row.at) : expect);
  if (verified.ok) return { signoff: verified.signoff, problems: isApproval(row.decision) ? lookAgain(decision, verified.signoff) : [] };
  const moved = bench.moved?.get(movedKey(decision, row));
  const form = last && isApproval(row.decision) ? moved?.form : null;
  const carried = form ? carriedSignoff(body, trust, expect, decision, form, row.at) : undefined;
  if (form && carried !== undefined && carried.kept.length > 0 && carried.signoff.signer === row.signer)
    return { signoff: carried.signoff, problems: [], carried: { rules: carried.kept, form } };
  const told = verified.problems.flatMap((p) => (p.code === 'CONTENT_MISMATCH' ? (moved?.said ?? p) : p));
  return { signoff: null, problems: [...told, ...notCarried(carried)] };
}

/** A nonce is spent by another landing, or by an earlier commit of this push. */
export async function spentOn({ state }: Bench, nonce: string, landing: Landing | null, used: ReadonlySet<string>): Promise<readonly Problem[]> {
  const spent = (await state.landings({ nonce })).find((l) => l.index !== null && !(landing !== null && sameLanding(l, landing)));
  return [...spentBefore(nonce, used), ...(spent ? [problem('ST_NONCE', `this sign-off was spent on the landing of ${spent.head.slice(0, 12)}`, AGAIN)] : [])];
}

const AGAIN = { remedy: 'ask for a new sign-off' };

/** @param used nonces spent by earlier commits of the same push. */
export const spentBefore = (nonce: string, used: ReadonlySet<string>): readonly Problem[] =>
  used.has(nonce) ? [problem('ST_NONCE', 'this sign-off is spent on an earlier commit of this push', AGAIN)] : [];

function presented(row: SignoffRow, { signoff, problems, carried, unproven, astray }: Heard, spent: readonly Problem[]): PresentedWithNonce {
  const said = signoff?.statement.predicate;
  const decision = said?.decision ?? (unproven === undefined ? 'cannot_judge' : 'changes');
  return {
    digest: row.body,
    signer: signoff?.signer ?? row.signer,
    level: signoff?.level ?? '',
    decision,
    conditions: said?.conditions ?? [],
    index: row.index,
    at: row.at,
    stage: said?.stage ?? 'implementation',
    nonce: row.nonce,
    // An objection lets nothing pass, so no landing spends it.
    problems: decision !== 'changes' ? [...problems, ...spent] : unproven === undefined ? problems : [],
    ...(unproven === undefined ? {} : { unproven }),
    ...(astray === undefined ? {} : { astray }),
    ...(signoff?.attested ? { presence: 'hardware' } : {}),
    ...(carried ?? {}),
  };
}

/**
 * The very content, on another base or in another commit: it counts, unless a rule that asks wants it looked at again then.
 * What was not moved at all is never looked at twice.
 */
export function lookAgain({ change, rules }: Decision, { statement }: VerifiedSignoff): readonly Problem[] {
  const signed = statement.predicate.change;
  if (signed.head.gitCommit === change.head) return [];
  const rebased = signed.base?.gitCommit !== (change.base ?? undefined);
  const moved = rebased ? 'trivial-rebase' : 'message';
  const asking = rules.filter((r) => (r.state === 'asks' || r.state === 'may-ask') && (r.onChange[moved] ?? 'keep') !== 'keep').map((r) => r.id);
  if (asking.length === 0) return [];
  const what = rebased ? 'the same content stands on another base now' : 'the same content stands in another commit now';
  return [problem('STALE_CONTEXT', `${what}, and ${asking.join(', ')} wants it looked at again`, { remedy: 'whoever signed looks at it and signs again' })];
}

/** Paths named in one line; the rest is counted. */
const SHOWN = 5;

/** What stood against carrying it, and what its signer would have to confirm. */
function notCarried(carried: Carried | undefined): readonly Problem[] {
  if (carried === undefined) return [];
  const { recheck, problems } = carried;
  const more = recheck.length > SHOWN ? ` and ${recheck.length - SHOWN} more` : '';
  const look = problem('STALE_CONTEXT', `look again at: ${recheck.slice(0, SHOWN).join(', ')}${more}`, { remedy: 'whoever signed looks at these and signs again' });
  return [...problems, ...(recheck.length === 0 ? [] : [look])];
}

/** Origins are the site's: genesis says which it may have, and a page may move from one to another. */
export async function signoffTrust({ site, state, governance }: Pick<Bench, 'site' | 'state' | 'governance'>): Promise<SignoffTrust> {
  const { rpId, origins, mode } = site;
  const { authenticators } = site;
  const made = authenticators === undefined ? {} : { authenticators };
  return {
    keys: settledKeys(await trustedKeys(state), governance.policy.ladder.values),
    namespace: SIGNING_NAMESPACE,
    rpId,
    origins,
    mode,
    ladder: governance.policy.ladder.values,
    ...made,
  };
}

/**
 * What a sign-off must say to count for this decision. Counters are judged when a signature arrives; at a gate the order
 * of the log stands for them.
 */
export function expectation(bench: Bench, decision: Decision): Expectation {
  const { repo, targetRef, manifest, manifest256 } = decision.change;
  return {
    repo,
    targetRef,
    manifest,
    manifest256,
    stage: 'implementation',
    // No policy names an intent document yet, so no change is of one.
    intent: null,
    // Every decision is a person's word: one that approves nothing still takes the place of what they said before.
    decisions: ['approve', 'approve_with_conditions', 'changes', 'cannot_judge'],
    policyDigest: decision.policyDigest,
    tier: decision.tier,
    authenticators: decision.authenticators,
    findings: decision.findings.map(findingKey),
    now: bench.now,
    counters: 'logged',
    excluded: new Map(decision.excluded.map((e) => [e.person, e.roles])),
    roster: bench.governance.roster,
    seat: { level: lowest(decision, bench.governance.policy.ladder.values), candidates: [...new Set(decision.seats.flatMap((s) => s.candidates))] },
    allowDemo: bench.site.mode === 'demo',
  };
}

/** The lowest level any seat asks for; `judge` looks at each seat again. */
function lowest(decision: Decision, ladder: readonly string[]): string | null {
  const asked = decision.seats.map((s) => s.level);
  return asked.includes(null) ? null : (ladder.find((l) => asked.includes(l)) ?? null);
}

/**
 * Same content for any ref, however old; and the same ref with overlapping paths that has not landed: the near misses worth explaining. Of
 * another content nothing is carried that was signed so long ago that it has expired, and so no objection to it is asked for either: a ref
 * has years of sign-offs, and a question is about the last weeks of them. What a table leaves out here carries nothing: `saidAfter` asks the log.
 */
export async function near(state: Projections, decision: Decision, now: number): Promise<readonly SignoffRow[]> {
  const { repo, targetRef, manifest, paths } = decision.change;
  const [same, others] = await Promise.all([state.signoffs({ repo, manifest }), state.signoffs({ repo, targetRef, since: now - NEAR_MS, unlanded: true })]);
  const ids = [...new Set(others.filter((row) => row.manifest !== manifest).map((row) => changeId(row)))];
  const mine = new Set(paths);
  const touching = new Set<string>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const found = await state.changes({ ids: ids.slice(at, at + AT_ONCE), limit: AT_ONCE });
    for (const other of found) if (other.state !== 'landed' && other.decision.change.paths.some((p) => mine.has(p))) touching.add(other.id);
  }
  const found = [...same, ...others.filter((row) => row.manifest === manifest || touching.has(changeId(row)))];
  return [...new Map(found.map((row) => [row.index, row])).values()].sort((a, b) => a.index - b.index);
}

/** The longest any sign-off holds (`VALID_MS` of prepare.ts), and a day for clocks. */
const NEAR_MS = 15 * 24 * 3_600_000;
const AT_ONCE = 200;

const sameLanding = (a: Landing, b: Landing): boolean => a.repo === b.repo && a.targetRef === b.targetRef && a.old === b.old && a.head === b.head;
