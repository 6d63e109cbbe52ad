/**
 * What a message says it takes back. Messages are anybody's: only the top of one is read, patterns are tried at few places and
 * run once, and no more than so many names are taken from one.
 */
import { subjectOf } from './facts.ts';

const READ = 20_000;
const MOST = 100;

/** Everything a message names as taken back, by how it names it. */
export interface TakenBack {
  /** Ids, full or short, in lower case. */
  readonly ids: readonly string[];
  /** Numbers of Phabricator. */
  readonly diffs: readonly number[];
  readonly changelists: readonly number[];
  /** Numbers of pull requests. */
  readonly pulls: readonly number[];
  /** The subject without the number of its pull request. */
  readonly subject: string | undefined;
}

/** undefined: nothing. */
export function takenBack(message: string): TakenBack | undefined {
  const top = message.slice(0, READ);
  if (!HINT.test(top)) return undefined;
  const subject = subjectOf(message);
  const named = { ids: idsIn(top), diffs: numbers(top, DIFFS), changelists: numbers(top, CHANGELISTS), pulls: numbers(top, PULLS), subject: quoted(subject) };
  const some = named.ids.length + named.diffs.length + named.changelists.length + named.pulls.length > 0;
  return some || named.subject !== undefined ? named : undefined;
}

const HINT = /revert|back(?:s|ing)? ?out|roll ?back|undo|Original Phabricator Diff/i;
const VERB = String.raw`\b(?:revert(?:s|ing)?|back(?:s|ing)? ?out|roll ?back(?: of)?|undo)`;
const ID = new RegExp(String.raw`${VERB}[\s:]{1,3}(?:(?:the|git|commits?|changes?|changeset|patch|merge|revision|of)\b[\s:#]{1,3}){0,4}["'(<\[]?([0-9a-f]{7,64})\b`, 'gi');
const DIFFS = new RegExp(String.raw`(?:Original Phabricator Diff:[ \t]{0,3}|${VERB}[\s:]{1,3}(?:(?:of|diff)\s{1,3}){0,2}["'(<\[]?)D(\d{1,9})\b`, 'gi');
const CHANGELISTS = new RegExp(String.raw`${VERB}\s{1,3}(?:of\s{1,3})?(?:changelists?|CLs?)\s{1,3}(\d{1,10})\b`, 'gi');
const PULLS = /\breverts:?[ \t]{1,3}(?:[\w.-]{1,100}\/[\w.-]{1,100})?#(\d{1,9})\b/gi;

function idsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [, id = ''] of text.matchAll(ID)) found.add(id.toLowerCase());
  for (const id of paragraph(text).match(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g) ?? []) found.add(id);
  return [...found].slice(0, MOST);
}

/** `This reverts commits ...` to the empty line behind it. Of a merge git adds `reversing changes made to`, which names what stays. */
function paragraph(text: string): string {
  const from = text.search(/This reverts commit/i);
  if (from < 0) return '';
  const rest = text.slice(from);
  const end = rest.search(/\n[ \t\r]{0,9}\n|reversing/);
  return end < 0 ? rest : rest.slice(0, end);
}

const numbers = (text: string, pattern: RegExp): readonly number[] => [...new Set([...text.matchAll(pattern)].slice(0, MOST).map(([, n]) => Number(n)))];

/** The subject inside `Revert "..."`. */
function quoted(subject: string): string | undefined {
  const [, rest = ''] = /^\W{0,3}(?:\[[^\][]{0,80}\]\s{0,3}){0,5}(?:revert|back ?out|roll ?back):?\s{1,3}"(.*)$/i.exec(withoutNumber(subject)) ?? [];
  const end = rest.lastIndexOf('"');
  return end < 1 ? undefined : withoutNumber(rest.slice(0, end));
}

/** Forges add the number of the pull request when they squash. */
export const withoutNumber = (subject: string): string => subject.replace(/ \(#\d{1,9}\)$/, '');

const SUBJECT = /^\s{0,9}(?:\[[^\][]{0,80}\]\s{0,3}){0,5}(?:revert(?:s|ing)?|roll(?:s|ing)? ?back|back(?:s|ing)? ?out|automated rollback)\b/i;
const BODY = /^(?:This reverts (?:commit|merge)|Reverts [0-9a-f]{7,64}\b|Reverts changelist|Original Phabricator Diff|Original commit changeset)/m;

/** Is the commit itself a revert, whatever it takes back? */
export const isRevert = (message: string): boolean => SUBJECT.test(subjectOf(message)) || BODY.test(message.slice(0, READ));

/** Numbers under which a later revert may name this commit; 0 where it has none. */
export interface LandedNumbers {
  readonly diff: number;
  readonly changelist: number;
  readonly pull: number;
}

export function numbersOf(message: string): LandedNumbers {
  const top = message.slice(0, READ);
  const first = (pattern: RegExp, text: string): number => Math.min(0x7fffffff, Number(pattern.exec(text)?.[1] ?? 0));
  return {
    diff: first(/^Differential Revision:[ \t]{0,3}(?:https?:\/\/[\w.-]{1,100}\/)?D(\d{1,9})\b/m, top),
    changelist: first(/^PiperOrigin-RevId:[ \t]{0,3}(\d{1,10})\b/m, top),
    pull: first(/\(#(\d{1,9})\)$/, subjectOf(message)),
  };
}
