/** The catalogue of markers: data, versioned, each row with an example that must match and one that must not. */
import { IDENTITY_ROWS } from './identities.ts';
import { LINE_ROWS } from './lines.ts';
import type { Row } from './row.ts';

export const CATALOGUE: readonly Row[] = [...IDENTITY_ROWS, ...LINE_ROWS];

/** Bare words are never rules; these only say that a declaration's value speaks of a tool. */
export const VOCABULARY: ReadonlySet<string> = new Set(
  (
    'ai llm llms gpt chatgpt openai claude opus sonnet haiku fable mythos codex gemini cursor copilot crush glm kimi qwen deepseek grok ' +
    'aider amp devin composer antigravity jetski opencode minimax mimo windsurf cline firebender hermes llama mistral devstral agent assistant'
  ).split(' '),
);
