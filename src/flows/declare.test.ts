/** `declare` on real git: after it every commit says it, and nothing else of any commit is another. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { assess } from '../core/provenance/assess.ts';
import { fingerprint } from '../core/provenance/lines/fingerprint.ts';
import { readRecord } from '../core/provenance/lines/record-read.ts';
import type { Assistant } from '../core/provenance/preset-trailers.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { openDeclareClone, openLineClone } from '../world.ts';
import { type DeclareAsk, type DeclareWorld, declareCommits } from './declare.ts';
import { recordLines } from './lines-write.ts';

const room = gitRoom();
afterAll(() => room.remove());

const ask = (more: Partial<DeclareAsk> = {}): DeclareAsk => ({
  range: 'start..HEAD',
  only: [],
  as: { tool: 'none' },
  presets: [],
  guarded: ['refs/heads/main'],
  dryRun: false,
  ...more,
});
const run = async (repo: TestRepository, more: Partial<DeclareAsk> = {}, world: Partial<DeclareWorld> = {}) =>
  declareCommits({ ...(await openDeclareClone(repo.dir)), ...world }, ask(more));
const codes = async (...args: Parameters<typeof run>) => {
  const done = await run(...args);
  return done.ok ? [] : done.error.map((p) => p.code);
};

/** On branch `topic`, whose first commit stays at tag `start`. */
function topic(): TestRepository {
  const repo = room.init();
  repo.commit({ a: 'a\n' });
  repo.git('tag', 'start');
  repo.git('switch', '-q', '-c', 'topic');
  return repo;
}

/** One line for each commit, all of it but message and ids: tree, number of parents, people and dates, encoding. */
const shape = (repo: TestRepository): readonly string[] =>
  repo
    .git('rev-list', '--topo-order', '--reverse', 'start..HEAD')
    .split('\n')
    .filter(Boolean)
    .map(
      (id) =>
        Buffer.from(repo.raw(['cat-file', 'commit', id]))
          .toString('latin1')
          .split('\n\n')[0] ?? '',
    )
    .map((header) => header.replace(/^parent .*$/gm, 'parent'));
const messages = (repo: TestRepository): readonly string[] => repo.git('log', '--topo-order', '--reverse', '--format=%B%x00', 'start..HEAD').split(/\0\n?/).filter(Boolean);
const ids = (repo: TestRepository): readonly string[] => repo.git('rev-list', '--topo-order', '--reverse', 'start..HEAD').split('\n').filter(Boolean);
const declared = (repo: TestRepository): readonly boolean[] =>
  ids(repo).map((id) => {
    const message = repo.git('log', '-1', '--format=%B', id);
    const person = { name: 'x', email: 'x@x.example', at: 0 };
    return assess({ commits: [{ id, tree: id, parents: [], author: person, committer: person, message }] }).declarations.length > 0;
  });

interface Step {
  readonly message: string;
  readonly merge: boolean;
  readonly author: string;
  readonly latin: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  message: fc.oneof(
    fc.constantFrom(
      'Plain\n',
      'With body\n\nWhy.\n',
      'With trailers\n\nSigned-off-by: A <a@x.example>\nFixes: #1\n',
      'Says so\n\nAssisted-by: none\n',
      'Comment at end\n\n# not a comment\n',
    ),
    fc.constantFrom('Fence\n\n```\nAssisted-by: x:1\n```\n', 'Divider\n\n---\nbelow\n', 'Example:\n\n    indented\n', 'one line without an end', '\r\nCRLF\r\n\r\nbody\r\n'),
    fc.string({ unit: 'grapheme', maxLength: 60 }).map((t) => `S${t.replaceAll('\0', '')}\n`),
  ),
  merge: fc.boolean(),
  author: fc.constantFrom('Ada', 'Béla', 'C. "D" E'),
  latin: fc.boolean(),
});

