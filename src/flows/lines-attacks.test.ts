/** Records written by somebody who wants a change to look lighter than it is, or the gate to stop: what they gain is nothing. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { fromBase64 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import { attach } from '../core/provenance/lines/attach.ts';
import type { Hand } from '../core/provenance/lines/attribution.ts';
import { fingerprint, type Run } from '../core/provenance/lines/fingerprint.ts';
import type { ChangedLines } from '../core/provenance/lines/hunk.ts';
import { noteOf, signedBytes, writeRecord } from '../core/provenance/lines/record.ts';
import { noteIndex } from './detect-notes.ts';
import { linesOf } from './lines.ts';
import { ELSEWHERE_CAPS, knownElsewhere } from './lines-known.ts';
import type { CommitLines, NoteRead } from './ports.ts';
import { recordsOf } from './records.ts';

const AI: Hand = { by: 'ai', tool: 'claude', session: 's_1', person: 'Ada <ada@x.example>' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Eve <eve@x.example>' };
const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const [A, B, C] = ['a', 'b', 'c'].map((c) => c.repeat(40)) as [string, string, string];

const pair = generateKeyPairSync('ed25519');
const key = new Uint8Array(fromBase64(pair.publicKey.export({ format: 'jwk' }).x ?? '') ?? []);
const MANAGED = [{ key, managed: true }];
const signer = (json: string) => ({ key, signature: new Uint8Array(sign(null, signedBytes(json), pair.privateKey)) });

const TEXTS = Array.from({ length: 6 }, (_, i) => `const value${i} = compute(${i});`);
const fileOf = (path: string, lines: readonly string[]): ChangedLines => ({ path, added: [{ start: 1, lines }], removed: [] });
const CHANGED = fileOf('a.ts', TEXTS);
const runs = (hand: Hand, trust: 3 | 4, path = 'a.ts', lines = TEXTS): readonly Run[] => [
  { hand, path, what: 'added', start: 1, lines: lines.map(fingerprint), at: NOW, from: 'call-1', trust },
];

interface Recording {
  readonly commit: string;
  readonly hand: Hand;
  readonly signed?: boolean;
  readonly changed?: readonly ChangedLines[];
  readonly at?: number;
  readonly madeBy?: Hand;
  readonly ref?: string;
}

function note({ commit, hand, signed = false, changed = [CHANGED], at = NOW, madeBy, ref = 'refs/notes/countersign' }: Recording): NoteRead {
  const made = changed.flatMap((c) => c.added.flatMap((h) => runs(hand, signed ? 4 : 3, c.path, [...h.lines])));
  const json = writeRecord({ commit, at, manifest: '', changed, blobs: new Map(), ...(madeBy && { madeBy }) }, attach(changed, made));
  return { commit, ref, text: noteOf(json, signed ? signer(json) : undefined) };
}

const portsOf = (notes: readonly NoteRead[], commits: readonly CommitLines[], whole: readonly ChangedLines[]) => ({
  notes: {
    any: async () => ok(true),
    read: async (ids: readonly string[]) => ok(notes.filter((n) => ids.includes(n.commit))),
    each: async (take: (n: NoteRead) => void) => ok(notes.forEach(take)),
    write: async () => ok(undefined),
  },
  lines: {
    between: async () => ok(whole),
    staged: async () => ok([]),
    each: async (ids: readonly string[], since: number, take: (c: CommitLines) => void) => {
      for (const c of commits) if (ids.includes(c.commit) && c.at >= since) take(c);
      return ok([]);
    },
  },
});

const commitOf = (commit: string, changed: readonly ChangedLines[], at = NOW, parent: string | null = null): CommitLines => ({ commit, parent, at, changed });

async function found(notes: readonly NoteRead[], commits: readonly CommitLines[], whole: readonly ChangedLines[] = commits.flatMap((c) => c.changed), now = NOW) {
  const asked = { base: null, head: commits.at(-1)?.commit ?? A, commits: commits.map((c) => c.commit), now };
  const lines = await linesOf({ ...portsOf(notes, commits, whole), recorders: MANAGED }, asked);
  if (!lines.ok) throw new Error(lines.error.message);
  return lines.value;
}

it('a record that says a person made the commit does not unsay the one that saw an agent', async () => {
  const theirs = note({ commit: A, hand: AI, madeBy: PERSON, ref: 'refs/notes/ai-remote/x' });
  const seen = await found([theirs, note({ commit: A, hand: AI, signed: true, madeBy: AI })], [commitOf(A, [CHANGED])]);
  expect(seen.commits[0]?.attribution.madeBy?.by).toBe('ai');
});

it('records of other commits, later and by the dozen, hide no line of an AI that a recorder signed', async () => {
  const other = fileOf('b.ts', ['const somethingElse = entirely(1);']);
  const commits = [commitOf(A, [CHANGED]), commitOf(B, [other], NOW, A)];
  const signed = [note({ commit: A, hand: AI, signed: true }), note({ commit: B, hand: AI, signed: true, changed: [other] })];
  const washed = Array.from({ length: 20 }, (_, i) => note({ commit: i.toString(16).padStart(40, '0'), hand: PERSON, at: NOW + DAY * 400 }));
  expect((await found(signed, commits)).tally).toMatchObject({ ai: 7, added: 7, proven: true });
  expect((await found([...washed, ...signed], commits)).tally).toMatchObject({ ai: 7, added: 7, proven: true });
});

it('nor do they hide what only a record nobody signed says', async () => {
  const washed = Array.from({ length: 20 }, (_, i) => note({ commit: i.toString(16).padStart(40, '0'), hand: PERSON, at: NOW + DAY }));
  expect((await found([...washed, note({ commit: C, hand: AI })], [commitOf(A, [CHANGED])])).tally.ai).toBe(6);
});

it('a commit from the future still has the past of what it was made of', async () => {
  expect((await found([note({ commit: C, hand: AI })], [commitOf(A, [CHANGED], NOW + 400 * DAY)])).tally.ai).toBe(6);
});

it('a file without lines, as a NUL in it makes it, proves no small count', async () => {
  const binary: ChangedLines = { path: 'b.ts', added: [], removed: [], unread: 'it is binary' };
  const changed = [CHANGED, binary];
  expect((await found([note({ commit: A, hand: AI, signed: true, changed })], [commitOf(A, changed)])).tally).toMatchObject({ ai: 6, proven: false });
});

it('whom a record names as the prompter is a claim, signed or not: whoever commits there chooses the address', async () => {
  const second = fileOf('b.ts', ['const somethingElse = entirely(1);']);
  const senior: Hand = { by: 'ai', tool: 'x', person: 'Mara <mara@x.example>' };
  const signed = note({ commit: A, hand: AI, signed: true });
  const theirs = note({ commit: A, hand: senior, changed: [second], ref: 'refs/notes/ai-remote/x' });
  const changed = [CHANGED, second];
  const change = { commits: [{ id: A }], head: A, mergeBase: null } as unknown as Change;
  const gathered = await recordsOf(ok(portsOf([signed, theirs], [commitOf(A, changed)], changed)), change, MANAGED, NOW);
  expect(gathered?.behind).toEqual([
    { role: 'prompter', identity: 'ada@x.example', claimed: true },
    { role: 'prompter', identity: 'mara@x.example', claimed: true },
  ]);
});

it('nobody is washed out of the prompters by naming many: the rest is somebody nobody knows', async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `const value${i} = computeSomething(${i});`);
  const many = lines.map((line, i) => ({
    hand: { ...AI, person: `P <p${i}@x.example>` },
    path: 'a.ts',
    what: 'added' as const,
    start: i + 1,
    lines: [fingerprint(line)],
    at: NOW,
    from: 'c',
    trust: 3 as const,
  }));
  const changed = [fileOf('a.ts', lines)];
  const json = writeRecord({ commit: A, at: NOW, manifest: '', changed, blobs: new Map() }, attach(changed, many));
  const change = { commits: [{ id: A }], head: A, mergeBase: null } as unknown as Change;
  const notes = [{ commit: A, ref: 'refs/notes/countersign', text: noteOf(json) }];
  const gathered = await recordsOf(ok(portsOf(notes, [commitOf(A, changed)], changed)), change, MANAGED, NOW);
  expect(gathered?.behind).toHaveLength(21);
  expect(gathered?.behind.at(-1)).toEqual({ role: 'prompter', identity: '10 more whom a record names', claimed: true });
});

it('one small note that stands at thousands of commits is read until it is too much, and that is said', async () => {
  const ranges = Array.from({ length: 190_000 }, (_, i) => 2 * i + 1).join(',');
  const text = `a.ts\n  s_aaaaaaaaaaaaaa ${ranges}\n---\n{"schema_version":"authorship/3.0.0"}`;
  const notes = Array.from({ length: 5_000 }, (_, i): NoteRead => ({ commit: i.toString(16).padStart(40, '0'), ref: 'refs/notes/ai', text }));
  let asked = 0;
  const ports = portsOf([...notes, note({ commit: C, hand: AI })], [], []);
  const each = async (ids: readonly string[]) => {
    asked = ids.length;
    return ok([]);
  };
  const known = await knownElsewhere({ ...ports, lines: { ...ports.lines, each } }, new Set(), 0, () => true);
  expect(asked).toBe(Math.ceil(ELSEWHERE_CAPS.ranges / 190_000));
  expect(known).toMatchObject({ ok: true, value: { runs: [{ hand: { tool: 'claude' } }], unreadable: [expect.stringContaining('more than is compared')] } });
});

it('a commit an agent was seen making counts where no line of it is recorded', async () => {
  const json = writeRecord({ commit: A, at: NOW, manifest: '', changed: [], blobs: new Map(), madeBy: AI }, attach([], []));
  const index = await noteIndex(portsOf([{ commit: A, ref: 'refs/notes/countersign', text: noteOf(json) }], [], []).notes);
  expect(index.of(A)?.notes[0]?.madeBy?.tool).toBe('claude');
});
