/**
 * Cursor: `conversation_id`, `cursor_version`, `workspace_roots` for a working folder, paths of Windows as `/c:/...`. It runs
 * hooks it finds in Claude's settings too, with the same ids, so that the second of two events about one call is dropped.
 */
import { type Agent, EVENTS } from './shape.ts';

export const cursor: Agent = {
  name: 'cursor',
  caller: 'cursor',
  events: { ...EVENTS, beforesubmitprompt: 'prompt' },
};
