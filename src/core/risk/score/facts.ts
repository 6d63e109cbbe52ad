/**
 * One commit taken apart, before anything is asked of history. Names, paths and messages are anybody's: only so much of each is read,
 * and every pattern here runs once over it.
 */
import type { LandedCommit, TouchedFile } from './landed.ts';

/** Paths that are looked at one by one. Sizes count all. */
const MOST_PATHS = 400;
/** Characters of a subject, and of a message, that patterns read. */
const MOST_SUBJECT = 1_000;
const MOST_MESSAGE = 20_000;

export interface CommitFacts {
  readonly commit: LandedCommit;
  /** Seconds since 1970: when it counts as landed. Never before what landed earlier. */
  readonly now: number;
  /** Who stands for the author in the counts. */
  readonly author: string;
  readonly subject: string;
  /** In lower case. */
  readonly lower: string;
  /** What patterns read of it. */
  readonly message: string;
  /** Distinct words of three letters and more of the subject, in lower case. */
  readonly words: ReadonlySet<string>;
  readonly files: readonly TouchedFile[];
  readonly dirs: ReadonlySet<string>;
  readonly tops: ReadonlySet<string>;
  /** The first two components of each path that has a slash, or `.`. */
  readonly subs: ReadonlySet<string>;
  readonly exts: ReadonlySet<string>;
  /** The subject says that it mends something. */
  readonly fix: boolean;
}

/** @param alias who an address belongs to: one person with two addresses counts twice otherwise. */
export function factsOf(commit: LandedCommit, now: number, alias: (email: string) => string = (email) => email): CommitFacts {
  const subject = subjectOf(commit.message);
  const lower = subject.toLowerCase();
  const files = commit.files.slice(0, MOST_PATHS);
  const email = commit.author.email.toLowerCase();
  return {
    commit,
    now,
    author: alias(email === '' ? commit.author.name.toLowerCase() : email),
    subject,
    lower,
    message: commit.message.slice(0, MOST_MESSAGE),
    words: new Set(lower.match(/[a-z]{3,}/g) ?? []),
    files,
    dirs: new Set(files.map((f) => dirOf(f.path))),
    tops: new Set(files.map((f) => topOf(f.path))),
    subs: subsOf(files),
    exts: new Set(files.map((f) => extOf(f.path))),
    fix: FIX.test(subject),
  };
}

const FIX = /\b(fix(e[sd])?|bug|defect|patch|hotfix|regression|crash|error|fail(s|ed|ure)?)\b/i;

/** As git has it: the lines up to the first empty one, joined by spaces. */
export function subjectOf(message: string): string {
  const lines: string[] = [];
  let length = 0;
  for (let at = firstLine(message); at < message.length && length < MOST_SUBJECT; ) {
    const end = endOfLine(message, at);
    const line = message.slice(at, Math.min(end, at + MOST_SUBJECT)).trimEnd();
    if (line === '') break;
    lines.push(line);
    length += line.length + 1;
    at = end + 1;
  }
  return lines.join(' ').slice(0, MOST_SUBJECT).trim();
}

/** What stands below the subject. */
export function bodyOf(message: string): string {
  let at = firstLine(message);
  while (at < message.length) {
    const end = endOfLine(message, at);
    if (message.slice(at, end).trim() === '') return message.slice(end + 1);
    at = end + 1;
  }
  return '';
}

/** Where the first line begins that says something. */
function firstLine(message: string): number {
  const said = message.search(/\S/);
  return said < 0 ? message.length : message.lastIndexOf('\n', said) + 1;
}

function endOfLine(message: string, at: number): number {
  const end = message.indexOf('\n', at);
  return end < 0 ? message.length : end;
}

export function dirOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

function topOf(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** The first two components, of a path that has a slash. */
export function subOf(path: string): string | undefined {
  const slash = path.indexOf('/');
  if (slash < 0) return undefined;
  const second = path.indexOf('/', slash + 1);
  return second < 0 ? path : path.slice(0, second);
}

function subsOf(files: readonly TouchedFile[]): ReadonlySet<string> {
  const subs = new Set<string>();
  for (const { path } of files) {
    const sub = subOf(path);
    if (sub !== undefined) subs.add(sub);
  }
  if (subs.size === 0) subs.add('.');
  return subs;
}

/** What stands after the last dot of the name, in lower case; nothing where there is none. */
export function extOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 ? '' : base.slice(dot + 1).toLowerCase();
}
