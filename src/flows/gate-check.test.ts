/** The gate, asked by a program: what the hook would have answered, and a no wherever that cannot be known. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, RP } from '../../test/bed/bed.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import { GATE_TERMS, type GateDesk, type GateQuestion, gateDesk, uuid7 } from './gate-check.ts';

let bed: Bed;
let desk: GateDesk;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed?.close());
beforeEach(() => {
  desk = gateDesk(bed.world);
});

const about = (head: string, more: Partial<GateQuestion> = {}, subject: Partial<GateQuestion['subject']> = {}): GateQuestion => ({
  subject: { repo: 'infra', targetRef: MAIN, base: bed.tip(), head, ...subject },
  environment: null,
  gate: 'push',
  planDigest: null,
  artifactDigests: [],
  ...more,
});
const size = async (): Promise<number> => sizeIn(await bed.store.ledger.checkpoint());
const codes = async (q: GateQuestion, of = desk) => (await of.ask(q)).reasons.map((r) => r.code);

let n = 0;
/** Pushed, refused for want of a signature, and so known here. */
const dangerous = async (): Promise<{ head: string; id: string }> => {
  const head = bed.commit({ [`db/${++n}.sql`]: 'drop table orders;\n' });
  return { head, id: (await bed.judged(head)).id ?? '' };
};

describe('of a change that was pushed here', () => {
  it('says what the hook said: what is missing, and who could give it', async () => {
    const { head, id } = await dangerous();
    const hook = await bed.judged(head);
    const answer = await desk.ask(about(head));
    expect(answer).toMatchObject({ verdict: 'deny', change: id, validUntil: null, policyDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(hook.verdict).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING'] });
    expect(answer.reasons).toEqual([{ code: 'SIGNOFF_MISSING', rule: 'destructive', text: '1 person of L6 or above', need: { humans: 1, level: 'L6', domains: [] } }]);
  });

  it('a merge can wait for it', async () => {
    const { head } = await dangerous();
    expect(await desk.ask(about(head, { gate: 'merge' }))).toMatchObject({ verdict: 'wait' });
  });

  it('lets it pass once it is signed, and not a moment longer than it holds', async () => {
    const { head, id } = await dangerous();
    expect(await desk.ask(about(head))).toMatchObject({ verdict: 'deny' });
    await bed.sign('mara', id);
    const answer = await desk.ask(about(head));
    expect(answer).toMatchObject({ verdict: 'allow', change: id });
    expect(answer.validUntil).toBeGreaterThan(bed.clock.now);
    await bed.land(head);
    bed.clock.now += GATE_TERMS.remembered;
    expect(await desk.ask(about(head, {}, { base: bed.served.git('rev-parse', `${MAIN}~1`) }))).toMatchObject({ verdict: 'deny' });
  });

  it('by its address too', async () => {
    const { head } = await dangerous();
    expect((await desk.ask(about(head, {}, { repo: `git+${RP.origin}/git/infra.git` }))).reasons[0]?.code).toBe('SIGNOFF_MISSING');
  });
});

describe('the same question', () => {
  it('has the same answer under the same name, and the log says it once', async () => {
    const { head, id } = await dangerous();
    const first = await desk.ask(about(head));
    const before = await size();
    const again = await Promise.all(Array.from({ length: 20 }, () => desk.ask(about(head))));
    for (const a of again) expect(a).toEqual(first);
    bed.clock.now += GATE_TERMS.remembered * 5;
    expect((await desk.ask(about(head))).verdictId).toBe(first.verdictId);
    expect(await size()).toBe(before);
    await bed.sign('mara', id);
    const signed = await desk.ask(about(head));
    expect(signed.verdict).toBe('allow');
    expect(signed.verdictId).not.toBe(first.verdictId);
    expect(await size()).toBeGreaterThan(before);
  });

  it('asked by many at once is looked into once', async () => {
    const { head } = await dangerous();
    let looked = 0;
    const counting = gateDesk(bed.world, { heard: () => void looked++ });
    const ids = (await Promise.all(Array.from({ length: 50 }, () => counting.ask(about(head))))).map((a) => a.verdictId);
    expect([new Set(ids).size, looked]).toEqual([1, 1]);
  });
});

describe('a yes that was taken back', () => {
  const withdrawn = async (id: string) => expect(await bed.sign('mara', id, { decision: 'changes', dispositions: [], answers: [] })).toMatchObject({ ok: true });
  const TAKEN_BACK = { verdict: 'deny', reasons: expect.arrayContaining([expect.objectContaining({ code: 'REV_CHANGES' })]) };
  const signed = async () => {
    const { head, id } = await dangerous();
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true });
    return { head, id };
  };

  it('is given to nobody any more, whoever appended that and by whichever way', async () => {
    const { head, id } = await signed();
    expect(await desk.ask(about(head))).toMatchObject({ verdict: 'allow' });
    await withdrawn(id);
    expect(await desk.ask(about(head))).toMatchObject(TAKEN_BACK);
  });

  it('nor to whoever asks while it is still being worked out', async () => {
    const { head, id } = await signed();
    const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held: Bed['world']['ledger'] = {
      ...bed.world.ledger,
      append: async (plan) => {
        const done = await bed.world.ledger.append(plan);
        if (!done.ok || done.value.length === 0) return done;
        reached.resolve();
        await go.promise;
        return done;
      },
    };
    const slow = gateDesk({ ...bed.world, ledger: held });
    const before = slow.ask(about(head));
    await Promise.race([reached.promise, before]);
    await withdrawn(id);
    const after = slow.ask(about(head));
    await setImmediate();
    go.resolve();
    expect(await before).toMatchObject({ verdict: 'allow' });
    expect(await after).toMatchObject(TAKEN_BACK);
    expect(await slow.ask(about(head))).toMatchObject({ verdict: 'deny' });
  });

  it('is not remembered where the log grew while it was worked out', async () => {
    const { head, id } = await signed();
    let overtaken = false;
    const late = gateDesk({
      ...bed.world,
      ledger: {
        ...bed.world.ledger,
        append: async (plan) => {
          const done = await bed.world.ledger.append(plan);
          if (overtaken || !done.ok || done.value.length === 0) return done;
          overtaken = true;
          await withdrawn(id);
          return done;
        },
      },
    });
    expect(await late.ask(about(head))).toMatchObject({ verdict: 'allow' });
    expect(await late.ask(about(head))).toMatchObject(TAKEN_BACK);
  });
});

