import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEvent } from '../adapters/agents/read.ts';
import { openWorkTrees, TREE_CAPS, type TreeCaps } from '../adapters/git/work-tree.ts';
import { fingerprint, sessionId } from '../core/provenance/lines/fingerprint.ts';
import type { Entry } from '../core/provenance/session/entry.ts';
import { sessionsTouching } from '../core/provenance/session/sessions.ts';
import { openRecordedLog, openRecorder, verifyLog } from '../store/recorder/recorder.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { recordEvent } from './record.ts';
import type { RecordWorld } from './record-world.ts';

const room = gitRoom();
afterAll(() => room.remove());
const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

function recording(repo: TestRepository = room.init(), caps: TreeCaps = TREE_CAPS) {
  const state = mkdtempSync(join(room.root, 's'));
  const clock = { now: Date.now(), waits: 0, whileWaiting: () => {} };
  const world: RecordWorld = {
    trees: openWorkTrees(caps),
    recorder: (common) => openRecorder(common, { state, version: 'test', clock: () => clock.now }),
    clock: () => clock.now,
    wait: async () => {
      clock.waits += 1;
      clock.whileWaiting();
    },
  };
  const common = join(repo.dir, '.git');
  const send = async (event: object, named?: string): Promise<void> => {
    const read = readEvent(new TextEncoder().encode(JSON.stringify(event)), { cwd: repo.dir, cloud: false, ...(named === undefined ? {} : { named }) });
    if (!read.ok) throw new Error(read.error.message);
    expect(await recordEvent(read.value, world)).toEqual({ ok: true, value: undefined });
  };
  const log = openRecordedLog(common, state);
  const calls = async () => (await log.entries(0)).flatMap((e) => (e.what === 'call' ? [e] : []));
  const write = (path: string, text: string): void => {
    mkdirSync(join(repo.dir, path, '..'), { recursive: true });
    writeFileSync(join(repo.dir, path), text);
  };
  return { repo, state, clock, send, log, calls, write, verify: () => verifyLog(common, state) };
}

type Recording = ReturnType<typeof recording>;
const claude = (r: Recording, event: string, id: string, tool: string, input: object, more: object = {}) => ({
  session_id: 'c',
  cwd: r.repo.dir,
  hook_event_name: event,
  tool_name: tool,
  tool_input: input,
  tool_use_id: id,
  ...more,
});
const bash = async (r: Recording, id: string, act: () => void): Promise<void> => {
  await r.send(claude(r, 'PreToolUse', id, 'Bash', { command: 'sh x' }));
  act();
  await r.send(claude(r, 'PostToolUse', id, 'Bash', { command: 'sh x' }));
};
const spans = (calls: readonly Extract<Entry, { what: 'call' }>[]) =>
  calls.map((c) => Object.fromEntries(c.files.map((f) => [f.path, [f.added.map((s) => [s.start, s.lines.length / 33]), f.removed.map((s) => [s.start, s.lines.length / 33])]])));
const gaps = async (r: Recording) => (await r.log.entries(0)).flatMap((e) => (e.what === 'gap' ? [e] : []));

