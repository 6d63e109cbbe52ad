/**
 * One thing an agent's hook said: a session began, a tool is about to run, a tool has run. Every agent says it in JSON of its
 * own; adapters/agents turns all of them into this. Whatever it says, the agent chose: it is a hint of where to look, and what
 * was written is read from the disk.
 */
import { sessionId } from '../lines/fingerprint.ts';

export type EventName = 'session-start' | 'session-end' | 'prompt' | 'before-tool' | 'after-tool' | 'stop' | 'other';

/**
 * What a tool may do to the work tree. `edit`: it writes the files it names. `shell`: it may write anything, as may every
 * tool nobody knows. `plan`: it states what the agent means to do. `other`: it is known to write nothing.
 */
export type ToolKind = 'edit' | 'shell' | 'plan' | 'other';

/** The program that ran the hook: one agent's settings are run by other programs too. */
export type Caller = 'claude-code' | 'cursor' | 'vscode' | 'copilot-cli' | 'copilot-cloud' | 'codex' | 'gemini-cli' | 'other';

export interface AgentEvent {
  /** Name in the catalogue: `claude`, `cursor`, `copilot`, `codex`, `gemini`; of any other, as it calls itself. */
  readonly agent: string;
  readonly caller: Caller;
  /** The id the agent gives the conversation. */
  readonly session: string;
  readonly event: EventName;
  /** As the agent names it; empty where no tool runs. */
  readonly tool: string;
  readonly kind: ToolKind;
  /** Joins before and after. Made up from tool and input where the agent gives none. */
  readonly callId: string;
  /** Absolute, as far as the input names any; never complete. */
  readonly paths: readonly string[];
  readonly command?: string;
  readonly model?: string;
  /** Absolute. */
  readonly cwd: string;
  /** A file of the agent's own, from which the model may be read. Nothing else is. */
  readonly transcript?: string;
  /** Only to be digested. */
  readonly prompt?: string;
  /** What the agent states it will do. */
  readonly plan?: string;
  readonly outcome?: 'ok' | 'failed' | 'denied';
}

/** Who was at work, as every entry of the log has it. */
export interface Who {
  readonly tool: string;
  readonly caller: Caller;
  /** `s_...`, the same that git-ai computes. */
  readonly session: string;
  readonly model?: string;
}

/** What git-ai calls each, so that session ids join without a table. */
const GIT_AI_NAMES: { readonly [caller in Caller]?: string } = { vscode: 'github-copilot', 'copilot-cli': 'github-copilot-cli', 'copilot-cloud': 'cloud-agent' };

export const whoOf = ({ agent, caller, session, model }: AgentEvent): Who => ({
  tool: agent,
  caller,
  session: sessionId(GIT_AI_NAMES[caller] ?? agent, session),
  ...(model === undefined ? {} : { model }),
});
