/** Tells a forge what a verdict is: one call where what is said changed, none where it stands there already. */
import { sha256Hex } from '../core/base/crypto.ts';
import { reportOf } from '../core/gate/report.ts';
import { waits } from '../core/gate/verdict.ts';
import type { Reported } from './forge-shelf.ts';
import type { ForgeWorld } from './forge-world.ts';
import type { CheckReport, ForgeAnswer, ForgePlace } from './ports-forge.ts';
import type { Judged } from './push-record.ts';

/**
 * One commit may be proposed to several branches, each with a policy of its own, and a check is of a commit: with one name for all, a yes for
 * the lighter of two would open the other.
 */
export const checkName = (targetRef: string): string => `countersign/${targetRef.replace(/^refs\/heads\//, '')}`;

/** @param head the commit that is shown there. Answers what stands there now. */
export async function reportVerdict(world: ForgeWorld, place: ForgePlace, head: string, judged: Judged, before: Reported | null): Promise<ForgeAnswer<Reported>> {
  const { verdict, decision, id, ref } = judged;
  const page = id === null ? null : `${world.gate.site.url}/changes/${id}`;
  const shown = reportOf({ verdict, decision, targetRef: ref, names: judged.names ?? new Map(), page });
  const name = checkName(ref);
  const same = before !== null && before.head === head && before.name === name;
  const report: CheckReport = {
    ...{ place, name, head, run: same ? before.run : null, verdict: verdict.verdict === 'deny' && waits(decision?.outcome ?? null, verdict.codes) ? 'wait' : verdict.verdict },
    ...{ ...shown, url: page ?? world.gate.site.url, change: id ?? '' },
  };
  const digest = sha256Hex(JSON.stringify([report.verdict, shown, report.url, report.change]));
  if (same && before.digest === digest) return { ok: true, value: before };
  const told = await world.forge.report(report);
  return told.ok ? { ok: true, value: { head, name, run: told.value, verdict: report.verdict, digest } } : told;
}
