/** The worker on a real store, by a clock that goes when it is told to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import { DONE, type Handler, startWorker, type Worked, type Worker, type WorkerTerms, waitFor } from './job-worker.ts';
import type { JobDraft, TakenJob } from './ports-jobs.ts';

let dir: string;
let store: Store;
let clock: ReturnType<typeof handClock>;
const workers: Worker[] = [];
const lines: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'worker-'));
  clock = handClock();
  const opened = await openStore({ dir, clock: clock.now });
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  lines.length = 0;
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop(0);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

function handClock() {
  let now = Date.UTC(2026, 10, 20);
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  return {
    now: () => now,
    after: (ms: number, act: () => void) => {
      if (ms === 0) {
        const soon = setImmediate(act);
        return () => clearImmediate(soon);
      }
      const timer = { at: now + ms, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    wait: (ms: number) => {
      now += ms;
      for (const timer of [...timers].filter((t) => t.at <= now)) {
        timers.delete(timer);
        timer.act();
      }
    },
  };
}

const TERMS: WorkerTerms = { slots: 4, ofOne: 3, lease: 30_000, poll: 1_000 };
const QUICK = { first: 1_000, factor: 2, last: 60_000 };

function worker(run: Handler['run'], more: Partial<WorkerTerms> = {}, leases = store.jobs.leases): Worker {
  const { now, after } = clock;
  const handlers = [{ kind: 'k', backOff: QUICK, run }];
  const started = startWorker({ leases, handlers, name: `w${workers.length}`, now, after, random: () => 0.5, log: (line) => lines.push(line), terms: { ...TERMS, ...more } });
  workers.push(started);
  return started;
}

const add = (org: string, count: number, more: Partial<JobDraft> = {}): Promise<void> =>
  store.jobs.add(Array.from({ length: count }, (_, i) => ({ org, id: `j${String(i).padStart(5, '0')}`, kind: 'k', body: {}, tries: 3, ...more })));
const listed = (org: string) => store.jobs.desk.list({ org, limit: 20_000 });
async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await breath();
}
const gone = (org: string) => until(async () => (await listed(org)).length === 0);
/** A handler that is told when to end. */
function gate() {
  const open: { readonly job: TakenJob; readonly signal: AbortSignal; end(how?: Worked): void }[] = [];
  const run: Handler['run'] = (job, signal) => new Promise((resolve) => open.push({ job, signal, end: (how = DONE) => resolve(how) }));
  return { open, run };
}

it('does what is there, and what comes later once it is woken, or by itself', async () => {
  const done: string[] = [];
  await add('o', 3);
  const { wake } = worker(async ({ id }) => {
    done.push(id);
    return DONE;
  });
  await gone('o');
  expect(done.sort()).toEqual(['j00000', 'j00001', 'j00002']);
  await add('o', 1, { id: 'woken' });
  wake();
  await gone('o');
  await add('o', 1, { id: 'unheard' });
  // The timer of the next look is set when the one before it has ended.
  await until(async () => {
    clock.wait(2_000);
    return (await listed('o')).length === 0;
  });
  expect(done.slice(3)).toEqual(['woken', 'unheard']);
});

