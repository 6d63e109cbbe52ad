/**
 * CODEOWNERS before and after, asked about paths that stand for each pattern of both: the last match decides, so a rule that is
 * added may take paths from those who own them, and one that goes may leave them to somebody else.
 */

import type { OwnersFile } from '../../change/codeowners.ts';
import { ownersIndex } from '../../change/codeowners-index.ts';
import { readOwners } from '../../change/codeowners-read.ts';
import type { Tier } from '../risk.ts';

export interface OwnersChange {
  readonly severity: Tier;
  readonly what: string;
  readonly facts: readonly (readonly [string, string])[];
}

const MOST_SAMPLES = 2_000;

/** null: it cannot be read, on one side or the other. */
export function ownersChange(path: string, base: string, head: string): OwnersChange | null {
  const [before, after] = [read(path, base), read(path, head)];
  if (before === null || after === null || after.problems.length > before.problems.length) return null;
  const samples = [...new Set([...before.rules, ...after.rules].map((r) => sampleOf(r.pattern)))];
  if (samples.length > MOST_SAMPLES) return null;
  const [was, is] = [asking(before), asking(after)];
  const moves = samples.flatMap((sample) => {
    const [old, now] = [was(sample), is(sample)];
    return same(old, now) ? [] : [{ sample, old, now }];
  });
  const unowned = moves.filter((m) => m.now.length === 0 && m.old.length > 0);
  if (unowned.length > 0) return say('critical', 'nobody owns what somebody owned before', unowned);
  if (laxSections(before, after)) return say('critical', 'a section asks for fewer approvals', moves);
  const given = moves.filter((m) => m.old.length > 0 && m.now.some((o) => !m.old.includes(o)));
  if (given.length > 0) return say('high', 'others than before may approve', given);
  return say('elevated', moves.length === 0 ? 'no path changes hands' : 'it asks for no less than before', moves);
}

interface Move {
  readonly sample: string;
  readonly old: readonly string[];
  readonly now: readonly string[];
}

const say = (severity: Tier, what: string, moves: readonly Move[]): OwnersChange => ({
  severity,
  what,
  facts: moves.slice(0, 5).map((m) => [m.sample, `${m.old.join(' ') || 'nobody'} -> ${m.now.join(' ') || 'nobody'}`] as const),
});

function read(path: string, text: string): OwnersFile | null {
  const gitlab = /(?:^|\/)\.gitlab\//.test(path) || /^\^?\[[^\]\n]{1,200}\]/m.test(text);
  const file = readOwners(text, gitlab ? 'gitlab' : /(?:^|\/)\.(?:gitea|forgejo)\//.test(path) ? 'gitignore' : 'github', path);
  return file.ok ? file.value : null;
}

const asking = (file: OwnersFile): ((path: string) => readonly string[]) => {
  const ask = ownersIndex(file);
  return (path) => [...new Set(ask(path).flatMap((m) => m.rule.owners.map((o) => o.text.toLowerCase())))].sort();
};
const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
const laxSections = (before: OwnersFile, after: OwnersFile): boolean =>
  before.sections.some((s) => after.sections.some((t) => t.name === s.name && (t.humans < s.humans || (t.optional && !s.optional))));

/** A path that the pattern matches: each wildcard becomes a letter. */
const sampleOf = (pattern: string): string =>
  pattern.replace(/^!/, '').replace(/\\(.)/g, '$1').replace(/^\//, '').replace(/\*\*/g, 'x').replace(/[*?]/g, 'x').replace(/\/$/, '/x') || 'x';
