/** Who a commit header names: a tool, plain automation or a person. Headers are written by whoever may push. */

import type { Account } from './accounts.ts';
import { AGENT_ACCOUNTS, AUTOMATION_IDS, AUTOMATION_LOGINS } from './accounts.ts';
import { CATALOGUE } from './catalogue.ts';
import { fold } from './message.ts';
import type { ProvenanceLevel } from './provenance.ts';

export interface Identity {
  /** Name in the catalogue; null for people and automation. */
  readonly tool: string | null;
  readonly actor: 'agent' | 'automation' | 'person';
}

export interface IdentityMatch {
  readonly rule: string;
  readonly tool: string;
  readonly level: ProvenanceLevel;
  readonly matched: string;
}

/** The tool, if any, and whether a human stands there. A `[bot]` nobody knows is automation: it never fills a seat. */
export function identityOf(name: string, email: string): Identity {
  const match = matchIdentity(name, email, 'author');
  if (match !== undefined) return { tool: match.tool, actor: 'agent' };
  return { tool: null, actor: isAutomation(name, email) ? 'automation' : 'person' };
}

/** The first row of the catalogue that names this identity; accounts before patterns. */
export function matchIdentity(name: string, email: string, slot: 'author' | 'trailer'): IdentityMatch | undefined {
  const text = identityText(name, email);
  const account = accountOf(fold(name), fold(email));
  if (account !== undefined) return { rule: `${account.tool}/account`, tool: account.tool, level: slot === 'author' ? 'agent' : account.coAuthor, matched: text };
  if (isAutomation(name, email)) return undefined;
  const row = CATALOGUE.find((r) => (r.slot === 'id' || (r.slot === 'author' && slot === 'author')) && r.pattern.test(text) && r.not?.test(text) !== true);
  if (row === undefined) return undefined;
  return { rule: row.rule, tool: row.tool, level: row.level === '*' ? (slot === 'author' ? 'agent' : 'assisted') : row.level, matched: text };
}

/** `Name <mail>`, or the name alone where there is no mail. */
function identityText(name: string, email: string): string {
  const [n, e] = [fold(name).slice(0, 500), fold(email).slice(0, 500)];
  return e === '' ? n : `${n} <${e}>`.trim();
}

function accountOf(name: string, email: string): Account | undefined {
  const m = /^(?:(\d{1,12})\+)?([^@]+)@users\.noreply\.github\.com$/i.exec(email);
  const login = (m?.[2] ?? (name.endsWith('[bot]') ? name : '')).toLowerCase();
  if (login === '') return undefined;
  const known = m?.[1] === undefined ? undefined : Number(m[1]);
  const byId = AGENT_ACCOUNTS.find((a) => known !== undefined && a.ids.includes(known));
  return byId ?? AGENT_ACCOUNTS.find((a) => a.logins.includes(login));
}

function isAutomation(name: string, email: string): boolean {
  const [n, e] = [fold(name).toLowerCase(), fold(email).toLowerCase()];
  const m = /^(?:(\d{1,12})\+)?([^@]+)@users\.noreply\.github\.com$/.exec(e);
  const login = m?.[2] ?? n;
  if (m?.[1] !== undefined && AUTOMATION_IDS.includes(Number(m[1]))) return true;
  return login.endsWith('[bot]') || n.endsWith('[bot]') || AUTOMATION_LOGINS.includes(login) || e === 'gemini-cli-robot@google.com' || e === FORGE;
}

/** The committer of whatever is merged on the forge's own pages: nobody's hand, and an address nobody can own. */
const FORGE = 'noreply@github.com';

/** `Name <mail>`, `Name mail@host` or a bare name, as trailers carry them. */
export function parsePerson(value: string): { readonly name: string; readonly email: string } {
  const text = fold(value).slice(0, 1_000);
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
