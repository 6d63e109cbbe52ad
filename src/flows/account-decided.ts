/**
 * What was decided, read back from the log: what a word about a change had to answer. It is the server's, digest and place are the log's;
 * what is about another change than its entry says, or not of its shape, decided nothing.
 */
import type { Json } from '../core/base/json.ts';
import { changeId } from '../core/change/change-id.ts';
import { type Decision, upgraded } from '../core/policy/decision.ts';
import { type AccountLog, type Collected, entryAt, jsonBody, type Placed } from './account-log.ts';

export interface Told {
  readonly entry: Placed;
  readonly title: string;
  readonly pusher: string | null;
  readonly behind: readonly string[];
  readonly decision: Decision;
}

/** Asks each body once. Answers undefined where nothing was decided by then, null where it was and cannot be read. */
export type DecidedBefore = (change: string, index: number) => Promise<Told | null | undefined>;

export function decisionsOf(log: AccountLog, all: Collected): DecidedBefore {
  const read = new Map<number, Promise<Told | null>>();
  return async (change, index) => {
    const at = all.decisions.get(change)?.findLast((i) => i < index);
    if (at === undefined) return undefined;
    const known = read.get(at) ?? toldAt(log, all, at);
    read.set(at, known);
    return known;
  };
}

async function toldAt(log: AccountLog, all: Collected, index: number): Promise<Told | null> {
  const entry = await entryAt(log, index, all.checkpoint.size);
  return entry.ok ? toldIn(entry.value, await log.body(entry.value.envelope, index)) : null;
}

/** By an entry that was shown to be in the log. */
export function toldIn(entry: Placed, body: Uint8Array | null): Told | null {
  const said = jsonBody(body);
  const { title, pusher, behind, decision } = members(said);
  if (!isDecision(decision) || changeId(decision.change) !== entry.fields.change) return null;
  if (decision.tier !== entry.fields.tier || decision.outcome !== entry.fields.outcome) return null;
  return { entry, title: textOf(title), pusher: textOf(pusher) || null, behind: Array.isArray(behind) ? behind.map(String) : [], decision: upgraded(decision) };
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const members = (value: unknown): { readonly [name: string]: unknown } => (typeof value === 'object' && value !== null ? (value as { readonly [name: string]: Json }) : {});

const TEXTS = ['repo', 'targetRef', 'head', 'manifest', 'manifest256'] as const;
const LISTS = ['seats', 'excluded', 'findings', 'unresolved', 'refusals'] as const;

/** As far as it is told and judged by: another version may have had less beside. */
function isDecision(value: unknown): value is Decision {
  const decision = members(value);
  const change = members(decision.change);
  const provenance = members(decision.provenance);
  const listed = (of: { readonly [name: string]: unknown }, names: readonly string[]): boolean => names.every((name) => Array.isArray(of[name]));
  return (
    TEXTS.every((name) => typeof change[name] === 'string') &&
    listed(change, ['paths', 'commits']) &&
    listed(decision, LISTS) &&
    listed(provenance, ['evidence', 'declarations', 'contradictions']) &&
    entriesOf(decision.seats).every((seat) => listed(seat, ['candidates'])) &&
    entriesOf(decision.excluded).every((e) => listed(e, ['roles']))
  );
}

const entriesOf = (value: unknown): readonly { readonly [name: string]: unknown }[] => (Array.isArray(value) ? value.map(members) : []);
