import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../adapters/agents/settings/files.ts';
import { openLines } from '../adapters/git/lines.ts';
import { attach } from '../core/provenance/lines/attach.ts';
import { sessionId } from '../core/provenance/lines/fingerprint.ts';
import { readRecord } from '../core/provenance/lines/record-read.ts';
import type { Entry } from '../core/provenance/session/entry.ts';
import { openRecordedLog, verifyLog } from '../store/recorder/recorder.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = join(import.meta.dirname, 'main.ts');

/** A machine of its own: a home, a repository, and agents that send what theirs send. */
function machine() {
  const home = room.folder();
  const repo = room.init();
  const env = { PATH: process.env.PATH ?? '', HOME: home, XDG_STATE_HOME: join(home, 'state with spaces') };
  const send = (event: unknown, agent = 'claude-code', cwd = repo.dir) => {
    const input = typeof event === 'string' ? event : JSON.stringify(event);
    const ran = spawnSync(process.execPath, [MAIN, 'hook', 'agent', '--agent', agent], { cwd, env, input, encoding: 'utf8' });
    expect({ status: ran.status, stdout: ran.stdout, stderr: ran.stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  };
  const state = join(env.XDG_STATE_HOME, 'countersign');
  const log = openRecordedLog(join(repo.dir, '.git'), state);
  return { home, repo, env, send, state, log, entries: () => log.entries(0), verify: () => verifyLog(join(repo.dir, '.git'), state) };
}

type Machine = ReturnType<typeof machine>;

const claude = (m: Machine, more: object) => ({
  session_id: 'c0ffee',
  transcript_path: join(m.home, '.claude/projects/x.jsonl'),
  cwd: m.repo.dir,
  permission_mode: 'default',
  ...more,
});
const pre = (m: Machine, id: string, tool: string, input: object) => claude(m, { hook_event_name: 'PreToolUse', tool_name: tool, tool_input: input, tool_use_id: id });
const post = (m: Machine, id: string, tool: string, input: object) =>
  claude(m, { hook_event_name: 'PostToolUse', tool_name: tool, tool_input: input, tool_use_id: id, tool_response: { stdout: '', stderr: '' } });

function bash(m: Machine, id: string, command: string): void {
  m.send(pre(m, id, 'Bash', { command }));
  execFileSync('sh', ['-c', command], {
    cwd: m.repo.dir,
    env: { ...m.env, GIT_AUTHOR_NAME: 'Dana', GIT_AUTHOR_EMAIL: 'd@x.example', GIT_COMMITTER_NAME: 'Dana', GIT_COMMITTER_EMAIL: 'd@x.example' },
  });
  m.send(post(m, id, 'Bash', { command }));
}

function edit(m: Machine, id: string, file: string, act: () => void): void {
  const input = { file_path: join(m.repo.dir, file), old_string: 'x', new_string: 'y' };
  m.send(pre(m, id, 'Edit', input));
  act();
  m.send(post(m, id, 'Edit', input));
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const attached = async (repo: TestRepository, m: Machine) => {
  const head = repo.git('rev-parse', 'HEAD');
  const changed = await openLines({ dir: repo.dir }).between(repo.git('rev-parse', 'HEAD^'), head);
  if (!changed.ok) throw new Error(changed.error.message);
  return attach(changed.value, await m.log.runs(0));
};
const gaps = (entries: readonly Entry[]): readonly string[] => entries.flatMap((e) => (e.what === 'gap' ? [e.why] : []));

describe('a session of Claude Code', () => {
  it('that edits a file and rewrites another by sed, before a person goes on and commits, leaves exactly its own lines', async () => {
    const m = machine();
    const file = join(m.repo.dir, 'orders.ts');
    m.repo.commit({
      'orders.ts': lines('export const first = 1;', 'export const second = 2;', 'export const third = 3;'),
      'rates.txt': lines('one dollar is ten', 'a euro is eleven'),
    });
    mkdirSync(join(m.home, '.claude/projects'), { recursive: true });
    writeFileSync(join(m.home, '.claude/projects/x.jsonl'), '{"message":{"model":"claude-opus-4-6","content":"\\"model\\":\\"no\\""}}\n');
    // a person's unsaved work, before the agent
    appendFileSync(file, lines('export const personWroteThisFirst = true;'));
    m.send(claude(m, { hook_event_name: 'SessionStart', source: 'startup' }));
    m.send(claude(m, { hook_event_name: 'UserPromptSubmit', prompt: 'a prompt nobody may keep' }));
    edit(m, 'toolu_1', 'orders.ts', () => {
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('export const second = 2;\n', 'export const agentWroteThis = 2;\nexport const agentWroteThisToo = 2;\n'));
    });
    bash(m, 'toolu_2', "sed -i 's/a euro is eleven/a euro is twelve now/' rates.txt && echo 'a whole new file' > new.txt");
    // a person, between calls and after
    appendFileSync(file, lines('export const personWroteThisLast = true;'));
    m.send(claude(m, { hook_event_name: 'Stop' }));
    m.repo.git('add', '-A');
    m.repo.commit({}, { message: 'both' });

    const { files, hands } = await attached(m.repo, m);
    const [hand] = hands.values();
    expect(hand).toEqual({ by: 'ai', tool: 'claude', model: 'claude-opus-4-6', session: sessionId('claude', 'c0ffee') });
    expect(hands.size).toBe(1);
    expect(Object.fromEntries(files.map((f) => [f.path, [f.ranges.map((r) => [r.start, r.end]), f.removed.map((r) => [r.start, r.count])]]))).toEqual({
      'new.txt': [[[1, 1]], []],
      'orders.ts': [[[2, 3]], [[2, 1]]],
      'rates.txt': [[[2, 2]], [[2, 1]]],
    });
    expect(gaps(await m.entries())).toEqual([]);
    expect(m.verify()).toMatchObject({ ok: true, value: { faults: [] } });
  });

  it('keeps no prompt and no file, and everything for the user alone', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('a line of some length') });
    m.send(claude(m, { hook_event_name: 'UserPromptSubmit', prompt: 'a prompt nobody may keep' }));
    edit(m, 't1', 'a.txt', () => writeFileSync(join(m.repo.dir, 'a.txt'), 'contents nobody may keep\n'));
    bash(m, 't2', 'curl -s -H "Authorization: Bearer abcdefghijklmnop" file:///dev/null || true; npm test --help >/dev/null 2>&1 || true');
    const files = readdirSync(m.state, { recursive: true, withFileTypes: true });
    const kept = files.filter((f) => f.isFile()).map((f) => readFileSync(join(f.parentPath, f.name), 'utf8'));
    for (const text of kept) for (const word of ['nobody may keep', 'abcdefghijklmnop', 'a line of some length']) expect(text).not.toContain(word);
    for (const f of files) expect(statSync(join(f.parentPath, f.name)).mode & 0o077, f.name).toBe(0);
    const trail = (await m.entries()).find((e) => e.what === 'trail');
    expect(trail).toMatchObject({ kind: 'test', outcome: 'ok' });
    expect(m.log.text(trail?.what === 'trail' ? trail.sha256 : '')).toContain('Authorization: [redacted]');
  });

  it('that commits by itself is recorded with its commits, and those of others it fetched are not its own', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('first of all lines') });
    m.repo.git('branch', 'other');
    m.repo.git('checkout', '-q', 'other');
    m.repo.commit({ 'b.txt': lines('somebody else wrote this') });
    m.repo.git('checkout', '-q', 'main');
    bash(m, 't1', "git merge -q other && echo 'a line by the agent' >> a.txt && git commit -qam mine");
    const entries = await m.entries();
    const commits = entries.flatMap((e) => (e.what === 'commits' ? e.commits : []));
    expect(commits).toEqual([{ id: m.repo.git('rev-parse', 'HEAD'), authored: true }]);
    const files = entries.flatMap((e) => (e.what === 'call' ? e.files.map((f) => [f.path, f.added.map((s) => s.start)]) : []));
    expect(files).toEqual([['a.txt', [2]]]);
  });

  it('whose command fails is closed at the end of the turn, and says so', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('first of all lines') });
    m.send(pre(m, 't1', 'Bash', { command: 'echo x; false' }));
    appendFileSync(join(m.repo.dir, 'a.txt'), lines('written before it failed'));
    m.send(claude(m, { hook_event_name: 'Stop' }));
    expect((await m.entries()).flatMap((e) => (e.what === 'call' ? [[e.end, e.files.length]] : []))).toEqual([['late', 1]]);
  });
});

