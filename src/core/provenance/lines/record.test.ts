/** Our own record: its bytes, what signing it is worth, what it is read as, and what becomes of it after a squash. */
import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64 } from '../../base/bytes.ts';
import type { Trust } from '../trust.ts';
import { readAgentTrace } from './agent-trace.ts';
import { writeAgentTrace } from './agent-trace-write.ts';
import { attach, attributionOf } from './attach.ts';
import type { Hand } from './attribution.ts';
import { fingerprint, type Run } from './fingerprint.ts';
import { fitTo } from './fit.ts';
import type { ChangedLines } from './hunk.ts';
import { readNote } from './read-note.ts';
import { noteOf, signedBytes, writeRecord } from './record.ts';
import { readRecord } from './record-read.ts';
import { runsOf } from './runs.ts';
import { textHash } from './text-hash.ts';

const COMMIT = 'c'.repeat(40);
const AI: Hand = { by: 'ai', tool: 'claude', model: 'claude-opus-4-6', session: 's_c9883b05a2487d', person: 'Ada <ada@x.example>' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Rui <rui@x.example>' };
const CHANGED: readonly ChangedLines[] = [
  {
    path: 'src/a.ts',
    added: [{ start: 3, lines: ['const total = price * count;', '}', 'export const nobody = 1;'] }],
    removed: [{ start: 9, lines: ['const total = price + count;'] }],
  },
];
const run = (lines: readonly string[], more: Partial<Run> = {}): Run => ({
  hand: AI,
  path: 'src/a.ts',
  what: 'added',
  start: 1,
  lines: lines.map(fingerprint),
  at: 1_000,
  from: 'call-7',
  trust: 4,
  ...more,
});
const SEEN = [run(['const total = price * count;', '}']), run(['const total = price + count;'], { what: 'removed' })];
const ATTACHED = attach(CHANGED, SEEN);
const json = (attached = ATTACHED): string =>
  writeRecord({ commit: COMMIT, at: 1_790_000_000_000, manifest: 'm'.repeat(64), changed: CHANGED, blobs: new Map([['src/a.ts', 'b'.repeat(40)]]), gitAi: 'their note' }, attached);

const pair = generateKeyPairSync('ed25519');
const key = fromBase64(String(pair.publicKey.export({ format: 'jwk' }).x)) ?? new Uint8Array();
const signed = (text: string): string => noteOf(text, { key, signature: sign(null, signedBytes(text), pair.privateKey) });
const managed = [{ key, managed: true }];

describe('a record', () => {
  test('is canonical JSON of one line', () => {
    const order = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.values(value).every(order) && (Array.isArray(value) || Object.keys(value).join() === Object.keys(value).sort().join()));
    expect(order(JSON.parse(json()))).toBe(true);
    expect(json()).toBe(JSON.stringify(JSON.parse(json())));
    expect(json()).not.toContain('\n');
  });

  test('holds no text of the lines, and both hashes of each', () => {
    expect(json()).not.toContain('price');
    const [file] = JSON.parse(json()).files;
    expect(file.ranges).toEqual([
      {
        end: 4,
        from: ['call-7'],
        hand: expect.stringMatching(/^a_[0-9a-f]{14}$/),
        lines: [expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}~$/)],
        matched: { edited: 0, exact: 2, loose: 0 },
        sha256: textHash(['const total = price * count;', '}']),
        start: 3,
      },
    ]);
    expect(file).toMatchObject({ blob: 'b'.repeat(40), path: 'src/a.ts', removed: [{ start: 9, count: 1 }] });
  });

  test('is read as it was attached', () => {
    const { attribution, runs, gitAi, signed: by } = readRecord(noteOf(json()), COMMIT);
    expect(attribution).toMatchObject({ source: 'countersign', version: 'countersign/lines/1', trust: 3, unreadable: [] });
    expect(attribution.files).toEqual([
      { path: 'src/a.ts', ranges: [{ start: 3, end: 4, hand: [...ATTACHED.hands.keys()][0] }], removed: [{ start: 9, count: 1, hand: [...ATTACHED.hands.keys()][0] }] },
    ]);
    expect([...attribution.hands.values()]).toEqual([AI]);
    expect(by).toBe(false);
    expect(gitAi).toMatch(/^[0-9a-f]{64}$/);
    expect(attach(CHANGED, runs).files.map((f) => f.ranges.length + f.removed.length)).toEqual([2]);
    expect(readNote(noteOf(json()), COMMIT).runs).toEqual(runs);
  });

  test('of the lines of a commit brings the same runs as the commit itself', () => {
    const { attribution, runs } = readRecord(noteOf(json()), COMMIT);
    expect(runsOf(attribution, CHANGED, 1_790_000_000_000)).toEqual(runs);
  });
});