describe('a tree that was asked about', () => {
  it('is held against that of the head', async () => {
    const { head, id } = await dangerous();
    await bed.sign('mara', id);
    const tree = bed.work.git('rev-parse', `${head}^{tree}`);
    expect(await desk.ask(about(head, {}, { headTree: tree }))).toMatchObject({ verdict: 'allow' });
  });
});

describe('a no', () => {
  it.each([
    ['another repository', {}, { repo: 'nowhere' }, 'REPOSITORY_UNKNOWN'],
    ['its own prototype', {}, { repo: '__proto__' }, 'REPOSITORY_UNKNOWN'],
    ['objects that are not here', {}, { head: 'f'.repeat(40) }, /CONTENT_UNSEEN|GIT_FAILED/],
    ['another manifest', {}, { manifest: 'a'.repeat(64) }, 'CONTENT_MISMATCH'],
    ['another tree', {}, { headTree: 'a'.repeat(40) }, 'CONTENT_MISMATCH'],
    ['a plan', { planDigest: `sha256:${'a'.repeat(64)}` }, {}, 'GATE_REQUEST_INVALID'],
    ['an artefact', { artifactDigests: [`sha256:${'a'.repeat(64)}`] }, {}, 'GATE_REQUEST_INVALID'],
    ['a deploy', { gate: 'deploy' }, {}, 'GATE_REQUEST_INVALID'],
    ['an admission', { gate: 'admission' }, {}, 'GATE_REQUEST_INVALID'],
  ] as const)('to %s', async (_, more, subject, code) => {
    const { head, id } = await dangerous();
    await bed.sign('mara', id);
    const answer = await desk.ask(about(head, more, subject));
    expect([answer.verdict, answer.validUntil, answer.reasons[0]?.code]).toEqual(['deny', null, expect.stringMatching(code)]);
  });

  it('once the ref stands elsewhere, signed or not', async () => {
    const { head, id } = await dangerous();
    await bed.sign('mara', id);
    const asked = about(head);
    expect(await desk.ask(asked)).toMatchObject({ verdict: 'allow' });
    await bed.land(bed.commit({ [`docs/${++n}.md`]: 'x\n' }));
    bed.clock.now += GATE_TERMS.remembered;
    expect(await desk.ask(asked)).toMatchObject({ verdict: 'deny', validUntil: null, reasons: [{ code: 'REF_CHANGED' }] });
  });

  it('to what nobody pushed, whoever asks: they could name anybody', async () => {
    const head = bed.commit({ [`docs/${++n}.md`]: 'x\n' });
    bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/aside`);
    await bed.world.objects.keep('infra', [head], undefined);
    expect(await codes(about(head))).toEqual(['PUSHER_UNKNOWN']);
  });

  it.each<[string, Partial<Bed['world']>]>([
    ['store', { projections: new Proxy({} as Bed['world']['projections'], { get: () => () => Promise.reject(new Error('disk')) }) }],
    ['log', { ledger: new Proxy({} as Bed['world']['ledger'], { get: () => () => Promise.reject(new Error('disk')) }) }],
    [
      'objects',
      {
        objects: new Proxy({} as Bed['world']['objects'], {
          get: () => () => {
            throw new Error('disk');
          },
        }),
      },
    ],
  ])('where the %s is broken, remembered by nobody', async (_, broken) => {
    const { head, id } = await dangerous();
    await bed.sign('mara', id);
    const at = gateDesk({ ...bed.world, ...broken });
    expect(await at.ask(about(head))).toMatchObject({ verdict: 'deny', validUntil: null, reasons: [{ code: 'GATE_UNAVAILABLE' }] });
  });

  it('where it takes too long, or too much is asked', async () => {
    const never = {
      ...bed.world,
      objects: { ...bed.world.objects, open: () => new Proxy({} as ReturnType<Bed['world']['objects']['open']>, { get: () => () => new Promise(() => undefined) }) },
    };
    const slow = gateDesk(never, { terms: { ...GATE_TERMS, patience: 50, atOnce: 1, waiting: 1 } });
    const answers = await Promise.all(['a', 'b', 'c'].map((x) => slow.ask(about(x.repeat(40)))));
    expect(answers.map((a) => [a.verdict, a.reasons[0]?.code])).toEqual(Array(3).fill(['deny', 'GATE_UNAVAILABLE']));
  });
});

it('forgets the oldest of too many answers', async () => {
  const small = gateDesk(bed.world, { terms: { ...GATE_TERMS, most: 1 } });
  const [a, b] = [await dangerous(), await dangerous()];
  const first = await small.ask(about(a.head));
  await small.ask(about(b.head));
  expect((await small.ask(about(a.head))).verdictId).not.toBe(first.verdictId);
});

it('names answers by time', () => {
  const random = new Uint8Array(16).fill(0xff);
  expect(uuid7(0x0192_3456_789a, random)).toBe('01923456-789a-7fff-bfff-ffffffffffff');
  expect(uuid7(0, new Uint8Array(16))).toBe('00000000-0000-7000-8000-000000000000');
});
