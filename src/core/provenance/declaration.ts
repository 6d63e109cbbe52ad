/** The author's own statement of assistance in a trailer: what a key and a value declare, decided in a fixed order. */
import { VOCABULARY } from './catalogue.ts';
import { matchIdentity, parsePerson } from './identity.ts';
import type { ProvenanceLevel } from './provenance.ts';

export type Declared =
  | { readonly kind: 'none' }
  | { readonly kind: 'tool'; readonly rule: string; readonly tool: string; readonly model?: string; readonly level: ProvenanceLevel }
  | { readonly kind: 'person' }
  | { readonly kind: 'nothing' };

const STRONG = new Set(
  (
    'assisted-by ai-assisted-by ai-assisted assisted-by-ai ai-assistant ai-agent ai-generated ai-generated-by ai-used-for llm-assisted-by ' +
    'ai-tool ai-tools ai-model llm-generated llm-model coding-agent co-developed-by-ai commit-generated-by'
  ).split(' '),
);
const WEAK = new Set(['generated-by', 'generated-with', 'made-with', 'written-by', 'agent', 'model']);
export const PERSON_KEYS: ReadonlySet<string> = new Set(['co-authored-by', 'co-developed-by', 'signed-off-by', 'authored-by', 'co-authored']);

/** None, and nothing behind it but that a person did it: what else is said there may name a tool. */
const NEGATIVE =
  /^(?:none|n\/a|na|no|nil|null|-|—|–|false|0%?|nothing|not applicable|not used|not at all)\.?(?:$|\s*[,;(–—-]\s*(?:\w+ ){0,3}(?:hand|manual|manually|human|myself)\)?\.?$)/i;
const PLACEHOLDER = /AGENT_NAME|MODEL_VERSION|<model|\[model|my ai tool|\{|\$\(/i;
const GIVEN_NAME = /^(?:claude|devin|jules|cody) (?![Cc]ode\b|[Oo]pus\b|[Ss]onnet\b|[Hh]aiku\b|[Ff]able\b|[Mm]ythos\b|[Aa][Ii]\b|[Aa]gent\b|[Cc][Ll][Ii]\b)[A-Z][a-z]/;

const NOTHING: Declared = { kind: 'nothing' };

/** @param key folded: lower case, hyphens. First hit of the order wins. */
export function declare(key: string, value: string): Declared {
  const strong = STRONG.has(key);
  const weak = WEAK.has(key);
  if (!strong && !weak && !PERSON_KEYS.has(key)) return NOTHING;
  if (NEGATIVE.test(value)) return strong ? { kind: 'none' } : NOTHING;
  if (PLACEHOLDER.test(value)) return NOTHING;
  const person = parsePerson(value);
  const match = weak ? undefined : matchIdentity(person.name, person.email, 'trailer');
  if (match !== undefined) return { kind: 'tool', rule: match.rule, tool: match.tool, level: match.level, ...modelOf(value) };
  if (PERSON_KEYS.has(key)) return { kind: 'person' };
  // the key names AI itself, so whatever its value calls it is one: `AI-Assisted-By: Amazon Q`, `AI-Generated: yes`
  const named = strong && NAMES_AI.test(key);
  if (strong && !named && readsAsPerson(value, person)) return { kind: 'person' };
  if (weak && !plausible(value)) return NOTHING;
  return named || speaksOfTool(value) ? { kind: 'tool', rule: 'declaration/trailer', tool: toolOf(key, value), level: levelOf(key, value), ...modelOf(value) } : NOTHING;
}

const NAMES_AI = /(?:^|-)(?:ai|llm|agent)(?:-|$)/;
/** Values that say how much or what for, and not which tool. */
const AFFIRMS = /^(?:y|yes|true|partly|partially|fully|full|mostly|\d{1,3} ?%?)\b|^\d{1,3} ?%/i;

/** curl names people in `Assisted-by`: a human mail, or two to five plain words. */
function readsAsPerson(value: string, person: { name: string; email: string }): boolean {
  if (GIVEN_NAME.test(`${value.slice(0, 1).toLowerCase()}${value.slice(1)}`)) return true;
  if (person.email !== '') return !/noreply|no-reply|\bbot\b/i.test(person.email) && !speaksOfTool(person.name);
  const parts = value.split(' ');
  return parts.length >= 2 && parts.length <= 5 && !/[\d/:()[\]#=]/.test(value) && !speaksOfTool(value);
}

const plausible = (value: string): boolean =>
  value.length <= 90 && !/[/\\]\S+\.\w+$|[.!?]\s|[.!?]$/.test(value) && !GIVEN_NAME.test(`${value.slice(0, 1).toLowerCase()}${value.slice(1)}`);

function speaksOfTool(value: string): boolean {
  if (words(value).some((w) => VOCABULARY.has(w))) return true;
  if (/[/:]\s?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.test(value)) return true;
  const pair = /^([\w.-]{1,60}):\s?([\w./-]{1,80})(?:\s|$)/.exec(value);
  return pair?.[2] !== undefined && /\d/.test(pair[2]);
}

const words = (value: string): readonly string[] => value.toLowerCase().split(/[^a-z]+/);

function toolOf(key: string, value: string): string {
  if (key === 'ai-used-for' || AFFIRMS.test(value)) return 'undisclosed';
  return (/^(.*?)(?: via |[:(/<[]|$)/i.exec(value)?.[1] ?? value).trim().slice(0, 60) || 'undisclosed';
}

function modelOf(value: string): { model?: string } {
  const model = /^[^:(<]{1,60}(?::\s?|\s\()([\w][\w. -]{0,59})/.exec(value)?.[1]?.trim();
  return model === undefined || model === '' ? {} : { model };
}

function levelOf(key: string, value: string): ProvenanceLevel {
  return key === 'ai-used-for' && /^(?:research|review)(?:\s*,\s*(?:research|review))*$/i.test(value) ? 'suggestion' : 'assisted';
}
