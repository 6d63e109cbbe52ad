/**
 * How people and forges say that something is taken back. Messages are anybody's, of any length: every pattern here is
 * tried at few places and runs once over the text.
 */

/** At most this much of a message is read: whoever takes something back says so at the top. */
const READ = 20_000;
/** Ids one message may name. */
const MOST = 50;

/**
 * Ids, full or short, after `This reverts commit`, as git writes it, and after `This reverts commits a, b and c`. Of a merge git
 * adds "reversing changes made to ...", which names what stays.
 */
export function commitsTakenBack(message: string): readonly string[] {
  const found: string[] = [];
  for (const [, list = ''] of message
    .slice(0, READ)
    .matchAll(/\breverts\s{1,3}(?:the\s)?(?:merge\s)?commits?:?\s{1,3}([0-9a-f]{7,64}\b(?:[\s,]{1,4}(?:and\s{1,3})?[0-9a-f]{7,64}\b){0,50})/gi))
    found.push(...(list.toLowerCase().match(/[0-9a-f]{7,64}/g) ?? []));
  return [...new Set(found)].slice(0, MOST);
}

/** Numbers after `Reverts owner/name#12` and `Reverts #12`, as forges write it: in this or another repository, they do not say which. */
export const pullsTakenBack = (message: string): readonly string[] =>
  [...message.slice(0, READ).matchAll(/^reverts:?[ \t]{1,3}(?:[\w.-]{1,100}\/[\w.-]{1,100})?[#!](\d{1,9})\b/gim)].map(([, n = '']) => n).slice(0, MOST);

/** The subject that stands in `Revert "subject"`, of `Reapply "subject"` the one that `Revert "subject"` made. */
export function subjectTakenBack(subject: string): string | undefined {
  const [, word = '', rest = ''] = /^(revert|reapply):? "(.*)$/i.exec(withoutNumber(subject)) ?? [];
  const end = rest.lastIndexOf('"');
  if (end < 1) return undefined;
  const inner = rest.slice(0, end);
  return word.toLowerCase() === 'reapply' ? `Revert "${inner}"` : inner;
}

/** Forges add the number of the pull request when they squash. */
export const withoutNumber = (subject: string): string => subject.replace(/ \([#!]\d{1,9}\)$/, '');

/** `Title (#12)` of a squash, `Merge pull request #12 from ...`. */
export const pullNumber = (subject: string): string | undefined => /^merge pull request #(\d{1,9})\b/i.exec(subject)?.[1] ?? / \([#!](\d{1,9})\)$/.exec(subject)?.[1];
