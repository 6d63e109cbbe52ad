import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../base/crypto.ts';
import { LandedHistory } from './history.ts';
import type { LandedCommit } from './landed.ts';
import { readHistory, writeHistory } from './snapshot.ts';

const DAY = 86_400;
const id = (i: number): string => (i + 1).toString(16).padStart(8, '0').repeat(5);
const step = fc.record({
  who: fc.nat(3),
  path: fc.nat(5),
  gap: fc.constantFrom(60, DAY / 2, 3 * DAY, 90 * DAY),
  back: fc.option(fc.integer({ min: 1, max: 3 })),
  merge: fc.integer({ min: 0, max: 9 }),
});

function landed(steps: readonly { who: number; path: number; gap: number; back: number | null; merge: number }[]): readonly LandedCommit[] {
  let at = 1_500_000_000;
  return steps.map(({ who, path, gap, back, merge }, i) => {
    at += gap;
    const person = { name: 'n', email: `${who}@example.org` };
    const parents = i === 0 ? [] : merge === 0 && i > 2 ? [id(i - 1), id(i - 2)] : [id(i - 1)];
    const message = `Change words${path}\n\n${back === null || back > i ? '' : `This reverts commit ${id(i - back)}.\n`}`;
    const files = [{ path: `dir${path}/file.ts`, added: 3, deleted: 1, binary: false, how: 'changed' as const }];
    return { id: id(i), parents, author: person, committer: person, authoredAt: at, zone: 0, committedAt: at, message, files };
  });
}

const landAll = (history: LandedHistory, commits: readonly LandedCommit[]): LandedHistory => {
  for (const commit of commits) history.land(commit);
  return history;
};
const again = (bytes: Uint8Array): LandedHistory => {
  const read = readHistory(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};
const sealed = (bytes: Uint8Array): Uint8Array => {
  const body = bytes.slice(0, -32);
  return Uint8Array.from([...body, ...sha256(body)]);
};

describe('a history that is written down and read back', () => {
  it('goes on as if it had never been put away', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, cut) => {
        const commits = landed(steps);
        const whole = landAll(new LandedHistory(), commits.slice(0, cut));
        const restored = again(writeHistory(whole));
        for (const commit of commits.slice(cut)) {
          const [a, b] = [whole.land(commit), restored.land(commit)];
          expect(b?.x).toEqual(a?.x);
          expect(b?.tookBack.length).toBe(a?.tookBack.length);
        }
        expect(writeHistory(restored)).toEqual(writeHistory(whole));
      }),
    );
  });

  it('forgets commits of more than four hundred days before, and keeps what is counted', () => {
    const old = landed(Array.from({ length: 50 }, () => ({ who: 0, path: 0, gap: 60, back: null, merge: 1 })));
    const last = { ...(old[0] as LandedCommit), id: id(99), parents: [], committedAt: 1_500_000_000 + 500 * DAY };
    const history = landAll(new LandedHistory(), [...old, last]);
    const restored = again(writeHistory(history));
    expect([history.parts.commits.at.length, restored.parts.commits.at.length, restored.size]).toEqual([51, 1, 51]);
    expect(restored.look(last).x).toEqual(history.look(last).x);
    expect([history.numberOf(id(3)), restored.numberOf(id(3)), restored.numberOf(id(99))]).toEqual([3, undefined, 0]);
  });

  it('is the same bytes for the same history, and holds no name', () => {
    const commits = landed(Array.from({ length: 30 }, (_, i) => ({ who: i % 3, path: i % 5, gap: 60, back: i % 7 === 3 ? 1 : null, merge: i % 10 })));
    const bytes = writeHistory(landAll(new LandedHistory(), commits));
    expect(writeHistory(landAll(new LandedHistory(), commits))).toEqual(bytes);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/example\.org|file\.ts|dir0|words\d/);
  });

  it('refuses what is damaged, cut off or of another version', () => {
    const bytes = writeHistory(landAll(new LandedHistory(), landed([{ who: 0, path: 0, gap: 60, back: null, merge: 1 }])));
    const why = (b: Uint8Array): string => {
      const read = readHistory(b);
      return read.ok ? 'read' : `${read.error.code} ${read.error.message.split(': ')[1]}`;
    };
    const other = Buffer.from(bytes);
    other.write('2', other.indexOf('"version":1') + '"version":'.length);
    const longer = Buffer.from(bytes);
    longer.write('9', longer.indexOf('"people.commits",1') + '"people.commits",'.length);
    expect([why(new Uint8Array()), why(bytes.slice(0, 20)), why(bytes.slice(0, -4)), why(sealed(other)), why(sealed(longer))]).toEqual([
      'DATA_INVALID it is cut off',
      'DATA_INVALID it is cut off',
      'DATA_INVALID its digest is another',
      'DATA_INVALID another version wrote it',
      'DATA_INVALID its columns do not fill it',
    ]);
  });

  it('never runs for ever on numbers somebody else chose', () => {
    const commits = landed(Array.from({ length: 12 }, (_, i) => ({ who: i % 2, path: i % 3, gap: 60, back: i % 4 === 3 ? 1 : null, merge: i === 5 ? 0 : 1 })));
    const bytes = writeHistory(landAll(new LandedHistory(), commits));
    const start = bytes.indexOf(10) + 1;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - start - 33), fc.nat(255)), { minLength: 1, maxLength: 8 }), (edits) => {
        const forged = bytes.slice();
        for (const [at, value] of edits) forged[start + at] = value;
        const read = readHistory(sealed(forged));
        if (read.ok) for (const commit of commits) read.value.land(commit);
      }),
      { numRuns: 500 },
    );
  });
});