function build(steps: readonly Step[]): TestRepository {
  const repo = topic();
  for (const [i, { message, merge, author, latin }] of steps.entries()) {
    if (latin) repo.git('config', 'i18n.commitEncoding', 'ISO-8859-1');
    else repo.git('config', 'i18n.commitEncoding', 'UTF-8');
    const person = { author: { name: author, email: `${i}@x.example` }, committer: { name: 'Carol', email: 'carol@x.example' } };
    if (merge) {
      repo.git('switch', '-q', '-c', `side${i}`);
      repo.commit({ [`side${i}`]: `${i}\n` }, { ...person, message: `Side ${i}\n` });
      repo.git('switch', '-q', 'topic');
      repo.commit({ [`main${i}`]: `${i}\n` }, { ...person, message });
      repo.git('-c', 'user.name=M', '-c', 'user.email=m@x.example', 'merge', '-q', '--no-ff', '-m', `Merge ${i}`, `side${i}`);
    } else repo.commit({ [`f${i}`]: `${i}\n` }, { ...person, message });
  }
  return repo;
}

test('after it every commit is declared; trees, shape, people, dates and encodings are what they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const repo = build(steps);
      const [before, index, tip] = [shape(repo), repo.git('ls-files', '-s'), repo.git('rev-parse', 'HEAD')];
      const silent = declared(repo).filter((d) => !d).length;
      const done = await run(repo);
      if (!done.ok) throw new Error(JSON.stringify(done.error));
      expect(shape(repo)).toEqual(before);
      expect(declared(repo).every(Boolean)).toBe(true);
      expect(done.value.commits.filter((c) => c.trailers.length > 0)).toHaveLength(silent);
      expect(repo.git('diff', tip, 'HEAD')).toBe('');
      expect([repo.git('ls-files', '-s'), repo.git('status', '--porcelain')]).toEqual([index, '']);
      const again = await run(repo);
      expect(again.ok && again.value).toMatchObject({ commits: [], before: done.value.after, after: done.value.after });
    }),
    { numRuns: 8 },
  );
});

describe('one command', () => {
  test('moves the branch with an entry in the reflog, says old and new, and leaves a dirty work tree alone', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' }, { message: 'One\n' });
    const tip = repo.commit({ c: 'c\n' }, { message: 'Two\n\nAssisted-by: cursor\n' });
    writeFileSync(join(repo.dir, 'a'), 'dirty\n');
    repo.git('add', 'a');
    writeFileSync(join(repo.dir, 'b'), 'dirty too\n');
    const status = repo.git('status', '--porcelain');
    const done = await run(repo, { as: { tool: 'claude-code', model: 'claude-opus-4-6', session: 's_c9883b05a2487d' } });
    const [one, two] = ids(repo);
    expect(done.ok && done.value.commits.map((c) => [c.to, c.title, c.trailers])).toEqual([
      [one, 'One', ['Assisted-by: claude-code:claude-opus-4-6', 'AI-Session: urn:countersign:s_c9883b05a2487d']],
      [two, 'Two', []],
    ]);
    expect(messages(repo)[0]).toBe('One\n\nAssisted-by: claude-code:claude-opus-4-6\nAI-Session: urn:countersign:s_c9883b05a2487d\n');
    expect(repo.git('status', '--porcelain')).toBe(status);
    expect(repo.git('reflog', '-1', '--format=%gs')).toBe('countersign declare: 1 commit');
    expect(repo.git('rev-parse', 'topic@{1}')).toBe(tip);
  });

  test('does nothing in a dry run', async () => {
    const repo = topic();
    const tip = repo.commit({ b: 'b\n' });
    const done = await run(repo, { dryRun: true });
    expect(done.ok && done.value).toMatchObject({ before: tip, after: tip, commits: [{ from: tip, to: null, trailers: ['Assisted-by: none'] }] });
    expect(repo.git('rev-parse', 'HEAD')).toBe(tip);
  });

  test('is about the commits named alone, and what lies on top follows', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' }, { message: 'One\n' });
    repo.commit({ c: 'c\n' }, { message: 'Two\n' });
    await run(repo, { only: ['HEAD~1'] });
    expect(declared(repo)).toEqual([true, false]);
    await run(repo, { range: 'start..HEAD~1', as: { tool: 'cursor' } });
    expect(declared(repo)).toEqual([true, false]);
    expect(await codes(repo, { only: ['start'] })).toEqual(['NOT_FOUND']);
  });

  test('works on a branch that is not checked out, and without a range on what the upstream has not', async () => {
    const repo = topic();
    repo.git('branch', '-q', '--set-upstream-to=main');
    repo.commit({ b: 'b\n' });
    const tip = repo.git('rev-parse', 'topic');
    repo.git('switch', '-q', 'main');
    expect(await run(repo, { range: `start..${tip.slice(0, 12)}` })).toMatchObject({ ok: true, value: { branch: 'refs/heads/topic', before: tip } });
    repo.git('switch', '-q', 'topic');
    expect(await run(repo, { range: '' })).toMatchObject({ ok: true, value: { commits: [] } });
    repo.commit({ c: 'c\n' });
    expect(await run(repo, { range: '' })).toMatchObject({ ok: true, value: { commits: [{ trailers: ['Assisted-by: none'] }] } });
  });
});

