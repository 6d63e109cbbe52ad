/**
 * Who a commit header or a trailer names: a tool, plain automation or a person. Headers are written by whoever may push. The
 * same few hands come again and again in a history, so what was found of one is kept for the next.
 */
import { AUTOMATION_IDS, AUTOMATION_LOGINS, AUTOMATION_MAIL } from './catalogue/automation.ts';
import { ACCOUNT_BY_ID, ACCOUNT_BY_LOGIN, AUTHOR_RULES, IDENTITY_RULES, type KnownAccount, matches, type Rule, toolOf } from './catalogue/catalogue.ts';
import { catalogueScanner } from './catalogue/words.ts';
import { fold } from './fold.ts';
import type { ProvenanceLevel } from './provenance.ts';
import { type Account, type AccountMatch, NO_REGISTRY, type Registry, type RegistryAgent } from './registry.ts';

export type Actor = 'agent' | 'automation' | 'person';

export interface Identity {
  /** Name in the catalogue; null for people and automation. */
  readonly tool: string | null;
  readonly actor: Actor;
}

export interface IdentityMatch {
  readonly rule: string;
  readonly tool: string;
  readonly level: ProvenanceLevel;
  readonly matched: string;
}

export interface Identified {
  readonly match: IdentityMatch | undefined;
  readonly actor: Actor;
  /** A bot or a self-named agent that neither the catalogue nor the organisation has classified; its login or name. */
  readonly unknown: string | null;
}

export type IdentitySlot = 'author' | 'trailer';

/** The tool, if any, and whether a human stands there. A `[bot]` nobody knows is automation: it never fills a seat. */
export function identityOf(name: string, email: string): Identity {
  const { match, actor } = identify(name, email, 'author');
  return { tool: match?.tool ?? null, actor };
}

/** The first entry that names this identity: the organisation's, then accounts, then patterns. */
export const matchIdentity = (name: string, email: string, slot: IdentitySlot): IdentityMatch | undefined => identify(name, email, slot).match;

/** A history has some hundreds; who writes headers may make up any number. */
const MOST_KEPT = 20_000;
const kept = new WeakMap<Registry, Record<IdentitySlot, Map<string, Identified>>>();

