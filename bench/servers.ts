/**
 * Two servers on one PostgreSQL and one disk, and people who push without end: undisturbed, then with a server killed every ten seconds
 * and the database ended once as a crash would. How many were answered in time is printed beside how many are where nobody dies.
 */
import { fleet, IN_TIME, type Plan, type Tally } from '../test/journeys/fleet.ts';
import type { Comparison } from './measure.ts';

/** People at a time is four; with this between two of their pushes. */
const PAUSE = 400;

/** @param seconds of pushing, in each of the two. */
export async function serversBench(seconds: number): Promise<readonly Comparison[]> {
  const calm = await told('nobody dies', { seconds, killEvery: 0, crashAt: 0, pause: PAUSE });
  const hard = await told('a server every 10 s, the database once', { seconds, killEvery: 10, crashAt: Math.round(seconds / 2), pause: PAUSE });
  const name = `servers: answered within ${IN_TIME / 1_000} s, servers and database killed`;
  const ratio = hard.inTime / calm.inTime;
  return [{ name, baseline: 'the same where nobody dies', ratio, spread: [ratio, ratio], turns: hard.pushes, took: (1 - hard.inTime) * 1_000 }];
}

async function told(what: string, plan: Plan): Promise<Tally> {
  const tally = await fleet(plan, (line) => console.log(`  ${line}`));
  const { pushes, allowed, refused, falseAllows, lost, wrong, inTime, median, slowest, again, kills, audit } = tally;
  console.log(
    `servers: ${what}: ${pushes} pushes, ${allowed} landed, ${refused} refused; ${falseAllows} false allows, ${lost} lost, ${wrong} landings wrong, ${audit.length} faults in the log;`,
  );
  console.log(`  ${(inTime * 100).toFixed(2)} % within ${IN_TIME} ms, median ${median} ms, slowest ${slowest} ms; ${kills} servers killed, ${again} tries brought no answer`);
  if (falseAllows + lost + wrong + audit.length > 0) throw new Error('what people were told is not what is in the log');
  return tally;
}
