/**
 * The server is killed in the middle of pushes and signatures, again and again. What git accepted has a verdict, and its
 * landing is written at the next start; what was signed is signed once; nothing in the ledger contradicts anything.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, statementFor } from '../../examples/story/attempts.ts';
import { type Signer, signer } from '../../examples/story/people.ts';
import { freePort, openStage, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { text } from '../../src/core/base/bytes.ts';
import { STORY_TF } from '../../src/testing/sample/infra.ts';
import { gitBeside, routine } from './server-wire.ts';

let stage: Stage;
let gitDir: string;
let first: string;

interface Entry {
  readonly type: string;
  readonly ref?: string;
  readonly old?: string;
  readonly new?: string;
  readonly verdict?: string;
  readonly text: string;
}

beforeAll(async () => {
  stage = await openStage();
  gitDir = join(stage.data, 'repositories/infra.git');
  first = main();
});
afterAll(() => stage?.end());

const main = (): string => stage.must(gitDir, 'rev-parse', 'refs/heads/main');

/** Everything in the ledger, read the way an administrator would while the server is stopped. */
async function ledger(): Promise<readonly Entry[]> {
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: stage.data, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  const found = await store.value.audit();
  const entries = await store.value.ledger.entries(0, 10_000);
  await store.value.close();
  expect(found).toEqual([]);
  return entries.map((e) => {
    const said = text(e.bytes) ?? '';
    const entry = JSON.parse(said) as Entry & { fields?: Entry };
    return { ...entry, ...entry.fields, text: said };
  });
}

/** Every step main took was allowed before, and is written down as landed, once. */
async function consistent(): Promise<readonly Entry[]> {
  const entries = await ledger();
  const steps = stage.must(gitDir, 'rev-list', '--first-parent', `${first}..refs/heads/main`).split('\n').filter(Boolean);
  for (const step of steps) {
    const about = (type: string): readonly Entry[] => entries.filter((e) => e.type === type && e.ref === 'refs/heads/main' && e.new === step);
    expect(about('verdict').some((e) => e.verdict === 'allow')).toBe(true);
    expect(about('landed')).toHaveLength(1);
  }
  expect(entries.filter((e) => e.type === 'landed')).toHaveLength(steps.length);
  return entries;
}

it('loses no push that git accepted, and accepts none it did not judge', async () => {
  const clone = stage.clone('infra', 'ines');
  let accepted = 0;
  for (const [n, pause] of [40, 90, 120, 150, 180, 210, 250, 320].entries()) {
    stage.must(clone, 'fetch', '-q', gitDir, 'refs/heads/main');
    stage.must(clone, 'reset', '-q', '--hard', 'FETCH_HEAD');
    const before = main();
    const tip = routine(stage, clone, `Push ${n}`);
    const pushing = gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main');
    await wait(pause);
    await stage.stop(true);
    const pushed = await pushing;
    if (pushed.code === 0) expect(main()).toBe(tip);
    expect([before, tip]).toContain(main());
    accepted += main() === tip ? 1 : 0;
    await stage.start();
  }
  // Whatever a slow machine made of the pauses, the last push is not disturbed.
  stage.must(clone, 'fetch', '-q', gitDir, 'refs/heads/main');
  stage.must(clone, 'reset', '-q', '--hard', 'FETCH_HEAD');
  routine(stage, clone, 'In peace');
  stage.must(clone, 'push', 'origin', 'HEAD:refs/heads/main');
  expect(main()).toBe(stage.must(clone, 'rev-parse', 'HEAD'));
  expect(stage.must(gitDir, 'rev-list', '--count', '--first-parent', `${first}..refs/heads/main`)).toBe(String(accepted + 1));
  await stage.stop();
  await consistent();
  await stage.start();
});

it('writes at start what landed while it was dead, and nothing that only might have', async () => {
  const hook = join(gitDir, 'hooks/update');
  const clone = stage.clone('infra', 'ines');
  for (const [landed, then] of [
    [true, 'exit 0'],
    [false, 'exit 1'],
  ] as const) {
    // Between the gate's allow and the move of the ref: there the server dies, and git finishes alone or gives up.
    writeFileSync(hook, `#!/bin/sh\nkill -9 "$(cat '${stage.data}/lock.pid')"\n${then}\n`, { mode: 0o755 });
    const before = main();
    const tip = routine(stage, clone, `The server dies and git says ${then}`);
    await gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main');
    rmSync(hook);
    for (let i = 0; landed && main() === before && i < 100; i++) await wait(20);
    expect(main()).toBe(landed ? tip : before);
    await stage.stop(true);
    await stage.start();
    await stage.stop();
    const about = (await consistent()).filter((e) => e.new === tip).map((e) => e.type);
    expect(about).toEqual(landed ? ['verdict', 'landed', 'vsa'] : ['verdict']);
    await stage.start();
  }
});

it('counts a signature once, however often the server dies over it', async () => {
  const clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `Rename the database\n\n${TRAILER}`);
  const push = () => gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main');
  const id = /change {3}([0-9a-f]{16})/.exec((await push()).text)?.[1] ?? '';
  const mara: Signer = await signer(stage.url, 'mara');
  const envelope = mara.seal(await statementFor(mara, id));
  for (const pause of [0, 3, 8, 20]) {
    const posting = post(mara, id, envelope).catch(() => 'no answer');
    await wait(pause);
    await stage.stop(true);
    expect(await posting).toMatch(/no answer|ST_NONCE|"index":|"words"/);
    await stage.start();
  }
  await post(mara, id, envelope);
  for (const pause of [100, 160, 230]) {
    const pushing = push();
    await wait(pause);
    await stage.stop(true);
    await pushing;
    await stage.start();
  }
  await push();
  expect(main()).toBe(stage.must(clone, 'rev-parse', 'HEAD'));
  expect(await post(mara, id, envelope)).toContain('ST_NONCE');
  await stage.stop();
  const entries = await consistent();
  expect(entries.filter((e) => e.type === 'signoff')).toHaveLength(1);
});

it('may die while it starts, from nothing too, and the next start finishes the work', async () => {
  await stage.stop();
  const fresh = join(stage.folder, 'fresh');
  for (const data of [fresh, stage.data]) {
    for (const pause of [90, 130, 170, 210, 250, 300, 360]) await startAndDie(data, pause);
  }
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: fresh, clock: Date.now });
  expect(store).toMatchObject({ ok: true });
  if (store.ok) expect(await store.value.audit()).toEqual([]);
  if (store.ok) await store.value.close();
  await stage.start();
  await stage.stop();
  await consistent();
  await stage.start();
});

async function startAndDie(data: string, pause: number): Promise<void> {
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--demo', '--data', data, '--port', String(await freePort())], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await wait(pause);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}
