/** The catalogue of marks: every tool in the order in which it is tried, and its marks laid out by where they look. */
import { AIDER, OPENHANDS } from './aider.ts';
import { ANY } from './any.ts';
import { CLAUDE, CLAUDE_FLOW } from './claude.ts';
import { COPILOT, COPILOT_SUGGESTION } from './copilot.ts';
import { CURSOR } from './cursor.ts';
import { DEVIN } from './devin.ts';
import { EDITORS } from './editors.ts';
import { footerMarks } from './footers.ts';
import { ANTIGRAVITY, GEMINI, JULES } from './google.ts';
import { HOSTED } from './hosted.ts';
import { CHATGPT, CODEX } from './openai.ts';
import { REVIEWERS } from './reviewers.ts';
import { TERMINALS } from './terminals.ts';
import type { Account, Mark, Tool } from './tool.ts';

/** Raised with every change of what is recognised: the same version over the same bytes finds the same marks. */
export const CATALOGUE_VERSION = 4;

/** Tools before what is nobody's own: the first that matches an identity names it. */
export const TOOLS: readonly Tool[] = [
  ...[CLAUDE, CLAUDE_FLOW, COPILOT, COPILOT_SUGGESTION, CURSOR, CODEX, CHATGPT, DEVIN, GEMINI, JULES, ANTIGRAVITY, AIDER, OPENHANDS],
  ...[...TERMINALS, ...EDITORS, ...HOSTED, ...REVIEWERS, ...ANY],
];

export interface Rule extends Mark {
  readonly tool: string;
}

type MarkList = 'identities' | 'authors' | 'trailers' | 'footers' | 'links' | 'subjects' | 'branches' | 'bodies' | 'files';

const laid = (...lists: readonly MarkList[]): readonly Rule[] => TOOLS.flatMap((t) => lists.flatMap((list) => (t[list] ?? []).map((m) => ({ ...m, tool: t.id }))));

export const AUTHOR_RULES = laid('authors', 'identities');
export const IDENTITY_RULES = laid('identities');
export const TRAILER_RULES = laid('trailers');
/** A footer's own form before the common one, so that it keeps its rule id. */
export const LINE_RULES: readonly Rule[] = [...laid('footers', 'links'), ...footerMarks(TOOLS).map((m) => ({ ...m, tool: 'footer' }))];
export const SUBJECT_RULES = laid('subjects');
export const BRANCH_RULES = laid('branches');
export const BODY_RULES = laid('bodies');
export const FILE_RULES = laid('files');

const ACCOUNTS = TOOLS.flatMap((t) => (t.accounts ?? []).map((a) => ({ ...a, tool: t.id })));
export type KnownAccount = Account & { readonly tool: string };
export const ACCOUNT_BY_ID: ReadonlyMap<number, KnownAccount> = new Map(ACCOUNTS.flatMap((a) => a.ids.map((id) => [id, a])));
export const ACCOUNT_BY_LOGIN: ReadonlyMap<string, KnownAccount> = new Map(ACCOUNTS.flatMap((a) => a.logins.map((login) => [login, a])));

/** Every id a registry may veto. */
export const RULE_IDS: ReadonlySet<string> = new Set([
  ...[...AUTHOR_RULES, ...TRAILER_RULES, ...LINE_RULES, ...SUBJECT_RULES, ...BRANCH_RULES, ...BODY_RULES, ...FILE_RULES].map((r) => r.rule),
  ...ACCOUNTS.map((a) => `${a.tool}/account`),
  ...['disclosure', 'passive', 'first-person', 'done-with', 'tool-did', 'part', 'adjective', 'transcript', 'prompt'].map((rule) => `prose/${rule}`),
]);

const NAMES: ReadonlyMap<string, string> = new Map(
  [...TOOLS].reverse().flatMap((t) => [...(t.aliases ?? []), ...(t.products ?? []), ...(t.words ?? []), t.name.toLowerCase(), t.id].map((n) => [n, t.id] as const)),
);

/** The catalogue's id of a tool that somebody spelled in their own way; their own spelling where the catalogue has none. */
export function toolNamed(said: string): string {
  const plain = said.trim();
  const lower = plain.toLowerCase();
  const known = NAMES.get(lower) ?? NAMES.get(lower.replace(/[ -]v?\d[\w.]{0,20}$/, ''));
  if (known !== undefined) return known;
  return /^gpt-?\d/i.test(plain) ? 'chatgpt' : plain;
}

export const matches = (rule: Mark, text: string): boolean => rule.pattern.test(text) && rule.not?.test(text) !== true;

/** The tool a match speaks of: its entry's, or the one its own text names. */
export const toolOf = (rule: Rule, text: string): string => (rule.names === true ? toolNamed(rule.pattern.exec(text)?.[1] ?? rule.tool) : rule.tool);

/** Bare words are never rules; these only say that a declaration's value speaks of a tool. */
export const VOCABULARY: ReadonlySet<string> = new Set(
  (
    'ai llm llms gpt chatgpt openai claude opus sonnet haiku fable mythos codex gemini cursor copilot crush glm kimi qwen deepseek grok ' +
    'aider amp devin composer antigravity jetski opencode minimax mimo windsurf cline firebender hermes llama mistral devstral agent assistant'
  ).split(' '),
);
