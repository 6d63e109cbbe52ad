import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql as raw } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import { parseCheckpoint } from '../../core/log/checkpoint.ts';
import { parseNote } from '../../core/log/note.ts';
import type { Engine, Writer } from '../connection.ts';
import { openKeys } from '../keys/keys.ts';
import { orRefuse } from '../refused.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { engine, inspection, ON_POSTGRESQL, sql } from '../test-bed.ts';
import { audit, snapshot } from './audit.ts';
import { type Publisher, publisher } from './publisher.ts';
import { recover } from './recover.ts';
import { type Sequencer, sequencer } from './sequencer.ts';

let dir: string;
let database: Engine;
let writer: Writer;
let signer: Publisher;
let sequence: Sequencer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sequencer-'));
  database = await engine(dir);
  writer = database.writer;
  await database.prepare();
  signer = publisher(writer, orRefuse(openKeys(join(dir, 'keys'), true)).log);
  sequence = sequencer(writer, signer, () => 1);
  await sequence.append(() => ok([genesisDraft()]));
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const publishedSize = (): number | undefined => {
  const note = parseNote(signer.latest()?.note ?? '');
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  return checkpoint.ok ? checkpoint.value.size : undefined;
};
const append = (name: string) => sequence.append(() => ok([violationDraft(name)]));

/** The database takes no entry. SQLite would write a new name of a table into all that refer to it. */
const refusing = (yes: boolean): Promise<unknown> =>
  ON_POSTGRESQL
    ? sql(dir, yes ? 'alter table entries rename to away' : 'alter table away rename to entries')
    : raw.raw(`pragma query_only = ${yes ? 'on' : 'off'}`).execute(writer.db);

it('fails a whole group with the database, keeps nothing of it, and goes on when the database does', async () => {
  await refusing(true);
  const failed = await Promise.allSettled([append('a'), append('b')]);
  expect(failed.map((f) => f.status)).toEqual(['rejected', 'rejected']);
  expect(publishedSize()).toBe(1);
  await refusing(false);
  expect(await append('c')).toMatchObject({ ok: true, value: [{ index: 1 }] });
  expect(publishedSize()).toBe(2);
  // SQLite spells what was renamed in quotes from then on, and the audit sees that.
  const found = await audit(await snapshot(await inspection(dir), signer.key()));
  expect(found.filter((p) => !p.message.includes('is not made as this program makes it'))).toEqual([]);
});

it('signs once for a group: what waits together shares a commit', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, i) => append(`v${i}`)));
  const rows = await writer.db.selectFrom('checkpoints').select('size').orderBy('size').execute();
  expect(rows.map((r) => r.size)).toEqual([1, 11]);
});

it('does not answer before the signature, and recovers a commit that was never signed', async () => {
  const unsigned = sequencer(writer, { ...signer, publish: () => Promise.reject(new Error('no signature')) }, () => 1, await recover(writer, signer));
  await expect(unsigned.append(() => ok([violationDraft('a')]))).rejects.toThrow('no signature');
  expect(publishedSize()).toBe(1);
  await recover(writer, signer);
  expect(publishedSize()).toBe(2);
  expect(await audit(await snapshot(await inspection(dir), signer.key()))).toEqual([]);
});

it('never goes back to a smaller log: signing with a shorter database is refused', async () => {
  await append('a');
  await sql(dir, 'delete from entries where idx = 1; delete from bodies where idx = 1');
  await expect(recover(writer, signer)).rejects.toThrow('the log holds 1 entries and its last checkpoint speaks of 2');
});

it('finishes what was asked before it stops, and nothing after', async () => {
  const asked = append('a');
  const stopping = sequence.stop();
  await expect(append('b')).rejects.toThrow('closed');
  expect((await asked).ok).toBe(true);
  await stopping;
});

it('an append of nothing signs nothing', async () => {
  const before = signer.latest();
  expect(await sequence.append(() => ok([]))).toEqual({ ok: true, value: [] });
  expect(signer.latest()).toBe(before);
});