/** One edit of `a.txt` and one shell call, as each agent tells of them. */
const AGENTS: readonly {
  readonly name: string;
  readonly tool: string;
  readonly session: string;
  readonly edit: (dir: string, after: boolean) => object;
  readonly shell: (dir: string, after: boolean) => object;
}[] = [
  {
    name: 'claude-code',
    tool: 'claude',
    session: sessionId('claude', 'k'),
    edit: (dir, after) => ({
      session_id: 'k',
      cwd: dir,
      hook_event_name: after ? 'PostToolUse' : 'PreToolUse',
      tool_name: 'Write',
      tool_input: { file_path: join(dir, 'a.txt') },
      tool_use_id: '1',
    }),
    shell: (dir, after) => ({
      session_id: 'k',
      cwd: dir,
      hook_event_name: after ? 'PostToolUse' : 'PreToolUse',
      tool_name: 'Bash',
      tool_input: { command: 'x' },
      tool_use_id: '2',
    }),
  },
  {
    name: 'cursor',
    tool: 'cursor',
    session: sessionId('cursor', 'k'),
    edit: (dir, after) => ({
      conversation_id: 'k',
      cursor_version: '2.4',
      model: 'm-1',
      workspace_roots: [dir],
      hook_event_name: after ? 'postToolUse' : 'preToolUse',
      tool_name: 'StrReplace',
      tool_input: { path: 'a.txt' },
      tool_use_id: '1',
    }),
    shell: (dir, after) => ({
      conversation_id: 'k',
      cursor_version: '2.4',
      model: 'm-1',
      workspace_roots: [dir],
      hook_event_name: after ? 'postToolUse' : 'preToolUse',
      tool_name: 'Shell',
      tool_input: { command: 'x' },
      tool_use_id: '2',
    }),
  },
  {
    name: 'copilot',
    tool: 'copilot',
    session: sessionId('github-copilot-cli', 'k'),
    edit: (dir, after) => ({
      timestamp: 1,
      sessionId: 'k',
      cwd: dir,
      toolName: 'apply_patch',
      toolArgs: '*** Begin Patch\n*** Update File: a.txt\n*** End Patch',
      ...(after ? { toolResult: { resultType: 'success' } } : {}),
    }),
    shell: (dir, after) => ({ timestamp: 1, sessionId: 'k', cwd: dir, toolName: 'bash', toolArgs: '{"command":"x"}', ...(after ? { toolResult: { resultType: 'success' } } : {}) }),
  },
  {
    name: 'codex',
    tool: 'codex',
    session: sessionId('codex', 'k'),
    edit: (dir, after) => ({
      session_id: 'k',
      turn_id: 't',
      model: 'm-1',
      transcript_path: null,
      cwd: dir,
      hook_event_name: after ? 'PostToolUse' : 'PreToolUse',
      tool_name: 'apply_patch',
      tool_input: { command: '*** Begin Patch\n*** Update File: a.txt\n*** End Patch' },
      tool_use_id: '1',
    }),
    shell: (dir, after) => ({
      session_id: 'k',
      turn_id: 't',
      model: 'm-1',
      transcript_path: null,
      cwd: dir,
      hook_event_name: after ? 'PostToolUse' : 'PreToolUse',
      tool_name: 'shell',
      tool_input: { command: ['sh', '-c', 'x'] },
      tool_use_id: '2',
    }),
  },
  {
    name: 'gemini-cli',
    tool: 'gemini',
    session: sessionId('gemini', 'k'),
    edit: (dir, after) => ({ session_id: 'k', cwd: dir, hook_event_name: after ? 'AfterTool' : 'BeforeTool', tool_name: 'replace', tool_input: { file_path: join(dir, 'a.txt') } }),
    shell: (dir, after) => ({ session_id: 'k', cwd: dir, hook_event_name: after ? 'AfterTool' : 'BeforeTool', tool_name: 'run_shell_command', tool_input: { command: 'x' } }),
  },
  {
    name: "git-ai's input",
    tool: 'other-tool',
    session: sessionId('other-tool', 'k'),
    edit: (dir, after) => ({
      type: after ? 'ai_agent' : 'human',
      repo_working_dir: dir,
      agent_name: 'other-tool',
      model: 'm-1',
      conversation_id: 'k',
      edited_filepaths: ['a.txt'],
    }),
    shell: (dir, after) => ({ type: after ? 'post_shell_command' : 'pre_shell_command', repo_working_dir: dir, agent_name: 'other-tool', model: 'm-1', conversation_id: 'k' }),
  },
];

