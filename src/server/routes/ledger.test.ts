/** What the API says of witnesses: proven at the quorum, and plainly not below it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { ask, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { ok } from '../../core/base/result.ts';
import { sizeIn } from '../../core/log/checkpoint.ts';
import { parseVkey } from '../../core/log/note.ts';
import { verifyProof } from '../../core/log/proof.ts';
import { openRotation } from '../../core/log/rotation.ts';
import { parseRotationFile } from '../../core/log/rotation-file.ts';
import { beginWitnessing, policyToAsk, type Witnesses } from '../../flows/witnesses.ts';
import { testWitness } from '../../testing/witnesses.ts';

const [a, b] = [testWitness('w.example/a'), testWitness('w.example/b')];
const POLICY = `witness a ${a.vkey} https://a.example/\nwitness b ${b.vkey} https://b.example/\ngroup g all a b\nquorum g\n`;
let bed: Bed;
let witnesses: Witnesses;
/** b cosigns only while this holds. */
let awake = true;

beforeAll(async () => {
  bed = await openBed();
  const read = policyToAsk(POLICY, 'policy', false);
  const opened = await beginWitnessing(
    {
      ...bed.store,
      now: Date.now,
      after: () => () => undefined,
      log: () => undefined,
      door: (url) => ({
        add: async (body) => {
          const [witness, answers] = url.includes('//a.') ? [a, true] : [b, awake];
          return answers ? ok({ status: 200, type: '', body: witness.line(body.slice(body.indexOf('\n\n') + 2)) }) : ok({ status: 503, type: '', body: '' });
        },
        checkpoint: async () => ok(null),
      }),
    },
    read.ok ? read.value : null,
  );
  if (!opened.ok || opened.value === null) throw new Error('no witnesses');
  witnesses = opened.value;
});
afterAll(async () => {
  await witnesses?.stop();
  await bed?.close();
});

const size = async (): Promise<number> => sizeIn(await bed.store.ledger.checkpoint());
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400 && !(await holds()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await holds()).toBe(true);
}

it('says nothing is proven where no witnesses are configured', async () => {
  const world = serverWorld(bed);
  const app = strictApp(world);
  expect(await (await ask(app, world, '/ledger', null)).json()).toMatchObject({
    witnesses: null,
    entries: expect.arrayContaining([expect.objectContaining({ index: 0, proven: false })]),
  });
  for (const path of ['/ledger/sizes/1', '/ledger/proof/0']) expect(await (await ask(app, world, path, null)).json()).toMatchObject({ code: 'LOG_QUORUM' });
});

it('says for every size whether it is proven, by whom, and proves entries under the proven one', async () => {
  const world = serverWorld(bed, { witnesses });
  const app = strictApp(world);
  const proven = await size();
  await until(async () => witnesses.latest()?.checkpoint.size === proven);
  awake = false;
  const laid = await bed.world.ledger.append(() =>
    ok([{ type: 'violation', fields: { repo: 'infra', ref: 'refs/heads/main', new: '0'.repeat(40) }, body: new TextEncoder().encode('{}') }]),
  );
  expect(laid.ok).toBe(true);
  witnesses.wake();
  await until(async () => witnesses.standings()[0]?.size === proven + 1 && witnesses.standings()[1]?.problem !== null);

  const page = await (await ask(app, world, `/ledger?from=${proven - 1}`, null)).json();
  expect(page).toMatchObject({
    size: proven + 1,
    vkey: bed.store.logVerifierKey,
    witnesses: {
      quorum: '2 of a, b',
      proven: { size: proven, at: '2026-11-20T10:21:06Z', by: [{ witness: 'a', at: '2026-11-20T10:21:06Z' }, { witness: 'b' }] },
      standings: [
        { name: 'a', size: proven + 1, problem: null },
        { name: 'b', size: proven, problem: { code: 'WITNESS_UNAVAILABLE' } },
      ],
    },
    entries: [
      { index: proven - 1, proven: true },
      { index: proven, proven: false },
    ],
  });
  expect(page.checkpoint).toContain('— w.example/a ');
  expect(await (await ask(app, world, `/ledger/sizes/${proven}`, null)).json()).toMatchObject({ size: proven, proven: { by: [{ witness: 'a' }, { witness: 'b' }] } });
  expect(await (await ask(app, world, `/ledger/sizes/${proven + 1}`, null)).json()).toMatchObject({ size: proven + 1, proven: null });
  expect((await ask(app, world, '/ledger/sizes/99999', null)).status).toBe(404);
  expect((await ask(app, world, '/ledger/sizes/x', null)).status).toBe(404);

  const file = await (await ask(app, world, '/ledger/proof/0', null)).text();
  const [genesis] = await bed.store.ledger.entries(0, 1);
  const key = parseVkey(bed.store.logVerifierKey ?? '');
  const policy = policyToAsk(POLICY, 'policy', false);
  const verified = key.ok && policy.ok ? verifyProof(file, genesis?.bytes ?? new Uint8Array(0), [key.value], policy.value.policy) : key;
  expect(verified).toMatchObject({ ok: true, value: { index: 0, checkpoint: { size: proven } } });
  expect(await (await ask(app, world, `/ledger/proof/${proven}`, null)).json()).toMatchObject({ code: 'LOG_QUORUM' });
});

it('names in the trust file every key the log ever signed with, the newest last', async () => {
  const first = bed.store.logVerifierKey ?? '';
  const turned = await bed.store.rotateLogKey();
  if (!turned.ok) throw new Error(turned.error.message);
  const world = serverWorld(bed);
  const at = (n: number) => strictApp(world).request(`${RP.origin}/log/log-key/${n}`, { headers: { host: new URL(RP.origin).host } });
  expect([(await at(0)).status, (await at(1)).status]).toEqual([200, 404]);
  const oath = parseRotationFile(new Uint8Array(await (await at(0)).arrayBuffer()));
  const [now, { until, ...before } = { until: 0 }] = await world.logKeys();
  expect(oath.ok && openRotation(oath.value)).toMatchObject({ ok: true, value: { old: before, new: now } });
  expect(oath.ok && oath.value.index + 1).toBe(until);
  const trust = await ask(strictApp(world), world, '/trust', null);
  expect(await trust.json()).toMatchObject({ logKeys: [first, turned.value], rotations: [until] });
  expect(await (await ask(strictApp(world), world, '/ledger', null)).json()).toMatchObject({ vkey: turned.value });
});