describe("the command in an agent's settings", () => {
  it('runs wherever Node and the program lie, and ends well though both were gone', async () => {
    const m = machine();
    const odd = join(m.home, 'a $HOME "b" `c` \\d');
    mkdirSync(odd);
    symlinkSync(process.execPath, join(odd, 'node'));
    symlinkSync(MAIN, join(odd, 'main.ts'));
    const roots = { home: m.home, project: m.repo.dir, env: {} };
    const commandOf = (node: string): string => {
      const settings = settingsOf('cursor', 'user', roots, { node, script: join(odd, 'main.ts'), windows: false });
      return settings.hooks.map(([, element]) => (element as { readonly command: string }).command)[0] ?? '';
    };
    const run = (command: string) =>
      spawnSync('sh', ['-c', command], { cwd: m.repo.dir, env: m.env, input: JSON.stringify(claude(m, { hook_event_name: 'Stop' })), encoding: 'utf8' });
    expect(run(commandOf(join(odd, 'node')))).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect((await m.entries()).filter((e) => e.what === 'session')).toHaveLength(1);
    expect(run(commandOf('/nonexistent/node'))).toMatchObject({ status: 0, stdout: '' });
  });
});

describe('after a commit', () => {
  const commit = (m: Machine, ...args: readonly string[]) => {
    const ran = spawnSync(process.execPath, [MAIN, 'hook', 'post-commit', '--json', ...args], { cwd: m.repo.dir, env: m.env, encoding: 'utf8' });
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(ran.stdout);
  };
  const note = (m: Machine, ref: string): string => m.repo.git('notes', `--ref=${ref}`, 'show', 'HEAD');

  it('a signed note says which lines the agent made, and holds no text', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('a line of a person') });
    m.send(claude(m, { hook_event_name: 'UserPromptSubmit', prompt: 'secret prompt words' }));
    edit(m, 't1', 'a.txt', () => appendFileSync(join(m.repo.dir, 'a.txt'), lines('a line of the agent')));
    bash(m, 't2', 'true # npm test');
    appendFileSync(join(m.repo.dir, 'a.txt'), lines('another line of a person'));
    m.repo.git('add', '-A');
    m.repo.commit({});
    const said = commit(m, '--git-ai');
    expect(said.share).toMatchObject({ exact: 1, none: 1 });
    expect(said.trail).toMatch(/^[0-9a-f]{64}$/);
    const text = note(m, 'countersign');
    for (const word of ['a line of', 'secret', 'npm test']) expect(text).not.toContain(word);
    const state = m.verify();
    const key = Buffer.from(state.ok ? state.value.publicKey : '', 'hex');
    const read = readRecord(`${text}\n`, m.repo.git('rev-parse', 'HEAD'), [{ key, managed: true }]);
    expect(read).toMatchObject({ signed: true, attribution: { trust: 4, unreadable: [], files: [{ path: 'a.txt', ranges: [{ start: 2, end: 2 }] }] } });
    expect(note(m, 'ai')).toMatch(/^a\.txt\n {2}s_[0-9a-f]{14}::t_[0-9a-f]{14} 2\n---\n/);
    expect(JSON.parse(m.log.text(said.trail) ?? '')).toMatchObject([{ kind: 'test' }]);
    expect(m.verify()).toMatchObject({ ok: true, value: { faults: [] } });
  });

  it('made inside a call of a shell, what was written before it in the same call is already known', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('a line of a person') });
    const command = 'echo "a line of the agent" >> a.txt; git commit -qam agent';
    m.send(pre(m, 't1', 'Bash', { command }));
    const hook = join(m.repo.dir, '.git/hooks/post-commit');
    writeFileSync(hook, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" hook post-commit\n`, { mode: 0o755 });
    execFileSync('sh', ['-c', `${command}; echo "another line of the agent" >> a.txt`], {
      cwd: m.repo.dir,
      env: { ...m.env, GIT_AUTHOR_NAME: 'D', GIT_AUTHOR_EMAIL: 'd@x.example', GIT_COMMITTER_NAME: 'D', GIT_COMMITTER_EMAIL: 'd@x.example' },
    });
    const first = readRecord(`${note(m, 'countersign')}\n`, m.repo.git('rev-parse', 'HEAD'));
    expect(first.attribution.files).toMatchObject([{ path: 'a.txt', ranges: [{ start: 2, end: 2 }] }]);
    m.send(post(m, 't1', 'Bash', { command }));
    const calls = (await m.entries()).flatMap((e) => (e.what === 'call' ? [[e.end, e.files.flatMap((f) => f.added.map((s) => s.start))]] : []));
    expect(calls).toEqual([
      ['open', [2]],
      ['seen', [3]],
    ]);
    rmSync(hook);
    m.repo.git('add', '-A');
    m.repo.commit({});
    expect(commit(m).share).toMatchObject({ exact: 1, none: 0 });
  });

  it('that an agent made by itself, its note says so', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('x') });
    bash(m, 't1', 'echo "a line of the agent" >> a.txt; git commit -qam agent');
    commit(m);
    expect(JSON.parse(note(m, 'countersign').split('\n')[0] ?? '')).toMatchObject({ madeBy: { by: 'ai', tool: 'claude' } });
  });
});

