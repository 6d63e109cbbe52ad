import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionId } from '../../core/provenance/lines/fingerprint.ts';
import { type AgentEvent, whoOf } from '../../core/provenance/session/event.ts';
import { parseInput } from './json.ts';
import { patchPaths } from './paths.ts';
import { readEvent } from './read.ts';

const PATCH = `*** Begin Patch
*** Update File: src/orders.ts
*** Move to: src/old orders.ts
@@
-a
+b
*** Add File: new.ts
+x
*** Delete File: gone.ts
*** End Patch`;

const read = (event: unknown, named?: string, cloud = false): AgentEvent => {
  const bytes = new TextEncoder().encode(typeof event === 'string' ? event : JSON.stringify(event));
  const found = readEvent(bytes, { cwd: '/here', cloud, ...(named === undefined ? {} : { named }) });
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
};

const CLAUDE = { session_id: 's-1', transcript_path: '/h/.claude/projects/p/s-1.jsonl', cwd: '/w', permission_mode: 'default' };

/** One of every shape an agent documents, and what it is. */
const SHAPES: readonly (readonly [string, object, string | undefined, Partial<AgentEvent>])[] = [
  [
    'Claude Code edits',
    { ...CLAUDE, hook_event_name: 'PreToolUse', tool_name: 'Edit', tool_input: { file_path: '/w/a.ts', old_string: 'a', new_string: 'b' }, tool_use_id: 'toolu_1' },
    'claude-code',
    { agent: 'claude', caller: 'claude-code', event: 'before-tool', kind: 'edit', callId: 'toolu_1', paths: ['/w/a.ts'], session: 's-1' },
  ],
  [
    'Claude Code runs a command in the background',
    {
      ...CLAUDE,
      hook_event_name: 'PostToolUse',
      tool_name: 'Bash',
      tool_input: { command: 'npm test', run_in_background: true },
      tool_use_id: 't',
      tool_response: { interrupted: false },
    },
    undefined,
    { kind: 'shell', command: 'npm test', outcome: 'ok', event: 'after-tool' },
  ],
  [
    'Claude Code states its plan',
    { ...CLAUDE, hook_event_name: 'PostToolUse', tool_name: 'ExitPlanMode', tool_input: { plan: '1. rename' }, tool_use_id: 't', tool_response: {} },
    undefined,
    { kind: 'plan', plan: '1. rename' },
  ],
  [
    'Claude Code lists what is to do',
    { ...CLAUDE, hook_event_name: 'PostToolUse', tool_name: 'TodoWrite', tool_input: { todos: [{ content: 'rename', status: 'pending', activeForm: 'x' }] }, tool_use_id: 't' },
    undefined,
    { kind: 'plan', plan: '[pending] rename' },
  ],
  ['Claude Code is asked', { ...CLAUDE, hook_event_name: 'UserPromptSubmit', prompt: 'do it' }, undefined, { event: 'prompt', prompt: 'do it', kind: 'other' }],
  ['Claude Code reads', { ...CLAUDE, hook_event_name: 'PreToolUse', tool_name: 'Read', tool_input: { file_path: '/w/a' }, tool_use_id: 't' }, undefined, { kind: 'other' }],
  ['a tool nobody knows', { ...CLAUDE, hook_event_name: 'PreToolUse', tool_name: 'mcp__db__migrate', tool_input: {}, tool_use_id: 't' }, undefined, { kind: 'shell' }],
  [
    "Cursor, by Claude's settings",
    { ...CLAUDE, transcript_path: '/h/.cursor/projects/p/t.jsonl', hook_event_name: 'PreToolUse', tool_name: 'Edit', tool_input: { file_path: '/w/a' }, tool_use_id: 't' },
    'claude-code',
    { agent: 'cursor', caller: 'cursor' },
  ],
  [
    'Cursor writes',
    {
      conversation_id: 'c-1',
      generation_id: 'g',
      model: 'gpt-5.2',
      hook_event_name: 'postToolUse',
      cursor_version: '2.4.1',
      workspace_roots: ['/c:/projects/shop'],
      user_email: 'd@x.example',
      tool_name: 'Write',
      tool_input: { path: '/c:/projects/shop/a.ts', content: 'x' },
      tool_use_id: 'u',
    },
    'cursor',
    { agent: 'cursor', event: 'after-tool', kind: 'edit', cwd: 'c:/projects/shop', paths: ['c:/projects/shop/a.ts'], model: 'gpt-5.2', session: 'c-1' },
  ],
  [
    'Cursor runs a command that fails',
    {
      conversation_id: 'c',
      cursor_version: '2',
      hook_event_name: 'postToolUseFailure',
      workspace_roots: ['/w'],
      tool_name: 'Shell',
      tool_input: { command: 'make' },
      tool_use_id: 'u',
    },
    'cursor',
    { kind: 'shell', event: 'after-tool', outcome: 'failed', command: 'make', cwd: '/w' },
  ],
  [
    'Copilot CLI edits, its input a string of JSON',
    {
      timestamp: 1_780_000_000_000,
      cwd: '/w',
      sessionId: 'cp-1',
      toolName: 'edit',
      toolArgs: '{"path":"src/a.ts","old_str":"a"}',
      toolResult: { resultType: 'success', textResultForLlm: 'ok' },
    },
    'copilot',
    { agent: 'copilot', caller: 'copilot-cli', event: 'after-tool', kind: 'edit', paths: ['/w/src/a.ts'], outcome: 'ok', session: 'cp-1' },
  ],
  [
    'Copilot CLI patches, its input a patch',
    { timestamp: 1_780_000_000_000, cwd: '/w', sessionId: 'cp-1', toolName: 'Edit', toolArgs: PATCH },
    'copilot',
    { event: 'before-tool', kind: 'edit', paths: ['/w/src/orders.ts', '/w/src/old orders.ts', '/w/new.ts', '/w/gone.ts'] },
  ],
  [
    'Copilot cloud agent, without a session',
    { timestamp: 1_780_000_000_000, cwd: '/w', toolName: 'bash', toolArgs: '{"command":"go test ./..."}' },
    'copilot',
    { kind: 'shell', command: 'go test ./...', session: '/w on 2026-05-28' },
  ],
  ['Copilot is asked', { timestamp: 1, cwd: '/w', sessionId: 'x', prompt: 'do it' }, 'copilot', { event: 'prompt', prompt: 'do it' }],
  [
    "VS Code, by Claude's settings",
    {
      session_id: 'v',
      transcript_path: '/h/Code/User/workspaceStorage/ab/GitHub.copilot-chat/t.json',
      cwd: '/w',
      hook_event_name: 'PostToolUse',
      tool_name: 'create_file',
      tool_input: { filePath: '/w/a.ts' },
    },
    'claude-code',
    { agent: 'copilot', caller: 'vscode', kind: 'edit', paths: ['/w/a.ts'] },
  ],
  [
    'Codex patches',
    {
      session_id: 'x-1',
      turn_id: 't-1',
      transcript_path: null,
      cwd: '/w',
      hook_event_name: 'PreToolUse',
      model: 'gpt-5.2-codex',
      permission_mode: 'default',
      tool_name: 'functions.apply_patch',
      tool_input: { input: PATCH },
      tool_use_id: 'call_1',
    },
    'codex',
    { agent: 'codex', caller: 'codex', kind: 'edit', model: 'gpt-5.2-codex', paths: ['/w/src/orders.ts', '/w/src/old orders.ts', '/w/new.ts', '/w/gone.ts'] },
  ],
  [
    'Codex runs a command given as a list',
    {
      thread_id: 'x',
      turn_id: 't',
      cwd: '/w',
      hook_event_name: 'PostToolUse',
      tool_name: 'exec_command',
      tool_input: { command: ['cargo', 'test'] },
      tool_use_id: 'c',
      tool_response: { exit_code: 101 },
    },
    'codex',
    { kind: 'shell', command: 'cargo test', outcome: 'failed', session: 'x' },
  ],
  [
    'Codex plans',
    {
      session_id: 'x',
      turn_id: 't',
      cwd: '/w',
      hook_event_name: 'PostToolUse',
      tool_name: 'update_plan',
      tool_input: { explanation: 'why', plan: [{ step: 'one', status: 'completed' }] },
      tool_use_id: 'c',
    },
    'codex',
    { kind: 'plan', plan: 'why\n[completed] one' },
  ],
  [
    'Gemini CLI writes',
    {
      session_id: 'g-1',
      transcript_path: '/h/.gemini/tmp/x/chats/s.json',
      cwd: '/w',
      hook_event_name: 'AfterTool',
      timestamp: '2026-05-01T00:00:00Z',
      tool_name: 'write_file',
      tool_input: { file_path: '/w/a.ts' },
      tool_response: { llmContent: 'x', returnDisplay: 'x', error: null },
    },
    'gemini-cli',
    { agent: 'gemini', caller: 'gemini-cli', event: 'after-tool', kind: 'edit', paths: ['/w/a.ts'], outcome: 'ok' },
  ],
  [
    'Gemini CLI runs a command',
    { session_id: 'g-1', cwd: '/w', hook_event_name: 'BeforeTool', tool_name: 'run_shell_command', tool_input: { command: 'ls' } },
    undefined,
    { agent: 'gemini', event: 'before-tool', kind: 'shell', command: 'ls' },
  ],
  [
    "any other, by git-ai's input",
    { type: 'ai_agent', repo_working_dir: '/w', agent_name: 'my agent', model: 'm-1', conversation_id: 'k', edited_filepaths: ['a.ts'] },
    undefined,
    { agent: 'my-agent', caller: 'other', event: 'after-tool', kind: 'edit', paths: ['/w/a.ts'], model: 'm-1' },
  ],
];

