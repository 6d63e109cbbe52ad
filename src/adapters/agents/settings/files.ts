/**
 * The settings file of each agent, and the hooks it gets. A file that git shares names `countersign` as PATH finds it and does
 * nothing where it is missing; a file of this machine names Node and our program by their places, so that no PATH is needed.
 */
import { join } from 'node:path';
import type { Json } from '../../../core/base/json.ts';

export const INSTALLABLE = ['claude', 'cursor', 'copilot', 'codex', 'gemini'] as const;
export type Installable = (typeof INSTALLABLE)[number];
export type Scope = 'user' | 'project';

export interface Roots {
  readonly home: string;
  /** Top of the work tree. */
  readonly project: string;
  readonly env: { readonly [name: string]: string | undefined };
}

/** Where our program is. */
export interface Program {
  readonly node: string;
  readonly script: string;
  readonly windows: boolean;
}

export interface Settings {
  readonly agent: Installable;
  readonly file: string;
  /** The agent's own folder: it is in use where this exists. */
  readonly folder: string;
  /** The file stays inside it, wherever links that came with a repository lead; null: it is the user's own. */
  readonly inside: string | null;
  readonly hooks: readonly (readonly [event: string, element: Json])[];
  /** Members of the top level that have to be there. */
  readonly members: { readonly [key: string]: Json };
  /** What the user still has to do, in words. */
  readonly note?: string;
}

const SECONDS = 10;
const NAMES: { readonly [agent in Installable]: string } = { claude: 'claude-code', cursor: 'cursor', copilot: 'copilot', codex: 'codex', gemini: 'gemini-cli' };

export function settingsOf(agent: Installable, scope: Scope, roots: Roots, program: Program): Settings {
  const { folder, file, shared } = PLACES[agent](scope, roots);
  const command = shared ? sharedCommand(NAMES[agent]) : ownCommand(program, NAMES[agent]);
  const { hooks, members = {}, note } = HOOKS[agent](command, agent === 'copilot' ? powershell(program, shared) : '');
  return { agent, file, folder, inside: scope === 'project' ? roots.project : null, hooks, members, ...(note === undefined ? {} : { note }) };
}

interface PlaceOf {
  readonly folder: string;
  readonly file: string;
  readonly shared: boolean;
}

const PLACES: { readonly [agent in Installable]: (scope: Scope, roots: Roots) => PlaceOf } = {
  claude: (scope, { home, project, env }) => {
    const folder = scope === 'user' ? (env.CLAUDE_CONFIG_DIR ?? join(home, '.claude')) : join(project, '.claude');
    return { folder, file: join(folder, scope === 'user' ? 'settings.json' : 'settings.local.json'), shared: false };
  },
  cursor: (scope, { home, project }) => placed(join(scope === 'user' ? home : project, '.cursor'), 'hooks.json', scope),
  copilot: (scope, { home, project }) => placed(scope === 'user' ? join(home, '.copilot') : join(project, '.github'), 'hooks/countersign.json', scope),
  codex: (scope, { home, project, env }) => placed(scope === 'user' ? (env.CODEX_HOME ?? join(home, '.codex')) : join(project, '.codex'), 'hooks.json', scope),
  gemini: (scope, { home, project }) => placed(join(scope === 'user' ? home : project, '.gemini'), 'settings.json', scope),
};

const placed = (folder: string, name: string, scope: Scope): PlaceOf => ({ folder, file: join(folder, name), shared: scope === 'project' });

interface HooksOf {
  readonly hooks: readonly (readonly [string, Json])[];
  readonly members?: { readonly [key: string]: Json };
  readonly note?: string;
}

const each = (events: readonly string[], element: (event: string) => Json): HooksOf['hooks'] => events.map((event) => [event, element(event)]);

const HOOKS: { readonly [agent in Installable]: (command: string, powershell: string) => HooksOf } = {
  claude: (command) => ({
    hooks: each(['PreToolUse', 'PostToolUse', 'SessionStart', 'SessionEnd', 'UserPromptSubmit', 'Stop'], (event) => ({
      ...(event.endsWith('ToolUse') ? { matcher: '*' } : {}),
      hooks: [{ type: 'command', command, timeout: SECONDS }],
    })),
  }),
  cursor: (command) => ({
    hooks: each(['preToolUse', 'postToolUse', 'postToolUseFailure', 'beforeSubmitPrompt', 'sessionStart', 'sessionEnd', 'stop'], () => ({ command })),
    members: { version: 1 },
  }),
  copilot: (bash, powershellCommand) => ({
    hooks: each(['preToolUse', 'postToolUse', 'userPromptSubmitted', 'sessionStart', 'sessionEnd'], () => ({
      type: 'command',
      bash,
      powershell: powershellCommand,
      timeoutSec: SECONDS,
    })),
    members: { version: 1 },
  }),
  codex: (command) => ({
    hooks: each(['PreToolUse', 'PostToolUse', 'SessionStart', 'UserPromptSubmit', 'Stop'], () => ({ hooks: [{ type: 'command', command, timeout: SECONDS }] })),
    note: 'Codex asks once whether it may run these hooks: say yes',
  }),
  gemini: (command) => ({
    hooks: each(['BeforeTool', 'AfterTool', 'BeforeAgent', 'AfterAgent', 'SessionStart', 'SessionEnd'], () => ({
      hooks: [{ name: 'countersign', type: 'command', command, timeout: SECONDS * 1_000 }],
    })),
  }),
};

/** For a POSIX shell, whatever spaces, quotes and dollars the places hold; and it ends well though Node were gone. */
const ownCommand = ({ node, script, windows }: Program, name: string): string =>
  windows ? `"${node}" "${script}" hook agent --agent ${name}` : `${quoted(node)} ${quoted(script)} hook agent --agent ${name} || true`;

const quoted = (path: string): string => `"${path.replace(/["$`\\]/g, '\\$&')}"`;
const sharedCommand = (name: string): string => `command -v countersign >/dev/null 2>&1 && countersign hook agent --agent ${name} || true`;

const powershell = ({ node, script }: Program, shared: boolean): string =>
  shared
    ? 'if (Get-Command countersign -ErrorAction SilentlyContinue) { countersign hook agent --agent copilot }; exit 0'
    : `& '${node.replaceAll("'", "''")}' '${script.replaceAll("'", "''")}' hook agent --agent copilot; exit 0`;

const OWN = /^"(?:[^"\\]|\\.)+" "(?:[^"\\]|\\.)+" hook agent --agent [a-z-]+(?: \|\| true)?$/;
const SHARED = /^command -v countersign >\/dev\/null 2>&1 && countersign hook agent --agent [a-z-]+ \|\| true$/;

/** A command this file wrote, by any version and for any place of Node. */
export const isOurs = (command: string): boolean => OWN.test(command) || SHARED.test(command);
