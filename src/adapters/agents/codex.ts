/** Codex: Claude's names with `model` and `turn_id`; paths stand only inside the text of a patch. */
import { type Agent, EVENTS } from './shape.ts';

export const codex: Agent = { name: 'codex', caller: 'codex', events: EVENTS };
