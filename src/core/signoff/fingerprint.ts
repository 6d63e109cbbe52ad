/**
 * Eight words two screens must show alike. A passkey shows its owner no content, so a page that was tampered with could
 * have another statement signed; the words are of the PAE, so stage and decision cannot be swapped under them either.
 */
import { type Bytes, sha256 } from '../base/crypto.ts';
import { WORDS } from './words.ts';

/** @param digest SHA-256 of the PAE; its first eight bytes speak (64 bits). */
export const fingerprintWords = (digest: Bytes): readonly string[] => [...digest.slice(0, 8)].map((byte) => WORDS[byte] ?? '');

/** The words of a PAE. */
export const fingerprintOf = (pae: Bytes): readonly string[] => fingerprintWords(sha256(pae));
