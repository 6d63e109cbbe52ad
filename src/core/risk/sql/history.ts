/** SQL310: a migration that other databases have run already is another one now, or comes before one that they have run. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { identity, statements } from './context.ts';
import { isDown, isMigration, natural } from './tools.ts';

const SQL310 = rule('SQL310', 'history-edited', 'high', 'exact', ['a new migration instead of an edit']);

/** A dump of the schema is written anew with every migration. */
const isDump = (path: string): boolean => /(?:^|\/)(?:structure|schema|dump)\.sql$/i.test(path);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

export function historyEdited(files: readonly FileEvidence[]): readonly Finding[] {
  const newest = new Map<string, string>();
  for (const f of files) {
    if (f.base === undefined || !isMigration(f.path) || isDown(f.path) || !/\d/.test(lastPart(f.path))) continue;
    const [folder, key] = [folderOf(f.path), natural(f.path)];
    if (key > (newest.get(folder) ?? '')) newest.set(folder, key);
  }
  return files.flatMap((f) => [...edited(f), ...early(f, newest.get(folderOf(f.path)))]);
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function edited(file: FileEvidence): readonly Finding[] {
  if (statements(file.base).length === 0 || !isMigration(file.path) || isDump(file.path)) return [];
  const after = new Set(statements(file.head).map(identity));
  const lost = statements(file.base).filter((s) => !after.has(identity(s)));
  const [first] = lost;
  if (first === undefined && statements(file.head).length === statements(file.base).length) return [];
  const gone = file.head === undefined;
  const what = `the migration ${file.path} is ${gone ? 'deleted' : 'edited'} after it may have run: databases will differ from each other`;
  return [SQL310({ place: { path: file.path, side: gone ? 'base' : 'head' }, what, because: first === undefined ? [] : [['no longer there', first.text]] })];
}

function early(file: FileEvidence, newest: string | undefined): readonly Finding[] {
  if (
    file.base !== undefined ||
    file.head?.kind !== 'sql' ||
    newest === undefined ||
    !isMigration(file.path) ||
    !/^[VUR]?\d/i.test(lastPart(file.path)) ||
    natural(file.path) >= newest
  )
    return [];
  return [
    SQL310({
      place: { path: file.path, side: 'head' },
      what: `the migration ${file.path} sorts before one that ran already: some databases run it and others do not`,
      because: [],
    }),
  ];
}
