/** What `detect` prints over real histories and from a real shell. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/detect.schema.json', import.meta.url), 'utf8')));

function countersign(args: readonly string[], { cwd = room.root, input = '' as string | Uint8Array } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: room.root },
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}

const lines = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const BOT = { name: 'acme-triage[bot]', email: '12+acme-triage[bot]@users.noreply.github.com' };

function history() {
  const repo = room.init();
  const ids = [
    repo.commit({ a: '1' }, { message: 'By hand\n' }),
    repo.commit({ a: '2' }, { message: 'With help\n\nCo-authored-by: Claude <noreply@anthropic.com>\n' }),
    repo.commit({ a: '3' }, { message: 'Declared\n\nAssisted-by: codex:gpt-5\n' }),
    repo.commit({ a: '4' }, { message: 'By an agent\n', author: { name: 'Cursor Agent', email: 'cursoragent@cursor.com' } }),
    repo.commit({ a: '5' }, { message: 'By a bot\n', author: BOT }),
  ];
  return { repo, ids };
}

describe('detect', () => {
  const { repo, ids } = history();

  test('a line a commit, newest first, as documented', () => {
    const { status, stdout, stderr } = countersign(['detect', '--jsonl', '--repo', repo.dir]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = lines(stdout);
    expect(found.map((f) => [f.sha, f.level])).toEqual([...ids].reverse().map((id, i) => [id, ['unattributed', 'agent', 'assisted', 'assisted', 'unattributed'][i]]));
    expect(found[3]).toMatchObject({ tools: ['claude'], evidence: [{ source: 'trailer', trust: 2, tool: 'claude', place: 'message:3' }] });
    for (const line of found) expect(schema.safeParse(line).error).toBeUndefined();
  });

  test('a range, a branch, a date', () => {
    const shas = (...args: readonly string[]) => lines(countersign(['detect', ...args, '--jsonl'], { cwd: repo.dir }).stdout).map((f) => f.sha);
    expect(shas('HEAD~2..HEAD')).toEqual([ids[4], ids[3]]);
    expect(shas('--branch', 'main')).toHaveLength(5);
    expect(shas('--all', '--since', '2100-01-01')).toEqual([]);
  });

  test('a summary for people and for programs', () => {
    const { stdout } = countersign(['detect', '--repo', repo.dir]);
    expect(stdout).toContain('5 commits');
    expect(stdout).toMatch(/agent +1 +20\.0 %/);
    expect(stdout).toMatch(/claude +1 /);
    expect(stdout).toContain('By an agent');
    const summary = JSON.parse(countersign(['detect', '--repo', repo.dir, '--json']).stdout);
    expect(schema.safeParse(summary).error).toBeUndefined();
    expect(summary).toMatchObject({ version: 1, exit: 0, commits: 5, levels: { agent: 1, assisted: 2, suggestion: 0, unattributed: 2, human: 0 } });
    expect(schema.safeParse({ ...summary, more: 1 }).success).toBe(false);
  });

  test.each([[['nowhere']], [['HEAD', '--all']], [['--since', 'yesterday']], [['HEAD', '--stdin']], [['--registry', '/nonexistent/agents.yml']]])(
    '%j is refused with a remedy',
    (args) => {
      const text = countersign(['detect', ...args], { cwd: repo.dir });
      expect(text).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('remedy: ') });
      const json = countersign(['detect', ...args, '--json'], { cwd: repo.dir });
      expect(schema.safeParse(JSON.parse(json.stdout)).error).toBeUndefined();
    },
  );

  test('says so where what HEAD holds is missing, and takes a registry that is named', () => {
    const there = room.init();
    there.commit({ a: '1' });
    const tree = there.git('rev-parse', 'HEAD^{tree}');
    rmSync(join(there.dir, '.git/objects', tree.slice(0, 2), tree.slice(2)), { force: true });
    expect(countersign(['detect', '--repo', there.dir])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('remedy: name one with --registry') });
    writeFileSync(join(there.dir, 'agents.yml'), 'agents: []\n');
    expect(countersign(['detect', '--repo', there.dir, '--registry', join(there.dir, 'agents.yml')])).toMatchObject({ status: 0 });
  });

  test('answers nothing of a history where the registry in it cannot be read', () => {
    const there = room.init();
    there.commit({ '.countersign/agents.yml': 'agents: [{ matc: {} }]\n' });
    for (const how of ['--jsonl', '--json'] as const) {
      const { status, stdout, stderr } = countersign(['detect', '--repo', there.dir, how]);
      expect([status, `${stdout}${stderr}`.includes('.countersign/agents.yml')]).toEqual([2, true]);
      expect(stdout).not.toContain('"sha"');
    }
  });

  test('where the history is damaged, what was read is answered and the code says so', () => {
    const broken = history();
    const second = broken.ids[1] ?? '';
    rmSync(join(broken.repo.dir, '.git/objects', second.slice(0, 2), second.slice(2)), { force: true });
    const { status, stdout, stderr } = countersign(['detect', '--jsonl', '--repo', broken.repo.dir]);
    expect(status).toBe(2);
    expect(stderr).toContain('[CONTENT_UNSEEN]');
    expect(lines(stdout)[0]).toMatchObject({ sha: broken.ids[4] });
  });

  test('whoever stops reading is no error', () => {
    const piped = spawnSync('sh', ['-c', `"$@" | head -n 1`, 'sh', process.execPath, MAIN, 'detect', '--jsonl', '--repo', repo.dir], { encoding: 'utf8' });
    expect(piped.stdout.split('\n')).toHaveLength(2);
    expect(piped.stderr).toBe('');
  });
});

describe('detect --stdin', () => {
  const rui = { name: 'Rui', email: 'rui@x.example' };
  const commit = { sha: 'a1', author: rui, committer: rui, message: 'Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>\n' };

  test('answers a line for a line, and a bad one is said with its number while the rest goes on', () => {
    const input = [JSON.stringify(commit), '{', JSON.stringify({ ...commit, sha: 7 }), '', JSON.stringify({ ...commit, sha: 'b2', message: 'By hand' })].join('\n');
    const { status, stdout, stderr } = countersign(['detect', '--stdin'], { input });
    expect(status).toBe(2);
    expect(lines(stdout).map((f) => [f.sha, f.level])).toEqual([
      ['a1', 'assisted'],
      ['b2', 'unattributed'],
    ]);
    expect(stderr).toMatch(/^countersign: line 2: is not one JSON value: .* \[USAGE\]\ncountersign: line 3: sha is no text \[USAGE\]\n$/);
  });

  test('bytes that are no text, and a line of a hundred megabytes, are refused and the next line is answered', () => {
    const file = join(room.root, 'long.jsonl');
    writeFileSync(file, Buffer.concat([Buffer.from(`"${'x'.repeat(100 << 20)}"\n`), Buffer.of(0x22, 0xff, 0x22, 0x0a), Buffer.from(JSON.stringify(commit))]));
    const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$@" < long.jsonl', 'sh', process.execPath, '--max-old-space-size=64', MAIN, 'detect', '--stdin'], {
      cwd: room.root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'countersign: line 1: is longer than this reads [USAGE]\ncountersign: line 2: is not UTF-8 [USAGE]\n' });
    expect(lines(stdout)).toHaveLength(1);
    rmSync(file);
  });

  test('a message of megabytes is answered, and what was not read of it is said', () => {
    const { status, stdout } = countersign(['detect', '--stdin'], { input: JSON.stringify({ ...commit, message: `Fix\n\n${'y'.repeat(5 << 20)}` }) });
    expect(status).toBe(0);
    expect(lines(stdout)).toMatchObject([{ level: 'unattributed', evidence: expect.arrayContaining([expect.objectContaining({ rule: 'evidence-unreadable' })]) }]);
  });
});