describe('an edit and a command', () => {
  it.each(AGENTS)('of $name are recorded as its own, removed lines too', async ({ name, tool, session, edit, shell }) => {
    const r = recording();
    const before = lines('the first line', 'the second line', 'the third line');
    r.repo.commit({ 'a.txt': before, 'b.txt': before });
    await r.send(edit(r.repo.dir, false), name);
    r.write('a.txt', lines('the first line', 'a line of the agent', 'the third line'));
    await r.send(edit(r.repo.dir, true), name);
    await r.send(shell(r.repo.dir, false), name);
    r.write('b.txt', lines('the third line', 'made by a script'));
    await r.send(shell(r.repo.dir, true), name);
    const calls = await r.calls();
    expect(spans(calls)).toEqual([{ 'a.txt': [[[2, 1]], [[2, 1]]] }, { 'b.txt': [[[2, 1]], [[1, 2]]] }]);
    expect(calls.map((c) => [c.who.tool, c.who.session])).toEqual([
      [tool, session],
      [tool, session],
    ]);
    expect(await gaps(r)).toEqual([]);
    expect(readdirSync(join(r.state, 'repositories'), { recursive: true }).filter((f) => /held\/./.test(String(f)))).toEqual([]);
    expect(r.verify()).toMatchObject({ value: { faults: [] } });
  });

  it("of Cursor that arrive by Claude's settings too are counted once, as Cursor's", async () => {
    const r = recording();
    r.repo.commit({ 'a.txt': lines('the first line') });
    const event = (after: boolean) => ({
      conversation_id: 'k',
      cursor_version: '2.4',
      workspace_roots: [r.repo.dir],
      hook_event_name: after ? 'postToolUse' : 'preToolUse',
      tool_name: 'Write',
      tool_input: { file_path: join(r.repo.dir, 'a.txt') },
      tool_use_id: '1',
    });
    for (const name of ['cursor', 'claude-code']) await r.send(event(false), name);
    r.write('a.txt', lines('the first line', 'the second line'));
    for (const name of ['claude-code', 'cursor']) await r.send(event(true), name);
    expect((await r.calls()).map((c) => c.who.tool)).toEqual(['cursor']);
    expect(await gaps(r)).toEqual([]);
  });

  it('of VS Code may end before the file is on the disk: some patience', async () => {
    const r = recording();
    r.repo.commit({ 'a.txt': lines('the first line') });
    const event = (name: string) => ({
      sessionId: 'v',
      extensionId: 'GitHub.copilot-chat',
      cwd: r.repo.dir,
      hook_event_name: name,
      tool_name: 'edit_file',
      tool_input: { filePath: join(r.repo.dir, 'a.txt') },
    });
    await r.send(event('PreToolUse'));
    r.clock.whileWaiting = () => r.clock.waits === 3 && r.write('a.txt', lines('the first line', 'late on the disk'));
    await r.send(event('PostToolUse'));
    expect(spans(await r.calls())).toEqual([{ 'a.txt': [[[2, 1]], []] }]);
    expect(r.clock.waits).toBe(3);
  });
});

