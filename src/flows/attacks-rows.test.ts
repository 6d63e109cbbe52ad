/** An administrator who edits rows of the real database while the server runs, and then signs and pushes: nobody gains a right. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Bed, openBed, type PersonName, roster } from '../../test/bed/bed.ts';
import { hex } from '../core/base/bytes.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import { openStore } from '../store/store.ts';
import { cosigned } from '../testing/trust-files.ts';
import { recordWord } from './enrol.ts';
import { prepareSignoff } from './prepare.ts';
import { completeSignoff } from './signoff.ts';

let bed: Bed;
let count = 0;
let id: string;
let head: string;

beforeAll(async () => {
  bed = await openBed();
  // The roster, which the repository has, lets ada and ben sign: what the log says of them alone stands in the way.
  await bed.land(bed.commit({ '.countersign/roster.yml': roster({ ada: 'L6', ben: 'L6', mara: 'L6', noor: 'L6', kim: 'L7', lee: 'L7', pat: 'L7', zoe: 'L4' }) }, { by: 'kim' }));
});
afterAll(() => bed.close());
beforeEach(async () => {
  head = bed.commit({ [`db/row${++count}.sql`]: 'drop table orders;\n' }, { by: 'zoe' });
  id = (await bed.judged(head, { pusher: 'zoe' })).id ?? '';
});

/** Beside the server, in the file it has open. Answers how many rows were changed. */
function edited(statement: string, ...values: readonly string[]): number {
  const db = new DatabaseSync(join(bed.data, 'countersign.db'), { enableForeignKeyConstraints: false });
  try {
    return Number(db.prepare(statement).run(...values).changes);
  } finally {
    db.close();
  }
}

/** In this person's name, by this person's key, naming it or not. */
async function signed(as: PersonName, by: PersonName, names = false): Promise<readonly string[]> {
  const more = names ? { credential: { kind: 'webauthn' as const, keyid: bed.keys[by].keyid } } : {};
  const prepared = await prepareSignoff(bed.world, id, as, await bed.answers(id, more));
  const done = prepared.ok ? await completeSignoff(bed.world, id, bed.keys[by].signEnvelope(prepared.value.statement)) : prepared;
  return done.ok ? ['signed'] : done.error.map((p) => p.code);
}
const verdict = async () => (await bed.judged(head, { pusher: 'zoe' })).verdict;
const DENIED = { verdict: 'deny', codes: ['SIGNOFF_MISSING'] };

it('lets whoever may sign sign, with nothing edited', async () => {
  expect([await signed('ada', 'ada'), await signed('ben', 'ben')]).toEqual([['QUAL_LEVEL'], ['QUAL_LEVEL']]);
  expect(await verdict()).toMatchObject(DENIED);
  expect(await signed('mara', 'mara')).toEqual(['signed']);
  expect(await verdict()).toMatchObject({ verdict: 'allow', codes: ['OK'] });
});

it('gives a key to nobody else: `update keys set person`', async () => {
  expect(edited(`update keys set person = 'kim', name = 'kim' where person = 'ada'`)).toBe(1);
  expect(await bed.store.projections.keys({ keyid: bed.keys.ada.keyid })).toMatchObject([{ person: 'kim' }]);
  for (const names of [false, true]) {
    expect(await signed('kim', 'ada', names)).toContain('KEY_UNKNOWN');
    expect(await signed('ada', 'ada', names)).toEqual(['KEY_UNKNOWN']);
  }
  expect(await verdict()).toMatchObject(DENIED);
  expect(await signed('kim', 'kim')).toEqual(['signed']);
  expect(await verdict()).toMatchObject({ verdict: 'allow' });
});

it('raises nobody: `update keys set level`', async () => {
  expect(edited(`update keys set level = 'L7' where person in ('ada', 'ben')`)).toBeGreaterThan(0);
  expect(await bed.store.projections.keys({ person: 'ben' })).toMatchObject([{ level: 'L7' }]);
  expect([await signed('ben', 'ben'), await signed('ben', 'ben', true)]).toEqual([['QUAL_LEVEL'], ['QUAL_LEVEL']]);
  expect(await verdict()).toMatchObject(DENIED);
});

it('signs nothing: rows of changes and sign-offs that say it is signed', async () => {
  const other = id;
  expect(await signed('noor', 'noor')).toEqual(['signed']);
  head = bed.commit({ [`db/row${++count}.sql`]: 'drop table orders;\n' }, { by: 'zoe' });
  id = (await bed.judged(head, { pusher: 'zoe' })).id ?? '';
  const { manifest, manifest256 } = (await bed.row(id)).decision.change;
  expect(edited(`update changes set state = 'signed' where id = ?`, id)).toBe(1);
  expect(edited(`update signoffs set change = ?, manifest = ?, manifest256 = ?, complete = 1 where change = ?`, id, manifest, manifest256, other)).toBe(1);
  expect(await verdict()).toMatchObject({ verdict: 'deny', codes: ['DATA_INVALID'] });
});

it('makes no word of an objection: `update signoffs set decision`', async () => {
  expect(await bed.sign('noor', id, { decision: 'changes', dispositions: [], answers: [] })).toMatchObject({ ok: true });
  expect(edited(`update signoffs set decision = 'approve', complete = 1 where change = ?`, id)).toBe(1);
  expect((await verdict()).codes).toEqual(['DATA_INVALID']);
  // However many others sign.
  await signed('mara', 'mara');
  expect((await verdict()).codes).toEqual(['DATA_INVALID']);
});

it('gives back nothing that was taken: the row of a revocation changed, renamed, robbed of its body, deleted', async () => {
  const word = revocationStatement({ of: { key: bed.keys.noor.keyid }, from: bed.clock.now, reason: 'stolen' }, bed.world.site.origin, hex(bed.world.random()));
  expect(await recordWord(bed.world, 'revocation', cosigned(word, [bed.keys.kim, bed.keys.lee]))).toMatchObject({ ok: true });
  const idx = String((await bed.world.ledger.entries(0, 10_000)).length - 1);
  // Something behind it, so that the log does not look shorter.
  await bed.judged(bed.commit({ 'docs/after.md': 'x\n' }));
  const gone = async (): Promise<void> => {
    expect([await signed('noor', 'noor'), await signed('noor', 'noor', true)]).toEqual([['KEY_UNKNOWN'], ['KEY_UNKNOWN']]);
    expect(await verdict()).toMatchObject(DENIED);
  };
  await gone();
  for (const edit of [
    'update entries set at = at + 3600000 where idx = ?',
    `update entries set type = 'violation' where idx = ?`,
    'delete from bodies where idx = ?',
    'delete from entries where idx = ?',
  ]) {
    expect(edited(edit, idx)).toBe(1);
    await gone();
  }
  expect((await bed.store.audit()).map((p) => p.place)).toContain(`entry ${idx}`);
  // Nor by a start of the server: it does not open what it no longer can read.
  await bed.store.close();
  expect(await openStore({ dir: bed.data, clock: () => bed.clock.now })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: `entry ${idx}` } });
});