describe('an event', () => {
  it.each(SHAPES)('%s', (_, event, named, expected) => expect(read(event, named)).toMatchObject(expected));

  it('of the cloud agent is told by where it runs', () => expect(read({ cwd: '/w', toolName: 'bash', toolArgs: '{}' }, 'copilot', true).caller).toBe('copilot-cloud'));

  it('and its other half have one id where the agent gives none', () => {
    const before = { timestamp: 1, cwd: '/w', sessionId: 'x', toolName: 'bash', toolArgs: '{"command":"ls"}' };
    expect(read({ ...before, timestamp: 9, toolResult: { resultType: 'success' } }, 'copilot').callId).toBe(read(before, 'copilot').callId);
    expect(read({ ...before, toolArgs: '{"command":"pwd"}' }, 'copilot').callId).not.toBe(read(before, 'copilot').callId);
  });

  it('is of the session git-ai computes', () => {
    expect(whoOf(read({ ...CLAUDE, hook_event_name: 'Stop' })).session).toBe(sessionId('claude', 's-1'));
    expect(whoOf(read({ cwd: '/w', sessionId: 'x', toolName: 'bash', toolArgs: '{}' })).session).toBe(sessionId('github-copilot-cli', 'x'));
  });

  it('may hold raw control characters in its strings', () => {
    const said =
      '{"agent_action_name":"post_run_command",\n "session_id":"a","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"echo a\n\techo \\"b\\"\u0001"},"tool_use_id":"t","cwd":"/w"}';
    expect(read(said).command).toBe('echo a\n\techo "b"\u0001');
  });

  it.each(['', '[]', 'null', '"x"', '{', '{"a":1}', '\ufeff{}'])('%j is refused, in words that hold nothing of it', (said) => {
    const found = readEvent(new TextEncoder().encode(said), { cwd: '/', cloud: false });
    expect(found).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });

  it('of any shape is an event or a problem, never a throw, and its paths are absolute', () => {
    const key = fc.constantFrom(
      'session_id',
      'hook_event_name',
      'tool_name',
      'tool_input',
      'toolArgs',
      'toolName',
      'cwd',
      'path',
      'paths',
      'edits',
      'command',
      'input',
      'type',
      'repo_working_dir',
      'timestamp',
      'x',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('PreToolUse', 'Edit', 'Bash', '/w', 'a', PATCH, '{"path":"b"}', ''),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.constantFrom(undefined, 'claude', 'copilot', 'cursor'), (event, named) => {
        const found = readEvent(new TextEncoder().encode(JSON.stringify(event)), { cwd: '/here', cloud: false, ...(named === undefined ? {} : { named }) });
        if (found.ok) for (const path of found.value.paths) expect(path).toMatch(/^(?:\/|[A-Za-z]:[\\/])/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('input', () => {
  it('is what JSON.parse reads, wherever that reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parseInput(new TextEncoder().encode(text))).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});

it('paths of a patch are its headers alone', () => expect(patchPaths('+*** Add File: no\n*** Add File: yes.ts\r\n')).toEqual(['yes.ts']));
