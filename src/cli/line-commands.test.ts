/** `countersign lines` and `check --lines` as they are typed, in real clones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { textHash } from '../core/provenance/lines/text-hash.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { check } from './check.ts';
import { showLines } from './line-show.ts';
import { attachCommand, exportLines, importLines } from './line-transfer.ts';

const room = gitRoom();
afterAll(() => room.remove());

const AI = ['export function total(prices: number[]): number {', '  return prices.reduce((sum, price) => sum + price, 0);', '}'];
const NOTE = (path: string): string =>
  `${path}\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 2-4\n---\n${JSON.stringify({ schema_version: 'authorship/3.0.0', sessions: { s_c9883b05a2487d: { agent_id: { tool: 'claude', id: 'c', model: 'opus' } } } })}\n`;

/** main with a file; on `work` an AI's lines recorded by git-ai, and a person's. */
function laid(): TestRepository {
  const repo = room.init();
  repo.commit({ 'a.ts': '// first\n' });
  repo.git('checkout', '-q', '-b', 'work');
  const commit = repo.commit({ 'a.ts': `// first\n${AI.join('\n')}\n// somebody wrote this line\n` });
  writeFileSync(join(repo.gitDir, 'note'), NOTE('a.ts'));
  repo.git('notes', '--ref=ai', 'add', '-F', join(repo.gitDir, 'note'), commit);
  return repo;
}

describe('a range with a note of git-ai', () => {
  let repo: TestRepository;
  beforeAll(() => {
    repo = laid();
  });

  test('is told in words', async () => {
    const { code, stdout, stderr } = await showLines('main..work', { repo: repo.dir });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('an AI wrote 3 of 4 added lines (75 %); of 1 nobody is known (records are not all signed by a managed recorder)\n  a.ts\n    2-4  claude opus\n');
    expect(await showLines('', { repo: repo.dir })).toEqual({ code, stdout, stderr });
  });

  test('is told as JSON, the same as check tells it', async () => {
    const shown = JSON.parse((await showLines('main..work', { repo: repo.dir, json: true })).stdout);
    expect(shown).toMatchObject({
      version: 1,
      exit: 0,
      commits: [repo.git('rev-parse', 'work')],
      lines: { aiLines: 3, addedLines: 4, share: 75, removedByAi: 0, uncovered: 1, proven: false },
    });
    expect(shown.lines.files).toEqual([
      { path: 'a.ts', ranges: [{ side: 'head', start: 2, end: 4, by: 'ai', tool: 'claude', model: 'opus', session: 's_c9883b05a2487d', trust: 3 }] },
    ]);
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/check.schema.json', import.meta.url), 'utf8')));
    const checked = JSON.parse((await check('main..work', { repo: repo.dir, json: true, lines: true })).stdout);
    expect(schema.safeParse(checked)).toMatchObject({ success: true });
    expect(checked.lines).toEqual(shown.lines);
    expect(JSON.parse((await check('main..work', { repo: repo.dir, json: true })).stdout).lines).toBeUndefined();
  });

  test('check --lines says it in its text', async () => {
    expect((await check('main..work', { repo: repo.dir, lines: true })).stdout).toContain('an AI wrote 3 of 4 added lines (75 %)');
    expect((await check('main..main', { repo: repo.dir, lines: true })).stdout).not.toContain('an AI wrote');
  });

  test('goes out as agent-trace and as git-ai has it', async () => {
    const trace = await exportLines('main..work', { repo: repo.dir, format: 'agent-trace' });
    expect(trace).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(trace.stdout)).toMatchObject({
      version: '0.1.0',
      vcs: { type: 'git', revision: repo.git('rev-parse', 'work') },
      tool: { name: 'claude' },
      files: [
        {
          path: 'a.ts',
          conversations: [{ contributor: { type: 'ai', model_id: 'unknown/opus' }, ranges: [{ start_line: 2, end_line: 4, content_hash: `sha256:${textHash(AI)}` }] }],
        },
      ],
    });
    const note = JSON.parse((await exportLines('work', { repo: repo.dir, format: 'git-ai' })).stdout);
    expect(note.note).toMatch(/^a\.ts\n {2}s_c9883b05a2487d::t_[0-9a-f]{14} 2-4\n---\n/);
  });
});

