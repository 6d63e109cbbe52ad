/**
 * A violation: what was found on a protected ref without a valid chain, who answers for it, by when, and what would settle it. Owner and
 * tier are written down when it is found; whether it is open is written nowhere, and worked out from what came later.
 */
import type { ReasonCode } from '../base/codes.ts';
import type { Oid } from '../change/change.ts';
import { matches } from '../change/glob.ts';
import type { Policy } from '../policy/document.ts';
import { ownerRank } from '../policy/rules.ts';
import type { Tier } from '../risk/risk.ts';
import type { Roster } from '../roster/roster.ts';
import type { Row } from './population.ts';
import type { Owner, ViolationBody, ViolationKind } from './violation-words.ts';

const HOUR = 3_600_000;

/** Milliseconds from when it was found until it has to be settled. docs/guides/violations.md says the same table. */
export const CLOCK: { readonly [tier in Tier]: number } = { critical: 24 * HOUR, high: 72 * HOUR, elevated: 7 * 24 * HOUR, routine: 14 * 24 * HOUR };

const NOWHERE = '0'.repeat(40);

/** One thing to settle: commits beside each other that stand there for the same reason, or landings beside each other that are gone. */
export interface Bypass {
  readonly kind: 'unchained' | 'rewritten';
  readonly repo: string;
  readonly ref: string;
  /** Unchained: where the ref stood before. Rewritten: the last that is gone. */
  readonly from: Oid;
  /** Unchained: the last of them. Rewritten: where the ref stood before them. */
  readonly to: Oid;
  readonly commits: number;
  readonly code: ReasonCode;
  readonly why: string;
  /** Entries of landings: of what does not hold, or is gone. */
  readonly landings: readonly number[];
  /** Change ids of what is gone. */
  readonly changes: readonly string[];
  /** The violation that tells of it already. */
  readonly told: number | null;
  /** The last commit before it that was let stand: it is judged by the policy there. */
  readonly stood: Oid | null;
  /** Another protected branch holds all of it: it was renamed, or moved there. */
  readonly elsewhere: string | null;
}

/** Rows of one ref, in their order. A row is taken as it comes: nothing but what is wrong is kept. */
export function bypassesFrom(): { take(row: Row): void; readonly found: Bypass[] } {
  const found: Bypass[] = [];
  let last: Row | undefined;
  return {
    found,
    take: (row) => {
      const before = last;
      last = row;
      if (row.how !== 'violation' && row.how !== 'rewritten') return;
      const open = found.at(-1);
      if (open !== undefined && before !== undefined && goesOn(before, row)) found[found.length - 1] = longer(open, row);
      else found.push(bypassOf(row));
    },
  };
}

function goesOn(before: Row, row: Row): boolean {
  if (before.how !== row.how || before.ref !== row.ref || before.repo !== row.repo || before.told !== row.told) return false;
  return row.how === 'rewritten' ? before.elsewhere === row.elsewhere : before.entry === row.entry && before.commit === row.parent;
}

function bypassOf(row: Row): Bypass {
  const [fault] = row.faults;
  const unchained = row.how === 'violation';
  const before = row.parent ?? NOWHERE;
  return {
    kind: unchained ? 'unchained' : 'rewritten',
    repo: row.repo,
    ref: row.ref,
    from: unchained ? before : row.commit,
    to: unchained ? row.commit : before,
    commits: 1,
    code: fault?.code ?? 'INTERNAL',
    why: fault?.text ?? '',
    landings: row.entry === null ? [] : [row.entry],
    changes: row.change === null ? [] : [row.change],
    told: row.told,
    stood: row.stood,
    elsewhere: row.elsewhere,
  };
}

const longer = (of: Bypass, row: Row): Bypass => ({
  ...of,
  ...(of.kind === 'unchained' ? { to: row.commit } : { from: row.commit }),
  commits: of.commits + 1,
  landings: row.entry === null || of.landings.includes(row.entry) ? of.landings : [...of.landings, row.entry],
  changes: row.change === null || of.changes.includes(row.change) ? of.changes : [...of.changes, row.change],
});

