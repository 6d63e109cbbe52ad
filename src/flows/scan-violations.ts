/** What the log tells of violations, what a scan found now, and how both stand today. */
import type { Oid } from '../core/change/change.ts';
import { isAbsent } from '../core/change/manifest.ts';
import type { Landing, Told as ToldRow } from '../core/gate/population.ts';
import { type Owner, readViolation } from '../core/gate/violation-words.ts';
import { type Bypass, type LoggedViolation, NOBODY, ownerOf, type Told, toldIn, type Violation, violationOf } from '../core/gate/violations.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import { decisionsOf, textOf } from './account-decided.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { NOWHERE } from './bypass.ts';
import { governanceAt } from './governance.ts';
import type { Chain } from './ports-scan.ts';
import type { Judging } from './scan-chain.ts';
import { type Landings, wasLet } from './scan-landings.ts';
import { type LandedMove, type LaterWorld, laterOf, wasBack } from './scan-later.ts';
import { entriesAt, type RefLog } from './scan-log.ts';
import type { Weighed, WeighWorld } from './scan-weigh.ts';

/** Every `violation` entry about the repository. */
export async function toldBy(log: Pick<AccountLog, 'body'>, entries: readonly Placed[], repo: string | null): Promise<readonly LoggedViolation[]> {
  const told: LoggedViolation[] = [];
  for (const { index, at, fields, envelope } of entries) {
    if (repo !== null && fields.repo !== repo) continue;
    const body = await log.body(envelope, index);
    const { ref, new: to, change, repo: of } = fields;
    told.push({
      entry: index,
      at,
      repo: textOf(of),
      ref: textOf(ref),
      to: textOf(to),
      change: typeof change === 'string' ? change : null,
      body: body === null ? null : (readViolation(body) ?? null),
    });
  }
  return told;
}

/** Those whose steps the ref may still hold, or lack: of the others it was back since, and what is found now is another time. */
export async function toldStill(git: Pick<WeighWorld, 'repository' | 'history'>, told: readonly Told[], branches: ReadonlyMap<string, Oid>): Promise<readonly LoggedViolation[]> {
  const still: LoggedViolation[] = [];
  for (const one of told) {
    const { violation, weighed } = one;
    if (one.backs.length > 0 && (await wasBack(git, branches.get(violation.ref) ?? null, one))) continue;
    still.push(violation, ...(weighed === null ? [] : [weighed]));
  }
  return still;
}

/** A ref that is back where all of it was let stand. */
export interface Returned {
  readonly ref: string;
  /** Where it was found last. */
  readonly from: Oid;
  /** Where it stands; zeros: nowhere. */
  readonly to: Oid;
}

/** @param told those of which nobody said yet that the ref was back. */
export function returnedOn(refs: readonly { readonly ref: string; readonly tip: Oid | null }[], found: readonly Bypass[], told: readonly LoggedViolation[]): readonly Returned[] {
  const astray = new Set(found.map((f) => f.ref));
  return refs.flatMap(({ ref, tip }) => {
    const last = astray.has(ref) ? undefined : told.findLast((t) => t.ref === ref && t.body !== null && 'from' in t.body);
    return last === undefined ? [] : [{ ref, from: last.to, to: tip ?? NOWHERE }];
  });
}

/** The last entry that says this ref was back; undefined: none does. */
export const lastBack = (told: readonly LoggedViolation[], ref: string): number | undefined => told.findLast((t) => t.ref === ref && t.body?.kind === 'back')?.entry;

export function toldRows(told: readonly LoggedViolation[], ref: string): readonly ToldRow[] {
  return told.flatMap(({ entry, at, ref: of, to, body }): readonly ToldRow[] => {
    if (of !== ref) return [];
    if (body?.kind === 'unchained') return [{ entry, at, from: body.from, to, lost: null }];
    return body?.kind === 'rewritten' ? [{ entry, at, from: body.from, to, lost: [body.lost[0] ?? 0, body.lost[1] ?? 0] as const }] : [];
  });
}