describe('a signature', () => {
  test('of a managed recorder is worth trust 4, of another none the less 3', () => {
    expect(readRecord(signed(json()), COMMIT, managed)).toMatchObject({ signed: true, attribution: { trust: 4, unreadable: [] } });
    expect(readRecord(signed(json()), COMMIT, [{ key, managed: false }])).toMatchObject({ signed: true, attribution: { trust: 3 } });
    expect(readRecord(signed(json()), COMMIT, [])).toMatchObject({ signed: false, attribution: { trust: 3, unreadable: [] } });
  });

  test('makes no weak run strong', () => {
    const weak = attach(
      CHANGED,
      SEEN.map((r) => ({ ...r, hand: PERSON, trust: 3 as Trust })),
    );
    expect(readRecord(signed(json(weak)), COMMIT, managed)).toMatchObject({ signed: true, attribution: { trust: 3 } });
  });

  test('over any other bytes is worth nothing, and said', () => {
    const note = signed(json());
    fc.assert(
      fc.property(fc.nat(json().length - 1), fc.integer({ min: 1, max: 127 }), (at, flip) => {
        const changed = `${note.slice(0, at)}${String.fromCharCode(note.charCodeAt(at) ^ flip || 65)}${note.slice(at + 1)}`;
        const { attribution } = readRecord(changed, COMMIT, managed);
        expect(attribution.trust).toBe(3);
        expect(attribution.unreadable.length).toBeGreaterThan(0);
      }),
    );
  });

  test('moved to another commit says nothing there', () => {
    expect(readRecord(signed(json()), 'd'.repeat(40), managed)).toMatchObject({
      signed: false,
      runs: [],
      attribution: { trust: 3, files: [], unreadable: [expect.stringMatching(/another commit/)] },
    });
  });
});

describe('a record of somebody else’s making', () => {
  test('is read without a throw, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.object().map((o) => JSON.stringify({ ...o, format: 'countersign/lines/1', commit: COMMIT, files: [o], hands: o })),
        ),
        (text) => {
          const { attribution } = readRecord(text, COMMIT, managed);
          expect(attribution.trust).toBe(3);
        },
      ),
    );
  });

  test('whose range does not hold as many lines as it says has none', () => {
    const value = JSON.parse(json());
    value.files[0].ranges[0].end = 900;
    expect(readRecord(JSON.stringify(value), COMMIT).attribution).toMatchObject({
      files: [{ ranges: [], removed: [{ start: 9 }] }],
      unreadable: [expect.stringMatching(/does not hold/)],
    });
  });
});

describe('held against its commit', () => {
  const claimed = { ...attributionOf(ATTACHED, COMMIT, '1'), unreadable: [] };
  const key0 = [...ATTACHED.hands.keys()][0] ?? '';
  test('what fits stays, what does not is said', () => {
    const files = [
      { path: 'src/a.ts', ranges: [{ start: 1, end: 4, hand: key0 }], removed: [{ start: 8, count: 2, hand: key0 }] },
      { path: 'other.ts', ranges: [{ start: 1, end: 1, hand: key0 }], removed: [] },
    ];
    const found = fitTo({ ...claimed, files }, CHANGED);
    expect(found.files).toEqual([{ path: 'src/a.ts', ranges: [{ start: 3, end: 4, hand: key0 }], removed: [{ start: 9, count: 1, hand: key0 }] }]);
    expect(found.unreadable).toEqual(['src/a.ts: 2 attributed lines are not added by this commit', 'other.ts: 1 attributed line is not added by this commit']);
    expect(claimed).toMatchObject(fitTo(claimed, CHANGED));
  });

  test('a file whose lines are not known says why', () => {
    expect(fitTo(claimed, [{ path: 'src/a.ts', added: [], removed: [], unread: 'it is binary' }]).unreadable).toEqual([
      expect.stringMatching(/which lines change is not known: it is binary$/),
    ]);
  });
});

