/**
 * Any other agent, by git-ai's generic input: `type` of `ai_agent` (an edit was made), `human`, `pre_shell_command`,
 * `post_shell_command`. `human` comes before an edit and names the files that are about to be written.
 */
import type { AgentEvent } from '../../core/provenance/session/event.ts';
import { type Fields, word, words } from './json.ts';
import { absolute } from './paths.ts';
import { modelName } from './shape.ts';

const TYPES: { readonly [type: string]: Pick<AgentEvent, 'event' | 'kind'> } = {
  human: { event: 'before-tool', kind: 'edit' },
  ai_agent: { event: 'after-tool', kind: 'edit' },
  pre_shell_command: { event: 'before-tool', kind: 'shell' },
  post_shell_command: { event: 'after-tool', kind: 'shell' },
};

export const isGeneric = (fields: Fields): boolean => word(fields, 'type') !== undefined && fields.repo_working_dir !== undefined;

export function genericEvent(fields: Fields, fallback: string): AgentEvent {
  const cwd = absolute(word(fields, 'repo_working_dir') ?? fallback, fallback);
  const session = word(fields, 'conversation_id') ?? 'unknown';
  const { event, kind } = TYPES[word(fields, 'type') ?? ''] ?? { event: 'other', kind: 'other' };
  const paths = [...words(fields.edited_filepaths), ...words(fields.will_edit_filepaths)].map((path) => absolute(path, cwd));
  const model = modelName(word(fields, 'model'));
  const command = word(fields, 'command');
  return {
    agent: (word(fields, 'agent_name') ?? 'other-agent').replace(/[^\w.-]/g, '-').slice(0, 60),
    caller: 'other',
    session,
    event,
    tool: kind === 'edit' ? 'edit' : 'shell',
    kind: kind === 'edit' && paths.length === 0 ? 'shell' : kind,
    callId: word(fields, 'tool_use_id') ?? `made-${session}-${kind}`,
    paths,
    cwd,
    ...(model === undefined ? {} : { model }),
    ...(command === undefined ? {} : { command }),
  };
}
