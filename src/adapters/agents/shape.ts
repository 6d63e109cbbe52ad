/** What events of all agents have in common, read once. A file an agent says only what is its own. */
import { isAbsolute } from 'node:path';
import { sha256Hex } from '../../core/base/crypto.ts';
import type { AgentEvent, EventName } from '../../core/provenance/session/event.ts';
import { type Fields, isFields, list, object, word, words } from './json.ts';
import { absolute, pathsOf } from './paths.ts';
import { kindOf } from './tools.ts';

/** How one agent says things. */
export interface Agent {
  readonly name: AgentEvent['agent'];
  readonly caller: AgentEvent['caller'];
  /** By the event's name as the agent has it, lower case, without `_`. */
  readonly events: { readonly [name: string]: EventName };
  /** Of an agent that sends no id of the conversation. */
  readonly session?: (fields: Fields, cwd: string) => string;
}

/** Names most agents use. */
export const EVENTS: { readonly [name: string]: EventName } = {
  sessionstart: 'session-start',
  sessionend: 'session-end',
  userpromptsubmit: 'prompt',
  pretooluse: 'before-tool',
  posttooluse: 'after-tool',
  posttoolusefailure: 'after-tool',
  stop: 'stop',
  subagentstop: 'other',
  subagentstart: 'other',
};

const SESSIONS = ['session_id', 'sessionId', 'conversation_id', 'conversationId', 'thread_id', 'thread-id', 'threadId', 'trajectory_id', 'taskId'] as const;
const EVENT_NAMES = ['hook_event_name', 'hookEventName', 'hookName', 'agent_action_name', 'event'] as const;

export const eventName = (fields: Fields): string => (word(fields, ...EVENT_NAMES) ?? '').replaceAll('_', '').toLowerCase();

export function eventOf(agent: Agent, fields: Fields, fallback: string): AgentEvent {
  const cwd = cwdOf(fields, fallback);
  const tool = (word(fields, 'tool_name', 'toolName') ?? '').slice(0, 200);
  const raw = fields.tool_input ?? fields.toolInput ?? fields.toolArgs ?? fields.tool_args;
  const input = object(fields, 'tool_input', 'toolInput', 'toolArgs', 'tool_args');
  const paths = pathsOf(input, cwd, raw);
  const session = word(fields, ...SESSIONS) ?? agent.session?.(fields, cwd) ?? 'unknown';
  const event = agent.events[eventName(fields)] ?? 'other';
  const kind = tool === '' ? 'other' : kindOf(tool, paths);
  return present({
    agent: agent.name,
    caller: agent.caller,
    session,
    event,
    tool,
    kind,
    callId: word(fields, 'tool_use_id', 'toolUseId', 'tool_call_id', 'toolCallId') ?? `made-${sha256Hex(JSON.stringify([session, tool, raw ?? null])).slice(0, 24)}`,
    paths,
    command: kind === 'shell' ? commandOf(input, raw) : undefined,
    model: modelName(word(fields, 'model', 'model_name', 'model_id')),
    cwd,
    transcript: word(fields, 'transcript_path', 'transcriptPath'),
    prompt: event === 'prompt' ? word(fields, 'prompt', 'user_prompt', 'initialPrompt') : undefined,
    plan: kind === 'plan' ? planOf(input) : undefined,
    outcome: event === 'after-tool' ? outcomeOf(fields) : undefined,
  });
}

type Absent<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without what is undefined. */
const present = (event: Absent<AgentEvent>): AgentEvent => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as unknown as AgentEvent;

function cwdOf(fields: Fields, fallback: string): string {
  const [root] = words(fields.workspace_roots ?? fields.workspaceRoots);
  const said = word(fields, 'cwd', 'working_directory', 'repo_working_dir') ?? word(object(fields, 'tool_info'), 'cwd') ?? root;
  const cwd = said === undefined ? fallback : absolute(said, fallback);
  return isAbsolute(cwd) || /^[A-Za-z]:/.test(cwd) ? cwd : fallback;
}

function commandOf(input: Fields, raw: unknown): string | undefined {
  const said = word(input, 'command', 'cmd', 'script', 'chars');
  const argv = words(input.command ?? input.cmd);
  return said ?? (argv.length > 0 ? argv.join(' ') : typeof raw === 'string' && !raw.trimStart().startsWith('{') ? raw : undefined);
}

/** Words that name a model, and nothing that could move a terminal's cursor; undefined for what only stands in for one. */
export function modelName(said: string | undefined): string | undefined {
  const name = said?.trim();
  return name !== undefined && /^[\w.:/@+()[\] -]{1,100}$/.test(name) && !/^(?:default|auto|unknown|<.*>)$/i.test(name) ? name : undefined;
}

/** The plan in words; a list of steps one a line, with its state. */
function planOf(input: Fields): string | undefined {
  const said = word(input, 'plan', 'explanation', 'intent', 'description', 'subject');
  const steps = [input.todos, input.plan, input.todoList, input.items].flatMap(list).flatMap((step) => {
    const what = isFields(step) ? word(step, 'content', 'step', 'title', 'text', 'description') : typeof step === 'string' ? step : undefined;
    const state = isFields(step) ? word(step, 'status', 'state') : undefined;
    return what === undefined ? [] : [state === undefined ? what : `[${state}] ${what}`];
  });
  const text = [said, ...steps].filter((line) => line !== undefined).join('\n');
  return text === '' ? undefined : text;
}

function outcomeOf(fields: Fields): AgentEvent['outcome'] {
  const response = object(fields, 'tool_response', 'toolResponse', 'tool_output', 'toolResult', 'tool_result');
  const type = word(response, 'resultType', 'result_type', 'status');
  if (type === 'denied') return 'denied';
  const code = response.exit_code ?? response.exitCode ?? object(response, 'metadata').exit_code;
  const bad =
    eventName(fields).includes('failure') ||
    type === 'failure' ||
    response.success === false ||
    response.is_error === true ||
    isSaid(response.error) ||
    response.interrupted === true;
  return bad || (typeof code === 'number' && code !== 0) ? 'failed' : 'ok';
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== false && value !== '';
