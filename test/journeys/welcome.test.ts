/** What `npm start` prints is what a newcomer types next: the three commands are run as they stand, in a shell. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { welcome } from '../../src/cli/welcome.ts';
import type { Served } from '../../src/world.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.end());

it('prints commands that show the story', () => {
  const port = Number(new URL(stage.url).port);
  const site = { organisation: 'Larkspur', mode: 'demo', founders: [], origin: '', rpId: 'localhost', origins: [stage.url], url: stage.url } as const;
  const served: Served = { site, repositories: [{ id: 'infra', title: 'Infrastructure' }], close: async () => {} };
  const printed = welcome(served, { port, data: stage.data });
  const commands = printed.split('\n').filter((line) => /^ {2}(git|perl) /.test(line) && !line.includes('every'));
  expect(commands.filter((c) => /clone|perl|commit/.test(c))).toHaveLength(3);
  const script = commands
    .filter((c) => /clone|perl|commit/.test(c))
    .join('\n')
    .replaceAll('/tmp/larkspur-infra', join(stage.folder, 'typed'));
  const env = { PATH: process.env.PATH, HOME: stage.folder, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', NO_PROXY: 'localhost', no_proxy: 'localhost' };
  const ran = spawnSync('sh', ['-c', script], { cwd: stage.folder, env, encoding: 'utf8' });
  expect(ran.status).not.toBe(0);
  expect(ran.stderr).toContain('[SIGNOFF_MISSING]');
  expect(ran.stderr).toContain('aws_db_instance.orders is destroyed and created again');
  expect(ran.stderr).toMatch(/Mara Lindqvist \(L6\)/);
  expect(ran.stderr).toContain(`${stage.url}/changes/`);
});