describe('a command', () => {
  it('leaves a person what they changed before it, in files it writes as well', async () => {
    const r = recording();
    r.repo.commit({ 'a.txt': lines('one line', 'two lines'), 'staged.txt': lines('x') });
    r.write('a.txt', lines('a person was here', 'one line', 'two lines'));
    r.write('new by a person.txt', lines('untracked and unsaved'));
    r.write('staged.txt', lines('x', 'staged by a person'));
    r.repo.git('add', 'staged.txt');
    await bash(r, '1', () => {
      r.write('a.txt', lines('a person was here', 'one line', 'the agent was here', 'two lines'));
      r.write('new by a person.txt', lines('untracked and unsaved', 'the agent was here'));
      r.repo.git('add', '-A');
      rmSync(join(r.repo.dir, 'staged.txt'));
    });
    expect(spans(await r.calls())).toEqual([{ 'a.txt': [[[3, 1]], []], 'new by a person.txt': [[[2, 1]], []], 'staged.txt': [[], [[1, 2]]] }]);
  });

  it('in a repository without a commit, in a linked work tree, in a folder below, with links, is seen all the same', async () => {
    const empty = recording();
    await bash(empty, '1', () => empty.write('sub/a.txt', lines('first')));
    expect(spans(await empty.calls())).toEqual([{ 'sub/a.txt': [[[1, 1]], []] }]);
    empty.repo.commit({});
    const linked = join(room.root, 'linked work tree');
    empty.repo.git('worktree', 'add', '-q', '-b', 'side', linked);
    const shell = (name: string) => ({ session_id: 'c', cwd: join(linked, 'sub'), hook_event_name: name, tool_name: 'Bash', tool_input: {}, tool_use_id: '2' });
    await empty.send(shell('PreToolUse'));
    writeFileSync(join(linked, 'sub/a.txt'), lines('first', 'in the linked one'));
    symlinkSync('/etc/passwd', join(linked, 'link'));
    await empty.send(shell('PostToolUse'));
    const last = (await empty.calls()).at(-1);
    expect([last?.tree, last?.files.map((f) => [f.path, f.after === null])]).toEqual([linked, [['sub/a.txt', false]]]);
  });

  it('that checks out what others wrote has not written it', async () => {
    const r = recording();
    const base = r.repo.commit({ 'a.txt': lines('x') });
    r.repo.commit({ 'b.txt': lines('by somebody else'), 'a.txt': lines('x', 'y of somebody') });
    r.repo.git('checkout', '-q', base);
    await bash(r, '1', () => r.repo.git('checkout', '-q', 'main'));
    expect(spans(await r.calls())).toEqual([{}]);
  });

  it('over a ceiling of files, or of time, is a gap that says so, and the call still stands there', async () => {
    const r = recording(room.init(), { ...TREE_CAPS, files: 2 });
    r.repo.commit({ a: 'x\n', b: 'x\n', c: 'x\n' });
    await bash(r, '1', () => r.write('a', 'y\n'));
    expect((await r.calls()).map((c) => c.files)).toEqual([[]]);
    expect((await gaps(r)).map((g) => g.why)).toEqual([expect.stringContaining('3 files, over the cap of 2')]);
  });

  it('that writes a binary file, or one too large, is known to have written it', async () => {
    const r = recording(room.init(), { ...TREE_CAPS, bytes: 1_000 });
    r.repo.commit({ a: 'x\n' });
    await bash(r, '1', () => {
      r.write('binary', 'a\u0000b');
      r.write('large', 'x'.repeat(2_000));
    });
    expect((await r.calls()).map((c) => c.files)).toMatchObject([[{ path: 'binary', added: [], before: null }]]);
    expect(await gaps(r)).toMatchObject([{ paths: ['large'] }]);
  });
});

describe('the log', () => {
  it('says a heartbeat every quarter of an hour in which anything happens', async () => {
    const r = recording();
    const stop = () => r.send({ session_id: 'c', cwd: r.repo.dir, hook_event_name: 'Stop' }, 'claude');
    for (const minutes of [0, 5, 16, 17, 40]) {
      r.clock.now += minutes * 60_000;
      await stop();
    }
    expect((await r.log.entries(0)).filter((e) => e.what === 'heartbeat')).toHaveLength(4);
  });

  it('throws old entries away, says so, and still holds', async () => {
    const r = recording();
    const stop = () => r.send({ session_id: 'c', cwd: r.repo.dir, hook_event_name: 'Stop' }, 'claude');
    for (let i = 0; i < 3; i++) await stop();
    r.clock.now += 100 * 86_400_000;
    await stop();
    const entries = await r.log.entries(0);
    expect(entries.map((e) => e.what)).toEqual(['pruned', 'heartbeat', 'session']);
    expect(entries[0]).toMatchObject({ entries: 4 });
    expect(r.verify()).toMatchObject({ value: { faults: [] } });
    const [folder = ''] = readdirSync(join(r.state, 'repositories'));
    const file = join(r.state, 'repositories', folder, 'log.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
    expect(r.verify()).not.toMatchObject({ value: { faults: [] } });
  });

  it('tells whose lines are staged', async () => {
    const r = recording();
    r.repo.commit({ 'a.txt': lines('x') });
    await bash(r, '1', () => r.write('a.txt', lines('x', 'a line of the agent')));
    const hunk = (line: string) => [{ path: 'a.txt', added: [{ start: 2, lines: [line] }], removed: [] }];
    const runs = await r.log.runs(0);
    expect(runs).toMatchObject([{ path: 'a.txt', what: 'added', start: 2, lines: [fingerprint('a line of the agent')], trust: 4 }]);
    expect(sessionsTouching(hunk('a line of the agent'), runs)).toEqual([{ tool: 'claude', session: sessionId('claude', 'c') }]);
    expect(sessionsTouching(hunk('a line of a person'), runs)).toEqual([]);
  });
});
