/** How the proposal speaks: names without anything a terminal, YAML or Markdown would act on, days, counts, lists. */

/** Letters, digits and what stands in names of people. A name is somebody's own choice of characters. */
export const nameText = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} .,'’()/-]/gu, ' ')
    .replace(/\p{M}{3,}/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, 80)
    .trim() || 'somebody';

/** A path or a word of a file, as far as it is plain; what is not is replaced, since it is shown and never matched. */
export const wordText = (word: string): string => word.replace(/[^\p{L}\p{N} ./@:+_$*[\]-]/gu, '?').slice(0, 120);

/** `2026-08-21` */
export const dayOf = (at: number): string => (Number.isFinite(at) && Math.abs(at) < 8e15 ? new Date(at).toISOString().slice(0, 10) : 'no date');

/** `8,689` */
export const thousands = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

export const counted = (n: number, one: string, many = `${one}s`): string => `${thousands(n)} ${n === 1 ? one : many}`;

/** The first few, and how many more. */
export const few = (words: readonly string[], most = 3): string => {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(', ')} and ${more} more` : words.join(', ');
};

/** Most first; the word settles ties. */
export function byCount(words: Iterable<string>): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
