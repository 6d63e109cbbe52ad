/** The commands of the score, from a real shell: trained, used by check and risk, streamed, measured. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gitRoom } from '../testing/git.ts';
import { layLongHistory } from '../testing/long-history.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/risk.schema.json', import.meta.url), 'utf8')));
const repo = room.init();
const reverts = layLongHistory(repo, 400);

function countersign(args: readonly string[], shell?: string) {
  const env = { PATH: process.env.PATH, HOME: room.root };
  const { status, stdout, stderr } =
    shell === undefined
      ? spawnSync(process.execPath, [MAIN, 'risk', ...args, '--repo', repo.dir], { env, encoding: 'utf8', maxBuffer: 1 << 26 })
      : spawnSync('sh', ['-c', `'${process.execPath}' '${MAIN}' risk ${args.join(' ')} --repo '${repo.dir}' ${shell}`], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('nothing is scored before it is trained, and the remedy is the command', () => {
  expect(countersign(['change', '--per-commit', '--jsonl', '--json'])).toMatchObject({ status: 2, stdout: expect.stringContaining('countersign risk train') });
  expect(JSON.parse(countersign(['HEAD~1..HEAD', '--json']).stdout).score).toBeNull();
});

test('trained once, every change has a score, and history is streamed', () => {
  expect(countersign(['train', '--json'])).toMatchObject({ status: 0, stderr: '' });
  const found = JSON.parse(countersign(['HEAD~1..HEAD', '--json']).stdout);
  expect(schema.safeParse(found).error).toBeUndefined();
  expect(found.score).toMatchObject({ percentile: expect.any(Number), model: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const lines = countersign(['change', '--per-commit', '--jsonl'])
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(400);
  for (const line of lines.slice(-5)) expect(schema.safeParse(line).error).toBeUndefined();
  expect(countersign(['change', 'HEAD~3..HEAD', '--per-commit', '--jsonl']).stdout.trim().split('\n')).toHaveLength(3);
});

test('whoever stops reading gets no complaint', () => {
  expect(countersign(['change', '--per-commit', '--jsonl'], '| head -2 | wc -l')).toMatchObject({ stdout: expect.stringMatching(/^\s*2\s*$/), stderr: '' });
});

test('what an organisation knows beside its history is learnt from', () => {
  const file = join(room.root, 'incidents.yml');
  writeFileSync(file, `- {id: INC-1, at: 2024-02-20T00:00Z, severity: 1, commits: [${repo.git('rev-parse', 'HEAD~42')}]}\n`);
  const trained = JSON.parse(countersign(['train', '--json', '--incidents', file, '--keep', room.folder()]).stdout).trained;
  expect(trained.reverted).toBe(reverts + 1);
  const words = join(room.root, 'planned');
  writeFileSync(words, '# ours\nswitch the default\n');
  expect(JSON.parse(countersign(['train', '--json', '--planned', words, '--keep', room.folder()]).stdout).trained.reverted).toBe(0);
});

test('the table has every order, both labels, and what it does not mean', () => {
  const { rows } = JSON.parse(countersign(['evaluate', '--json']).stdout);
  expect(rows.map((r: { labels: string; order: string }) => `${r.labels} ${r.order}`)).toEqual(
    ['clean', 'raw'].flatMap((labels) => ['random', 'size', 'smallest first', 'prior', 'prior and own history'].map((order) => `${labels} ${order}`)),
  );
  const text = countersign(['evaluate']).stdout;
  expect(text).toContain('A revert is not an outage');
  expect(text).toMatch(/^Only \d+ changes here are known to have been reverted/);
});

test('a wrong place is named', () => {
  expect(countersign(['train', '--branch', 'gone', '--json'])).toMatchObject({ status: 2, stdout: expect.stringContaining('"place":"--branch"') });
  expect(countersign(['change', '--jsonl', '--json'])).toMatchObject({ status: 2 });
});
