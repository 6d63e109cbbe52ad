/** New and gone lines of code that is served, without comments: what the rules by line look at. */
import type { FileEvidence } from '../evidence.ts';
import type { NewLine } from '../lines.ts';
import { isCode, isProse } from '../source/files.ts';
import { goneRaw, newRaw } from '../source/raw-lines.ts';
import { isServed } from './routes.ts';

/** Code, and what configures it: a flag of a cookie is set in either. */
export const mayHold = (path: string): boolean =>
  isServed(path) && !isProse(path) && (isCode(path) || /\.(?:ya?ml|json|toml|ini|cfg|conf|properties|env|xml|config|htaccess|cshtml|erb|j2)$|(?:^|\/)\.env/.test(path));

const COMMENT = /^(?:\/\/|\/\*|\*|#(?!\[)|<!--|--\s|;|%|rem\s|'{3}|"{3})/i;
const clean = (lines: readonly NewLine[]): readonly NewLine[] =>
  lines.flatMap((l) => {
    const text = l.text.trim();
    return text === '' || text.length > 2_000 || COMMENT.test(text) ? [] : [{ line: l.line, text: text.replace(/\s(?:\/\/|#)\s.*$/, '') }];
  });

const fresh = new WeakMap<FileEvidence, readonly NewLine[]>();
export function addedCode(file: FileEvidence): readonly NewLine[] {
  const known = fresh.get(file);
  if (known !== undefined) return known;
  const found = clean(newRaw(file));
  fresh.set(file, found);
  return found;
}
const lost = new WeakMap<FileEvidence, readonly NewLine[]>();
export function goneCode(file: FileEvidence): readonly NewLine[] {
  const known = lost.get(file);
  if (known !== undefined) return known;
  const found = clean(goneRaw(file));
  lost.set(file, found);
  return found;
}

/** Most changes are small beside their files: one look at what is new spares many at what is not. */
export const textOfLines = (lines: readonly NewLine[]): string => lines.map((l) => l.text).join('\n');
