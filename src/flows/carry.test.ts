/** What a sign-off of an earlier form is still counted for: real pushes, real signatures, git's own merges, the ledger as it stands. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, type PersonName, POLICY, roster } from '../../test/bed/bed.ts';
import { answerText } from '../server/push-text.ts';
import { sinceSigned } from './moved.ts';

const RULES = `rules:
  - { id: alpha, paths: ["a/**"], require: { humans: 1, from: { people: [mara] } } }
  - { id: beta, paths: ["b/**", "c/**"], require: { humans: 1, from: { people: [noor] } } }
  - { id: gamma, paths: ["g/**"], require: { humans: 1, level: L7 } }
  - { id: keeps, paths: ["k/**"], require: { humans: 1, from: { people: [noor] } }, on_change: { context-moved: keep } }
  - { id: lax, paths: ["lax/**"], require: { humans: 1, from: { people: [noor] } }, on_change: { context-moved: keep, rework: keep } }
`;
const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}`);
const lines = (edits: { readonly [at: number]: string }): string => `${LINES.map((line, i) => edits[i] ?? line).join('\n')}\n`;

let bed: Bed;
let count = 0;
let since = 0;
beforeAll(async () => {
  bed = await openBed();
  await bed.land(bed.commit({ 'countersign.yml': POLICY.replace('rules:\n', RULES) }, { by: 'kim' }));
});
afterAll(() => bed.close());

/** Each test has files of its own: nothing one of them signed is near what another pushes. */
beforeEach(async () => {
  count++;
  since = (await bed.world.ledger.entries(0, 10_000)).length;
});

type Files = Parameters<Bed['commit']>[0];
/** Pushes, and has these people sign what was stopped. */
const signed = async (files: Files, people: readonly PersonName[] = ['mara', 'noor']): Promise<{ head: string; id: string }> => {
  const head = bed.commit(files);
  const { id } = await bed.judged(head);
  for (const person of people) expect(await bed.sign(person, id ?? '')).toMatchObject({ ok: true });
  return { head, id: id ?? '' };
};
const pushed = async (head: string) => {
  const answer = await bed.push(head);
  const [judged] = answer.judged;
  const { verdict = undefined, id = null } = judged ?? {};
  return { terminal: answerText(bed.world.site, 'infra', answer), codes: verdict?.codes ?? [], allowed: answer.allow, signoffs: verdict?.signoffs ?? [], id: id ?? '' };
};
const entries = async () => {
  const all = await bed.world.ledger.entries(since, 10_000);
  return all.map((e) => ({ ...e, said: JSON.parse(new TextDecoder().decode(e.bytes)) }));
};
const carries = async () => (await entries()).filter((e) => e.said.type === 'carry');

/** `a/one.txt` of this test: `a/7/one.txt`. */
const at = (path: string): string => path.replace('/', `/${count}/`);
const both = (): Record<string, string> => ({ [at('a/one.txt')]: 'ONE\n', [at('b/one.txt')]: lines({ 3: 'three' }) });
const rework = (): Record<string, string> => ({ ...both(), [at('a/one.txt')]: 'ONE AND MORE\n' });

describe('the very content, on another base', () => {
  const asked = POLICY.replace('rules:\n', `rules:\n  - { id: eyes, paths: ["e/**"], require: { humans: 1, level: L6 }, on_change: { trivial-rebase: recheck } }\n`);

  it('is looked at again where policy wants that, and can be signed again', async () => {
    await bed.land(bed.commit({ 'countersign.yml': asked.replace('rules:\n', RULES) }, { by: 'kim' }));
    const files = { [at('e/one.txt')]: 'ONE\n' };
    const { id } = await signed(files, ['mara']);
    await bed.land(bed.commit({ [at('docs/other.md')]: 'x\n' }, { by: 'kim' }));
    const again = await pushed(bed.commit(files, { message: 'Again, on the new base\n' }));
    expect(again.id).toBe(id);
    expect(again.codes).toEqual(['STALE_CONTEXT', 'SIGNOFF_MISSING']);
    expect(again.terminal).toContain('the same content stands on another base now, and eyes wants it looked at again');
    expect((await bed.row(id)).state).toBe('open');
    expect(await bed.sign('noor', id)).toMatchObject({ ok: true });
    expect((await pushed(bed.commit(files, { message: 'Again, on the new base\n' }))).allowed).toBe(true);
    expect((await bed.row(id)).state).toBe('signed');
    expect(await bed.store.audit()).toEqual([]);
  });

  it('keeps its sign-off where policy says nothing', async () => {
    const files = { [at('k/one.txt')]: 'ONE\n' };
    await signed(files, ['noor']);
    await bed.land(bed.commit({ [at('docs/other.md')]: 'x\n' }, { by: 'kim' }));
    expect((await pushed(bed.commit(files, { message: 'Again, on the new base\n' }))).codes).toEqual(['OK']);
  });
});

