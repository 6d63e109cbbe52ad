/**
 * The whole store as one file: an export against reading the same rows bare, an import against inserting them bare into the same tables, both in SQLite;
 * and whether either takes more memory for twice as many entries. Run in processes of their own.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryDraft } from '../src/flows/ports.ts';
import { decisionDraft, genesisDraft, violationDraft } from '../src/store/sample-drafts.ts';
import { LEDGER_DDL } from '../src/store/schema.ts';
import { DATABASE_FILE, openStore } from '../src/store/store.ts';
import { append } from './appends.ts';
import { type Comparison, compare, run } from './measure.ts';

/** Beyond this the page cache of SQLite and the heap are as large as they become. */
const SIZE = 200_000;

export async function storeBench(folder: string, cli: string, size = SIZE): Promise<readonly Comparison[]> {
  const [data, small] = [join(folder, 'data'), join(folder, 'small')];
  await filled(data, size);
  await filled(small, size / 2);
  const at = (name: string): string => join(folder, name);
  const store = (...args: readonly string[]): string => run(process.execPath, [cli, 'store', ...args]);
  const fresh = (file: string): string => {
    rmSync(file, { recursive: true, force: true });
    return file;
  };
  store('export', '--data', data, '--out', fresh(at('all.store')));
  store('export', '--data', small, '--out', fresh(at('half.store')));
  const bare = at('bare.mjs');
  writeFileSync(bare, BARE);
  const vkey = (JSON.parse(store('import', '--data', withKeys(fresh(at('first')), data), '--in', at('all.store'), '--json')) as { vkeys: readonly string[] }).vkeys[0] ?? '';
  console.log(
    `store: ${size} entries are ${(statSync(at('all.store')).size / 1e6).toFixed(0)} MB as a file, ${(statSync(join(data, DATABASE_FILE)).size / 1e6).toFixed(0)} MB as a database`,
  );
  const into = (name: string, file: string) => store('import', '--data', fresh(at(name)), '--in', file, '--vkey', vkey);
  const timed = (c: Comparison): Comparison => ({ ...c, name: `${c.name} (${((size / c.took) * 1000).toFixed(0)} entries/s)` });
  return [
    timed(
      await compare({
        name: `store export: ${size} entries`,
        baseline: 'reading its rows into a file',
        turns: 3,
        subject: () => void store('export', '--data', data, '--out', fresh(at('out.store'))),
        against: () => void run(process.execPath, [bare, 'read', join(data, DATABASE_FILE), fresh(at('bare.out'))]),
      }),
    ),
    timed(
      await compare({
        name: `store import: ${size} entries, checked and replayed`,
        baseline: 'inserting its rows bare',
        turns: 3,
        subject: () => void into('in', at('all.store')),
        against: () => void run(process.execPath, [bare, 'write', join(data, DATABASE_FILE), fresh(at('bare.db'))], { env: { ...process.env, DDL: JSON.stringify(LEDGER_DDL) } }),
      }),
    ),
    memory(`store export: most memory, twice the entries`, [cli, 'store', 'export', '--data'], [data, small], (dir) => [dir, '--out', fresh(at('m.store'))]),
    memory(`store import: most memory, twice the entries`, [cli, 'store', 'import', '--in'], [at('all.store'), at('half.store')], (file) => [
      file,
      '--data',
      withKeys(fresh(at('m')), file.includes('all') ? data : small),
    ]),
  ];
}

/** Highest resident memory of a process, against that of the same with half. */
function memory(name: string, command: readonly string[], [whole, half]: readonly [string, string], rest: (of: string) => readonly string[]): Comparison {
  const most = (of: string): number => {
    const said = run(process.execPath, ['--import', PEAK, ...command, ...rest(of)]);
    return Number(/peak (\d+)/.exec(said)?.[1]);
  };
  const [a, b] = [most(whole), most(half)];
  return { name: `${name} (${(a / 1024).toFixed(0)} MB)`, baseline: `half of them (${(b / 1024).toFixed(0)} MB)`, ratio: a / b, spread: [a / b, a / b], turns: 1, took: a };
}

const PEAK = `data:text/javascript,process.on('exit', () => console.log('peak ' + process.resourceUsage().maxRSS))`;

function withKeys(dir: string, of: string): string {
  mkdirSync(dir, { mode: 0o700 });
  run('cp', ['-a', join(of, 'keys'), join(dir, 'keys')]);
  return dir;
}

async function filled(dir: string, size: number): Promise<void> {
  const store = await openStore({ dir, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  await append(store.value, [genesisDraft()]);
  for (let from = 1; from < size; from += 500)
    await append(
      store.value,
      Array.from({ length: Math.min(500, size - from) }, (_, i) => draft(from + i)),
    );
  await store.value.close();
}

/** One in ten is a decision of some kilobytes. */
const draft = (n: number): EntryDraft => (n % 10 === 0 ? decisionDraft({ content: `${n}` }) : violationDraft(`${n}`));

/** A program that knows the tables and nothing of what is in them. */
const BARE = `import { DatabaseSync } from 'node:sqlite';
import { closeSync, openSync, writeSync } from 'node:fs';
const [, , what, from, to] = process.argv;
const db = new DatabaseSync(from, { readOnly: true });
const tables = ['entries', 'bodies', 'checkpoints', 'tiles', 'cosignatures'];
if (what === 'read') {
  const out = openSync(to, 'w');
  for (const table of tables) for (const row of db.prepare('select * from ' + table).iterate()) for (const value of Object.values(row)) writeSync(out, value instanceof Uint8Array ? value : String(value));
  closeSync(out);
} else {
  const into = new DatabaseSync(to);
  into.exec('pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -32000');
  for (const statement of JSON.parse(process.env.DDL)) into.exec(statement);
  into.exec('begin');
  for (const table of tables) {
    let insert;
    for (const row of db.prepare('select * from ' + table).iterate()) {
      insert ??= into.prepare('insert into ' + table + ' values (' + Object.keys(row).map(() => '?').join(',') + ')');
      insert.run(...Object.values(row));
    }
  }
  into.exec('commit');
}
`;
