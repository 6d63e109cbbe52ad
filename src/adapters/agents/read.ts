/**
 * Reads one event of any agent. Who is calling is told by what the event holds, not by whose settings named us: Cursor and
 * VS Code run hooks they find in Claude's settings, and counted by the settings every edit would stand there twice, once under
 * the wrong name.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { AgentEvent } from '../../core/provenance/session/event.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilotCli, copilotCloud, copilotEvent, vscode } from './copilot.ts';
import { cursor } from './cursor.ts';
import { geminiCli } from './gemini-cli.ts';
import { genericEvent, isGeneric } from './generic.ts';
import { type Fields, parseInput, word } from './json.ts';
import { type Agent, eventName, eventOf } from './shape.ts';

/** Names a settings file may give: a hint for an event that says nothing of its own. */
const BY_NAME: { readonly [name: string]: Agent } = {
  claude: claudeCode,
  'claude-code': claudeCode,
  cursor,
  codex,
  gemini: geminiCli,
  'gemini-cli': geminiCli,
  copilot: copilotCli,
};

export const AGENT_NAMES: readonly string[] = Object.keys(BY_NAME);

export interface Reading {
  /** As the settings that named us say. */
  readonly named?: string;
  /** The folder the hook was started in. */
  readonly cwd: string;
  /** Copilot's cloud agent says where it runs in the environment alone. */
  readonly cloud: boolean;
}

/** Problem: USAGE where it is no JSON object, or an event of an agent nobody knows. */
export function readEvent(bytes: Uint8Array, reading: Reading): Result<AgentEvent> {
  const read = parseInput(bytes);
  if (!read.ok) return read;
  const fields = read.value;
  if (isGeneric(fields)) return ok(genericEvent(fields, reading.cwd));
  const agent = callerOf(fields, reading);
  if (agent === undefined) return err(problem('USAGE', 'the event is of no agent that is known here', { place: 'standard input', remedy: 'name it with --agent' }));
  const named = eventName(fields) === '' && agent.name === 'copilot' ? { ...fields, hook_event_name: copilotEvent(fields) } : fields;
  return ok(eventOf(agent, named, reading.cwd));
}

function callerOf(fields: Fields, { named, cloud }: Reading): Agent | undefined {
  const transcript = (word(fields, 'transcript_path', 'transcriptPath') ?? '').replaceAll('\\', '/').toLowerCase();
  if (fields.cursor_version !== undefined || transcript.includes('/.cursor/')) return cursor;
  if (/github[. -]copilot|\/workspacestorage\//.test(transcript) || fields.extensionId !== undefined) return vscode;
  if (/^(?:before|after)(?:tool|agent|model)$/.test(eventName(fields)) || transcript.includes('/.gemini/')) return geminiCli;
  if (transcript.includes('/.codex/') || fields.turn_id !== undefined) return codex;
  if (fields.toolName !== undefined || fields.toolArgs !== undefined) return cloud ? copilotCloud : copilotCli;
  if (transcript.includes('/.claude/')) return claudeCode;
  const agent = BY_NAME[named ?? ''];
  if (agent !== undefined) return agent === copilotCli && cloud ? copilotCloud : agent;
  return fields.session_id !== undefined && fields.hook_event_name !== undefined ? claudeCode : undefined;
}