/** What the server's own look found of the same: this scan weighs it, and both are one. */
export function tellsOf(finding: Bypass, told: readonly LoggedViolation[], chain: Chain | undefined, log: RefLog | undefined): readonly LoggedViolation[] {
  const astray = told.filter((t) => t.ref === finding.ref && (t.body?.kind === 'astray' || t.body?.kind === 'unattended'));
  if (astray.length === 0) return [];
  if (finding.kind === 'rewritten') {
    const gone = new Set((log?.landings ?? []).filter((l) => finding.landings.includes(l.entry)).map((l) => l.new));
    return astray.filter((t) => t.body !== null && 'from' in t.body && gone.has(t.body.from));
  }
  const places = new Map<Oid, number>();
  for (let i = 0; i < (chain?.length ?? 0); i++) places.set(chain?.commit(i) ?? '', i);
  const [from, to] = [isAbsent(finding.from) ? -1 : (places.get(finding.from) ?? -1), places.get(finding.to) ?? -1];
  return astray.filter(({ to: at }) => (places.get(at) ?? -1) > from && (places.get(at) ?? -1) <= to);
}

/** As the log decided about it when it landed; what cannot be read is critical. */
export async function lostOf({ log, all }: Judging, { changes }: Bypass): Promise<{ readonly tier: Tier; readonly paths: readonly string[] }> {
  let tier: Tier = 'routine';
  const paths = new Set<string>();
  for (const change of changes) {
    const told = await decisionsOf(log, all)(change, Number.POSITIVE_INFINITY);
    tier = TIERS.max(tier, told?.decision.tier ?? 'critical');
    for (const path of told?.decision.change.paths ?? []) paths.add(path);
  }
  return { tier: changes.length === 0 ? 'critical' : tier, paths: [...paths] };
}

interface Known {
  readonly landings: Landings;
  readonly judging: Judging;
  readonly told: readonly LoggedViolation[];
  readonly weighed: readonly Weighed[];
  readonly branches: ReadonlyMap<string, Oid>;
  readonly repo: string;
}

/** What the log tells, and what was found now as if it had been told now. */
export async function violationsOf(world: WeighWorld, { judging, told, weighed, branches, landings, repo }: Known): Promise<readonly Violation[]> {
  const { all } = judging;
  const now = world.now();
  const fresh = weighed.map(({ finding, change, body }, i): LoggedViolation => {
    const kind = 'lost' in body ? ({ kind: 'rewritten', ...body } as const) : ({ kind: 'unchained', ...body } as const);
    return { entry: all.checkpoint.size + i, at: now, repo, ref: finding.ref, to: finding.to, change, body: kind };
  });
  const later = laterIn(world, { judging, branches, landings, repo });
  const found: Violation[] = [];
  for (const one of toldIn([...told, ...fresh])) {
    const { later: came, change, told: trusted } = await laterOf(later, one);
    const said = violationOf({ ...trusted, violation: { ...one.violation, change } }, came, await ownerWhere(world, one.violation), now);
    found.push(one.violation.entry >= all.checkpoint.size ? { ...said, entry: null } : said);
  }
  return found;
}

/** Of what nobody weighed: whoever owns the policy where the ref was last let stand. */
export async function ownerWhere({ repository, floors }: Pick<WeighWorld, 'repository' | 'floors'>, { body }: LoggedViolation): Promise<Owner> {
  const from = body !== null && 'from' in body ? body.from : null;
  const at = from === null || isAbsent(from) ? null : from;
  const rules = at === null ? null : await governanceAt(repository, at, floors).catch(() => null);
  return rules?.ok === true ? ownerOf(rules.value, []) : NOBODY;
}

function laterIn({ history, repository }: WeighWorld, { judging, branches, landings, repo }: Pick<Known, 'judging' | 'branches' | 'landings' | 'repo'>): LaterWorld {
  const { log, people, all } = judging;
  const moved = ({ entry, at, old, new: to, change }: Landing): LandedMove => ({ entry, at, old, new: to, change });
  return {
    landedAs: async (_, ref, change) => {
      const passed: LandedMove[] = [];
      for (const one of landings.get(ref) ?? []) if (one.change === change && (await wasLet(judging, { repo, ref }, one))) passed.push(moved(one));
      return passed;
    },
    landedTo: async (_, ref, commit) => {
      const last = landings.get(ref)?.findLast((l) => l.new === commit);
      return last === undefined ? null : moved(last);
    },
    words: (change) => entriesAt(log, all.ofChange.get(change) ?? [], all.checkpoint.size).then((own) => own.filter((e) => e.type === 'signoff' || e.type === 'ownership')),
    reading: async () => ({ log, people, decided: decisionsOf(log, all), counted: new Map(), carried: all.carried }),
    git: () => ({ repository, history, tip: async (ref) => branches.get(ref) ?? null }),
  };
}