describe('the recorder', () => {
  const seen = (by: Readonly<Record<string, Assistant>>): Partial<DeclareWorld> => ({
    recorded: async (commits) => new Map(commits.flatMap((c) => (by[c.message.trim()] === undefined ? [] : [[c.id, [by[c.message.trim()] as Assistant]]]))),
  });

  test('fills each commit in, and those nobody knows are listed', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' }, { message: 'One\n' });
    repo.commit({ c: 'c\n' }, { message: 'Two\n' });
    const done = await run(repo, { as: null }, seen({ One: { tool: 'cursor', model: 'gpt-5' } }));
    expect(done.ok && done.value.unknown.map((u) => u.title)).toEqual(['Two']);
    expect(messages(repo)).toEqual(['One\n\nAssisted-by: cursor:gpt-5\n', 'Two\n']);
  });

  test('is not contradicted, and neither is a mark in the commit', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' }, { message: 'One\n' });
    expect(await codes(repo, {}, seen({ One: { tool: 'cursor' } }))).toEqual(['PROVENANCE_CONTRADICTION']);
    repo.commit({ c: 'c\n' }, { message: 'Two\n\nCo-authored-by: Claude <noreply@anthropic.com>\n' });
    const tip = repo.git('rev-parse', 'HEAD');
    expect(await codes(repo)).toEqual(['PROVENANCE_CONTRADICTION']);
    expect(repo.git('rev-parse', 'HEAD')).toBe(tip);
  });
});

