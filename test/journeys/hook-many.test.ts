/**
 * Fifty pushes at once, over HTTP, to two repositories: some pass by themselves, some need a human, some race for the same ref. None is
 * lost, none passes that should not, and whatever was pushed to a protected ref lies in the server's own store, refused or not. Then clients that
 * are gone half way, and gits that die between the move and its landing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { text } from '../../src/core/base/bytes.ts';
import { parseEntry } from '../../src/core/log/entry.ts';
import { gitBeside, INES } from './server-wire.ts';

const REPOSITORIES = ['infra', 'orders'] as const;
/** In each repository. */
const [PASSING, NEEDING, OPEN] = [4, 11, 10];

interface Pushing {
  readonly repo: (typeof REPOSITORIES)[number];
  readonly kind: 'passing' | 'needing' | 'open';
  readonly dir: string;
  readonly ref: string;
  readonly head: string;
}

let stage: Stage;
let before: Map<string, string>;
const pushes: Pushing[] = [];
/** What needs a human, as it was pushed last. */
const refused: { readonly repo: string; readonly head: string }[] = [];

const gitDir = (repo: string): string => join(stage.data, `repositories/${repo}.git`);
const tip = (repo: string, ref = 'refs/heads/main'): string => stage.must(gitDir(repo), 'for-each-ref', '--format=%(objectname)', ref);

beforeAll(async () => {
  stage = await openStage();
  before = new Map(REPOSITORIES.map((repo) => [repo, tip(repo)]));
  for (const repo of REPOSITORIES) {
    for (let i = 0; i < PASSING; i++) pushes.push(prepared(repo, 'passing', i));
    for (let i = 0; i < NEEDING; i++) pushes.push(prepared(repo, 'needing', i));
    for (let i = 0; i < OPEN; i++) pushes.push(prepared(repo, 'open', i));
  }
});
afterAll(() => stage?.end());

function prepared(repo: Pushing['repo'], kind: Pushing['kind'], i: number): Pushing {
  const dir = stage.clone(repo, kind === 'needing' ? 'jonas' : 'ines');
  const head = kind === 'needing' ? assisted(dir, i) : plain(dir, i);
  return { repo, kind, dir, head, ref: kind === 'open' ? `refs/heads/topic-${i}` : 'refs/heads/main' };
}

/** Passes by itself, and conflicts with nobody. */
function plain(dir: string, i: number): string {
  writeFileSync(join(dir, `NOTES-${i}.md`), `note ${i}\n`);
  stage.must(dir, 'add', '-A');
  stage.must(dir, ...INES, 'commit', '-qm', `Note ${i}`);
  return stage.must(dir, 'rev-parse', 'HEAD');
}

/** An AI had a hand in it and its author is not senior: it never passes by itself. */
function assisted(dir: string, i: number): string {
  writeFileSync(join(dir, `assisted-${i}.sh`), `echo ${i}\n`);
  stage.must(dir, 'add', '-A');
  stage.must(dir, ...JONAS, 'commit', '-qm', `Assisted ${i}\n\n${TRAILER}`);
  return stage.must(dir, 'rev-parse', 'HEAD');
}

/** Like a person would: who was overtaken fetches, rebases and pushes again. Answers the last push, and what it brought. */
async function insisting({ dir, ref, kind }: Pushing): Promise<Ran & { readonly head: string }> {
  for (let tries = 0; ; tries++) {
    const ran = await gitBeside(dir, stage.folder, 'push', 'origin', `HEAD:${ref}`);
    const head = stage.must(dir, 'rev-parse', 'HEAD');
    const overtaken = /REF_CHANGED|fetch first|non-fast-forward|failed to update ref|cannot lock ref|reference already exists/.test(ran.text);
    if (ran.code === 0 || !overtaken || tries > 60) return { ...ran, head };
    await gitBeside(dir, stage.folder, 'fetch', '-q', 'origin');
    await gitBeside(dir, stage.folder, ...(kind === 'needing' ? JONAS : INES), 'rebase', '-q', 'origin/main');
  }
}