export function identify(name: string, email: string, slot: IdentitySlot, registry: Registry = NO_REGISTRY): Identified {
  let slots = kept.get(registry);
  if (slots === undefined) {
    slots = { author: new Map(), trailer: new Map() };
    kept.set(registry, slots);
  }
  const known = slots[slot];
  const key = `${name}\0${email}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= MOST_KEPT) known.clear();
  const found = identified(personOf(name, email), slot, registry);
  if (key.length <= 1_000) known.set(key, found);
  return found;
}

interface Person extends Account {
  /** `Name <mail>`, or the name alone where there is no mail. */
  readonly text: string;
  readonly id: number | undefined;
}

const FORGE = 'noreply@github.com';

/** An id and a login at the forge, in the address it gives out for commits. */
const FORGE_MAIL = /^(?:(\d{1,12})\+)?([^@]+)@users\.noreply\.github\.com$/;

function personOf(name: string, email: string): Person {
  const [n, e] = [fold(name.slice(0, 500)), fold(email.slice(0, 500))];
  const [plain, address] = [n.toLowerCase(), e.toLowerCase()];
  const forge = FORGE_MAIL.exec(address);
  const login = forge?.[2] ?? (plain.endsWith('[bot]') ? plain : null);
  return { name: plain, email: address, login, id: forge?.[1] === undefined ? undefined : Number(forge[1]), text: e === '' ? n : `${n} <${e}>`.trim() };
}

/** The organisation's agent that this header names. */
export const registeredAs = (name: string, email: string, registry: Registry): RegistryAgent | undefined => agentIn(registry, personOf(name, email));

const agentIn = (registry: Registry, person: Person): RegistryAgent | undefined => registry.agents.find((a) => a.match.matches(person));

function identified(person: Person, slot: IdentitySlot, registry: Registry): Identified {
  const own = agentIn(registry, person);
  if (own !== undefined) {
    const level = slot === 'trailer' && own.level === 'agent' ? 'assisted' : own.level;
    return { match: { rule: 'registry/agent', tool: own.tool, level, matched: person.text }, actor: 'agent', unknown: null };
  }
  const machine = registry.automation.filter((m) => m.matches(person));
  const people = registry.people.map((p) => p.match).filter((m) => m.matches(person));
  const match = catalogued(person, slot, registry.veto, [...machine, ...people]);
  const classified = machine.length > 0 || people.length > 0 || knownAutomation(person);
  const bot = person.login?.endsWith('[bot]') === true || person.name.endsWith('[bot]');
  const asked = !classified && (match === undefined ? bot : match.rule === 'agent/name');
  const actor = match !== undefined ? 'agent' : machine.length > 0 || (people.length === 0 && (bot || knownAutomation(person))) ? 'automation' : 'person';
  return { match, actor, unknown: asked ? (person.login ?? person.text) : null };
}

/** @param cancels entries that say it is somebody else: they reach names and addresses, never an account. */
function catalogued(person: Person, slot: IdentitySlot, veto: ReadonlySet<string>, cancels: readonly AccountMatch[]): IdentityMatch | undefined {
  const account = accountOf(person);
  if (account !== undefined && !veto.has(`${account.tool}/account`)) return accountMatch(account, slot, person.text);
  // the forge's own address is given to anybody, tools included: there the name may still tell
  if (account === undefined && person.email !== FORGE && knownAutomation(person)) return undefined;
  if (!catalogueScanner().holds(person.text)) return undefined;
  const counts = (rule: Rule): boolean => !veto.has(rule.rule) && !cancels.some((c) => !(c.wide && rule.mailbox === true)) && matches(rule, person.text);
  const rule = (slot === 'author' ? AUTHOR_RULES : IDENTITY_RULES).find(counts);
  if (rule === undefined) return undefined;
  const level = rule.level === '*' ? (slot === 'author' ? 'agent' : 'assisted') : rule.level;
  return { rule: rule.rule, tool: toolOf(rule, person.text), level, matched: person.text };
}

export const accountMatch = (account: KnownAccount, slot: IdentitySlot, matched: string): IdentityMatch => ({
  rule: `${account.tool}/account`,
  tool: account.tool,
  level: slot === 'author' ? 'agent' : account.coAuthor,
  matched,
});

/** By id, for it outlives renames; then by login. */
function accountOf({ id, login, name, email }: Person): KnownAccount | undefined {
  // a bot's login without its suffix, where there is no address beside it, if it is no word of the language
  const bare = email === '' && name.includes('-') ? `${name}[bot]` : null;
  const byLogin = login ?? bare;
  const account = (id === undefined ? undefined : ACCOUNT_BY_ID.get(id)) ?? (byLogin === null ? undefined : ACCOUNT_BY_LOGIN.get(byLogin));
  return account?.named?.test(name) === false ? undefined : account;
}

/** A name alone may be that of a robot too: it is only kept from being anybody's. */
function knownAutomation({ id, login, name, email }: Person): boolean {
  if (id !== undefined && AUTOMATION_IDS.has(id)) return true;
  return AUTOMATION_MAIL.has(email) || AUTOMATION_LOGINS.has((login ?? name).replace(/\[bot\]$/, ''));
}

/** `Name <mail>`, `Name mail@host` or a bare name, as trailers carry them. */
export function parsePerson(value: string): { readonly name: string; readonly email: string } {
  const text = fold(value.slice(0, 1_000));
  const angled = /^([^<]*)<([^<>]*)>/.exec(text);
  if (angled) return { name: (angled[1] ?? '').trim(), email: (angled[2] ?? '').trim() };
  const start = bareMail(text);
  return start === undefined ? { name: text, email: '' } : { name: text.slice(0, start).trim(), email: text.slice(start) };
}

/** Where the `mail@host` a text ends with begins. By index: a pattern would try every start of a long word again. */
function bareMail(text: string): number | undefined {
  const at = text.lastIndexOf('@');
  const start = Math.max(text.lastIndexOf(' ', at), text.lastIndexOf('@', at - 1)) + 1;
  return at > 0 && start < at && at < text.length - 1 && !text.includes(' ', at) ? start : undefined;
}
