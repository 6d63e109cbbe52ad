/**
 * What the pages cost over a log of many changes, twenty entries each, in a real PostgreSQL that this starts: the queue and one change, over
 * HTTP, against a route that answers nothing and a row that is found by its key. A few dozen changes are real to the last byte, at the
 * beginning of the log and at its end, and the page of a change is asked of these alone, for it reads git; all others are copies
 * (template.ts), in as many repositories as an organisation has, a tenth of them in one.
 */
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../src/store/postgresql/test-server.ts';
import { openStore } from '../../src/store/store.ts';
import { type Bed, openBed, overStore } from '../../test/bed/bed.ts';
import type { Comparison } from '../measure.ts';
import { type Course, type Proposed, propose } from './changes.ts';
import { fill } from './fill.ts';
import { pagesOf } from './pages.ts';
import { type Template, templateOf } from './template.ts';

export interface Size {
  /** Changes of the log; twenty entries each. */
  readonly changes: number;
  /** Whether to read all of it again at the end. */
  readonly audit?: boolean;
}

const COURSES: readonly Course[] = ['routine', 'signed and landed', 'open', 'half signed', 'signed'];
const REPOSITORIES = 200;
/** Pushes that are denied before the one that passes: everybody pushes again to see whether it passes now. */
const PUSHES = 8;
/** Of the newest changes: those that still wait. What is older has landed, but for a few that nobody came back to. */
const WAITING = 2_000;
const CROWD = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`person-${n}`, n % 8 === 0 ? 'L6' : n % 2 === 0 ? 'L5' : 'L4']));

export async function scaleBench({ changes, audit = false }: Size, say: (line: string) => void): Promise<readonly Comparison[]> {
  const server = await startPostgres(['shared_buffers=1GB', 'max_wal_size=4GB', 'maintenance_work_mem=512MB', 'autovacuum=off']);
  try {
    const database = await server.database();
    const bed = await openBed('production', undefined, { where: async (dir) => ({ dir, database }), crowd: CROWD });
    try {
      return await onBed(bed, database, { changes, audit }, say);
    } finally {
      await bed.close();
    }
  } finally {
    await server.stop();
  }
}

async function onBed(bed: Bed, database: string, { changes, audit }: Size, say: (line: string) => void): Promise<readonly Comparison[]> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    let started = performance.now();
    const old = await real(bed, 'old', 1, PUSHES);
    await bed.store.close();
    say(`${old.length} real changes in ${seconds(started)}`);
    const templates: Template[][] = [];
    for (const course of COURSES) {
      const made: Template[] = [];
      for (const p of old.filter((o) => o.course === course)) made.push(await templateOf(client, p));
      templates.push(made);
    }
    started = performance.now();
    const { entries, at } = await fill({ client, database, data: bed.data, next: chooser(changes, templates), progress: teller(changes, say) });
    bed.clock.now = at + 60_000;
    say(`${changes} changes, ${entries} entries in ${seconds(started)}; ${await sizes(client)}`);
    started = performance.now();
    const store = await openStore({ dir: bed.data, database, clock: () => bed.clock.now });
    if (!store.ok) throw new Error(`${store.error.place}: ${store.error.message}`);
    say(`opened in ${seconds(started)}`);
    const later = overStore(bed, store.value);
    started = performance.now();
    const fresh = await real(later, 'new', 2, 1);
    say(`${fresh.length} more real changes in ${seconds(started)}`);
    const measured = await pagesOf(later, client, [...old, ...fresh], repositories());
    for (const { name } of measured) say(name);
    started = performance.now();
    if (audit) for (const problem of await store.value.audit()) say(`audit: ${problem.place}: ${problem.message}`);
    if (audit) say(`audited in ${seconds(started)}`);
    return measured;
  } finally {
    await client.end();
  }
}

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
const repositories = (): readonly string[] => Array.from({ length: REPOSITORIES }, (_, n) => (n === 0 ? 'infra' : `repository-${n}`));

async function real(bed: Bed, age: string, each: number, pushes: number): Promise<readonly Proposed[]> {
  const made: Proposed[] = [];
  for (let n = 0; n < each; n++) for (const course of COURSES) made.push(await propose(bed, course, `${age}_${course.replaceAll(' ', '_')}_${n}`, pushes));
  return made;
}

/** Three quarters of changes need somebody. */
function chooser(changes: number, templates: readonly (readonly Template[])[]): Parameters<typeof fill>[0]['next'] {
  const names = repositories();
  return (n) => {
    if (n >= changes) return undefined;
    const waits = n >= changes - WAITING || n % 1_000 === 0;
    const course = waits ? [2, 3, 4, 2][n % 4] : n % 4 === 0 ? 0 : 1;
    const kind = templates[course ?? 0] ?? [];
    const template = kind[n % kind.length];
    if (template === undefined) throw new Error('no change to copy');
    return { template, repo: names[n % 10 === 0 ? 0 : 1 + randomInt(REPOSITORIES - 1)] ?? '', path: `pair/module_${n % 5_000}.sql` };
  };
}

function teller(changes: number, say: (line: string) => void): (done: number, entries: number) => void {
  const started = performance.now();
  let told = started;
  return (done, entries) => {
    if (performance.now() - told < 20_000) return;
    told = performance.now();
    say(`${done} of ${changes} changes, ${Math.round((entries / (told - started)) * 1_000)} entries/s`);
  };
}

async function sizes(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    `select relname, pg_total_relation_size(oid) as bytes from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace order by 2 desc limit 5`,
  );
  return rows.map((r) => `${r.relname} ${(Number(r.bytes) / 2 ** 20).toFixed(0)} MB`).join(', ');
}
