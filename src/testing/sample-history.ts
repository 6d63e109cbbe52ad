/** Replayed history for tests and pictures of reports: seeded, with believable names, weeks of quiet and some that are not. */
import { chance } from '../core/simulate/chance.ts';
import type { Replayed, ReplayedSeat } from '../core/simulate/replay.ts';

/** Monday 2026-01-05, nine o'clock UTC. */
export const SAMPLE_START = Date.UTC(2026, 0, 5, 9);
const DAY = 86_400_000;

/** A routine landing that passes; every field has a believable default. */
export const sampleReplayed = (more: Partial<Replayed> = {}): Replayed => ({
  id: 'a'.repeat(40),
  title: 'Say what a retry costs',
  at: SAMPLE_START,
  author: 'ada',
  commits: 1,
  files: 2,
  outcome: 'pass',
  tier: 'routine',
  provenance: 'unattributed',
  seats: [],
  rules: [],
  findings: [],
  refusals: [],
  notSeen: [],
  revertedBy: null,
  reverts: null,
  incidents: [],
  ...more,
});

/** The same, held for one seat. */
export const sampleHeld = (seat: Partial<ReplayedSeat> = {}, more: Partial<Replayed> = {}): Replayed => {
  const full = { rule: 'risky-change', humans: 1, level: 'L6', candidates: ['mara', 'ben'], ...seat };
  return sampleReplayed({ outcome: 'signoff', tier: 'high', seats: [full], rules: [full.rule], ...more });
};

export const SAMPLE_REVIEWERS = [
  { person: 'mara', level: 'L7' },
  { person: 'ben', level: 'L6' },
  { person: 'farid', level: 'L6' },
  { person: 'ines', level: 'L5' },
  { person: 'jon', level: 'L5' },
  { person: 'kat', level: 'L5' },
];

const KINDS = [
  {
    tier: 'critical',
    part: 0.01,
    rule: 'destructive-change',
    level: 'L6',
    finding: 'TF102',
    candidates: ['mara', 'ben', 'farid'],
    title: 'Move the orders database to another subnet',
  },
  { tier: 'high', part: 0.03, rule: 'risky-change', level: 'L6', finding: 'SQL104', candidates: ['ben', 'farid'], title: 'Drop the column nobody reads any more' },
  {
    tier: 'elevated',
    part: 0.06,
    rule: 'assisted-below-senior',
    level: 'L5',
    finding: 'CFG103',
    candidates: ['ines', 'jon', 'kat', 'ben'],
    title: 'Raise the pool of the payments service',
  },
  { tier: 'high', part: 0.008, rule: 'billing-owners', level: 'L7', finding: 'IAM201', candidates: ['mara'], title: 'Let the billing role read every bucket' },
] as const;
const QUIET = ['Name the timeout in the log', 'Bring the changelog up to date', 'Test what happens to an empty basket', 'Say why the cache is cold', 'Bump eslint to 9.3'];

/** @param weeks over which they land, Monday to Friday mostly. */
export function sampleHistory(seed: number, landings: number, weeks = 26): readonly Replayed[] {
  const next = chance(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  const made = Array.from({ length: landings }, (_, i): Replayed => {
    const week = Math.floor(weeks * next() ** 0.8);
    const at = SAMPLE_START + (week * 7 + Math.floor(next() * (next() < 0.05 ? 7 : 5))) * DAY + Math.floor(next() * 9 * 3600) * 1000;
    const plain = {
      id: idOf(seed, i),
      at,
      author: pick(['ada', 'lee', 'ines', 'build-7', null]),
      commits: 1 + Math.floor(next() * 3),
      files: 1 + Math.floor(60 * next() ** 6),
      title: pick(QUIET),
    };
    return kind(next, plain);
  });
  return withReverts(made, next, seed);
}

function kind(next: () => number, plain: Partial<Replayed>): Replayed {
  let at = next();
  const kept = KINDS.find((k) => {
    at -= k.part;
    return at < 0;
  });
  if (kept === undefined) return sampleReplayed(at < 0.03 ? { ...plain, notSeen: ['package-lock.json: larger than 1 MiB'] } : plain);
  const findings = [{ rule: kept.finding, severity: kept.tier }];
  const refusals = next() < 0.04 ? (['SOD_UNRESOLVED'] as const) : [];
  return sampleHeld(
    { rule: kept.rule, level: kept.level, candidates: kept.candidates },
    { ...plain, title: kept.title, tier: kept.tier, findings, refusals, outcome: refusals.length > 0 ? 'refused' : 'signoff' },
  );
}

/** One in a hundred is taken back a day later, of held ones one in twelve. */
function withReverts(made: readonly Replayed[], next: () => number, seed: number): readonly Replayed[] {
  return made
    .flatMap((l, i) => {
      if (next() > (l.outcome === 'pass' ? 0.01 : 0.08)) return [l];
      const id = idOf(seed + 1, i);
      const revert = sampleReplayed({ id, title: `Revert "${l.title}"`, at: l.at + DAY, author: l.author, files: l.files, reverts: l.id });
      return [{ ...l, revertedBy: id, incidents: next() < 0.2 ? [`INC-${100 + i}`] : [] }, revert];
    })
    .sort((a, b) => a.at - b.at);
}

const idOf = (seed: number, i: number): string => `${seed.toString(16).padStart(8, '0')}${i.toString(16).padStart(32, '0')}`;
