/**
 * Sentences in which somebody says in plain words that an AI had a hand in this very change: `this was written with ...`, `I had
 * ... draft the tests`, `... wrote the fix`, a transcript by its name. A message about a product says much the same of other things, so a
 * sentence counts only where it speaks of the change, in the first person, or begins with what was done.
 */
import { type Paragraph, sentencesOf } from './sentences.ts';

export interface Statement {
  /** 1-based line of the message its paragraph starts at. */
  readonly line: number;
  readonly matched: string;
  /** As it is said there; null: an AI, and no more. */
  readonly tool: string | null;
  readonly rule: 'passive' | 'first-person' | 'done-with' | 'tool-did' | 'part' | 'adjective' | 'transcript' | 'prompt';
}

/** Names that are nothing else in a sentence: no given name (`Devin`), no codec (`Opus`), no measure (`amp`), no row of a table (`cursor`) without a word that tells. */
const NAMED =
  "(?:anthropic[’']?s? )?(?:openai[’']?s? |google[’']?s? |github )?(?:claude(?:[ -]code)?(?: agent)?|codex(?: cli)?|copilot|chat-?gpt|gpt[ -]?\\d[\\w.]*|gemini(?: cli| code assist)?|claude (?:opus|sonnet|haiku|fable)|(?:opus|sonnet|haiku|fable) \\d[\\d.]*|aider|opencode|devin ai|deepseek[ -]\\w{1,8}|grok[ -]?\\d|posthog code|cursor (?:agent|composer|ai)|openhands|roo code|kilo code|junie)";
const AI = '(?:an? |some |the |various )?(?:generative )?(?:ai|llms?|(?:ai|coding|llm) (?:agents?|assistants?|assistance|tools?|models?)|large language models?)';
const ANY = `(${NAMED}|${AI})(?![\\w-]*[\\w])`;
const TOOL = `(${NAMED})(?![\\w-]*[\\w])`;
const VERB =
  '(?:written|generated|authored|co-?authored|created|made|produced|implemented|developed|drafted|coded|built|done|prepared|refactored|translated|ported|found and fixed|fixed|put together|assisted)';
const WHAT =
  '(?:prs?|pull requests?|changes?|commits?|patch(?:es)?|code|fix(?:es)?|tests?(?: cases?)?|unit tests?|implementation|migration|refactor(?:ing)?|work|series|script|docs?|documentation|benchmark|example|feature|version)';
const SELF = `(?:(?:all|most|much|some|parts?|bulk|majority|large parts?) of )?(?:this|these|the|all the|all|most(?: of)? the|test|it)(?: \\w+){0,2}? ?${WHAT}?`;

