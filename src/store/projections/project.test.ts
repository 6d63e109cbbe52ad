import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256Hex } from '../../core/base/crypto.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { carryDraft, decisionDraft, enrolmentDraft, genesisDraft, glassDraft, landedDraft, ownershipDraft, signoffDraft, verdictDraft, violationDraft } from '../sample-drafts.ts';
import { type PlacedEntry, project } from './project.ts';
import { having, json, list, number, oneOf, or, string } from './read.ts';

const DRAFTS: readonly EntryDraft[] = [
  genesisDraft(),
  enrolmentDraft('pia'),
  decisionDraft({ content: 'x', level: 'agent' }),
  signoffDraft('x', { counter: 1 }),
  verdictDraft('x', 'allow', ['n']),
  landedDraft('x', ['n']),
  violationDraft('x'),
  glassDraft('x', 'n', { counter: 1 }),
  glassDraft('x', 'm', { of: 'cancel' }),
  glassDraft('x', 'o', { of: 'review' }),
  carryDraft('x', sha256Hex('ab')),
  ownershipDraft('x', 'p', { counter: 1 }),
];
const placed = ({ type, fields, body }: EntryDraft, index: number): PlacedEntry => ({ type, fields, body, index, at: 5, envelope: sha256Hex(body) });

it('is a function: the same entry has the same effects, one or more', () => {
  for (const [i, draft] of DRAFTS.entries()) {
    const first = project(placed(draft, i));
    expect(first.ok && first.value.length > 0).toBe(true);
    expect(project(placed(draft, i))).toEqual(first);
  }
});

it('says a missing body is missing, and needs none of a violation, whose fields say it all, nor of a decision that was erased', () => {
  const erased = DRAFTS.map((d, i) => project({ ...placed(d, i), body: null }));
  expect(erased.map((r) => r.ok)).toEqual([false, false, true, false, false, false, true, false, false, false, false, false]);
  expect(erased[3]).toMatchObject({ error: { message: 'the body is missing', place: 'entry 3 (signoff)' } });
});

it('takes no entry of a type nobody declared, and none with a field more, less or of another kind', () => {
  const verdict = placed(verdictDraft('x', 'allow'), 1);
  expect(project({ ...verdict, type: 'wish' })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  expect(project({ ...verdict, type: 'toString' })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  for (const [fields, said] of [
    [{ ...verdict.fields, person: 'mara' }, 'person is no field'],
    [{ ...verdict.fields, codes: 'OK' }, 'the field codes is not a list of texts'],
    [{ ...verdict.fields, old: undefined }, 'the field old is not a text'],
  ] as const)
    expect(project({ ...verdict, fields: fields as PlacedEntry['fields'] })).toMatchObject({ ok: false, error: { message: expect.stringContaining(said) } });
});

it('takes no statement about break-glass for one of another kind', () => {
  const use = placed(glassDraft('x', 'n'), 1);
  for (const type of ['break-glass-cancel', 'break-glass-review', 'signoff']) expect(project({ ...use, type }).ok).toBe(false);
  expect(project({ ...placed(signoffDraft('x'), 1), type: 'break-glass' }).ok).toBe(false);
});

it('takes no sign-off for the word of an author, and no word of an author for a sign-off', () => {
  expect(project({ ...placed(signoffDraft('x'), 1), type: 'ownership', fields: ownershipDraft('x', 'n').fields }).ok).toBe(false);
  expect(project({ ...placed(ownershipDraft('x', 'n'), 1), type: 'signoff', fields: signoffDraft('x').fields }).ok).toBe(false);
});

it('never throws, whatever an entry says', () => {
  const type = fc.constantFrom('genesis', 'enrolment', 'decision', 'signoff', 'verdict', 'landed', 'violation', 'carry', 'break-glass', 'break-glass-review', 'wish');
  const fields = fc.dictionary(fc.constantFrom('change', 'repo', 'ref', 'old', 'new', 'nonces', 'codes', 'signoff', 'verdict', 'outcome', 'tier'), fc.jsonValue());
  fc.assert(
    fc.property(type, fields, fc.oneof(fc.json(), fc.string()), fc.nat(1), (kind, given, body, index) => {
      const entry = { type: kind, fields: JSON.parse(JSON.stringify(given)), body: new TextEncoder().encode(body), index, at: 5, envelope: sha256Hex(body) };
      return typeof project(entry).ok === 'boolean';
    }),
  );
});

it('reads members by kind and ignores the others', () => {
  const read = having({ a: string, b: or(number, null), c: list(oneOf('x', 'y')) });
  expect(read({ a: 's', b: 'no number', c: ['x'], d: 1 })).toEqual({ a: 's', b: null, c: ['x'] });
  for (const wrong of [null, [], 's', {}, { a: 1, b: 1, c: [] }, { a: 's', b: 1, c: ['z'] }, { a: 's', b: 1, c: 'x' }]) expect(read(wrong)).toBeUndefined();
  expect(having({ toString: string })({})).toBeUndefined();
  expect([number(0.5), number(2 ** 53), number(7)]).toEqual([undefined, undefined, 7]);
  expect([json(new Uint8Array([0xff])), json(new TextEncoder().encode('{')), json(new TextEncoder().encode('1'))]).toEqual([undefined, undefined, 1]);
});
