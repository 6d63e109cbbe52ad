/**
 * Reads git-ai's first format, `authorship/0.0.1` (July to September 2025; the earliest say no version): JSON with authors by
 * file. An author is a tool's label or a person's name; only what the catalogue knows, or an entry with agent metadata, is an AI.
 */
import type { Oid } from '../../change/change.ts';
import { identityOf } from '../identity.ts';
import type { AttributedRange, Attribution, FileLines, Hand } from './attribution.ts';
import { type Fields, fieldsOf, lineNumber, listOf, member, word } from './fields.ts';
import { handKey } from './hand.ts';
import { painted } from './ranges.ts';
import { type Said, said } from './said.ts';

const READ = 'authorship/0.0.1';
const MOST_RANGES = 200_000;

/** @param value the parsed note. 1.0.0 and 2.0.0, that no repository is known to hold, are refused. */
export function readGitAiOld(value: Fields, commit: Oid): Attribution {
  const unread = said();
  const version = word(value.schema_version) ?? READ;
  const hands = new Map<string, Hand>();
  const budget = { left: MOST_RANGES };
  if (version !== READ) unread.add(`its version ${version} is not read`);
  const files = version === READ ? Object.entries(fieldsOf(value.files)).flatMap(([path, file]) => fileOf(path, file, hands, unread, budget)) : [];
  if (budget.left <= 0) unread.add(`it holds over ${MOST_RANGES} ranges`);
  return { commit, source: 'git-ai', version, trust: 3, hands, files, unreadable: unread.all() };
}

function fileOf(path: string, file: unknown, hands: Map<string, Hand>, unread: Said, budget: { left: number }): readonly FileLines[] {
  const ranges = listOf(member(file, 'authors')).flatMap((author): readonly AttributedRange[] => {
    const hand = handOf(author);
    if (hand === undefined) unread.add(`${path}: an author has no name`);
    else return listOf(member(author, 'lines')).flatMap((line) => rangeOf(path, line, keep(hands, hand), unread, budget));
    return [];
  });
  const byAi = (range: AttributedRange): boolean => hands.get(range.hand)?.by === 'ai';
  return ranges.length === 0 ? [] : [{ path, ranges: painted([...ranges.filter((r) => !byAi(r)), ...ranges.filter(byAi)]), removed: [] }];
}

function handOf(author: unknown): Hand | undefined {
  const name = word(member(author, 'author'));
  if (name === undefined) return undefined;
  const { tool } = identityOf(name, '');
  const metadata = member(author, 'agent_metadata');
  if (tool === null && (metadata === undefined || metadata === null)) return { by: 'human', tool: '', person: name };
  const model = word(member(metadata, 'model'));
  return { by: 'ai', tool: tool ?? name.toLowerCase(), ...(model === undefined ? {} : { model }) };
}

function keep(hands: Map<string, Hand>, hand: Hand): string {
  const key = handKey(hand);
  hands.set(key, hand);
  return key;
}

/** A line, or `[first, last]`. */
function rangeOf(path: string, line: unknown, hand: string, unread: Said, budget: { left: number }): readonly AttributedRange[] {
  budget.left -= 1;
  if (budget.left <= 0) return [];
  const [first, last] = Array.isArray(line) ? [lineNumber(line[0]), lineNumber(line[1])] : [lineNumber(line), lineNumber(line)];
  if (first !== undefined && last !== undefined && first <= last) return [{ start: first, end: last, hand }];
  unread.add(`${path}: ${JSON.stringify(line)?.slice(0, 40)} is no range of lines`);
  return [];
}
