/**
 * The process that `store/jobs/killed.test.ts` kills: two workers that do jobs whose effect is an entry of the log, once. Says which job it
 * ended, and ends by itself when there are none left.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../src/core/base/result.ts';
import { DONE, startWorker, type Worked } from '../../src/flows/job-worker.ts';
import type { Leases, TakenJob } from '../../src/flows/ports-jobs.ts';
import { after } from '../../src/flows/witnesses.ts';
import { signoffDraft } from '../../src/store/sample-drafts.ts';
import { openStore } from '../../src/store/store.ts';

const [dir = '', database, org = ''] = process.argv.slice(2);
await once(process.stdin, 'data');
const opened = await openStore({ dir, database: database || undefined, clock: Date.now });
if (!opened.ok) throw new Error(`${opened.error.message} (${opened.error.place})`);
const { jobs, ledger, close } = opened.value;
writeSync(1, 'open\n');

/** Twice is once: whoever comes second finds that it was done. */
async function run({ id }: TakenJob): Promise<Worked> {
  await sleep(Math.random() * 10);
  const done = await ledger.append(async (state) => ok((await state.signoffs({ nonce: id })).length > 0 ? [] : [signoffDraft('x', { nonce: id })]));
  if (!done.ok) throw new Error(done.error.message);
  await sleep(Math.random() * 10);
  return DONE;
}

const leases: Leases = {
  ...jobs.leases,
  end: async (job, end) => {
    const ended = await jobs.leases.end(job, end);
    if (ended && end.do === 'done') writeSync(1, `done ${job.id}\n`);
    return ended;
  },
};
const workers = ['a', 'b'].map((name) =>
  startWorker({
    ...{ leases, handlers: [{ kind: 'k', backOff: { first: 10, factor: 2, last: 100 }, run }], name: `${name} ${process.pid}` },
    ...{ now: Date.now, after, random: Math.random, log: (line: string) => void process.stderr.write(`${line}\n`) },
    terms: { slots: 4, ofOne: 4, lease: 600, poll: 50 },
  }),
);
while ((await jobs.leases.waiting(['k'])).length > 0 || (await jobs.desk.count(org)).held > 0) await sleep(20);
await Promise.all(workers.map((worker) => worker.stop(5_000)));
await close();
