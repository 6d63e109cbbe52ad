/** The digest of exact lines, for records that hold none of their text. */
import { sha256Hex } from '../../base/crypto.ts';

/** Lowercase hex SHA-256 over the lines, each with a line feed behind it. */
export const textHash = (lines: readonly string[]): string => sha256Hex(lines.map((line) => `${line}\n`).join(''));
