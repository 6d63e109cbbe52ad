import { expect, test } from 'vitest';
import type { Attribution, Hand } from './lines/attribution.ts';
import { humanMark, noteMarks } from './recorded.ts';

const AI: Hand = { by: 'ai', tool: 'github-copilot', model: 'gpt-5' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Rui <rui@x.example>' };
const record = (more: Partial<Attribution> = {}): Attribution => ({
  commit: 'c'.repeat(40),
  source: 'countersign',
  version: 'countersign/lines/1',
  trust: 3,
  hands: new Map([
    ['a', AI],
    ['h', PERSON],
  ]),
  files: [{ path: 'a', ranges: [{ start: 1, end: 2, hand: 'h' }], removed: [] }],
  unreadable: [],
  ...more,
});
const changed = [{ path: 'a', added: [{ start: 1, lines: ['x', 'y'] }], removed: [] }];

test('lines of an AI are assistance, by the name the catalogue has for it', () => {
  const files = [{ path: 'a', ranges: [{ start: 1, end: 2, hand: 'a' }], removed: [{ start: 4, count: 3, hand: 'a' }] }];
  expect(noteMarks([record({ files })])).toEqual([
    { rule: 'note/countersign', slot: 'note', tool: 'copilot', model: 'gpt-5', level: 'assisted', trust: 3, matched: 'countersign countersign/lines/1: 5 lines by copilot' },
  ]);
  expect(noteMarks([record()])).toEqual([]);
});

test('a commit that a recorder saw an agent make is an agent’s, whoever its lines are from', () => {
  expect(noteMarks([record({ madeBy: AI, trust: 4 })])).toMatchObject([{ rule: 'note/commit', tool: 'copilot', level: 'agent', trust: 4 }]);
  expect(noteMarks([record({ madeBy: PERSON })])).toEqual([]);
});

test('a human is proven by signed records over every line, and by nothing less', () => {
  expect(humanMark([record({ trust: 4 })], changed)).toMatchObject({ level: 'human', trust: 4 });
  expect(humanMark([record()], changed)).toBeNull();
  expect(humanMark([record({ trust: 4, unreadable: ['something'] })], changed)).toBeNull();
  expect(humanMark([record({ trust: 4 })], [{ path: 'a', added: [{ start: 1, lines: ['x', 'y', 'z'] }], removed: [] }])).toBeNull();
  expect(humanMark([record({ trust: 4 })], undefined)).toBeNull();
});

test('a file whose lines are not known is not covered by a record of another', () => {
  const unread = { path: 'b', added: [], removed: [], unread: 'it is binary' };
  expect(humanMark([record({ trust: 4 })], changed)?.level).toBe('human');
  expect(humanMark([record({ trust: 4 })], [...changed, unread])).toBe(null);
});

test('a record that names tools without end is counted after a few: the log keeps what is said for good', () => {
  const hands = new Map(Array.from({ length: 5_000 }, (_, i): [string, Hand] => [`a${i}`, { by: 'ai', tool: `${'t'.repeat(5_000)}${i}`, model: 'm'.repeat(5_000) }]));
  const ranges = [...hands.keys()].map((hand, i) => ({ start: i + 1, end: i + 1, hand }));
  const marks = noteMarks([record({ hands, files: [{ path: 'a', ranges, removed: [] }] })]);
  expect(marks).toHaveLength(21);
  expect(marks.at(-1)).toMatchObject({ tool: 'unknown', level: 'assisted', matched: expect.stringContaining('4980 lines by 4980 more') });
  expect(JSON.stringify(marks).length).toBeLessThan(20_000);
});