describe('refused', () => {
  test('on no branch, in the middle of a merge, or where nothing can be told', async () => {
    const repo = topic();
    repo.commit({ a: 'b\n' });
    repo.git('checkout', '-q', '--detach');
    repo.commit({ a: 'c\n' });
    expect(await codes(repo)).toEqual(['USAGE']);
    repo.git('switch', '-q', 'topic');
    expect(await codes(repo, { range: '' })).toEqual(['USAGE']);
    expect(await codes(repo, { range: 'nowhere..HEAD' })).toEqual(['NOT_FOUND']);
    writeFileSync(join(repo.gitDir, 'MERGE_HEAD'), `${repo.git('rev-parse', 'start')}\n`);
    expect(await codes(repo)).toEqual(['USAGE']);
  });

  test('for what landed on a guarded branch, and for what others made and a merge brought', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' }, { message: 'Landed\n' });
    repo.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    expect(await codes(repo)).toEqual(['NOT_FOUND']);
    repo.git('update-ref', 'refs/remotes/origin/main', 'start');
    repo.git('update-ref', 'refs/remotes/origin/topic', 'HEAD');
    expect(await run(repo)).toMatchObject({ ok: true, value: { published: ['origin/topic'] } });
    repo.git('switch', '-q', '-c', 'theirs', 'start');
    repo.commit({ t: 't\n' }, { message: 'Theirs\n' });
    repo.git('update-ref', 'refs/remotes/origin/theirs', 'HEAD');
    repo.git('switch', '-q', 'topic');
    repo.git('-c', 'user.name=M', '-c', 'user.email=m@x.example', 'merge', '-q', '--no-ff', '-m', 'Merge', 'theirs');
    const done = await run(repo);
    expect(done.ok ? [] : done.error).toMatchObject([{ code: 'USAGE', message: expect.stringContaining('"Theirs" is on another branch') }]);
    expect(await run(repo, { only: ['HEAD'] })).toMatchObject({ ok: true, value: { commits: [{ title: 'Merge' }] } });
  });

  test('where a commit is signed and the user signs none; signed again where they do', async () => {
    const repo = topic();
    const key = join(room.folder(), 'key');
    const { execFileSync } = await import('node:child_process');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    for (const [name, value] of [
      ['gpg.format', 'ssh'],
      ['user.signingKey', `${key}.pub`],
      ['user.name', 'A'],
      ['user.email', 'a@x.example'],
    ] as const)
      repo.git('config', name, value);
    writeFileSync(join(repo.dir, 'b'), 'b\n');
    repo.git('add', 'b');
    repo.git('commit', '-q', '-S', '-m', 'Signed');
    const header = (): string => repo.git('cat-file', 'commit', 'HEAD').split('\n\n')[0] ?? '';
    expect(header()).toContain('gpgsig');
    const people = /^(?:author|committer) .*$/gm;
    const before = header().match(people);
    expect(await codes(repo)).toEqual(['USAGE']);
    repo.git('config', 'commit.gpgSign', 'true');
    expect((await run(repo)).ok).toBe(true);
    expect(header()).toContain('gpgsig');
    expect(header().match(people)).toEqual(before);
    expect(messages(repo)).toEqual(['Signed\n\nAssisted-by: none\n']);
  });

  test('where no reader would take it for declared', async () => {
    const repo = topic();
    const tip = repo.commit({ b: 'b\n' }, { message: `Long\n\n${'words of a body\n'.repeat(5_000)}` });
    expect(await codes(repo)).toEqual(['GIT_FAILED']);
    expect(repo.git('rev-parse', 'HEAD')).toBe(tip);
  });

  test('under a preset that wants no trailer', async () => {
    const repo = topic();
    repo.commit({ b: 'b\n' });
    expect(await codes(repo, { presets: ['kubernetes'] })).toEqual(['USAGE']);
  });
});

test("git-ai's notes go to the new commits as they are", async () => {
  const repo = topic();
  repo.commit({ b: 'one\n' }, { message: 'One\n' });
  const note =
    'b\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1\n---\n{"schema_version":"authorship/3.0.0","sessions":{"s_c9883b05a2487d":{"agent_id":{"tool":"claude","id":"c","model":"opus"}}}}';
  repo.git('-c', 'user.name=A', '-c', 'user.email=a@x.example', 'notes', '--ref', 'ai', 'add', '-m', note, 'HEAD');
  const done = await run(repo, { as: { tool: 'claude', model: 'opus-4' } });
  expect(done.ok && done.value.left).toEqual([]);
  expect(repo.git('notes', '--ref', 'ai', 'show', 'HEAD')).toBe(note);
});

test('our own records follow, and still give the same lines to the same hand', async () => {
  const repo = topic();
  const text = 'export const retries = backoff(5);';
  const old = repo.commit({ b: `${text}\nexport const mine = byHand(1);\n` }, { message: 'One\n' });
  const hand = { by: 'ai' as const, tool: 'claude', model: 'opus-4' };
  const runs = [{ hand, path: 'b', what: 'added' as const, start: 1, lines: [fingerprint(text)], at: Date.now(), from: 'call-1', trust: 3 as const }];
  expect(await recordLines(await openLineClone(repo.dir), { commits: [old], runs, gitAi: false })).toMatchObject({ ok: true });
  expect(await run(repo, { as: { tool: 'claude', model: 'opus-4' } })).toMatchObject({ ok: true, value: { left: [] } });
  const head = repo.git('rev-parse', 'HEAD');
  expect(head).not.toBe(old);
  const { attribution } = readRecord(repo.git('notes', '--ref', 'countersign', 'show', head), head);
  expect(attribution.files).toMatchObject([{ path: 'b', ranges: [{ start: 1, end: 1 }] }]);
  expect([...attribution.hands.values()]).toEqual([hand]);
});