it('answers each as it should, and none by another', async () => {
  const answers = await Promise.all(pushes.map(async (p) => ({ ...p, ...(await insisting(p)) })));
  expect(answers).toHaveLength(50);
  for (const { kind, code, text, repo, head, ref } of answers) {
    if (kind === 'needing') {
      expect(code, text).not.toBe(0);
      expect(text).toMatch(/countersign: refused[\s\S]*SIGNOFF_MISSING/);
      refused.push({ repo, head });
      expect(stage.git(gitDir(repo), 'merge-base', '--is-ancestor', head, 'refs/heads/main').code).not.toBe(0);
    } else expect(code, text).toBe(0);
    if (kind === 'open') expect(tip(repo, ref)).toBe(head);
  }
  for (const repo of REPOSITORIES) {
    const landed = answers.filter((a) => a.repo === repo && a.kind === 'passing').map((a) => a.head);
    const steps = stage.must(gitDir(repo), 'rev-list', '--first-parent', `${before.get(repo)}..refs/heads/main`).split('\n');
    expect([...steps].sort()).toEqual([...landed].sort());
  }
});

it('keeps what was pushed in its own store before it answers, what it refused too', () => {
  expect(refused).toHaveLength(NEEDING * REPOSITORIES.length);
  for (const { repo, head } of refused) {
    stage.must(join(stage.data, `kept/${repo}.git`), 'cat-file', '-e', `${head}^{tree}`);
    // Of the served repository git deleted it.
    expect(stage.git(gitDir(repo), 'cat-file', '-e', head).code).not.toBe(0);
  }
});

it('of clients that are gone half way, leaves each push whole or nothing', async () => {
  const leaving = REPOSITORIES.flatMap((repo) => [30, 70, 110, 150, 200, 260].map((pause, i) => ({ pause, ...prepared(repo, i % 2 === 0 ? 'open' : 'passing', i + 100) })));
  await Promise.all(leaving.map(leavingEarly));
  for (const repo of REPOSITORIES) expect((await insisting(prepared(repo, 'passing', 200))).code).toBe(0);
  for (const { repo, ref, head, kind } of leaving) {
    const stands = tip(repo, ref);
    if (kind === 'open') expect(['', head]).toContain(stands);
  }
  // A quarantine of a git that was ended may lie there until git's own clean-up; nothing leads to it.
  for (const repo of REPOSITORIES) stage.must(gitDir(repo), 'fsck', '--connectivity-only', '--no-dangling', '--no-progress');
});

/** Ends git and what it started, like a laptop that is closed. */
async function leavingEarly({ dir, ref, pause }: Pushing & { readonly pause: number }): Promise<void> {
  const child = spawn('git', ['push', '-q', 'origin', `HEAD:${ref}`], { cwd: dir, env: stage.env, stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  await wait(pause);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

it('writes down with the next push what landed though git died before it said so', async () => {
  for (const repo of REPOSITORIES) {
    const hook = join(gitDir(repo), 'hooks/post-receive');
    const real = readFileSync(hook, 'utf8');
    writeFileSync(hook, '#!/bin/sh\nkill -9 "$PPID"\n', { mode: 0o755 });
    const moved = prepared(repo, 'passing', 300);
    expect((await gitBeside(moved.dir, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main')).code).not.toBe(0);
    expect(tip(repo)).toBe(moved.head);
    writeFileSync(hook, real, { mode: 0o755 });
    expect((await insisting(prepared(repo, 'passing', 301))).code).toBe(0);
  }
});

it('has a verdict for each move, and each landing once, after it', async () => {
  await stage.stop();
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: stage.data, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  expect(await store.value.audit()).toEqual([]);
  const entries = (await store.value.ledger.entries(0, 10_000)).flatMap((e) => {
    const entry = parseEntry(e.bytes);
    if (!entry.ok) throw new Error(text(e.bytes));
    return [{ ...entry.value, index: e.index }];
  });
  await store.value.close();
  for (const repo of REPOSITORIES) {
    const steps = stage.must(gitDir(repo), 'rev-list', '--first-parent', `${before.get(repo)}..refs/heads/main`).split('\n');
    for (const step of steps) {
      const of = (type: string) => entries.filter((e) => e.type === type && e.fields.repo === repo && e.fields.new === step);
      const allowed = of('verdict').filter((e) => e.fields.verdict === 'allow');
      expect(allowed.length).toBeGreaterThan(0);
      expect(of('landed')).toHaveLength(1);
      expect(of('landed')[0]?.index).toBeGreaterThan(allowed[0]?.index ?? Number.POSITIVE_INFINITY);
    }
    expect(entries.filter((e) => e.type === 'landed' && e.fields.repo === repo)).toHaveLength(steps.length);
  }
  expect(entries.filter((e) => e.type === 'violation')).toEqual([]);
});
