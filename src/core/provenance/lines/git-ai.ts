/**
 * Reads git-ai's authorship log, standard 3.0.0: `docs/spec/lines.md` shows its bytes. Anybody who may push may write one, so
 * it is read in one pass whatever it holds, and what does not read is said. What attests an AI counts even where the JSON
 * below is damaged; transcripts in `prompts[].messages` are passed over and never kept.
 */
import type { Oid } from '../../change/change.ts';
import type { AttributedRange, Attribution, FileLines, Hand } from './attribution.ts';
import { type Fields, fieldsOf, member, parsed, word } from './fields.ts';
import { sessionId } from './fingerprint.ts';
import { objectEnd } from './json-end.ts';
import { painted } from './ranges.ts';
import { type Said, said } from './said.ts';

/** Paths and ranges of one note. */
const MOST = 200_000;
/** Notes that a rewrite of git's put one behind the other. */
const MOST_NOTES = 16;
const DIVIDER = '---';

interface Attested {
  readonly path: string;
  readonly ranges: AttributedRange[];
}

/** Total. @param text of the note: attestations, a line `---`, JSON. */
export function readGitAi(text: string, commit: Oid): Attribution {
  const unread = said();
  const files = new Map<string, AttributedRange[]>();
  const hands = new Map<string, Hand>();
  let version = '';
  let rest = text;
  for (let notes = 0; rest.trim() !== ''; notes += 1) {
    if (notes > 0) unread.add('several notes stand one behind the other: line numbers of the earlier ones may not hold');
    if (notes >= MOST_NOTES) break;
    const { attested, json, below } = divided(rest, unread);
    const meta = metaOf(json, unread);
    version = word(meta.schema_version) ?? version;
    for (const { path, ranges } of attested) {
      const file = files.get(path) ?? [];
      for (const range of ranges) {
        file.push(range);
        if (!hands.has(range.hand)) hands.set(range.hand, handOf(range.hand, meta));
      }
      if (file.length > 0) files.set(path, file);
    }
    rest = below;
  }
  const read: readonly FileLines[] = [...files].map(([path, ranges]) => ({ path, ranges: painted(humansFirst(ranges)), removed: [] }));
  return { commit, source: 'git-ai', version, trust: 3, hands, files: read, unreadable: unread.all() };
}

/** Where a human's range and an AI's overlap the AI has the line; of two of a kind the later, as git-ai has it. */
const humansFirst = (ranges: readonly AttributedRange[]): readonly AttributedRange[] => [
  ...ranges.filter((r) => r.hand.startsWith('h_')),
  ...ranges.filter((r) => !r.hand.startsWith('h_')),
];

interface Divided {
  readonly attested: readonly Attested[];
  readonly json: string;
  /** Behind the JSON. */
  readonly below: string;
}

function divided(text: string, unread: Said): Divided {
  const attested: Attested[] = [];
  let left = MOST;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const end = lineEnd(text, start);
    const line = text.slice(start, end).replace(/\r$/, '');
    if (line === DIVIDER && dividesAt(text, end + 1)) return { attested, ...jsonAt(text, end + 1) };
    at = end + 1;
    if (line.trim() === '' || left <= 0) continue;
    if (line.startsWith('  ')) {
      const ranges = entry(line, attested.length === 0, left, unread);
      left -= ranges.length;
      for (const range of ranges) attested.at(-1)?.ranges.push(range);
    } else {
      const path = pathAt(text, start, end);
      attested.push({ path: path.text, ranges: [] });
      left -= 1;
      at = path.next;
    }
    if (left <= 0) unread.add(`it holds over ${MOST} paths and ranges`);
  }
  unread.add('no line "---" ends its attestations');
  return { attested, json: '', below: '' };
}

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

/** A file may be called `---` too: then entries follow, and no JSON. */
const dividesAt = (text: string, at: number): boolean => {
  const first = /\S/g;
  first.lastIndex = at;
  const found = first.exec(text)?.[0];
  return found === undefined || (found === '{' && !text.startsWith('  ', at));
};

