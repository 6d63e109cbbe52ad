/** A word that took an earlier one back, and an administrator who hides it from the question which word was the last. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { answerText } from '../server/push-text.ts';
import { sql } from '../store/test-bed.ts';

const RULES = `rules:
  - { id: alpha, paths: ["a/**"], require: { humans: 1, from: { people: [mara] } } }
  - { id: beta, paths: ["b/**"], require: { humans: 1, from: { people: [noor] } } }
`;
let bed: Bed;
let count = 0;
beforeAll(async () => {
  bed = await openBed();
  await bed.land(bed.commit({ 'countersign.yml': POLICY.replace('rules:\n', RULES) }, { by: 'kim' }));
});
afterAll(() => bed.close());
/** Each test has files of its own: nothing one of them signed is near what another pushes. */
beforeEach(() => {
  count++;
});

const form = (a: string): Record<string, string> => ({ [`a/${count}.txt`]: a, [`b/${count}.txt`]: 'TWO\n' });
const said = async (files: Record<string, string>, who: PersonName, decision: 'approve' | 'cannot_judge' | 'changes' = 'approve') => {
  const head = bed.commit(files);
  const id = (await bed.judged(head)).id ?? '';
  const receipt = await bed.sign(who, id, { decision });
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  return { head, id, at: receipt.value.index };
};
/** What the terminal says of a push of the last form, which mara signs: only noor's word for an earlier one could let it pass. */
const pushed = async (more: Record<string, string> = {}) => {
  const { head } = await said({ ...form('LAST\n'), ...more }, 'mara');
  const answer = await bed.push(head);
  return { allowed: answer.allow, terminal: answerText(bed.world.site, 'infra', answer) };
};
const CARRIED = 'noor (L6) signed an earlier form of this';

describe('a yes is carried', () => {
  const more = (): Record<string, string> => ({ [`docs/${count}.md`]: 'said\n' });

  it('though its signer spoke later of something else, and others of this', async () => {
    await said(form('ONE\n'), 'noor');
    await said({ [`b/far${count}.txt`]: 'FAR\n' }, 'noor', 'changes');
    await said(form('BETWEEN\n'), 'mara', 'cannot_judge');
    expect((await pushed()).terminal).toContain(CARRIED);
  });

  it('though its signer spoke later of what has landed since', async () => {
    await said({ ...form('ONE\n'), ...more() }, 'noor');
    const { head } = await said({ ...more(), [`b/other${count}.txt`]: 'OTHER\n' }, 'noor');
    expect((await bed.push(head)).allow).toBe(true);
    await bed.land(head);
    expect((await pushed({ [`docs/${count}.md`]: 'said again\n' })).terminal).toContain(CARRIED);
  });
});

describe('a yes that its signer took back is not carried, though', () => {
  const ATTACKS: readonly (readonly [string, (word: { readonly at: number; readonly id: string }) => string])[] = [
    ['nobody touched anything', () => 'select 1'],
    ['the row says that it was said long ago', ({ at }) => `update signoffs set at = 0 where idx = ${at}`],
    ['the row says that somebody else said it', ({ at }) => `update signoffs set signer = 'mara' where idx = ${at}`],
    ['the row says that it is of another ref', ({ at }) => `update signoffs set target_ref = 'refs/heads/other' where idx = ${at}`],
    ['the row is gone', ({ at }) => `delete from signoffs where idx = ${at}`],
    ['the row stands at another place', ({ at }) => `update signoffs set idx = 900000 + idx where idx = ${at}`],
    ['its change is said to have landed', ({ id }) => `update changes set state = 'landed' where id = '${id}'`],
    [
      'its change is said to have landed, by an entry that is another',
      ({ id, at }) =>
        `update changes set state = 'landed' where id = '${id}'; insert into landings (idx, change, repo, target_ref, old, head, landed) values (${at}, '${id}', 'infra', 'refs/heads/main', 'x${at}', 'y', ${at})`,
    ],
    [
      'its change is said to be of other files',
      ({ id }) => `update changes set decision = replace(replace(decision, '"a/${count}.txt"', '"z/a"'), '"b/${count}.txt"', '"z/b"') where id = '${id}'`,
    ],
    [
      'its change is said to be decided elsewhere',
      ({ id, at }) => `update changes set idx = ${at}, decision = replace(replace(decision, '"a/${count}.txt"', '"z/a"'), '"b/${count}.txt"', '"z/b"') where id = '${id}'`,
    ],
    ['its change is not known', ({ id }) => `delete from changes where id = '${id}'`],
  ];

  it.each(ATTACKS)('%s', async (_, statement) => {
    await said(form('ONE\n'), 'noor');
    const word = await said(form('BETWEEN\n'), 'noor', 'cannot_judge');
    await sql(bed.data, statement(word));
    const last = await pushed();
    expect(last.allowed).toBe(false);
    expect(last.terminal).not.toContain(CARRIED);
  });

  it('nor is one that never could be, though the table says that it was said of less', async () => {
    const { id } = await said({ ...form('ONE\n'), [`a/rename${count}.sql`]: 'alter table orders rename to old_orders;\n' }, 'noor');
    expect((await bed.row(id)).decision.tier).toBe('high');
    await sql(bed.data, `update changes set tier = 'routine', decision = replace(decision, '"tier":"high"', '"tier":"routine"') where id = '${id}'`);
    const last = await pushed();
    expect(last.allowed).toBe(false);
    expect(last.terminal).not.toContain(CARRIED);
  });
});