describe('agent-trace', () => {
  const mine = attributionOf(attach(CHANGED, [...SEEN, run(['export const nobody = 1;'], { hand: { by: 'ai', tool: 'codex', model: 'gpt-5.1' } })]), COMMIT, '1');
  const written = writeAgentTrace(mine, CHANGED, 1_790_000_000_000);

  test('is written strictly: one record a tool, the commit itself, SHA-256 of the text', () => {
    expect(written).toHaveLength(2);
    for (const line of written) {
      const record = JSON.parse(line);
      expect(record.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(record.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(record.timestamp).toBe('2026-09-21T14:13:20.000Z');
      expect(record.vcs).toEqual({ type: 'git', revision: COMMIT });
    }
    expect(JSON.parse(written[0] ?? '').files).toEqual([
      {
        path: 'src/a.ts',
        conversations: [
          {
            url: 'urn:countersign:s_c9883b05a2487d',
            contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-6' },
            ranges: [{ start_line: 3, end_line: 4, content_hash: `sha256:${textHash(['const total = price * count;', '}'])}` }],
          },
        ],
      },
    ]);
  });

  test('comes back with tool, session, ranges and hashes', () => {
    const { traces, unreadable } = readAgentTrace(written.join('\n'));
    expect(unreadable).toEqual([]);
    expect(traces.map((t) => [t.revision, t.at, t.attribution.files[0]?.ranges.map((r) => [r.start, r.end]), [...t.attribution.hands.values()][0]?.tool])).toEqual([
      [COMMIT, 1_790_000_000_000, [[3, 4]], 'claude'],
      [COMMIT, 1_790_000_000_000, [[5, 5]], 'codex'],
    ]);
    expect([...(traces[0]?.attribution.hands.values() ?? [])][0]?.session).toBe('s_c9883b05a2487d');
    expect(traces[0]?.hashes).toEqual([{ path: 'src/a.ts', start: 3, end: 4, sha256: textHash(['const total = price * count;', '}']) }]);
  });

  test('is read as the reference writes it: a version of two numbers, files that are none, one bad line', () => {
    const range = { start_line: 1, end_line: 2, contributor: { type: 'human' } };
    const of = (path: string) => ({
      path,
      conversations: [{ contributor: { type: 'mixed', model_id: 'x/y' }, ranges: [{ start_line: 2, end_line: 5 }, range, { start_line: 3 }] }],
    });
    const { traces, unreadable } = readAgentTrace(`${JSON.stringify({ version: '1.0', files: [of('a.ts'), of('.shell-history'), of('.sessions')] })}\nnot json\n{"version":1}\n`);
    expect(traces[0]?.attribution.files).toEqual([
      {
        path: 'a.ts',
        ranges: [
          { start: 1, end: 1, hand: expect.stringMatching(/^h_/) },
          { start: 2, end: 5, hand: expect.stringMatching(/^a_/) },
        ],
        removed: [],
      },
    ]);
    expect(unreadable).toEqual([expect.stringMatching(/^line 1: a.ts: .* is no range/), 'line 2 is no JSON', 'line 3: it is no agent-trace record: it needs version and files']);
  });

  test('any text at all is read without a throw', () => {
    const piece = fc.constantFrom(
      '{"version":"1.0","files":[',
      '{"path":"a","conversations":[{"ranges":[{"start_line":1,"end_line":2}]}]}',
      ']}',
      '\n',
      '{',
      'null',
      '[]',
      '"',
      ',',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((p) => p.join('')),
          fc.json(),
          fc.string(),
        ),
        (text) => {
          expect(readAgentTrace(text).traces.every((t) => t.attribution.trust === 3)).toBe(true);
        },
      ),
    );
  });
});
