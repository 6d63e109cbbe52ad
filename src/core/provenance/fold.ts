/** The form all matching is done on: NFKC, invisible characters dropped, white space folded. Look-alike letters stay what they are. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

export function fold(text: string): string {
  // most lines are plain ASCII without anything to fold
  const plain = /[^\x20-\x7e]/.test(text) ? text.normalize('NFKC').replace(INVISIBLE, '') : text;
  return (/[^\S ]| {2}/.test(plain) ? plain.replace(/\s+/g, ' ') : plain).trim();
}