test('after a squash the lines are found again, and kept once they are asked to be', async () => {
  const repo = laid();
  const theirs = repo.git('rev-parse', 'refs/notes/ai');
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--squash', 'work');
  repo.git('commit', '-q', '-m', 'squashed');
  expect((await showLines('HEAD', { repo: repo.dir })).stdout).toContain('an AI wrote 3 of 4 added lines');
  const done = await attachCommand('HEAD', { repo: repo.dir });
  expect(done).toEqual({ code: 0, stdout: `${repo.git('rev-parse', 'HEAD').slice(0, 12)}  3 lines attributed (0 but for white space, 0 edited), 1 not\n`, stderr: '' });
  // the note of git-ai is as it was, and with it gone our record still says whose they are
  expect(repo.git('rev-parse', 'refs/notes/ai')).toBe(theirs);
  repo.git('update-ref', '-d', 'refs/notes/ai');
  expect((await showLines('HEAD', { repo: repo.dir })).stdout).toContain('    2-4  claude opus');
  expect((await attachCommand('HEAD', { repo: repo.dir, json: true })).stdout).toContain('"commits": []');
});

test('with --git-ai a note of git-ai’s comes where none is, and none is edited', async () => {
  const repo = laid();
  const first = repo.git('notes', '--ref=ai', 'show', 'work');
  repo.git('checkout', '-q', '-b', 'landed', 'main');
  repo.commit({ 'b.ts': '// meanwhile\n' });
  repo.git('cherry-pick', 'work');
  expect(JSON.parse((await attachCommand('main..landed', { repo: repo.dir, gitAi: true, json: true })).stdout).commits).toMatchObject([
    { commit: repo.git('rev-parse', 'landed'), gitAi: true, share: { exact: 3, none: 1 } },
  ]);
  expect(repo.git('notes', '--ref=ai', 'show', 'landed')).toMatch(/^a\.ts\n {2}s_c9883b05a2487d::t_[0-9a-f]{14} 2-4\n---/);
  expect(repo.git('notes', '--ref=ai', 'show', 'work')).toBe(first);
});

describe('traces come in', () => {
  const trace = (revision: string, content?: string): string =>
    `${JSON.stringify({ version: '1.0', id: 'x', timestamp: '2026-09-21T00:00:00Z', vcs: { type: 'git', revision }, tool: { name: 'cursor' }, files: [{ path: 'a.ts', conversations: [{ contributor: { type: 'ai', model_id: 'x/y' }, ranges: [{ start_line: 2, end_line: 4, ...(content && { content_hash: content }) }] }] }] })}\n`;

  test('of the commit itself, and of the one it was made on', async () => {
    for (const revision of ['work', 'main']) {
      const repo = laid();
      repo.git('update-ref', '-d', 'refs/notes/ai');
      const file = join(room.folder(), 'traces.jsonl');
      writeFileSync(file, trace(repo.git('rev-parse', revision), `sha256:${textHash(AI)}`));
      const done = await importLines(file, { repo: repo.dir });
      expect(done).toMatchObject({ code: 0, stderr: '' });
      expect((await showLines('main..work', { repo: repo.dir })).stdout).toContain('    2-4  cursor x/y');
    }
  });

  test('that fit no commit are said', async () => {
    const repo = laid();
    const file = join(room.folder(), 'traces.jsonl');
    writeFileSync(file, `${trace('e'.repeat(40))}no json\n`);
    expect(await importLines(file, { repo: repo.dir })).toEqual({
      code: 0,
      stdout: 'nothing to record\n',
      stderr: 'countersign: line 2 is no JSON\ncountersign: a record of eeeeeeeeeeee: no commit of the range adds its lines\n',
    });
  });

  test('a file that is not there is a no', async () => {
    expect(await importLines(join(room.root, 'none'), { repo: laid().dir })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be read: there is no such file \[USAGE\]\n {2}remedy/),
    });
  });
});

test.each([
  ['nowhere', /names no commit here \[NOT_FOUND\]\n {2}remedy/],
  ['a..b..c', /is no range \[USAGE\]/],
])('%s is a no with a remedy', async (range, said) => {
  const repo = laid();
  expect(await showLines(range, { repo: repo.dir })).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(said) });
  expect(await showLines('HEAD', { repo: room.root })).toMatchObject({ code: 2 });
});
