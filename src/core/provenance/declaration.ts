/** The author's own statement of assistance in a trailer: what a key and a value declare, decided in a fixed order. */
import { toolNamed, VOCABULARY } from './catalogue/catalogue.ts';
import { PERSON_KEYS, STRONG_KEYS, WEAK_KEYS } from './catalogue/keys.ts';
import { identify, parsePerson } from './identity.ts';
import type { ProvenanceLevel } from './provenance.ts';
import { NO_REGISTRY, type Registry } from './registry.ts';

export { PERSON_KEYS };

export type Declared =
  | { readonly kind: 'none' }
  | { readonly kind: 'tool'; readonly rule: string; readonly tool: string; readonly model?: string; readonly level: ProvenanceLevel }
  | { readonly kind: 'person' }
  | { readonly kind: 'nothing' };

/** None, and nothing behind it but that a person did it: what else is said there may name a tool. */
const NEGATIVE =
  /^(?:none|n\/a|na|no|nil|null|-|—|–|false|0%?|nothing|not applicable|not used|not at all|human|human only|manual|by hand)\.?(?:$|\s*[,;(–—-]\s*(?:\w+ ){0,3}(?:hand|manual|manually|human|myself)\)?\.?$)/i;
const PLACEHOLDER = /AGENT_NAME|MODEL_VERSION|<model|\[model|my ai tool|\{|\$\(/i;
const GIVEN_NAME =
  /^(?:claude|devin|jules|cody) (?![Cc]ode\b|[Oo]pus\b|[Ss]onnet\b|[Hh]aiku\b|[Ff]able\b|[Mm]ythos\b|[Cc]omposer\b|[Aa][Ii]\b|[Aa]gent\b|[Cc][Ll][Ii]\b)[A-Z][a-z]/;

const NOTHING: Declared = { kind: 'nothing' };

/** `<vendor/model>`: what stands in the brackets is no address. */
const unbracketed = (value: string): string => (/^<[^@<>]*>$/.test(value) ? value.slice(1, -1) : value);

/** @param key folded: lower case, hyphens. First hit of the order wins. */
export const declare = (key: string, value: string, registry: Registry = NO_REGISTRY): Declared => declared(key, unbracketed(value), registry);

function declared(key: string, value: string, registry: Registry): Declared {
  const own = registry.trailers.get(key);
  const strong = STRONG_KEYS.has(key) || own !== undefined;
  const weak = WEAK_KEYS.has(key) && !strong;
  const people = PERSON_KEYS.has(key) || registry.humanTrailers.has(key);
  if (!strong && !weak && !people) return NOTHING;
  if (NEGATIVE.test(value)) return strong ? { kind: 'none' } : NOTHING;
  if (PLACEHOLDER.test(value)) return NOTHING;
  if (own !== undefined) return { kind: 'tool', rule: 'registry/trailer', tool: own.tool ?? toolIn(key, value), level: own.level, ...saidModel(value) };
  const person = parsePerson(value);
  const match = weak ? undefined : identify(person.name, person.email, 'trailer', registry).match;
  if (match !== undefined) return { kind: 'tool', rule: match.rule, tool: match.tool, level: match.level, ...(person.email === '' ? saidModel(value) : modelIn(person.name)) };
  if (people) return { kind: 'person' };
  return stated(key, value, strong, person, registry);
}

/** What a key that speaks of assistance says, where its value is no identity anybody knows. */
function stated(key: string, value: string, strong: boolean, person: { name: string; email: string }, registry: Registry): Declared {
  // the key names AI itself, so whatever its value calls it is one: `AI-Assisted-By: Amazon Q`, `AI-Generated: yes`
  const says = strong && NAMES_AI.test(key);
  if (strong && !says && readsAsPerson(value, person)) return { kind: 'person' };
  if (!strong && !plausible(value)) return NOTHING;
  if (TOPICS.has(key) && !brief(value)) return NOTHING;
  if (DENIED.test(value) || registry.veto.has('declaration/trailer')) return NOTHING;
  return says || speaksOfTool(value) ? { kind: 'tool', rule: 'declaration/trailer', tool: toolIn(key, value), level: levelOf(key, value), ...saidModel(value) } : NOTHING;
}

/** Words a changelog begins a line with, too: behind them stands a name and no sentence. */
const TOPICS = new Set(['agent', 'model', 'coding-agent']);
const brief = (value: string): boolean => value.split(' ').length <= (speaksOfTool(value) ? 5 : 2) && !/[`'",;]/.test(value);

/** A sentence that says no tool was used, or that asks. */
const DENIED = /^(?:no|none|not|without|zero)\b[^,;]{0,60}\b(?:used|involved|assistance|assisted|ai|llm)\b|\?\s*$/i;

const NAMES_AI = /(?:^|-)(?:ai|llm|agent)(?:-|$)/;
/** Values that say how much or what for, and not which tool. */
const AFFIRMS = /^(?:y|yes|true|partly|partially|fully|full|mostly|\d{1,3} ?%?)\b|^\d{1,3} ?%/i;

/** curl names people in `Assisted-by`: a human mail, or two to five plain words. */
function readsAsPerson(value: string, person: { name: string; email: string }): boolean {
  if (GIVEN_NAME.test(`${value.slice(0, 1).toLowerCase()}${value.slice(1)}`)) return true;
  if (person.email.includes('@')) return !/noreply|no-reply|\bbot\b/i.test(person.email) && !speaksOfTool(person.name);
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

function toolIn(key: string, value: string): string {
  if (key === 'ai-used-for' || AFFIRMS.test(value)) return 'undisclosed';
  const said = (/^[<[(]?(.*?)(?: via |[:(/<[]|$)/i.exec(value)?.[1] ?? value).trim().slice(0, 60);
  return toolNamed(said) || 'undisclosed';
}

/** Of `tool:model` and `TOOL (MODEL)`. */
function modelOf(value: string): { model?: string } {
  const model = /^[^:(<]{1,60}(?::\s?|\s\()([\w][\w. -]{0,59})/.exec(value)?.[1]?.trim();
  return model === undefined || model === '' || /\bcontext\b/i.test(model) ? {} : { model };
}

function saidModel(value: string): { model?: string } {
  const { model } = modelOf(value);
  return model === undefined ? modelIn(value) : { model };
}

const MODEL_WORD =
  /\b(?:opus|sonnet|haiku|fable|mythos|gpt|o\d|codex|composer|gemini|glm|qwen|kimi|grok|deepseek|minimax|devstral|claude)[\w. -]{0,40}\d|\b(?:opus|sonnet|haiku|fable|mythos)\b/i;

/** Of the name before an agent's address: names drift with the model (`Claude Opus 4 (1M context)`, `aider (gpt-5)`). */
export function modelIn(name: string): { model?: string } {
  const inside = /\(([^()]{1,60})\)/.exec(name)?.[1];
  if (inside !== undefined && MODEL_WORD.test(inside)) return { model: inside };
  const bare = (/^[^()]{1,60}/.exec(name)?.[0] ?? '').trim();
  return MODEL_WORD.test(bare) ? { model: bare } : {};
}

function levelOf(key: string, value: string): ProvenanceLevel {
  return key === 'ai-used-for' && /^(?:research|review)(?:\s*,\s*(?:research|review))*$/i.test(value) ? 'suggestion' : 'assisted';
}
