/**
 * One commit as another program describes it, one JSON value a line: what `detect --stdin` is asked. The line is whatever
 * somebody pipes in: every field that is wrong is named, and what is not asked for is passed over.
 */
import { text } from '../core/base/bytes.ts';
import { err, ok, type Result } from '../core/base/result.ts';

/** What is known of a commit beside its own header and message is evidence too; nothing known is nothing said. */
export interface AskedCommit {
  readonly sha: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  readonly message: string;
  /** As it was given; nothing is decided by it. */
  readonly date?: string | number;
  /** Head branch. */
  readonly branch?: string;
  readonly pr?: { readonly author?: string; readonly body?: string; readonly branch?: string };
  /** Texts of the notes beside the commit. */
  readonly notes?: readonly { readonly ref: string; readonly text: string }[];
}

/** Where the reference is not told. */
const SOME_REF = 'notes';
const LONGEST_ID = 200;

/** @param bytes one line; null: longer than the cap. Error: every way in which it is no commit, in words. */
export function readCommitLine(bytes: Uint8Array | null): Result<AskedCommit, string> {
  if (bytes === null) return err('is longer than this reads');
  const line = text(bytes);
  if (line === undefined) return err('is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return err(`is not one JSON value: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`);
  }
  if (!isRecord(value)) return err('is not a JSON object');
  const wrong: string[] = [];
  const commit = commitOf(value, wrong);
  return wrong.length === 0 ? ok(commit) : err(wrong.join('; '));
}

type Fields = { readonly [name: string]: unknown };

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function commitOf(value: Fields, wrong: string[]): AskedCommit {
  const sha = string(value, 'sha', wrong);
  if (typeof value.sha === 'string' && (sha === '' || sha.length > LONGEST_ID)) wrong.push(`sha is not 1 to ${LONGEST_ID} characters`);
  const date = value.date;
  if (date !== undefined && date !== null && typeof date !== 'string' && typeof date !== 'number') wrong.push('date is neither text nor a number');
  const branch = maybe(value, 'branch', '', wrong);
  const pr = prOf(value.pr, wrong);
  const notes = notesOf(value.notes, wrong);
  return {
    sha,
    author: personOf(value.author, 'author', wrong),
    committer: personOf(value.committer, 'committer', wrong),
    message: string(value, 'message', wrong),
    ...(typeof date === 'string' || typeof date === 'number' ? { date } : {}),
    ...(branch === undefined ? {} : { branch }),
    ...(pr === undefined ? {} : { pr }),
    ...(notes === undefined ? {} : { notes }),
  };
}

function string(of: Fields, name: string, wrong: string[], place = name): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  wrong.push(`${place} is ${value === undefined ? 'missing' : 'no text'}`);
  return '';
}

function maybe(of: Fields, name: string, under: string, wrong: string[]): string | undefined {
  const value = of[name];
  return value === undefined || value === null ? undefined : string(of, name, wrong, `${under}${name}`);
}

function personOf(value: unknown, name: string, wrong: string[]): AskedCommit['author'] {
  if (isRecord(value)) return { name: string(value, 'name', wrong, `${name}.name`), email: string(value, 'email', wrong, `${name}.email`) };
  wrong.push(`${name} is ${value === undefined ? 'missing' : 'no object'}`);
  return { name: '', email: '' };
}

function prOf(value: unknown, wrong: string[]): AskedCommit['pr'] {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) {
    wrong.push('pr is no object');
    return undefined;
  }
  const [author, body, branch] = ['author', 'body', 'branch'].map((name) => maybe(value, name, 'pr.', wrong));
  return { ...(author === undefined ? {} : { author }), ...(body === undefined ? {} : { body }), ...(branch === undefined ? {} : { branch }) };
}

/** One text, or a list of texts or of `{ ref, text }`. */
function notesOf(value: unknown, wrong: string[]): AskedCommit['notes'] {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map((note: unknown, i) => {
    if (typeof note === 'string') return { ref: SOME_REF, text: note };
    if (isRecord(note)) return { ref: maybe(note, 'ref', `notes[${i}].`, wrong) ?? SOME_REF, text: string(note, 'text', wrong, `notes[${i}].text`) };
    wrong.push(`notes[${i}] is neither text nor an object`);
    return { ref: SOME_REF, text: '' };
  });
}
