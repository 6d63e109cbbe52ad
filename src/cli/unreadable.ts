/** Why a file could not be read or written, in words: the system's own name a call and a number, and repeat the path. */

const WORDS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this account may not',
  EPERM: 'this account may not',
};

/** @param error whatever the file system threw. */
export function unreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = 'code' in error ? error.code : undefined;
  return (typeof code === 'string' && Object.hasOwn(WORDS, code) ? WORDS[code] : undefined) ?? error.message;
}
