/**
 * Letters that look like Latin ones, by eye (the idea is that of UTS 39; the table is our own and holds only what a reader of
 * code would not tell apart in a common typeface).
 */
const CYRILLIC = 'аaеeоoрpсcуyхxіiјjѕsԁdһhӏlԛqԝwѵvгrпnкkАAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXԌGЗ3Ԛ' + 'QԜW';
const GREEK = 'οoνvαaιiρpκkτtυuΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϲcϳj';
/** Of these an eye may well tell the letter: alone in a token of Latin letters they are symbols of a formula. */
const DISTINCT = new Set('αιρκτυгпкЗ');

const pairs = (text: string): readonly (readonly [string, string])[] => {
  const all = [...text];
  return all.flatMap((c, i) => (i % 2 === 0 ? [[c, all[i + 1] ?? ''] as const] : []));
};
const LATIN: ReadonlyMap<string, string> = new Map([...pairs(CYRILLIC), ...pairs(GREEK)]);

const fullwidth = (c: string): string | undefined => {
  const code = c.codePointAt(0) ?? 0;
  return code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : undefined;
};
/** The Latin letter that this one is read as; undefined where it looks like none. */
export const latinOf = (c: string): string | undefined => LATIN.get(c) ?? fullwidth(c);
export const isTwin = (c: string): boolean => latinOf(c) !== undefined && !DISTINCT.has(c);

/** What a reader takes the token for; undefined where some of it looks like nothing Latin. */
export function skeleton(token: string): string | undefined {
  let out = '';
  for (const c of token) {
    const latin = /[A-Za-z0-9_$]/.test(c) ? c : latinOf(c);
    if (latin === undefined) return undefined;
    out += latin;
  }
  return out;
}
