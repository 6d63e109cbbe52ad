/** A server is backed up while it serves, loses its log, and gets it back: through pipes, with the built program. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { routine } from './server-wire.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.end());

const at = (name: string): string => join(stage.folder, name);
const countersign = `"${process.execPath}" "${CLI}"`;
const sh = (script: string): Ran => {
  const done = spawnSync('sh', ['-c', script], { cwd: stage.folder, env: stage.env, encoding: 'utf8' });
  return { code: done.status ?? -1, text: `${done.stdout}${done.stderr}` };
};
/** The database goes to another place, or comes back from it. */
const moved = (from: string, to: string): void => {
  for (const name of readdirSync(from).filter((n) => n.startsWith('countersign.db'))) renameSync(join(from, name), join(to, name));
};

it('is put back from its last copy, and from no older one', async () => {
  const clone = stage.clone('infra', 'ines');
  routine(stage, clone, 'Before the first backup');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
  expect(sh(`${countersign} store export --data data --out - | gzip > first.gz`)).toMatchObject({ code: 0, text: expect.stringContaining('entries') });
  routine(stage, clone, 'After it');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
  expect(sh(`${countersign} store export --data data --out second.store --json`)).toMatchObject({ code: 0, text: expect.stringContaining('"exit":0') });
  expect(sh(`${countersign} audit --full --data data`)).toMatchObject({ code: 0 });
  await stage.stop(true);
  const lost = at('lost');
  sh('mkdir lost');
  moved(stage.data, lost);
  expect(sh(`gunzip < first.gz | ${countersign} store import --data data --in -`)).toMatchObject({ code: 1, text: expect.stringMatching(/log\.seen.*LOG_FORK/s) });
  const whole = readFileSync(at('second.store'));
  writeFileSync(at('torn.store'), whole.subarray(0, whole.length - 80));
  expect(sh(`${countersign} store import --data data --in torn.store`)).toMatchObject({ code: 2, text: expect.stringContaining('torn') });
  expect(sh(`${countersign} store import --data data --in second.store`)).toMatchObject({ code: 0, text: expect.stringContaining('all of them checked') });
  await stage.start();
  routine(stage, clone, 'After the restore');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
  expect(sh(`${countersign} audit --full --data data`)).toMatchObject({ code: 0, text: expect.stringContaining('audited') });
});
