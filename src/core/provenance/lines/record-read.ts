/**
 * Reads our own record, of any note that anybody may have pushed. It counts as signed only where a key of the organisation's
 * registry signed exactly these bytes, and for more than trust 3 only where that recorder is managed; a record that was made
 * from weaker ones says so inside the signed bytes and stays as weak.
 */
import { fromBase64 } from '../../base/bytes.ts';
import { type Bytes, verifyEd25519 } from '../../base/crypto.ts';
import type { Oid } from '../../change/change.ts';
import type { Trust } from '../trust.ts';
import type { Attribution, FileLines, Hand } from './attribution.ts';
import { type Fields, fieldsOf, lineNumber, listOf, member, parsed, word } from './fields.ts';
import type { Fingerprint, Run } from './fingerprint.ts';
import { joined, painted } from './ranges.ts';
import { FORMAT, keyIdOf, signedBytes } from './record.ts';
import { type Said, said } from './said.ts';

/** A recorder's key, as the organisation's registry has it. */
export interface RecorderKey {
  /** 32 bytes, raw. */
  readonly key: Bytes;
  readonly managed: boolean;
}

export interface LineRecord {
  readonly attribution: Attribution;
  /** For attaching what became of this commit; from the record alone, its objects may be gone. */
  readonly runs: readonly Run[];
  /** SHA-256 of git-ai's note it was written beside. */
  readonly gitAi: string | null;
  /** By a key that is known, over these bytes. */
  readonly signed: boolean;
}

const MOST = 200_000;

/** @param commit the note stands at: a record of another one says nothing here. Total. */
export function readRecord(text: string, commit: Oid, keys: readonly RecorderKey[] = []): LineRecord {
  const unread = said();
  const end = text.indexOf('\n');
  const json = end < 0 ? text : text.slice(0, end);
  const value = fieldsOf(parsed(json));
  const fits = value.format === FORMAT && value.commit === commit;
  if (value.format !== FORMAT) unread.add('it is no record of this format, or it is damaged');
  else if (!fits) unread.add(`it speaks of another commit, ${word(value.commit) ?? 'unnamed'}`);
  const signer = fits ? signerOf(json, end < 0 ? '' : text.slice(end + 1), keys, unread) : undefined;
  const trust: Trust = signer?.managed === true && (value.trust === 4 || value.trust === 5) ? 4 : 3;
  const body = fits ? bodyOf(value, unread) : { hands: new Map<string, Hand>(), files: [], spans: [] };
  const at = typeof value.at === 'number' && Number.isFinite(value.at) ? value.at : 0;
  const runs = body.spans.flatMap(({ key, ...span }): readonly Run[] => {
    const hand = body.hands.get(key);
    return hand === undefined ? [] : [{ ...span, hand, at, from: `commit:${commit}`, trust }];
  });
  for (const cut of listOf(value.cut)) if (fits) unread.add(word(cut, 300) ?? 'something was left out');
  const { hands, files } = body;
  const [[, madeBy] = []] = fits ? handOf('', value.madeBy) : [];
  const attribution: Attribution = { commit, source: 'countersign', version: FORMAT, trust, hands, files, ...(madeBy && { madeBy }), unreadable: unread.all() };
  return { attribution, runs, gitAi: word(value.gitAi) ?? null, signed: signer !== undefined };
}

/** A signature of a key nobody knows is none; one that names a known key and does not verify is said. */
function signerOf(json: string, rest: string, keys: readonly RecorderKey[], unread: Said): RecorderKey | undefined {
  const [, id = '', encoded = ''] = /^signed ([0-9a-f]{16}) ([A-Za-z0-9+/=]{1,120})\n?$/.exec(rest.slice(0, 300)) ?? [];
  if (rest.trim() !== '' && id === '') unread.add('what stands below it is no signature');
  const named = keys.filter(({ key }) => keyIdOf(key) === id);
  const signature = fromBase64(encoded);
  const signer = named.find(({ key }) => signature !== undefined && verifyEd25519(key, signedBytes(json), signature));
  if (named.length > 0 && signer === undefined) unread.add(`the signature of recorder ${id} does not verify`);
  return signer;
}

type Span = Omit<Run, 'hand' | 'at' | 'from' | 'trust'> & { readonly key: string };

function bodyOf(value: Fields, unread: Said): { readonly hands: ReadonlyMap<string, Hand>; readonly files: readonly FileLines[]; readonly spans: readonly Span[] } {
  const hands = new Map(Object.entries(fieldsOf(value.hands)).flatMap(([key, hand]) => handOf(key, hand)));
  const spans = listOf(value.files).flatMap((file) => spansOf(file, hands, unread));
  if (spans.length > MOST) unread.add(`it holds over ${MOST} ranges`);
  const kept = spans.slice(0, MOST);
  const files = [...Map.groupBy(kept, (s) => s.path)].map(([path, of]): FileLines => ({ path, ranges: rangesOf(of, 'added'), removed: removedOf(of) }));
  return { hands, files, spans: kept };
}

function handOf(key: string, value: unknown): readonly (readonly [string, Hand])[] {
  const of = fieldsOf(value);
  const [model, person, session] = [word(of.model), word(of.person), word(of.session)];
  if (of.by !== 'ai' && of.by !== 'human') return [];
  return [[key, { by: of.by, tool: word(of.tool) ?? '', ...(model && { model }), ...(session && { session }), ...(person && { person }) }]];
}

function spansOf(file: unknown, hands: ReadonlyMap<string, Hand>, unread: Said): readonly Span[] {
  const path = member(file, 'path');
  if (typeof path !== 'string' || path === '') return [];
  const of = (list: string, what: Run['what']): readonly Span[] =>
    listOf(member(file, list)).flatMap((span) => {
      const [start, key] = [lineNumber(member(span, 'start')), word(member(span, 'hand'))];
      const lines = listOf(member(span, 'lines')).flatMap(printOf);
      const size = what === 'added' ? (lineNumber(member(span, 'end')) ?? 0) - (start ?? 0) + 1 : member(span, 'count');
      if (start !== undefined && key !== undefined && hands.has(key) && lines.length > 0 && lines.length === size) return [{ path, what, start, key, lines }];
      unread.add(`${path}: a range at line ${start ?? 'unknown'} does not hold what it says`);
      return [];
    });
  return [...of('ranges', 'added'), ...of('removed', 'removed')];
}

function printOf(line: unknown): readonly Fingerprint[] {
  const [, exact, loose, weak] = /^([0-9a-f]{16})([0-9a-f]{16})(~?)$/.exec(typeof line === 'string' ? line : '') ?? [];
  return exact === undefined || loose === undefined ? [] : [{ exact, loose, weak: weak === '~' }];
}

const rangesOf = (spans: readonly Span[], what: Run['what']) =>
  painted(spans.filter((s) => s.what === what).map((s) => ({ start: s.start, end: s.start + s.lines.length - 1, hand: s.key })));
const removedOf = (spans: readonly Span[]) => joined(rangesOf(spans, 'removed')).map(({ start, end, hand }) => ({ start, count: end - start + 1, hand }));
