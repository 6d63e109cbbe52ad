/**
 * SQL402: what is dropped or renamed is still named by code in the evidence, as it was (what runs now) or as it is. Words are
 * compared without case and underscores, so that order_items is found as orderItems; a column is looked for where its table
 * is named too. No word found says nothing: only the files of this change are read.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { kindsOf } from '../kinds.ts';
import type { Finding } from '../risk.ts';

const SQL402 = rule('SQL402', 'still-read', 'critical', 'inferred', ['the readers removed in a change that landed before']);

interface Gone {
  readonly finding: Finding;
  readonly table: string;
  readonly column: string;
}

export function stillRead(found: readonly Finding[], files: readonly FileEvidence[]): readonly Finding[] {
  const gone = found.flatMap(goneOf);
  if (gone.length === 0) return [];
  const readers = files.flatMap((f) => sides(f).map(([side, text]) => ({ path: f.path, side, words: wordsOf(text) })));
  return gone.flatMap((g) => {
    const reader = readers.find((r) => names(r.words, g.table) && (g.column === '' || r.words.has(g.column)));
    if (reader === undefined) return [];
    const object = g.finding.place.object ?? '';
    const when = reader.side === 'base' ? 'as it runs now' : 'as it is after this change';
    return [
      SQL402({
        place: g.finding.place,
        what: `${object.replace(/^table /, '')} is gone from the database while ${reader.path} still names it (${when}): requests fail until all of the old code is out`,
        because: [
          ['rule', g.finding.rule],
          ['named in', reader.path],
          ['side', reader.side],
        ],
      }),
    ];
  });
}

/** `table orders`, `orders.total`, `app.orders`: what SQL101, SQL102 and SQL401 say of their objects. */
function goneOf(finding: Finding): readonly Gone[] {
  if (!['SQL101', 'SQL102', 'SQL401'].includes(finding.rule) || finding.severity === 'routine') return [];
  const object = finding.place.object ?? '';
  const parts = object.replace(/^(?:table|foreign table) /, '').split('.');
  if (/ /.test(parts.join('.'))) return [];
  const [table, column] = finding.rule === 'SQL101' || parts.length < 2 ? [parts.at(-1) ?? '', ''] : [parts.at(-2) ?? '', parts.at(-1) ?? ''];
  return table.length < 3 ? [] : [{ finding, table: plain(table), column: plain(column) }];
}

const plain = (word: string): string => word.replaceAll('_', '').toLowerCase();

/** A class is often called by one of what the table holds many. */
const names = (words: ReadonlySet<string>, table: string): boolean =>
  words.has(table) || (table.endsWith('s') && words.has(table.slice(0, -1))) || (table.endsWith('ies') && words.has(`${table.slice(0, -3)}y`));

/** Code only: a migration names what it drops, and prose proves nothing. */
function sides(file: FileEvidence): readonly (readonly ['base' | 'head', string])[] {
  const kinds = kindsOf(file.path);
  if (
    kinds.includes('sql') ||
    kinds.includes('prose') ||
    kinds.includes('workflow') ||
    /(?:^|\/)(?:\w*migrat\w*|versions|\w*schema\.(?:rb|prisma|sql|rs))(?:\/|$)|(?:^|[/_.-])(?:tests?|specs?)(?:[/_.-]|$)/i.test(file.path)
  )
    return [];
  const text = (p: Parsed | undefined): string => (p?.kind === 'text' && p.migration === undefined ? p.text : '');
  return (['base', 'head'] as const).flatMap((side) => (text(file[side]) === '' ? [] : [[side, text(file[side])] as const]));
}

const wordsOf = (text: string): ReadonlySet<string> => new Set((text.match(/\w{3,64}/g) ?? []).map(plain));