describe('two rules, two signers, and the files of one reworked', () => {
  it('keep one sign-off and lose the other, and the terminal says both', async () => {
    await signed(both());
    const again = await pushed(bed.commit(rework()));
    expect(again.codes).toEqual(['CONTENT_MISMATCH', 'STALE_REWORK', 'SIGNOFF_MISSING']);
    expect(again.terminal).toContain(`the sign-off by mara does not count: signed content moved: ${at('a/one.txt')} was reworked; ${at('b/one.txt')} is unchanged`);
    expect(again.terminal).toContain('kept     noor (L6) signed an earlier form of this; what it covers has not changed');
    expect(again.terminal).not.toContain('for rule beta');
    expect(await carries()).toEqual([]);
  });

  it('pass once the other has signed again, and the log says what was carried', async () => {
    const first = await signed(both());
    const head = bed.commit(rework());
    const { id } = await pushed(head);
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true, value: { complete: true, missing: '' } });
    const last = await pushed(head);
    expect([last.codes, last.allowed, last.signoffs.length]).toEqual([['OK'], true, 2]);
    expect(last.terminal).toContain('mara (L6) signed this exact change');
    expect(last.terminal).toContain('noor (L6) signed an earlier form of this; what it covers has not changed');
    const [carry, ...more] = await carries();
    const all = await entries();
    expect([more.length, all.at(-2)?.index, all.at(-1)?.said.type]).toEqual([0, carry?.index, 'verdict']);
    const [before, after] = [(await bed.row(first.id)).decision.change, (await bed.row(id)).decision.change];
    const noor = (await bed.world.projections.signoffs({ manifest: before.manifest })).find((s) => s.signer === 'noor');
    expect(carry?.said).toMatchObject({ change: id, signoff: noor?.body, from: before.manifest, to: after.manifest });
    const body = JSON.parse(new TextDecoder().decode((await bed.world.ledger.body(carry?.body ?? '')) ?? new Uint8Array()));
    expect(body).toMatchObject({
      signoff: noor?.body,
      signed: { manifest: before.manifest, manifest256: before.manifest256 },
      now: { manifest: after.manifest, manifest256: after.manifest256 },
    });
    expect(body.rules).toMatchObject([{ rule: 'beta', paths: [at('b/one.txt')] }]);
    expect(body.classes).toEqual([
      [at('a/one.txt'), 'rework'],
      [at('b/one.txt'), 'no-change'],
    ]);
    expect(await bed.store.audit()).toEqual([]);
  });

  it('spend the carried nonce by landing: the form it was signed for comes in no more', async () => {
    const first = await signed(both(), ['noor']);
    const head = bed.commit(rework());
    const { id } = await pushed(head);
    await bed.sign('mara', id);
    expect((await pushed(head)).codes).toEqual(['OK']);
    await bed.land(head);
    await bed.land(bed.commit({ [at('a/one.txt')]: null, [at('b/one.txt')]: null }));
    expect((await pushed(bed.commit(both()))).codes).toContain('ST_NONCE');
    const third = await pushed(bed.commit({ ...both(), [at('a/one.txt')]: 'ONE MORE TIME\n' }));
    expect(third.codes).toContain('ST_NONCE');
    expect(third.terminal).not.toContain('earlier form');
    expect((await bed.row(first.id)).state).not.toBe('landed');
  });
});