/** Owners of the systems it touches; where it touches none, or none has an owner, whoever owns the policy. */
export function ownerOf({ policy, roster }: { readonly policy: Pick<Policy, 'systems' | 'ladder'>; readonly roster: Roster }, paths: readonly string[]): Owner {
  const touched = policy.systems.filter((s) => paths.some((p) => matches(s.paths, p)));
  const teams = [...new Set(touched.flatMap((s) => s.owners))].sort();
  const members = roster.people.filter((p) => p.teams.some((t) => teams.includes(t))).map((p) => p.id);
  if (teams.length > 0) return { by: 'systems', teams, people: members.sort() };
  const from = ownerRank(policy);
  const owners = roster.people.filter((p) => policy.ladder.values.indexOf(p.level) >= from).map((p) => p.id);
  return { by: owners.length > 0 ? 'policy' : 'nobody', teams: [], people: owners.sort() };
}

export const NOBODY: Owner = { by: 'nobody', teams: [], people: [] };

/** A `violation` entry, read. */
export interface LoggedViolation {
  readonly entry: number;
  /** Milliseconds since 1970, by the log's clock. */
  readonly at: number;
  readonly repo: string;
  readonly ref: string;
  /** Where the ref was found. */
  readonly to: Oid;
  readonly change: string | null;
  /** null: it was erased, or says nothing that is known here. */
  readonly body: ViolationBody | null;
}

export interface When {
  readonly entry: number;
  readonly at: number;
}

/** What settled it. */
export type Answer = { readonly by: 'signed' | 'reverted' | 'landed-again' } & When;
export type State =
  | { readonly is: 'open'; readonly overdue: boolean }
  | ({ readonly is: 'answered' } & (Answer | { readonly by: 'put-back'; readonly entry: number | null; readonly at: number | null }));

export interface Violation {
  /** Index of the entry that told it first; null: a scan found it and nothing is written down yet. */
  readonly entry: number | null;
  readonly kind: Exclude<ViolationKind, 'back'> | 'erased';
  readonly repo: string;
  readonly ref: string;
  /** null: nobody can say. */
  readonly from: Oid | null;
  readonly to: Oid;
  /** What would have to be signed. */
  readonly change: string | null;
  readonly code: ReasonCode;
  readonly commits: number | null;
  /** Of what nobody weighed: critical. */
  readonly tier: Tier;
  readonly weighed: boolean;
  readonly owner: Owner;
  readonly found: number;
  readonly due: number;
  readonly state: State;
  readonly remedy: string;
}

/** What came after a violation, each the first of its kind; worked out by whoever has the log. */
export interface Later {
  /** A sign-off of exactly that content, by which a gate would have let it pass. */
  readonly signed: When | null;
  /** The landing of exactly the opposite, on the way of the ref behind what was found. */
  readonly reverted: When | null;
  /** The landing of what was gone, once more. */
  readonly landedAgain: When | null;
  /** An entry says that the ref was back. */
  readonly back: When | null;
  /** The ref goes where it went before, as git says now; null: git was not asked. */
  readonly putBack: boolean | null;
}

export interface Told {
  readonly violation: LoggedViolation;
  /** The scan that told it again, and weighed it. */
  readonly weighed: LoggedViolation | null;
  /** Behind it, where the ref is said to be back, oldest first. What was found is not settled by one of which git says that the ref held it there. */
  readonly backs: readonly (When & { readonly to: Oid })[];
  /** Behind it, what was found on the same ref. */
  readonly since: readonly LoggedViolation[];
}

/**
 * Each thing that was found, once: what a scan told again is one with what it told, and what says that a ref is back is no violation.
 * @param entries in the order of the log.
 */
export function toldIn(entries: readonly LoggedViolation[]): readonly Told[] {
  const known = new Map(entries.map((e) => [e.entry, e]));
  const weighed = new Map<number, LoggedViolation>();
  const hidden = new Set<number>();
  for (const scan of entries) {
    const { body, entry, repo, ref } = scan;
    if (body?.kind !== 'unchained' && body?.kind !== 'rewritten') continue;
    const same = (told: number): boolean => known.get(told)?.repo === repo && known.get(told)?.ref === ref && told < entry;
    const [first, ...rest] = body.tells.filter((told) => same(told) && !weighed.has(told) && !hidden.has(told)).sort((a, b) => a - b);
    if (first === undefined) continue;
    weighed.set(first, scan);
    for (const told of [entry, ...rest]) hidden.add(told);
  }
  for (const { entry } of entries.filter((e) => knownBefore(e, entries))) hidden.add(entry);
  const shown = entries.filter((e) => e.body?.kind !== 'back' && !hidden.has(e.entry));
  return shown.map((violation) => ({ violation, weighed: weighed.get(violation.entry) ?? null, ...behind(violation, entries) }));
}

