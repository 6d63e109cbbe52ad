/** Gemini CLI: events of its own names. Nothing but JSON may ever reach its standard output, so nothing does. */
import { type Agent, EVENTS } from './shape.ts';

export const geminiCli: Agent = {
  name: 'gemini',
  caller: 'gemini-cli',
  events: { ...EVENTS, beforetool: 'before-tool', aftertool: 'after-tool', beforeagent: 'prompt', afteragent: 'stop' },
};
