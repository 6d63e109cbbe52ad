/** What a message says of assistance in sentences: disclosures under a label, and statements about this very change. */
import { toolNamed } from './catalogue/catalogue.ts';
import { disclosuresIn } from './disclosure.ts';
import { fold } from './fold.ts';
import { MAX_CHARS, MAX_LINE } from './message.ts';
import type { ProvenanceEvidence } from './provenance.ts';
import { paragraphsOf } from './sentences.ts';
import { statementsIn } from './statements.ts';

type Marked = Omit<ProvenanceEvidence, 'commit'>;

/** Every disclosure and statement speaks of one of these; most messages that are worth reading (`the agent`, `cursor`) hold none. */
const SPEAKS =
  /claude|codex|copilot|gpt|gemini|opus|sonnet|haiku|fable|aider|opencode|devin|deepseek|grok|posthog|cursor|openhands|roo code|kilo|junie|anthropic|openai|llm|language model|disclos|disclaim|transcript|\bai\b|a\.i\.|vibe|\bagentic\b/i;

/** @param veto rule ids that do not count. Quotes count: people quote the disclosure of their own pull request. */
export function proseMarks(message: string, veto: ReadonlySet<string>): readonly Marked[] {
  if (!SPEAKS.test(message)) return [];
  const lines = spoken(message);
  const paragraphs = paragraphsOf(lines);
  const disclosed = disclosuresIn(paragraphs).map((d) => mark('prose/disclosure', d.tool, d.level, d.line, d.matched));
  const said = statementsIn(paragraphs, message.slice(0, MAX_CHARS)).map((s) => mark(`prose/${s.rule}`, s.tool, 'assisted', s.line, s.matched));
  return [...disclosed, ...said].filter((m) => !veto.has(m.rule));
}

const mark = (rule: string, tool: string | null, level: 'assisted' | 'suggestion', line: number, matched: string): Marked => ({
  rule,
  slot: 'prose',
  tool: tool === null ? 'undisclosed' : toolOf(tool),
  level,
  trust: 2,
  line,
  matched,
});

/** A model stands for the tool its maker gives it in. */
const toolOf = (said: string): string =>
  /\b(?:opus|sonnet|haiku|fable|mythos)\b/i.test(said) ? 'claude' : toolNamed(said.toLowerCase().replace(/^(?:anthropic|openai|google)['’]?s? /, ''));

/** The lines of the body outside fences, comments and boxes nobody ticked. */
function spoken(message: string): readonly { readonly line: number; readonly text: string }[] {
  const out: { line: number; text: string }[] = [];
  let [fenced, comment] = [false, false];
  for (const [i, whole] of message.slice(0, MAX_CHARS).split('\n').entries()) {
    const text = fold(whole.slice(0, MAX_LINE).replace(/^\s+/, ''));
    if (/^(?:```|~~~)/.test(text)) fenced = !fenced;
    const starts = text.startsWith('<!--');
    const silent = i === 0 || fenced || comment || starts || /^[-*+] \[ \]/.test(text) || /^(?:```|~~~)/.test(text);
    comment = (comment || starts) && !text.includes('-->');
    out.push({ line: i + 1, text: silent ? '' : text });
  }
  return out;
}
