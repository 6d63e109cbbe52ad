import { expect, it } from 'vitest';
import { toolInEnvironment } from './environment.ts';

it.each([
  [{ CLAUDECODE: '1' }, 'claude', 'CLAUDECODE'],
  [{ CLAUDE_CODE_REMOTE: 'true' }, 'claude', 'CLAUDE_CODE_REMOTE'],
  [{ CURSOR_AGENT: '1', AGENT: 'other' }, 'cursor', 'CURSOR_AGENT'],
  [{ GEMINI_CLI: '1' }, 'gemini', 'GEMINI_CLI'],
  [{ OPENCODE: '1' }, 'opencode', 'OPENCODE'],
  [{ CODEX_THREAD_ID: 'x' }, 'codex', 'CODEX_THREAD_ID'],
  [{ CODEX_SANDBOX: 'seatbelt' }, 'codex', 'CODEX_SANDBOX'],
  [{ CODEX_INTERNAL_ORIGINATOR_OVERRIDE: 'codex_web_agent' }, 'codex', 'CODEX_INTERNAL_ORIGINATOR_OVERRIDE'],
  [{ CRUSH: '1' }, 'crush', 'CRUSH'],
  [{ CLINE_ACTIVE: 'true' }, 'cline', 'CLINE_ACTIVE'],
  [{ AI_AGENT: 'claude-code/2.1' }, 'claude', 'AI_AGENT'],
  [{ AGENT: 'goose' }, 'goose', 'AGENT'],
  [{ CLOUD_AGENT_JOB: '7' }, 'cloud-agent', 'CLOUD_AGENT_JOB'],
] as const)('%j is the tool %s', (env, tool, variable) => expect(toolInEnvironment(env)).toEqual({ tool, variable }));

it.each([
  {},
  { CURSOR_TRACE_ID: 'x' },
  { CLAUDECODE: '' },
  { CLAUDECODE: '0' },
  { AGENT: '1' },
  { CODEX_THREAD_ID: '' },
  { PATH: '/usr/bin' },
  JSON.parse('{"__proto__": {"CLAUDECODE": "1"}}'),
])('%j is nobody', (env) => expect(toolInEnvironment(env)).toBeNull());