/** Found astray where a scan before it found commits already, and not moved there anew: no word between says that it was back. */
function knownBefore({ entry, repo, ref, to, body }: LoggedViolation, entries: readonly LoggedViolation[]): boolean {
  if (body?.kind !== 'astray') return false;
  const same = entries.filter((e) => e.entry < entry && e.repo === repo && e.ref === ref);
  const scan = same.findLast((e) => e.body?.kind === 'unchained' && e.to === to);
  return scan !== undefined && !same.some((e) => e.entry > scan.entry && e.body?.kind === 'back');
}

function behind({ entry, repo, ref }: LoggedViolation, entries: readonly LoggedViolation[]): Pick<Told, 'backs' | 'since'> {
  const same = entries.filter((e) => e.entry > entry && e.repo === repo && e.ref === ref);
  const backs = same.filter((e) => e.body?.kind === 'back').map(({ entry, at, to }) => ({ entry, at, to }));
  return { backs, since: same.filter((e) => e.body?.kind !== 'back') };
}

/** @param owner of what nobody weighed. @param now milliseconds since 1970. */
export function violationOf({ violation, weighed }: Told, later: Later, owner: Owner, now: number): Violation {
  const said = weighed?.body ?? violation.body;
  const scanned = said?.kind === 'unchained' || said?.kind === 'rewritten' ? said : null;
  const tier = scanned?.tier ?? 'critical';
  const due = violation.at + CLOCK[tier];
  const kind = scanned?.kind ?? violation.body?.kind ?? 'erased';
  const from = said !== null && 'from' in said ? said.from : null;
  const shown = {
    entry: violation.entry,
    kind: kind === 'back' ? 'erased' : kind,
    repo: violation.repo,
    ref: violation.ref,
    from,
    to: weighed?.to ?? violation.to,
    change: weighed?.change ?? violation.change,
    code: codeOf(said),
    commits: scanned?.kind === 'unchained' ? scanned.commits : null,
    tier,
    weighed: scanned !== null,
    owner: scanned?.owner ?? owner,
    found: violation.at,
    due,
  } as const;
  return { ...shown, state: stateOf(later, now >= due), remedy: remedyOf(shown) };
}

function stateOf({ signed, reverted, landedAgain, back, putBack }: Later, overdue: boolean): State {
  // Picked, and not spread: whoever works these out may know more of them than an answer has room for.
  const at = ({ entry, at }: When): When => ({ entry, at });
  if (back !== null) return { is: 'answered', by: 'put-back', ...at(back) };
  if (reverted !== null) return { is: 'answered', by: 'reverted', ...at(reverted) };
  if (landedAgain !== null) return { is: 'answered', by: 'landed-again', ...at(landedAgain) };
  if (signed !== null) return { is: 'answered', by: 'signed', ...at(signed) };
  if (putBack === true) return { is: 'answered', by: 'put-back', entry: null, at: null };
  return { is: 'open', overdue };
}

function codeOf(body: ViolationBody | null): ReasonCode {
  if (body?.kind === 'unchained') return body.code;
  if (body?.kind === 'rewritten') return 'REWRITTEN';
  return body?.kind === 'unjustified' ? 'BREAK_GLASS' : 'BYPASS';
}

const short = (id: string): string => id.slice(0, 12);

/** What settles it, in words. */
export function remedyOf({ kind, ref, from, to, change }: Pick<Violation, 'kind' | 'ref' | 'from' | 'to' | 'change'>): string {
  if (kind === 'rewritten') return `put ${ref} back so that it goes through ${short(from ?? to)} again, or land the same change once more`;
  if (/^0+$/.test(to)) return `put ${ref} back where it stood: git update-ref ${ref} ${from ?? ''}`.trimEnd();
  const sign = `have ${change === null ? 'exactly that content' : `change ${change}`} reviewed and signed after the fact`;
  const revert = `land a revert of ${from === null ? short(to) : `${short(from)}..${short(to)}`}`;
  if (kind === 'unjustified' || from === null) return `${sign}, or ${revert}`;
  return `${sign}, by one person more than policy asks; or ${revert}; or put ${ref} back to ${short(from)}`;
}
