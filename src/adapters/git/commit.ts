/** Commit objects, read as they are: what git prints would already be re-encoded, mapped or replaced by configuration. */
import { text } from '../../core/base/bytes.ts';
import type { Commit, Ident, Oid } from '../../core/change/change.ts';

/**
 * Total: a hand-written commit with fields missing or malformed gives empty ones, which resolve to nobody.
 * Where a field stands twice the first counts, as in git.
 */
export function parseCommit(id: Oid, raw: Uint8Array): Commit {
  const end = endOfHeader(raw);
  const fields = headerFields(lenient(raw.subarray(0, end)));
  const first = (name: string): string => fields.find(([n]) => n === name)?.[1] ?? '';
  return {
    id,
    tree: first('tree'),
    parents: fields.filter(([name]) => name === 'parent').map(([, value]) => value),
    author: parseIdent(first('author')),
    committer: parseIdent(first('committer')),
    message: decoded(raw.subarray(end + 2), first('encoding')),
  };
}

/** Where the empty line begins that separates header and message. */
function endOfHeader(raw: Uint8Array): number {
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) if (raw[at + 1] === LF) return at;
  return raw.length;
}

const LF = 0x0a;

/** Lines that begin with a space go on with the field before (a signature) and are not fields. */
function headerFields(header: string): readonly (readonly [string, string])[] {
  return header.split('\n').flatMap((line) => {
    const space = line.indexOf(' ');
    return space > 0 ? [[line.slice(0, space), line.slice(space + 1)] as const] : [];
  });
}

/** `Name <email> <seconds> <zone>`. */
export function parseIdent(line: string): Ident {
  const open = line.indexOf('<');
  const close = line.indexOf('>', open);
  if (open < 0 || close < 0) return { name: line.trim(), email: '', at: 0 };
  const seconds = Number(/^ (\d{1,12})(?: |$)/.exec(line.slice(close + 1))?.[1] ?? 0);
  return { name: line.slice(0, open).trim(), email: line.slice(open + 1, close).trim(), at: seconds * 1_000 };
}

/** UTF-8 where it is that, whatever the commit says of itself; else as declared; else with U+FFFD. */
function decoded(raw: Uint8Array, encoding: string): string {
  const plain = text(raw);
  if (plain !== undefined || encoding === '') return plain ?? lenient(raw);
  try {
    return new TextDecoder(encoding).decode(raw);
  } catch {
    return lenient(raw);
  }
}

const lenient = (raw: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
