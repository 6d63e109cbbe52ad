/**
 * What `npm start` prints is what a newcomer types next: the commands are run as they stand, in a shell, and from the worst
 * place there is: a repository of the reader's own, with work in it that is not committed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { welcome } from '../../src/cli/welcome.ts';
import type { Served } from '../../src/world.ts';

let stage: Stage;
let own: string;
beforeAll(async () => {
  stage = await openStage();
  own = ownRepository();
});
afterAll(() => stage?.end());

/** A repository with a remote that takes every push, and an edit that nobody committed. */
function ownRepository(): string {
  const [dir, remote] = [join(stage.folder, 'own'), join(stage.folder, 'own.git')];
  mkdirSync(join(dir, 'databases/orders'), { recursive: true });
  stage.must(stage.folder, 'init', '-q', '--bare', remote);
  stage.must(dir, 'init', '-q', '-b', 'main');
  for (const [key, value] of [
    ['user.name', 'Reader'],
    ['user.email', 'reader@example.org'],
    ['push.default', 'current'],
  ] as const)
    stage.must(dir, 'config', key, value);
  const file = join(dir, 'databases/orders/main.tf');
  writeFileSync(file, 'identifier = "orders-prod"\n');
  stage.must(dir, 'add', '-A');
  stage.must(dir, 'commit', '-qm', 'Mine');
  stage.must(dir, 'remote', 'add', 'origin', remote);
  stage.must(dir, 'push', '-q', '-u', 'origin', 'main');
  writeFileSync(file, 'identifier = "orders-prod" # not done yet\n');
  return dir;
}

/** Everything of the reader's that a command could have changed. */
const state = (): readonly string[] => [
  stage.must(own, 'diff', 'HEAD'),
  stage.must(own, 'status', '--porcelain'),
  stage.must(own, 'log', '--all', '--format=%H %D'),
  stage.must(join(stage.folder, 'own.git'), 'log', '--all', '--format=%H %D'),
];

const printed = (): string => {
  const port = Number(new URL(stage.url).port);
  const site = { organisation: 'Larkspur', mode: 'demo', founders: [], origin: '', rpId: 'localhost', origins: [stage.url], url: stage.url } as const;
  const served: Served = { site, repositories: [{ id: 'infra', title: 'Infrastructure' }], close: async () => true };
  return welcome(served, { port, data: stage.data, clone: join(stage.folder, 'larkspur infra') });
};

const commandsOf = (text: string): readonly string[] => text.split('\n').filter((line) => /^ {2}(git (?:clone|-[Cc])|perl|npm) /.test(line));

/** Typed one after another, as a person does: a command that fails stops nobody from typing the next. */
function type(commands: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: stage.folder, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', NO_PROXY: 'localhost', no_proxy: 'localhost' };
  const { status, stderr } = spawnSync('sh', ['-c', commands.join('\n')], { cwd: own, env, encoding: 'utf8' });
  return { status, stderr };
}

describe('the printed commands', () => {
  it('say how to come from elsewhere, and what to run in a clone of one’s own', () => {
    const port = new URL(stage.url).port;
    expect(printed()).toContain(`ssh -L ${port}:localhost:${port} <this machine>   then open ${stage.url}\n`);
    expect(printed()).toMatch(/\nIn a clone of your own: \S+ \S+ check\n/);
  });

  it('show the story, and leave the repository they are typed in alone', () => {
    const before = state();
    const commands = commandsOf(printed());
    expect(commands).toHaveLength(4);
    const { status, stderr } = type(commands.slice(0, 3));
    expect(status).not.toBe(0);
    expect(stderr).toContain('[SIGNOFF_MISSING]');
    expect(stderr).toContain('aws_db_instance.orders is destroyed and created again');
    expect(stderr).toMatch(/Mara Lindqvist \(L6\)/);
    const [, id] = /changes\/([0-9a-f]{16})/.exec(stderr) ?? [];
    // Checked in the clone, the change goes by the name the push gave it.
    expect(stage.countersign('check', '--repo', join(stage.folder, 'larkspur infra')).text).toContain(`\n  change    ${id}  1 file, 1 commit for infra refs/heads/main\n`);
    expect(type(commands.slice(3)).stderr).toContain('[SIGNOFF_MISSING]');
    // Typed again: the clone is there, nothing is left to commit, and nothing is pushed from anywhere else.
    expect(type(commands).status).not.toBe(0);
    expect(state()).toEqual(before);
  });

  it('of the next start take another folder and show it again', () => {
    const before = state();
    const commands = commandsOf(printed());
    expect(commands.every((c) => c.includes('larkspur infra-2'))).toBe(true);
    expect(type(commands.slice(0, 3)).stderr).toContain('[SIGNOFF_MISSING]');
    expect(state()).toEqual(before);
  });

  it('do nothing anywhere where the clone cannot be made', () => {
    const before = state();
    const dead = commandsOf(printed()).map((c) => c.replace(stage.url.replace('http://', 'jonas:demo@'), 'jonas:demo@localhost:1'));
    expect(type(dead).status).not.toBe(0);
    expect(state()).toEqual(before);
  });

  it('where the story was played to its end: how to start over', () => {
    const infra = join(stage.data, 'repositories/infra.git');
    stage.must(infra, 'fetch', '-q', join(stage.folder, 'larkspur infra'), '+main:main');
    const text = printed();
    expect(text).toContain('has been played');
    expect(text).toContain(`serve --demo --data ${stage.data}-2`);
    expect(commandsOf(text)).toEqual([]);
    process.env.npm_lifecycle_event = 'start';
    expect(commandsOf(printed())).toEqual([`  npm start -- --data ${stage.data}-2 --port ${new URL(stage.url).port}`]);
  });
});
