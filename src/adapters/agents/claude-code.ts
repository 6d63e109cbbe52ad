/** Claude Code: `session_id`, `hook_event_name`, `tool_name`, `tool_input`, `tool_use_id`. No model: the transcript names it. */
import { type Agent, EVENTS } from './shape.ts';

export const claudeCode: Agent = { name: 'claude', caller: 'claude-code', events: EVENTS };