describe('a base that moved in another hunk of a signed file', () => {
  const moved = async (path: string) => {
    await bed.land(bed.commit({ [path]: lines({}) }));
    const first = await signed({ [path]: lines({ 3: 'three' }) }, ['noor']);
    await bed.land(bed.commit({ [path]: lines({ 25: 'base' }) }));
    return { first, ...(await pushed(bed.commit({ [path]: lines({ 3: 'three', 25: 'base' }) }))) };
  };

  it('is to be looked at again, and the file is named', async () => {
    const { codes, terminal } = await moved(at('b/one.txt'));
    expect(codes).toEqual(['CONTENT_MISMATCH', 'STALE_CONTEXT', 'SIGNOFF_MISSING']);
    expect(terminal).toContain(`look again at: ${at('b/one.txt')}`);
  });

  it('is carried where policy keeps it', async () => {
    const { codes, terminal } = await moved(at('k/one.txt'));
    expect(codes).toEqual(['OK']);
    expect(terminal).toContain('signed an earlier form of this');
    expect((await carries()).length).toBe(1);
  });

  it('is shown to whoever signed, and to nobody else; a new signature confirms it', async () => {
    const { id, first } = await moved(at('b/one.txt'));
    const { decision } = await bed.row(id);
    expect(await sinceSigned(bed.world, decision, 'noor')).toBe(`${at('b/one.txt')} moved with its base, which changed in the same file`);
    expect(await sinceSigned(bed.world, decision, 'mara')).toBeNull();
    expect(await sinceSigned(bed.world, (await bed.row(first.id)).decision, 'noor')).toBeNull();
    expect(await bed.sign('noor', id)).toMatchObject({ ok: true, value: { complete: true } });
    expect(await sinceSigned(bed.world, decision, 'noor')).toBeNull();
    expect((await pushed(decision.change.head)).codes).toEqual(['OK']);
    expect(await carries()).toEqual([]);
  });
});

