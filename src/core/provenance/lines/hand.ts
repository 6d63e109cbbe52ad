/** The key of a hand in our own records: the same hand has the same key in every one of them. */
import { sha256Hex } from '../../base/crypto.ts';
import type { Hand } from './attribution.ts';

/** `a_` for an AI, `h_` for a human, and 14 hex digits of SHA-256 over what is known of it. */
export function handKey({ by, tool, model, session, person }: Hand): string {
  const known = [by, tool, model ?? null, session ?? null, person ?? null];
  return `${by === 'ai' ? 'a' : 'h'}_${sha256Hex(JSON.stringify(known)).slice(0, 14)}`;
}
