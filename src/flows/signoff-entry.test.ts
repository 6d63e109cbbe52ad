/** An objection at the gate, and an administrator who writes in the database while the server runs: in the rows, and in the log itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';
import { leafHash } from '../core/log/merkle.ts';
import { sql } from '../store/test-bed.ts';

let bed: Bed;
let head: string;
/** Where the objection stands in the log. */
let at: number;
beforeEach(async () => {
  bed = await openBed();
  head = bed.commit({ 'db/a.sql': 'drop table orders;\n' });
  const id = (await bed.judged(head)).id ?? '';
  const said = await bed.sign('noor', id, { decision: 'changes', dispositions: [], answers: [] });
  if (!said.ok) throw new Error(JSON.stringify(said.error));
  at = said.value.index;
  expect(await bed.sign('mara', id)).toMatchObject({ ok: true });
});
afterEach(() => bed.close());

const ask = async () => (await bed.judged(head)).verdict;
const write = (statement: string) => sql(bed.data, statement);
/** The row and the entry say the same, and it is no objection; the words that would say otherwise are gone. */
const SOFTENED = [
  `update signoffs set decision = 'cannot_judge' where idx = `,
  `update entries set bytes = cast(replace(cast(bytes as text), '"decision":"changes"', '"decision":"cannot_judge"') as blob) where idx = `,
  'delete from bodies where idx = ',
];

describe('an objection in a log that somebody wrote in', () => {
  it.each([
    ['was made into none, with its row', SOFTENED],
    ['was put aside, with its row', [...SOFTENED, 'update signoffs set idx = 1000000 where idx = ', 'delete from entries where idx = ']],
    ['is gone, with its row', ['delete from signoffs where idx = ', 'delete from bodies where idx = ', 'delete from entries where idx = ']],
    ['is gone, and its row is not', ['delete from bodies where idx = ', 'delete from entries where idx = ']],
  ])('%s: nothing passes', async (_, statements) => {
    expect(await ask()).toMatchObject({ verdict: 'deny', codes: ['REV_CHANGES'] });
    for (const statement of statements) await write(`${statement}${at}`);
    const verdict = await ask();
    expect(verdict).toMatchObject({ verdict: 'deny', codes: [expect.stringMatching(/^(LOG_DAMAGED|DATA_INVALID)$/)] });
    expect(JSON.stringify(verdict.reasons)).toContain('countersign audit');
  });

  it('is called damaged where its leaf is not the one that was signed, whatever stands beside it', async () => {
    for (const statement of SOFTENED) await write(`${statement}${at}`);
    expect((await ask()).codes).toEqual(['LOG_DAMAGED']);
  });

  it('is called damaged where the hashes beside it fit the bytes', async () => {
    for (const statement of SOFTENED) await write(`${statement}${at}`);
    const [row] = await sql(bed.data, 'select bytes from entries where idx = ?', at);
    await sql(bed.data, 'update entries set leaf = ? where idx = ?', leafHash(row?.bytes as Uint8Array), at);
    expect((await ask()).codes).toEqual(['LOG_DAMAGED']);
  });
});