const NEGATED =
  /\b(?:not|never|without|nothing|none|neither|nor|no longer|instead of|rather than)\b|n['’]t\b|\?\s*$|\b(?:if|when|whether|should|could|would|must|can|may|might|allows?|lets?|enables?|users?|you|your)\b/i;

/** Only what is written about the change was: it says nothing of the change. */
const ABOUT = /\b(?:commit|pr|pull request|changelog)?\s?(?:messages?|descriptions?|titles?|summar(?:y|ies)|notes?)\b/i;

const re = (source: string): RegExp => new RegExp(source, 'i');

const RULES: readonly { readonly rule: Statement['rule']; readonly pattern: RegExp; readonly not?: RegExp }[] = [
  {
    rule: 'passive',
    pattern: re(
      `^\\W{0,6}(?:note: |ps:? |disclosure: )?(?:the bulk of |the majority of )?${SELF}(?: in this (?:commit|pr|patch|change))? (?:was|were|is|are|has been|have been) (?:\\d{1,3} ?% )?(?:\\w+ ){0,2}?${VERB}(?: \\w+){0,3}? (?:by|with|using|via) (?:\\w+ ){0,4}?${ANY}`,
    ),
    not: NEGATED,
  },
  {
    rule: 'first-person',
    pattern: re(
      `(?:^|[,;:(] ?|\\band |\\bso |\\bbut )(?:i|we)(?:['’]ve)? (?:\\w+ ){0,2}?(?:used|asked|had|got|prompted|told|consulted|paired with|worked with|let) (?:\\w+ ){0,2}?${ANY}(?: \\([^)]{0,40}\\))?[^.]{0,60}?\\b(?:to|for|while|in|help|write|wrote|convert|implement|update|considerably|a lot|extensively)\\b`,
    ),
    not: NEGATED,
  },
  {
    rule: 'done-with',
    pattern: re(
      `^\\W{0,8}(?:originally |initially |mostly |partly |mainly |all |pure |i |we |here )?(?:(?:used|asked|got|prompted|consulted with|with (?:the )?help (?:of|from)|with assistance from|thanks(?: to)?,?)|(?:written|generated|made|built|created|drafted|authored|implemented|developed|vibe[ -]?coded)(?: (?:this|it|primarily|mostly|entirely|largely|first version))? (?:with|by|using|via)) (?:the )?(?:help of |help from |assistance of |assistance from )?(?:only )?${TOOL}`,
    ),
    not: NEGATED,
  },
  { rule: 'done-with', pattern: re(`^\\W{0,8}(?:i |we )?used (?:only )?${ANY} (?:only |mostly |a lot )?(?:to|for)\\b`), not: NEGATED },
  { rule: 'done-with', pattern: re(`\\b(?:built|wrote|made|did|created) (?:this|it|most of (?:this|it)|this one) (?:with|using|via) (?:the )?${TOOL}`), not: NEGATED },
  {
    rule: 'tool-did',
    pattern: re(
      `^\\W{0,8}(?:meanwhile, |then |here,? |and )?${TOOL}(?: v?\\d[\\d.]*| \\([^)]{0,40}\\)| cli| code| agent| sonnet| opus| haiku| pro| flash| thinking| \\w*high)*(?: in \\w+)?(?: (?:also|then|initially|correctly|just|basically|actually|helped(?: me)?|and i))? (?:wrote|drafted|implemented|generated|produced|built|coded|refactored|translated|write|did (?:this|it|the|most|all|everything|as)|completed|found and|spotted (?:this|the)|came up with|fixed (?:this|it|the|remaining)|helped(?: me)?)\\b`,
    ),
    not: NEGATED,
  },
  {
    rule: 'part',
    pattern: re(
      `\\b(?:tests?|fix|code|implementation|commits?|changes?|docs?|documentation|benchmark|version|translations?|it|this)\\b[^.,;]{0,24}? (?:written|generated|produced|drafted|authored|implemented|done|built|made|created) (?:\\w+ )?(?:by|with|using|via) (?:the )?${TOOL}`,
    ),
    not: NEGATED,
  },
  {
    rule: 'adjective',
    pattern: re(
      `^\\W{0,10}(?:this is an? )?ai[- ](?:assisted|generated|written|authored) (?:contribution|commit|code|patch|change|pr|pull request|tests?)\\W*$|\\btests? (?:\\w+ )?(?:were |are |is |was )?ai[- ](?:assisted|generated|written)\\b`,
    ),
    not: NEGATED,
  },
  {
    rule: 'transcript',
    pattern: re(
      `^\\W{0,8}(?:full |the |started in |finished in |with the help of )?(?:${TOOL}(?: for web| locally| cli| code| desktop)*(?: (?:transcript|session|prompts?|conversation|chat|log)s?)?(?: for [^:]{1,60})?|(?:full )?(?:ai |llm |agent )?(?:transcript|conversation))(?: \\([^)]{0,60}\\))?\\s?:\\s*https?://\\S+\\W*$`,
    ),
  },
  { rule: 'part', pattern: re(`\\[(?:generated|written) (?:by|with) ${TOOL}\\]`) },
];

const ASKER = '(?:(?:additional|first|second|another|next|the|my|claude|codex|chatgpt|gemini) )?';
/** `prompts: add ...` is a line of a changelog. */
const PROMPT = re(`^\\W{0,4}${ASKER}(?:prompt|prompts?(?: (?:was|were|used|i used)(?: \\w+){0,4}?| to (?:my )?[\\w ]{1,40} was))\\s?:(?:\\s|$)|^\\W{0,4}${ASKER}prompts\\s?:\\s*$`);
const USED = /^\W*(?:(?:i|we) )?used\b/i;
const SPOKEN = re(`(?:^|[^\\w-])${TOOL}`);

/** @param paragraphs of the body. @param message all of it: a prompt says nothing where no tool is named anywhere. */
export function statementsIn(paragraphs: readonly Paragraph[], message: string): readonly Statement[] {
  const named = SPOKEN.exec(message)?.[1] ?? null;
  return paragraphs.flatMap((p) => {
    if (named !== null && PROMPT.test(p.text)) return [{ line: p.line, matched: p.text.slice(0, 200), tool: named, rule: 'prompt' as const }];
    const said = sentencesOf(p.text).flatMap((sentence) => statement(sentence.slice(0, 600), p.line));
    // what is quoted may be another change's footer; what was used is said of one's own
    return p.quoted ? said.filter((s) => USED.test(s.matched)) : said;
  });
}

/** Every rule needs one of these, and most sentences have none. */
const SPEAKS =
  /claude|codex|copilot|gpt|gemini|opus|sonnet|haiku|fable|aider|opencode|devin|deepseek|grok|posthog|cursor|openhands|roo code|kilo|junie|llm|language model|transcript|conversation|\ba\.?i\b|agent|assistant/i;

function statement(sentence: string, line: number): readonly Statement[] {
  if (!SPEAKS.test(sentence)) return [];
  for (const { rule, pattern, not } of RULES) {
    const found = pattern.exec(sentence);
    if (found === null || not?.test(sentence.slice(Math.max(0, found.index - 60), found.index + found[0].length)) === true) continue;
    const said = found.slice(1).find((g) => g !== undefined) ?? null;
    if (rule !== 'transcript' && ABOUT.test(sentence.slice(Math.max(0, found.index - 30), found.index + found[0].length))) continue;
    return [{ line, matched: found[0].slice(0, 200), tool: said === null || !SPOKEN.test(said) ? null : said, rule }];
  }
  return [];
}