function jsonAt(text: string, at: number): { readonly json: string; readonly below: string } {
  const end = objectEnd(text, at);
  return { json: text.slice(at, end), below: text.slice(end) };
}

/** A quoted path is looked for beyond its line so far, and past so many quotes. */
const MOST_PATH = 4_096;
const MOST_QUOTES = 16;

/** In double quotes, nothing inside them escaped, it may hold line feeds: it ends with the first line that ends in a quote. */
function pathAt(text: string, at: number, end: number): { readonly text: string; readonly next: number } {
  const line = text.slice(at, end).replace(/\r$/, '');
  if (!line.startsWith('"')) return { text: line, next: end + 1 };
  let close = text.indexOf('"', at + 1);
  for (let quotes = 0; close >= 0 && close - at <= MOST_PATH && quotes < MOST_QUOTES; quotes += 1) {
    const after = text.slice(close + 1, close + 3);
    if (after === '' || after.startsWith('\n') || after === '\r\n') return { text: text.slice(at + 1, close), next: lineEnd(text, close) + 1 };
    close = text.indexOf('"', close + 1);
  }
  return { text: line, next: end + 1 };
}

const ENTRY = /^ {2}(\S{1,200}) (\S+)$/;
/** Before 1.0 the conversation's own id, a UUID, was the key. */
const KEY = /^(?:[sh]_[0-9a-zA-Z]+|[0-9a-f]{7,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:::[0-9a-zA-Z_]+)?$/;

/** `  <key> <range>,<range>`; the part behind `::` names a checkpoint, not a hand. */
function entry(line: string, orphan: boolean, left: number, unread: Said): readonly AttributedRange[] {
  const [, key = '', list = ''] = ENTRY.exec(line) ?? [];
  if (key === '' || !KEY.test(key)) unread.add(`an entry is not understood: ${line.trim().slice(0, 80)}`);
  else if (orphan) unread.add(`an entry stands under no path: ${line.trim().slice(0, 80)}`);
  else return list.split(',', left).flatMap((range) => rangeOf(range, key.replace(/::.*$/, ''), unread));
  return [];
}

function rangeOf(range: string, hand: string, unread: Said): readonly AttributedRange[] {
  const [, first = '', last = first] = /^([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?$/.exec(range) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first !== '' && start <= end) return [{ start, end, hand }];
  unread.add(`${JSON.stringify(range.slice(0, 40))} of ${hand} is no range of lines`);
  return [];
}

function metaOf(json: string, unread: Said): Fields {
  const value = json.trim() === '' ? undefined : parsed(json);
  if (value === undefined) unread.add(json.trim() === '' ? 'it ends before its JSON' : 'its JSON is damaged');
  const meta = fieldsOf(value);
  const version = word(meta.schema_version);
  if (value !== undefined && version !== 'authorship/3.0.0') unread.add(`its version is ${version ?? 'not said'}, and authorship/3.0.0 is read`);
  return meta;
}

function handOf(key: string, meta: Fields): Hand {
  if (key.startsWith('h_')) return { by: 'human', tool: '', ...ifSaid('person', word(member(member(meta.humans, key), 'author'))) };
  const said = key.startsWith('s_') ? member(meta.sessions, key) : member(meta.prompts, key);
  const agent = member(said, 'agent_id');
  const [tool, id, model] = [word(member(agent, 'tool')), word(member(agent, 'id'), 2_000), word(member(agent, 'model'))];
  const session = key.startsWith('s_') ? key : tool === undefined || id === undefined ? undefined : sessionId(tool, id);
  return {
    by: 'ai',
    tool: tool ?? 'unknown',
    ...ifSaid('model', model === 'unknown' ? undefined : model),
    ...ifSaid('session', session),
    ...ifSaid('person', word(member(said, 'human_author'))),
  };
}

const ifSaid = <K extends string>(name: K, value: string | undefined): { readonly [name in K]?: string } => {
  const out: { [name in K]?: string } = {};
  if (value !== undefined) out[name] = value;
  return out;
};
