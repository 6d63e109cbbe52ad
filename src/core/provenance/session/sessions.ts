/** What a log says of sessions: whose lines these are, who committed, and what was said and run on the way. */
import { canonicalText } from '../../base/json.ts';
import type { Oid } from '../../change/change.ts';
import { attach } from '../lines/attach.ts';
import type { Hand } from '../lines/attribution.ts';
import type { Run } from '../lines/fingerprint.ts';
import type { ChangedLines } from '../lines/hunk.ts';
import type { Entry } from './entry.ts';

export interface Touching {
  readonly tool: string;
  readonly model?: string;
  readonly session: string;
}

/** Recorded hands that made any of these lines, or took any away; by session, then model. */
export function sessionsTouching(staged: readonly ChangedLines[], runs: readonly Run[]): readonly Touching[] {
  const hands = [...attach(staged, runs).hands.values()];
  const found = hands.flatMap(({ by, tool, model, session }) => (by === 'ai' && session !== undefined ? [{ tool, ...(model === undefined ? {} : { model }), session }] : []));
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const key = ({ session, model }: Touching): string => `${session}\0${model ?? ''}`;

/** The agent that made this commit by itself; undefined where nobody saw one, or it only took over what somebody wrote before. */
export function committerOf(entries: readonly Entry[], commit: Oid): Hand | undefined {
  const entry = entries.find((e) => e.what === 'commits' && e.commits.some(({ id, authored }) => id === commit && authored));
  if (entry?.what !== 'commits') return undefined;
  const { tool, model, session } = entry.who;
  return { by: 'ai', tool, session, ...(model === undefined ? {} : { model }) };
}

/** Items of a trail: the newest, where there are more. */
const MOST_ITEMS = 1_000;

/** What these sessions said and ran, as digests, oldest first: the text a record names by its digest. undefined where they said nothing. */
export function trailOf(entries: readonly Entry[], sessions: ReadonlySet<string>): string | undefined {
  const items = entries.flatMap((e) =>
    e.what === 'trail' && sessions.has(e.who.session)
      ? [{ at: e.at, call: e.call, cut: e.cut, kind: e.kind, outcome: e.outcome ?? 'unknown', session: e.who.session, sha256: e.sha256, tool: e.who.tool }]
      : [],
  );
  return items.length === 0 ? undefined : canonicalText(items.slice(-MOST_ITEMS));
}
