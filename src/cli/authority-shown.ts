/**
 * All that a statement or a trust file says, before a trustee touches a key: in sentences, then member by member. Whoever proposes it
 * chooses its texts, so no character of theirs may draw, hide or begin a line.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import { ok, type Result } from '../core/base/result.ts';
import { parseStrictJson } from '../core/signoff/strict-json.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { inWords } from './authority-words.ts';
import { visible } from './terminal.ts';

export interface Shown {
  /** One line a fact. */
  readonly says: readonly string[];
  /** `person.id: "urn:person:noor"`, each value once, as the bytes have it. Long base64 is named by its digest. */
  readonly members: readonly string[];
}

/** A member nobody knows refuses the statement, so that what is listed is what parsers read. Problems: ST_TYPE, KEY_MODEL, TRUST_*. */
export function shownBefore(payload: Uint8Array, trust: TrustBundle): Result<Shown> {
  const says = inWords(payload, trust);
  if (!says.ok) return says;
  const json = parseStrictJson(payload);
  return ok({ says: says.value.map(plainly), members: json.ok ? leavesOf('', json.value).map(plainly) : [] });
}

/** For a terminal. */
export const shownLines = ({ says, members }: Shown): string => [...says.map((w) => `  ${w}\n`), '  member by member\n', ...members.map((m) => `    ${m}\n`)].join('');

/** Characters that take no room are spelled out like those that control: two texts that look alike are not to be told apart otherwise. */
const plainly = (line: string): string =>
  visible(line).replace(/\p{Default_Ignorable_Code_Point}|[\u2800\p{Co}\p{Cs}\p{Cn}]|(?! )\p{Zs}/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);

function leavesOf(path: string, value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${said(value)}`];
  const members: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item, i) => [`${path}[${i}]`, item])
    : Object.entries(value).map(([name, item]) => [path === '' ? name : `${path}.${name}`, item]);
  return members.length === 0 ? [`${path}: ${JSON.stringify(value)}`] : members.flatMap(([name, item]) => leavesOf(name, item));
}

const LONG_BASE64 = /^[A-Za-z0-9+/]{160,}={0,2}$/;

const said = (value: Exclude<Json, object>): string =>
  typeof value === 'string' && LONG_BASE64.test(value) ? `${value.length} characters of base64, SHA-256 ${sha256Hex(value)}` : JSON.stringify(value);
