/** Strings somebody else wrote, into YAML of ours: each is quoted, and nothing of them can end a line or open one. */

const STRANGE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One line behind a `#`. */
export const comment = (text: string): string => `# ${text.replace(STRANGE, hex)}`;

/** A double-quoted scalar of YAML. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replace(STRANGE, hex)}"`;

/** As it is where YAML, in a list or a map on one line, reads it as that very string; else quoted. */
export const plainOrQuoted = (text: string): string => (/^[A-Za-z][\w./@+-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : quoted(text));

/** `\u` and four digits, or `\U` and eight: both YAML's. */
const hex = (char: string): string => {
  const code = (char.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
};
