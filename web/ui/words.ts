/** Words of the API in words for people. */
import type { DispositionKind, Holds, ProvenanceLevel, SignDecision, State } from '../api/generated.ts';

export const PROVENANCE: Readonly<Record<ProvenanceLevel, string>> = {
  human: 'Human',
  unattributed: 'Unattributed',
  suggestion: 'AI suggestions',
  assisted: 'AI-assisted',
  agent: 'AI agent',
};

export const STATE: Readonly<Record<State, string>> = { open: 'Open', signed: 'Signed', passed: 'Passed', landed: 'Landed', refused: 'Refused' };

export const DECISION: Readonly<Record<SignDecision, readonly [title: string, meaning: string]>> = {
  approve: ['Approve', 'This may land as it is.'],
  approve_with_conditions: ['Approve with conditions', 'It may land; whoever lands it is shown these.'],
  changes: ['Request changes', 'It must not land as it is.'],
  cannot_judge: ['Cannot judge', 'I am not the one who can tell.'],
};

/** What the conditions of a decision are called. */
export const CONDITIONS: Readonly<Record<SignDecision, string>> = {
  approve: 'Conditions',
  approve_with_conditions: 'Conditions',
  changes: 'What has to change',
  cannot_judge: 'Conditions',
};

/** A decision as something a person did. */
export const DID: Readonly<Record<SignDecision, string>> = {
  approve: 'approved',
  approve_with_conditions: 'approved with conditions',
  changes: 'asked for changes',
  cannot_judge: 'could not judge',
};

export const HOLDS: Readonly<Record<Holds, string>> = { true: 'holds', false: 'does not hold', unknown: 'nobody knows' };

export const DISPOSITION: Readonly<Record<DispositionKind, readonly [title: string, meaning: string]>> = {
  accepted: ['Accepted', 'It happens, and that is right'],
  mitigated: ['Mitigated', 'It happens, and here is what makes it safe'],
  mistaken: ['Mistaken', 'It does not happen'],
};

const TRUST = ['', 'hint', 'forgeable header', 'unsigned record', 'signed recorder', 'verified by the forge'];
export const trustWord = (trust: number): string => TRUST[trust] ?? 'unknown';

/** `refs/heads/main` as people say it. */
export const shortRef = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '');

/** "Ana", "Ana or Ben", "Ana, Ben or Cy". */
export function anyOf(names: readonly string[], last = 'or'): string {
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

const plural = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
export const count = plural;

/** "3 minutes ago". @param at milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${plural(minutes, 'minute')} ago`;
  if (minutes < 48 * 60) return `${plural(Math.floor(minutes / 60), 'hour')} ago`;
  return `${plural(Math.floor(minutes / 1440), 'day')} ago`;
}