describe('bad input', () => {
  it.each(['', 'no json', '[]', '{"session_id":', '{"a":1}', 'null', '\u0000'])('%j is a gap, and nothing else happens', async (said) => {
    const m = machine();
    m.send(said, 'nobody');
    expect(gaps(await m.entries())).toHaveLength(1);
  });
  it('a second half without the first is a gap with its paths', async () => {
    const m = machine();
    m.send(post(m, 't1', 'Write', { file_path: join(m.repo.dir, 'a.txt'), content: 'x' }));
    expect((await m.entries()).filter((e) => e.what === 'gap')).toMatchObject([{ paths: ['a.txt'] }]);
  });
  it('outside any repository is nowhere', () => {
    const m = machine();
    m.send(pre(m, 't1', 'Write', { file_path: '/nonexistent/a', content: 'x' }), 'claude-code', '/');
    expect(existsSync(join(m.repo.dir, '.git', 'countersign'))).toBe(false);
  });
});

describe('the log', () => {
  it('takes eight hooks at once', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('x') });
    const ended = Array.from({ length: 8 }, (_, i) => {
      const child = spawn(process.execPath, [MAIN, 'hook', 'agent', '--agent', 'claude-code'], { cwd: m.repo.dir, env: m.env, stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(JSON.stringify(claude(m, { hook_event_name: 'UserPromptSubmit', prompt: `prompt ${i}` })));
      return new Promise((resolve) => child.on('close', resolve));
    });
    expect(await Promise.all(ended)).toEqual(ended.map(() => 0));
    expect((await m.entries()).filter((e) => e.what === 'prompt')).toHaveLength(8);
    expect(m.verify()).toMatchObject({ ok: true, value: { faults: [] } });
  });
  it('goes on behind a torn line and says so; every other change is found', async () => {
    const m = machine();
    m.repo.commit({ 'a.txt': lines('x') });
    const prompt = (text: string): void => m.send(claude(m, { hook_event_name: 'UserPromptSubmit', prompt: text }));
    prompt('one');
    prompt('two');
    const file = join(m.state, 'repositories', readdirSync(join(m.state, 'repositories'))[0] ?? '', 'log.jsonl');
    appendFileSync(file, '{"seq":99,"half');
    prompt('three');
    expect(gaps(await m.entries())).toHaveLength(1);
    const whole = readFileSync(file, 'utf8');
    const faults = (text: string): number => {
      writeFileSync(file, text);
      const state = m.verify();
      return state.ok ? state.value.faults.length : -1;
    };
    expect(faults(whole)).toBe(0);
    const all = whole.split('\n').slice(0, -1);
    all.forEach((line, i) => {
      expect(faults(lines(...all.toSpliced(i, 1))), `without line ${i}`).toBeGreaterThan(0);
      for (const at of [2, Math.floor(line.length / 2), line.length - 3]) {
        const flipped = line.slice(0, at) + (line[at] === '0' ? '1' : '0') + line.slice(at + 1);
        expect(faults(lines(...all.with(i, flipped))), `line ${i} at ${at}`).toBeGreaterThan(0);
      }
    });
    rmSync(file);
    expect(faults('')).toBeGreaterThan(0);
  }, 60_000);
});