describe('nothing is carried', () => {
  const lost = async (files: Files, options?: Parameters<Bed['commit']>[1]) => {
    const answer = await pushed(bed.commit(files, options));
    expect(answer.allowed).toBe(false);
    expect(answer.terminal).toContain('noor');
    expect(answer.terminal).not.toContain('noor (L6) signed');
    expect(await carries()).toEqual([]);
    return answer;
  };

  it('from tier high on', async () => {
    const high = { [at('b/rename.sql')]: 'alter table orders rename to old_orders;\n' };
    const { id } = await signed({ ...both(), ...high }, ['noor']);
    expect((await bed.row(id)).decision.tier).toBe('high');
    const answer = await lost({ ...rework(), ...high });
    expect(answer.codes).toEqual(['CONTENT_MISMATCH', 'STALE_REWORK', 'CARRY_TIER', 'SIGNOFF_MISSING']);
    expect(answer.terminal).toContain('at tier high only the exact change that was signed counts');
  });

  it('where the rework of another file makes it high', async () => {
    await signed(both());
    await lost({ ...rework(), [at('a/rename.sql')]: 'alter table orders rename to old_orders;\n' });
  });

  it('where a file is moved to another one of the same rule, or to one of another', async () => {
    await signed(both());
    await lost({ [at('a/one.txt')]: 'ONE\n', [at('b/two.txt')]: lines({ 3: 'three' }) });
    await lost({ [at('a/one.txt')]: lines({ 3: 'three' }), [at('b/one.txt')]: 'ONE\n' });
    await lost({ ...both(), [at('b/one.txt')]: lines({ 4: 'three' }) });
  });

  it('where a path leaves the change', async () => {
    await signed({ ...both(), [at('b/two.txt')]: 'TWO\n' });
    await lost(both());
    await lost(rework());
  });

  it('where a new file comes in under the paths of its rule, whatever policy says of rework', async () => {
    await signed(both());
    await lost({ ...both(), [at('b/new.txt')]: 'new\n' });
    await lost({ ...both(), [at('c/one.txt')]: 'new\n' });
    await signed({ [at('lax/a.txt')]: 'a\n' }, ['noor']);
    await lost({ [at('lax/a.txt')]: 'a\n', [at('lax/b.txt')]: 'b\n' });
  });

  it('where the mode of a file changes', async () => {
    await signed(both());
    await lost({ ...rework(), [at('b/one.txt')]: { exec: lines({ 3: 'three' }) } });
  });

  it('to a person who objected later, to the form that was signed or to another', async () => {
    const { id } = await signed(both());
    expect(await bed.sign('noor', id, { decision: 'changes' })).toMatchObject({ ok: true });
    await lost(rework());
  });

  it('to a person who said later of another form that they cannot judge it', async () => {
    await signed(both());
    const { id } = await bed.judged(bed.commit({ ...both(), [at('a/one.txt')]: 'between\n' }));
    expect(await bed.sign('noor', id ?? '', { decision: 'cannot_judge' })).toMatchObject({ ok: true });
    await lost(rework());
  });

  it('over a word about exactly this change, whenever it was said', async () => {
    const head = bed.commit(rework());
    const { id } = await bed.judged(head);
    expect(await bed.sign('noor', id ?? '', { decision: 'changes' })).toMatchObject({ ok: true });
    await signed(both());
    expect((await pushed(head)).codes).toEqual(['REV_CHANGES']);
  });

  const LOWERED = roster({ ada: 'L4', ben: 'L5', mara: 'L6', noor: 'L4', kim: 'L7', lee: 'L7', pat: 'L7' });
  it.each([
    ['policy changed since', { 'countersign.yml': POLICY.replace('rules:\n', RULES).replace('organisation: Bed', 'organisation: Beds') }],
    ['the roster has the signer at a lower level since', { '.countersign/roster.yml': LOWERED }],
  ])('where %s', async (_, files: Files) => {
    await signed(both());
    const before = bed.tip();
    await bed.land(bed.commit(files, { by: 'kim' }));
    await lost(rework());
    bed.served.git('update-ref', MAIN, before);
    expect((await pushed(bed.commit(rework()))).terminal).toContain('noor (L6) signed an earlier form');
  });

  it('once it has expired', async () => {
    await signed(both());
    expect((await pushed(bed.commit(rework()))).terminal).toContain('noor (L6) signed an earlier form');
    bed.clock.now += 15 * 24 * 3_600_000;
    await lost(rework());
  });

  it('where what was found in a file it covers has no disposition: a finding of an earlier line has one', async () => {
    const sql = (edits: { readonly [line: number]: string }): string => LINES.map((line, i) => `${edits[i] ?? `-- ${line}`}\n`).join('');
    const finding = "do $$ begin execute 'select ' || current_user; end $$;";
    await bed.land(bed.commit({ [at('k/one.sql')]: sql({}) }));
    const { id } = await signed({ ...both(), [at('k/one.sql')]: sql({ 20: finding }) });
    expect((await bed.row(id)).decision.findings.map((f) => f.severity)).toEqual(['elevated']);
    expect((await pushed(bed.commit({ ...rework(), [at('k/one.sql')]: sql({ 20: finding }) }))).terminal).toContain('noor (L6) signed an earlier form');
    await bed.land(bed.commit({ [at('k/one.sql')]: sql({ 2: '-- one line\n-- and another' }) }));
    const answer = await lost({ ...rework(), [at('k/one.sql')]: sql({ 2: '-- one line\n-- and another', 20: finding }) });
    expect(answer.codes).toContain('ST_DISPOSITION');
  });

  it('to whoever stands behind the new form', async () => {
    await signed(both());
    const answer = await pushed(bed.commit(rework(), { message: 'More\n\nCo-authored-by: noor <noor@example.org>\n' }));
    expect([answer.allowed, await carries()]).toEqual([false, []]);
    expect(answer.terminal).not.toContain('earlier form');
  });

  it('where more AI is known of', async () => {
    await signed(both());
    await lost(rework(), { message: 'More\n\nAssisted-by: claude:opus\n' });
  });

  it('to a commit inside a larger push', async () => {
    await signed(both());
    const first = bed.commit(rework());
    const { id } = await bed.judged(first);
    await bed.sign('mara', id ?? '');
    expect((await pushed(first)).codes).toEqual(['OK']);
    expect((await carries()).length).toBe(1);
    const second = await pushed(bed.commit({ 'docs/x.md': 'x\n' }, { on: first }));
    expect([second.allowed, second.codes.includes('INTERMEDIATE_UNSIGNED')]).toEqual([false, true]);
  });
});

it('a seat that answers two rules is not filled by a sign-off that speaks for one', async () => {
  const rules = 'rules:\n  - { id: left, paths: ["a/**"], require: { humans: 1, level: L6 } }\n  - { id: right, paths: ["b/**"], require: { humans: 1, level: L6 } }\n';
  await bed.land(bed.commit({ 'countersign.yml': POLICY.replace('rules:\n', rules) }, { by: 'kim', on: bed.tip() }));
  const { id } = await signed(both(), ['mara']);
  expect((await bed.row(id)).decision.seats).toMatchObject([{ answers: ['left', 'right'], humans: 1 }]);
  const again = await pushed(bed.commit(rework()));
  expect(again.codes).toEqual(['CONTENT_MISMATCH', 'STALE_REWORK', 'SIGNOFF_MISSING']);
});