describe('fair between organisations', () => {
  it('one with 10,000 jobs does not keep another waiting', async () => {
    await add('many', 10_000);
    const order: string[] = [];
    worker(async ({ org }) => {
      order.push(org);
      if (order.length === 50) {
        await add('one', 1);
        await add('two', 3);
      }
      return DONE;
    });
    await until(() => order.filter((org) => org !== 'many').length === 4);
    // They are through within a few rounds of four.
    expect(order.length).toBeLessThan(50 + 40);
  });

  it('jobs that never end leave a slot to others', async () => {
    await add('slow', 100);
    const { open, run } = gate();
    const { working, wake } = worker(run);
    await until(() => working() === TERMS.ofOne);
    await add('other', 1);
    wake();
    await until(() => open.some(({ job }) => job.org === 'other'));
    expect(open.length).toBe(TERMS.slots);
    for (const one of open) one.end();
  });

  it('whatever organisations there are, none gets two more turns than another while both wait', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 }), async (sizes) => {
        const left = new Map(sizes.map((size, i) => [`${i}`, size]));
        for (const [org, size] of left) await add(org, size);
        const turns = new Map([...left.keys()].map((org) => [org, 0]));
        const started = worker(
          async ({ org }) => {
            turns.set(org, (turns.get(org) ?? 0) + 1);
            const waits = [...left].filter(([o, n]) => n > (turns.get(o) ?? 0)).map(([o]) => turns.get(o) ?? 0);
            if (waits.length > 1 && Math.max(...waits) - Math.min(...waits) > 2) lines.push(`unfair: ${JSON.stringify([...turns])}`);
            return DONE;
          },
          { slots: 1, ofOne: 1 },
        );
        await Promise.all([...left.keys()].map(gone));
        await started.stop(0);
        expect(lines).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

describe('what fails', () => {
  it('is tried again after a while, longer each time, and then kept among the dead with its reason', async () => {
    await add('o', 1);
    const { open, run } = gate();
    const { wake } = worker(run);
    for (const [i, wait] of [750, 1_500].entries()) {
      await until(() => open.length === i + 1);
      open[i]?.end({ do: 'retry', why: `no ${i}` });
      await until(async () => (await listed('o'))[0]?.state === 'waiting');
      expect(await listed('o')).toMatchObject([{ due: clock.now() + wait, attempts: i + 1, error: `no ${i}` }]);
      clock.wait(wait - 1);
      wake();
      expect(open.length).toBe(i + 1);
      clock.wait(1);
      wake();
    }
    await until(() => open.length === 3);
    open[2]?.end({ do: 'retry', why: 'never' });
    await until(async () => (await listed('o'))[0]?.state === 'dead');
    expect(await listed('o')).toMatchObject([{ due: null, attempts: 3, error: 'never' }]);
    expect(lines).toEqual(['job j00000 (k) is given up after 3 of 3 tries: never']);
    expect(await store.jobs.desk.retry('o', 'j00000')).toBe(true);
    wake();
    await until(() => open.length === 4);
    open[3]?.end();
    await gone('o');
  });

  it('waits as long as it was asked to, and is not tried where that is no use', async () => {
    await add('o', 2);
    const { open, run } = gate();
    worker(run);
    await until(() => open.length === 2);
    open[0]?.end({ do: 'retry', why: 'busy', after: 90_000 });
    open[1]?.end({ do: 'give-up', why: 'gone' });
    await until(async () => (await listed('o')).every((j) => j.state !== 'held'));
    expect(Object.groupBy(await listed('o'), (j) => j.state)).toMatchObject({ waiting: [{ due: clock.now() + 90_000 }], dead: [{ attempts: 1, error: 'gone' }] });
  });

  it('a throw is one too', async () => {
    await add('o', 1, { tries: 1 });
    worker(async () => Promise.reject(new Error('boom')));
    await until(async () => (await listed('o'))[0]?.state === 'dead');
    expect(await listed('o')).toMatchObject([{ error: 'boom' }]);
    expect(lines[0]).toBe('job j00000 (k) failed by our own bug: boom');
  });

  it('a job that its worker dies of is given up as well', async () => {
    await add('o', 1);
    for (let tries = 0; tries < 3; tries++) {
      expect((await store.jobs.leases.take({ org: 'o', kinds: ['k'], holder: 'dies', most: 1, until: clock.now() + 5 })).length).toBe(1);
      clock.wait(5);
    }
    worker(async () => DONE);
    await until(async () => (await listed('o'))[0]?.state === 'dead');
    expect(await listed('o')).toMatchObject([{ attempts: 3, error: 'whoever did it ended, or was cut off, every time' }]);
  });
});

describe('a lease', () => {
  it('is renewed for as long as the handler works', async () => {
    await add('o', 1);
    const { open, run } = gate();
    worker(run);
    await until(() => open.length === 1);
    for (let i = 0; i < 6; i++) {
      clock.wait(TERMS.lease / 3);
      await until(async () => (await listed('o'))[0]?.due === clock.now() + TERMS.lease);
    }
    open[0]?.end();
    await gone('o');
    expect(open[0]?.signal.aborted).toBe(false);
  });

  it('that somebody else took is not ended by who had it, and the handler is told', async () => {
    await add('o', 1);
    const { open, run } = gate();
    // Its lease runs out at once, as where a process stands still for as long.
    const { leases } = store.jobs;
    worker(run, { slots: 1, ofOne: 1 }, { ...leases, take: (asked) => leases.take({ ...asked, until: clock.now() }) });
    await until(() => open.length === 1);
    const other = await leases.take({ org: 'o', kinds: ['k'], holder: 'other', most: 1, until: clock.now() + TERMS.lease });
    expect(other.length).toBe(1);
    clock.wait(TERMS.lease / 3);
    await until(() => open[0]?.signal.aborted === true);
    open[0]?.end();
    await until(() => workers[0]?.working() === 0);
    expect(await listed('o')).toMatchObject([{ holder: 'other', state: 'held' }]);
  });

  it('a database that is away for a while loses no job', async () => {
    await add('o', 1);
    let away = false;
    const leases = Object.fromEntries(
      Object.entries(store.jobs.leases).map(([name, ask]) => [
        name,
        (...what: never[]) => (away ? Promise.reject(new Error('away')) : (ask as (...w: never[]) => unknown)(...what)),
      ]),
    ) as unknown as Store['jobs']['leases'];
    const { open, run } = gate();
    const { wake } = worker(run, {}, leases);
    await until(() => open.length === 1);
    away = true;
    open[0]?.end();
    await until(() => workers[0]?.working() === 0);
    away = false;
    expect(lines).toContain('job j00000 cannot be ended, and will be done again: away');
    clock.wait(TERMS.lease);
    wake();
    await until(() => open.length === 2);
    expect(open[1]?.job.attempts).toBe(2);
    open[1]?.end();
    await gone('o');
  });
});

describe('told to stop', () => {
  it('lets what is under way finish, and begins nothing more', async () => {
    await add('o', 9);
    const { open, run } = gate();
    const { stop } = worker(run);
    await until(() => open.length === 3);
    const stopped = stop(5_000);
    for (const one of open) one.end();
    await stopped;
    expect(open.length).toBe(3);
    expect((await listed('o')).map((j) => j.state)).toEqual(new Array(6).fill('waiting'));
  });

  it('hands back what does not, as if it had never been begun', async () => {
    await add('o', 2);
    const { open, run } = gate();
    const { stop } = worker(run);
    await until(() => open.length === 2);
    open[0]?.end();
    await until(async () => (await listed('o')).length === 1);
    const stopped = stop(5_000);
    await breath();
    clock.wait(5_000);
    await stopped;
    expect(open[1]?.signal.aborted).toBe(true);
    expect(await listed('o')).toMatchObject([{ state: 'waiting', attempts: 0, due: clock.now() }]);
    open[1]?.end();
    await breath();
    expect((await listed('o')).length).toBe(1);
  });
});

it('waits grow up to the last, and no two that fail together wait the same', () => {
  const back = { first: 100, factor: 3, last: 5_000 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const wait = waitFor(back, attempt, random);
      const whole = Math.min(back.last, back.first * back.factor ** (attempt - 1));
      expect(wait).toBeGreaterThanOrEqual(Math.floor(whole / 2));
      expect(wait).toBeLessThanOrEqual(whole);
    }),
  );
  expect([1, 2, 3, 4, 5, 9].map((n) => waitFor(back, n, 0.999_999))).toEqual([100, 300, 900, 2_700, 5_000, 5_000]);
});
