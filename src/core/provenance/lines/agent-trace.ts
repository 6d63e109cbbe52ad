/**
 * Reads agent-trace 0.1.0 (cursor/agent-trace), leniently: versions that break its own pattern, records that name the commit
 * before, ranges made up for files nobody edited. Whoever wrote it is believed for an AI and no further (trust 3).
 */
import type { AttributedRange, Attribution, Hand } from './attribution.ts';
import { type Fields, fieldsOf, lineNumber, listOf, member, parsed, word } from './fields.ts';
import { sessionId } from './fingerprint.ts';
import { handKey } from './hand.ts';
import { painted } from './ranges.ts';
import { type Said, said } from './said.ts';

export interface Trace {
  /** As recorded: the commit itself, or the one that was checked out while it was made. Empty where none is named. */
  readonly revision: string;
  /** Milliseconds since 1970; 0 where it does not say. */
  readonly at: number;
  /** `commit` is `revision`. */
  readonly attribution: Attribution;
  /** `sha256:<hex>` of ranges that bring one: which commit they belong to can be proven. */
  readonly hashes: readonly { readonly path: string; readonly start: number; readonly end: number; readonly sha256: string }[];
}

export interface Traces {
  readonly traces: readonly Trace[];
  readonly unreadable: readonly string[];
}

const MOST_TRACES = 100_000;
const MOST_RANGES = 200_000;

/** @param text one JSON record a line, or one record alone over many lines. Total. */
export function readAgentTrace(text: string): Traces {
  const unread = said();
  const whole = text.trimStart().startsWith('{') ? parsed(text) : undefined;
  if (whole !== undefined) return { traces: traceOf(fieldsOf(whole), '', unread), unreadable: unread.all() };
  const lines = text.split('\n', MOST_TRACES + 1);
  if (lines.length > MOST_TRACES) unread.add(`it holds over ${MOST_TRACES} records`);
  const traces = lines.slice(0, MOST_TRACES).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const value = parsed(line);
    if (value === undefined) unread.add(`line ${i + 1} is no JSON`);
    return value === undefined ? [] : traceOf(fieldsOf(value), `line ${i + 1}: `, unread);
  });
  return { traces, unreadable: unread.all() };
}

/** Whether a JSON value is such a record. */
export const isAgentTrace = (value: Fields): boolean => Array.isArray(value.files) && typeof value.version === 'string';

interface Range extends AttributedRange {
  readonly path: string;
  readonly sha256: string | undefined;
}

function traceOf(value: Fields, place: string, unread: Said): readonly Trace[] {
  if (!isAgentTrace(value)) {
    unread.add(`${place}it is no agent-trace record: it needs version and files`);
    return [];
  }
  const hands = new Map<string, Hand>();
  const tool = word(member(value.tool, 'name'))?.toLowerCase() ?? 'unknown';
  const ranges = listOf(value.files).flatMap((file) => rangesOf(file, tool, hands, place, unread));
  if (ranges.length > MOST_RANGES) unread.add(`${place}it holds over ${MOST_RANGES} ranges`);
  const kept = ranges.slice(0, MOST_RANGES);
  const files = [...Map.groupBy(kept, (r) => r.path)].map(([path, of]) => ({ path, ranges: painted(humansFirst(of, hands)), removed: [] }));
  const revision = word(member(value.vcs, 'revision')) ?? '';
  const time = Date.parse(word(value.timestamp) ?? '');
  const attribution: Attribution = {
    commit: revision,
    source: 'agent-trace',
    version: word(value.version) ?? '',
    trust: 3,
    hands,
    files,
    unreadable: [],
  };
  const hashes = kept.flatMap(({ path, start, end, sha256 }) => (sha256 === undefined ? [] : [{ path, start, end, sha256 }]));
  return [{ revision, at: Number.isFinite(time) && time > 0 ? time : 0, attribution, hashes }];
}

const humansFirst = (ranges: readonly Range[], hands: ReadonlyMap<string, Hand>): readonly AttributedRange[] => {
  const plain = ranges.map(({ start, end, hand }) => ({ start, end, hand }));
  const human = (r: AttributedRange): boolean => hands.get(r.hand)?.by === 'human';
  return [...plain.filter(human), ...plain.filter((r) => !human(r))];
};

/** The reference implementation's own bookkeeping, named like files. */
const PSEUDO = /^\.(?:shell-history|sessions)(?:\/|$)/;

function rangesOf(file: unknown, tool: string, hands: Map<string, Hand>, place: string, unread: Said): readonly Range[] {
  const path = member(file, 'path');
  if (typeof path !== 'string' || path === '') unread.add(`${place}a file has no path`);
  if (typeof path !== 'string' || path === '' || PSEUDO.test(path)) return [];
  return listOf(member(file, 'conversations')).flatMap((conversation) =>
    listOf(member(conversation, 'ranges')).flatMap((range) => {
      const hand = handOf(conversation, range, tool);
      const [start, end] = [lineNumber(member(range, 'start_line')), lineNumber(member(range, 'end_line'))];
      if (start === undefined || end === undefined || end < start) unread.add(`${place}${path}: ${JSON.stringify(range)?.slice(0, 60)} is no range of lines`);
      if (hand === undefined || start === undefined || end === undefined || end < start) return [];
      const key = handKey(hand);
      hands.set(key, hand);
      const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(word(member(range, 'content_hash')) ?? '') ?? [];
      return [{ path, start, end, hand: key, sha256 }];
    }),
  );
}

/** A contributor of the range goes before the conversation's; `unknown` says nothing. */
function handOf(conversation: unknown, range: unknown, tool: string): Hand | undefined {
  const contributor = member(range, 'contributor') ?? member(conversation, 'contributor');
  const type = word(member(contributor, 'type'));
  if (type === 'human') return { by: 'human', tool: '' };
  if (type === 'unknown') return undefined;
  const model = word(member(contributor, 'model_id'), 250);
  const url = word(member(conversation, 'url'), 2_000);
  const session = url === undefined ? undefined : (/^urn:countersign:(s_[0-9a-f]{14})$/.exec(url)?.[1] ?? sessionId(tool, url));
  return { by: 'ai', tool, ...(model === undefined ? {} : { model }), ...(session === undefined ? {} : { session }) };
}
