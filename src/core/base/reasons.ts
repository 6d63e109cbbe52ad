/**
 * Every answer carries the tree of its reasons. A node says one thing; its children say why.
 * `unknown` is kept apart from `no`: what could not be found out makes a change need more, never less.
 */
import type { ReasonCode } from './codes.ts';

export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly state: 'yes' | 'no' | 'unknown' | 'note';
  readonly children: readonly Reason[];
}

export const reason = (state: Reason['state'], code: ReasonCode, text: string, children: readonly Reason[] = []): Reason => ({ code, text, state, children });

/** The tree as indented lines, for a terminal or a push client. */
export function reasonLines(r: Reason, depth = 0): readonly string[] {
  const mark = { yes: '+', no: '-', unknown: '?', note: '.' }[r.state];
  return [`${'  '.repeat(depth)}${mark} ${r.text} [${r.code}]`, ...r.children.flatMap((c) => reasonLines(c, depth + 1))];
}

/** All codes of the tree, outermost first, each once. */
export const reasonCodes = (r: Reason): readonly ReasonCode[] => [...new Set([r.code, ...r.children.flatMap(reasonCodes)])];
