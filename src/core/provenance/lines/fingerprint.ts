/** What a line is known by after squash, rebase and cherry-pick, when no commit id and no line number holds any more. */
import { hex } from '../../base/bytes.ts';
import { sha256, sha256Hex } from '../../base/crypto.ts';
import type { Trust } from '../trust.ts';
import type { Hand } from './attribution.ts';

export interface Fingerprint {
  /** First 64 bits of SHA-256 over the line without its line end, 16 hex digits. */
  readonly exact: string;
  /** The same over the line without any white space: a formatter moved it. */
  readonly loose: string;
  /** Under eight characters that are no white space: it matches only beside a line that is not weak. */
  readonly weak: boolean;
}

const WEAK = 8;

export function fingerprint(line: string): Fingerprint {
  const bare = line.replace(/\s+/g, '');
  return { exact: short(line.replace(/\r?\n?$/, '')), loose: short(bare), weak: bare.length < WEAK };
}

const short = (text: string): string => hex(sha256(text).subarray(0, 8));

/** Lines that stood together when somebody saw one hand add or remove them. */
export interface Run {
  readonly hand: Hand;
  readonly path: string;
  readonly what: 'added' | 'removed';
  /** 1-based line of the first, in the file they were added to or removed from. */
  readonly start: number;
  readonly lines: readonly Fingerprint[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The tool call or commit they are known from: what a derived record names as its source. */
  readonly from: string;
  readonly trust: Trust;
}

/** `s_` and the first 14 hex digits of SHA-256 over `tool:conversation`, as git-ai names sessions since 1.4 (its authorship standard 3.0.0). */
export const sessionId = (tool: string, conversation: string): string => `s_${sha256Hex(`${tool}:${conversation}`).slice(0, 14)}`;
