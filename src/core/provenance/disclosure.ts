/**
 * What people disclose in their own words under a label of its own: `AI disclosure: I had the agent write the tests`. The label
 * speaks of this very change, so what stands behind it decides, unless it says that no AI was used. Whoever writes a message may
 * write any of it; a disclosure of AI is a statement against interest.
 */
import { type Paragraph, sentencesOf } from './sentences.ts';

export interface Disclosure {
  /** 1-based line of the message. */
  readonly line: number;
  readonly matched: string;
  /** As it is said there; null where no tool is named. */
  readonly tool: string | null;
  readonly level: 'assisted' | 'suggestion';
}

const KIND = '(?:usage|use|assistance|assisted|tool(?:s|ing)?|help|attribution|contribution)';
const WORD = '(?:disclosures?|disclaimers?|statement|notes?|notice|transparency)';
/** `AI usage`, `AI disclosure`, `LLM notes`, `AI assistance disclosure`: the label itself says AI. */
const AI_LABEL = new RegExp(`^(?:gen)?(?:ai|a\\.i\\.|llms?|genai|agentic)[ -](?:${KIND}(?:[ -]${WORD})?|${WORD})(?![a-z])`, 'i');
const PLAIN_LABEL = /^(?:(?:full|human|quick) )?(?:disclosures?|disclaimers?)(?![a-z])/i;
/** Behind the label: nothing, a colon, the end of emphasis or of a heading; in between perhaps `(my first!)` or `per POLICY.md`. */
const AFTER = /^(?:\s?\([^)]{0,60}\)|\s(?:per|as per|in line with) [^:]{1,60})?\s{0,3}(?:[*_`~]{1,3}:?|:[*_`~]{0,3}|<\/\w{1,10}>|$)/;
/** `AI Disclosure I used it for the tests`: a heading whose line was joined with the next. */
const RUN_ON = /^\s(?=(?:I|We|This|These|The|No|All|Found|Used|None|AI|[A-Z][a-z]+ (?:wrote|did|helped|implemented|drafted|generated|was|made))\b)/;

const TOOLS =
  'claude(?:[ -]code)?|opus|sonnet|haiku|fable|mythos|codex|copilot|cursor|gemini|chat-?gpt|gpt(?:-?\\d[\\w.]*)?|amp|ampcode|aider|devin|cline|opencode|jules|grok|windsurf|deepseek|qwen|kimi|glm|hermes|antigravity|codestral|sol|pi|zed|roo|kiro|warp|droid|goose|crush|continue';
const TOOL = new RegExp(`(?:^|[^\\w-])(${TOOLS})(?![\\w])`, 'i');
const AI = /(?:^|[^\w-])(?:ai|a\.i\.|llms?|agents?|models?|assistants?|vibe[ -]?cod\w*)(?![\w])/i;
/** It is said that there was none. */
const NO =
  /^\W{0,4}(?:none|no|nope|nil|n\/a|na|not applicable|nothing|not used|zero)\b|\b(?:no|not|never|without|didn['’]?t|did not|haven['’]?t|wasn['’]?t|weren['’]?t|isn['’]?t|aren['’]?t|don['’]?t)\b[^.;,]{0,60}\b(?:ai|llms?|agents?|agentic|assistance|tools?|used?|using|models?|generated|assisted)\b/i;
const MADE =
  /\b(?:wrote|written|writ\w*|generat\w*|implement\w*|creat\w*|draft\w*|made|did|done|code[ds]?|coding|tests?|fix\w*|produc\w*|develop\w*|translat\w*|refactor\w*|chang\w*|author\w*|built|everything|rote|driv\w+|assist\w*|help\w*|extensively|considerably|heavily|fully|primarily)\b/i;
const ASKED = /\b(?:used?|using|consulted|asked|prompted|with|via|by|chatted|ran|let|had|got|worked)\b/i;

/** @param paragraphs of the body: the subject is about the change, never a label. */
export function disclosuresIn(paragraphs: readonly Paragraph[]): readonly Disclosure[] {
  return paragraphs.flatMap((p, i) => {
    const ai = AI_LABEL.exec(p.text);
    const label = ai ?? PLAIN_LABEL.exec(p.text);
    if (label === null) return [];
    const rest = p.text.slice(label[0].length);
    const after = AFTER.exec(rest) ?? (p.heading || ai !== null ? RUN_ON.exec(rest) : null);
    if (after === null) return [];
    const behind = rest.slice(after[0].length).replace(/^[\s*_:.`~-]{1,8}/, '');
    const said =
      behind === ''
        ? [paragraphs[i + 1], paragraphs[i + 2]]
            .flatMap((n) => (n === undefined || n.heading ? [] : [n.text]))
            .slice(0, 2)
            .join(' ')
        : behind;
    const found = admitted(said, ai !== null);
    return found === null ? [] : [{ line: p.line, matched: `${label[0]}: ${said}`.slice(0, 200), ...found }];
  });
}

/** What is left when every sentence is taken away that says there was none. */
function admitted(said: string, labelled: boolean): Pick<Disclosure, 'tool' | 'level'> | null {
  const all = sentencesOf(said.slice(0, 1_500));
  const yes = all.filter((s) => !NO.test(s) || /\bused (?:ai|claude|codex)\b/i.test(s.replace(NO, '')));
  // where it begins with "none", only what was used all the same counts
  const denied = yes[0] !== all[0];
  const speaks = yes.filter((s) => (denied ? ASKED.test(s) && TOOL.test(s) : TOOL.test(s) || AI.test(s) || (labelled && ASKED.test(s) && MADE.test(s))));
  if (speaks.length === 0) return null;
  const text = speaks.join(' ');
  return { tool: TOOL.exec(text)?.[1] ?? null, level: MADE.test(text) ? 'assisted' : 'suggestion' };
}
