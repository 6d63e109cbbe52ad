/**
 * Who runs a migration file, told by its name and by the marks its tool reads: whether the tool puts a transaction around it,
 * where the part begins that undoes it, and in what order files run. All of these are the author's own words. What they say
 * can make a lock shorter or longer; the loss of data is judged the same whatever they say.
 */

import type { Parsed } from '../evidence.ts';

/**
 * `wrapped`: a tool begins a transaction around the file. `asked`: so does it, but for a file that holds nothing but what
 * PostgreSQL refuses in one (Flyway looks). `single`: the file is sent as one command, which the server makes one
 * transaction of when it holds several statements. `none`: each statement by itself. `unknown`: nothing says; taken as wrapped.
 */
export type Mode = 'wrapped' | 'asked' | 'single' | 'none' | 'unknown';

export interface Running {
  readonly mode: Mode;
  /** Lines from here on (1-based) undo the file and run on a rollback only. */
  readonly downFrom: number;
}

const OPT_OUT = [
  /^--\s*\+goose\s+no\s+transaction\b/im,
  /^--\s*migrate:up\b.*\btransaction:\s*false\b/im,
  /^--\s*atlas:txmode\s+none\b/im,
  /^--\s*no-transaction\b/im,
  /^-{2,4}\s*tern:\s*disable-tx\b/im,
  /^--changeset\b.*\brunInTransaction:\s*"?false\b/im,
  /^--\s*\+migrate\s+up\s+notransaction\b/im,
];

const WRAPS = [
  /^--\s*\+goose\s+up\b/im,
  /^--\s*migrate:up\b/im,
  /^--\s*\+migrate\s+up\b/im,
  /^--\s*liquibase\s+formatted\s+sql\b/im,
  /^-{4}\s*create\s+above\b/im,
  /^--\s*up\s+migration\b/im,
];

/** Flyway, and diesel; sqitch leaves the transaction to the file. */
const ASKED_PATH = /(?:^|\/)(?:[VRU]\d[\w.]*__[^/]*\.sql|R__[^/]*\.sql)$/i;
const WRAPPED_PATH = /(?:^|\/)migrations\/[^/]+\/(?:up|down)\.sql$/i;
const SINGLE_PATH = /(?:^|\/)prisma\/(?:[^/]+\/)*migration\.sql$|(?:^|\/)migrations\/\d{14}_[^/]+\/migration\.sql$|\.(?:up|down)\.sql$/i;

/** Each behind the mark of its way up: a comment alone makes nothing a way down. */
const UP = /^--\s*(?:\+goose\s+up|migrate:up|\+migrate\s+up|up\s+migration)\b|^-{4}\s*create\s+above/i;
const DOWN = /^--\s*(?:\+goose\s+down|migrate:down|\+migrate\s+down|down\s+migration)\b|^-{4}\s*create\s+above\s*\/\s*drop\s+below/i;

export function runningOf(path: string, file: Parsed | undefined): Running {
  if (file?.kind === 'text') return { mode: file.migration?.wrapped === true ? 'wrapped' : 'none', downFrom: Number.POSITIVE_INFINITY };
  const text = file?.kind === 'sql' ? (file.text ?? '') : '';
  // what the tools read stands at the head of the file or of a section
  const marks = text.split('\n').flatMap((line, i) => (/^\s{0,8}-{2}/.test(line) && line.length < 300 ? [{ text: line.trim(), line: i + 1 }] : []));
  const all = marks.map((m) => m.text).join('\n');
  const mode: Mode = OPT_OUT.some((r) => r.test(all))
    ? 'none'
    : WRAPS.some((r) => r.test(all)) || WRAPPED_PATH.test(path)
      ? 'wrapped'
      : ASKED_PATH.test(path)
        ? 'asked'
        : SINGLE_PATH.test(path)
          ? 'single'
          : 'unknown';
  const up = marks.find((m) => UP.test(m.text))?.line;
  const down = marks.find((m) => DOWN.test(m.text) && up !== undefined && m.line >= up)?.line;
  return { mode, downFrom: down ?? Number.POSITIVE_INFINITY };
}

/** A file of its own that undoes another. */
export const isDown = (path: string): boolean => /(?:[._-]down\.sql|\/down\.sql|(?:^|\/)U\d[^/]*\.sql|(?:^|\/)(?:rollback|revert|undo)s?\/[^/]+\.sql)$/i.test(path);

/** The file that a down file undoes, where it has a name that says so. */
export const upOf = (path: string): string =>
  path
    .replace(/([._-])down\.sql$/i, '$1up.sql')
    .replace(/\/down\.sql$/i, '/up.sql')
    .replace(/(^|\/)U(\d[^/]*\.sql)$/i, '$1V$2');

/** Down scripts run after what they undo, and V10 after V2. */
export function order(a: string, b: string): number {
  const [x, y] = [natural(a), natural(b)];
  return Number(isDown(a)) - Number(isDown(b)) || (x < y ? -1 : x > y ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Each number behind how many digits it has, so that text compares as the numbers do. */
export const natural = (path: string): string => path.replace(/\d+/g, (digits) => `${String(digits.replace(/^0+/, '').length).padStart(5, '0')}${digits.replace(/^0+/, '')}`);

/** What a file of migrations is called by the tools that number them. */
export const isMigration = (path: string): boolean =>
  /(?:^|[/_-])(?:migrat\w*|versions|changelog|flyway|liquibase|alembic|schema_changes)(?:\/|-|_)|(?:^|\/)[VUR]?\d+[._-][^/]*\.sql$|(?:^|\/)\d{4}[^/]*\.sql$/i.test(path);
