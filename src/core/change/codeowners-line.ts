/** One line of a CODEOWNERS file: its words, its owners, a heading of a section. */
import type { Dialect, Owner } from './codeowners.ts';

export interface Word {
  readonly text: string;
  /** UTF-16 units from the start of the line. */
  readonly at: number;
}

export interface Heading {
  readonly name: string;
  readonly optional: boolean;
  readonly humans: number;
  readonly owners: readonly Owner[];
  readonly wrong: readonly { readonly at: number; readonly message: string; readonly remedy: string }[];
}

/** Ruby's `\s` at GitLab. */
const BLANK: { readonly [dialect in Dialect]: RegExp } = { github: /[ \t]/, gitlab: /[ \t\r\f\v]/, gitignore: /[ \t]/ };

/**
 * The pattern and what follows it. A `\` keeps the blank behind it. At GitHub a `#` starts a comment wherever it stands; in
 * a gitignore file at the start of a line or of a word; at GitLab only at the start of a line.
 */
export function cut(line: string, dialect: Dialect): readonly Word[] {
  const blank = BLANK[dialect];
  const words: Word[] = [];
  for (let at = 0; at < line.length; ) {
    if (blank.test(line[at] ?? '')) {
      at++;
      continue;
    }
    if (line[at] === '#' && (dialect !== 'gitlab' || words.length === 0)) break;
    const end = endOf(line, at, blank, dialect, words.length === 0);
    words.push({ text: line.slice(at, end), at });
    at = end;
  }
  return words;
}

function endOf(line: string, start: number, blank: RegExp, dialect: Dialect, pattern: boolean): number {
  for (let at = start; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === '#' && dialect === 'github') return at;
    if (blank.test(char) && !(pattern && line[at - 1] === '\\' && at > start && (dialect !== 'gitignore' || escapes(line, start, at)))) return at;
  }
  return line.length;
}

/** Git: a `\` that is itself escaped escapes nothing. */
function escapes(line: string, start: number, at: number): boolean {
  let count = 0;
  while (at - 1 - count >= start && line[at - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

const EMAIL = /^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const NAME = /^@[A-Za-z0-9_][A-Za-z0-9_-]*$/;
const TEAM = /^@[A-Za-z0-9_][A-Za-z0-9_-]*\/[A-Za-z0-9_.-]+$/;
const GITLAB_NAME = /^@[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const ROLE = /^@@(?:developer|maintainer|owner)s?$/i;
const LONGEST_OWNER = 1_000;

export function ownerOf(text: string, dialect: Dialect): Owner | undefined {
  if (text.length > LONGEST_OWNER) return undefined;
  if (EMAIL.test(text)) return { kind: 'email', text };
  if (dialect === 'gitlab' && ROLE.test(text)) return { kind: 'role', text };
  if (dialect === 'github') return NAME.test(text) ? { kind: 'name', text } : TEAM.test(text) ? { kind: 'team', text } : undefined;
  return GITLAB_NAME.test(text) ? { kind: text.includes('/') ? 'team' : 'name', text } : undefined;
}

/** `[Name]`, `^[Name]`, `[Name][2] @owner`: undefined where the line is no heading. */
export function headingOf(line: string): Heading | undefined {
  const found = /^\s*(\^?)\[([^\]]*)\](\[\d+\])?/.exec(line);
  if (found === null) return undefined;
  const [whole, caret, name = '', count] = found;
  const start = whole.search(/\S/);
  const rest = line.slice(whole.length);
  const wrong: Heading['wrong'][number][] = [];
  const say = (at: number, message: string, remedy: string): unknown => wrong.push({ at, message, remedy });
  if (name.trim() === '') say(start, 'is a section without a name', 'name it');
  if (count !== undefined && caret !== '') say(whole.length - count.length, 'an optional section asks for no approvals, so GitLab ignores the number', 'remove ^ or the number');
  const humans = count === undefined ? 1 : Number(count.slice(1, -1));
  if (humans < 1) say(whole.length - (count?.length ?? 0), 'counts as 1', 'write 1 or more');
  if (/^\S/.test(rest)) say(whole.length, 'is ignored: it is neither a number of approvals nor set off by a space', 'write [Name][2] @owner');
  const { owners, first } = /^\s/.test(rest) ? defaultsOf(rest, whole.length) : { owners: [], first: undefined };
  if (first !== undefined) say(first, 'is no owner, and is ignored', 'write @user, @group, @group/subgroup, @@role or an e-mail address');
  return { name, optional: caret !== '', humans: Math.min(Math.max(humans, 1), Number.MAX_SAFE_INTEGER), owners, wrong };
}

/** Default owners, and where the first word stands that is none. */
function defaultsOf(rest: string, offset: number): { readonly owners: readonly Owner[]; readonly first: number | undefined } {
  const words = [...rest.matchAll(/\S+/g)].map((word) => ({ at: offset + word.index, owner: ownerOf(word[0], 'gitlab') }));
  return { owners: words.flatMap(({ owner }) => owner ?? []), first: words.find(({ owner }) => owner === undefined)?.at };
}
