/**
 * GitHub Copilot, in three places. The command line and the cloud agent send `toolName` and `toolArgs` (a string of JSON, or
 * of a patch) and no id of the call; the cloud agent sends none of the session either, so a folder and a day stand for it.
 * VS Code runs hooks of Claude's settings too and names its extension.
 */
import type { Fields } from './json.ts';
import { type Agent, EVENTS } from './shape.ts';

const events: Agent['events'] = { ...EVENTS, userpromptsubmitted: 'prompt', agentstop: 'stop' };

const folderAndDay = (fields: Fields, cwd: string): string => {
  const at = typeof fields.timestamp === 'number' ? fields.timestamp : Date.parse(String(fields.timestamp));
  const day = Number.isFinite(at) && Math.abs(at) < 8e15 ? new Date(at).toISOString().slice(0, 10) : 'unknown day';
  return `${cwd} on ${day}`;
};

export const copilotCli: Agent = { name: 'copilot', caller: 'copilot-cli', events, session: folderAndDay };
export const copilotCloud: Agent = { ...copilotCli, caller: 'copilot-cloud' };
export const vscode: Agent = { ...copilotCli, caller: 'vscode' };

/** Copilot's own event names are not in its payload: what is there says which it is. */
export function copilotEvent(fields: Fields): string | undefined {
  if (fields.toolResult !== undefined || fields.tool_result !== undefined) return 'postToolUse';
  if (fields.toolName !== undefined || fields.tool_name !== undefined) return 'preToolUse';
  if (fields.prompt !== undefined) return 'userPromptSubmitted';
  if (fields.reason !== undefined) return 'sessionEnd';
  return fields.source !== undefined || fields.initialPrompt !== undefined ? 'sessionStart' : undefined;
}
