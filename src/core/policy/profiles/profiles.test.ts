/** Whom each shipped profile asks, as one table a profile, and what holds of all of them: nothing worse ever asks for less. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePerson } from '../../../testing/sample-change.ts';
import { utf8 } from '../../base/bytes.ts';
import { PROVENANCE_LEVELS, type Provenance, type ProvenanceLevel } from '../../provenance/provenance.ts';
import { TIERS, type Tier } from '../../risk/risk.ts';
import type { Roster } from '../../roster/roster.ts';
import { consider } from '../consider.ts';
import type { Decision, Seat } from '../decision.ts';
import type { Policy } from '../document.ts';
import type { Facts } from '../facts.ts';
import { loadPolicy } from '../load.ts';
import { PROFILES } from '../profiles.ts';
import { fillSeats } from '../quorum.ts';

const NAMES = Object.keys(PROFILES);
const SYSTEMS = [1, 2, 3, 4].map((c) => `  - {id: c${c}, name: C${c}, criticality: ${c}, paths: ["c${c}/**"]}`).join('\n');
const HEAD = `ladder: [junior, mid, senior, staff]\nsenior: senior\nprotected: [refs/heads/main]\nsystems:\n${SYSTEMS}\n`;

/** @param saved what stands in `.countersign/saved.yml`. */
function load(text: string, saved = ''): Policy {
  const made = loadPolicy(utf8(text), 'countersign.yml', { read: () => utf8(saved) });
  if (!made.ok) throw new Error(made.error.map((p) => `${p.place} ${p.message}`).join('\n'));
  return made.value;
}
const policies = new Map(NAMES.map((name) => [name, load(`version: 1\nextends: [profile:${name}]\n${HEAD}`)]));
const policyOf = (name: string): Policy => policies.get(name) ?? load('');

const PEOPLE = [
  samplePerson('jun', 'junior', { teams: ['a'], manager: 'sen' }),
  samplePerson('mid', 'mid', { teams: ['b'] }),
  samplePerson('sen', 'senior', { teams: ['c'] }),
  samplePerson('sia', 'senior', { teams: ['d'] }),
  samplePerson('top', 'staff', { teams: ['e'] }),
  samplePerson('tom', 'staff', { teams: ['c'] }),
];
const ROSTER: Roster = { people: PEOPLE, agents: [], digest: 'd'.repeat(64) };
const ALONE: Roster = { ...ROSTER, people: PEOPLE.slice(0, 1) };
const rosterOf = (name: string): Roster => (name === 'solo' ? ALONE : ROSTER);

const TRAILERS = 'Change it\n\nChange-Doc: CHG-1\nChange-Ticket: FIN-1\nTraces-To: REQ-1\nVerified-By: TR-1\n';
/** `human` is proved; `unattributed` says nothing. */
const provenance = (level: ProvenanceLevel): Provenance => ({
  level,
  evidence: level === 'unattributed' ? [] : [{ rule: 'x', slot: 'trailer', tool: 't', level, trust: level === 'human' ? 4 : 2, matched: '' }],
  declarations: [],
  contradictions: [],
});

interface Scene {
  readonly author: string;
  readonly level: ProvenanceLevel;
  readonly tier: Tier;
  /** 1 to 4; 5: no system. */
  readonly criticality: number;
  readonly escapes: number;
}
function decide(name: string, { author, level, tier, criticality, escapes }: Scene, more: Partial<Facts> = {}, message = TRAILERS): Decision {
  const found = tier === 'routine' ? [] : [sampleDetector(sampleFinding(tier, 'main.tf'))];
  const change = sampleChange([`c${criticality}/a.ts`], [sampleCommit(author, message)]);
  const lane = { sampled: 50, escapes };
  return consider(policyOf(name), found, sampleFacts(change, { roster: rosterOf(name), assessed: provenance(level), lane, ...more }));
}

/** `2 senior* i`: two people at senior or above, none related to the author, for the intent. */
function seatWords({ humans, level, not, presence, stage }: Seat): string {
  const who = `${humans === 1 ? '' : `${humans} `}${level ?? 'any'}${not.includes('same-team') ? '*' : ''}${presence === 'hardware' ? '#' : ''}`;
  return stage === 'implementation' ? who : `${who} ${stage}`;
}
const cell = (d: Decision): string => (d.outcome === 'refused' ? 'refused' : d.seats.map(seatWords).sort().join(' + ') || '-');

const LEVELS: readonly ProvenanceLevel[] = ['human', 'unattributed', 'assisted', 'agent'];
const AUTHORS = ['jun', 'sen'] as const;
const columns = (name: string) => (name === 'solo' ? ['jun'] : AUTHORS).flatMap((author) => LEVELS.map((level) => ({ author, level })));

const WORDS: { readonly [criticality: number]: string } = { 5: 'no system', 3: 'criticality 3', 2: 'criticality 2', 1: 'criticality 1' };

/** A block for each criticality, a line for each tier; equal ones are joined, and so are equal cells. */
function table(name: string): string {
  const row = (criticality: number, tier: Tier): string => {
    const cells = columns(name).map((c) => cell(decide(name, { ...c, tier, criticality, escapes: 0 })));
    const halves = [cells.slice(0, LEVELS.length), cells.slice(LEVELS.length)].filter((half) => half.length > 0);
    const said = halves.map((half) => (new Set(half).size === 1 ? (half[0] ?? '') : half.join(' | ')));
    return new Set(said).size === 1 ? (said[0] ?? '') : said.join(' || ');
  };
  const block = (criticality: number): string =>
    joined(TIERS.values.map((tier) => [tier, row(criticality, tier)] as const))
      .map(([tiers, cells]) => `  ${tiers}: ${cells}`)
      .join('\n');
  const blocks = joined([5, 3, 2, 1].map((c) => [WORDS[c] ?? '', block(c)] as const));
  return `\n${blocks.map(([names, lines]) => `${names}\n${lines}`).join('\n')}\n`;
}

/** Neighbours that say the same, under both their names. */
function joined(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const all: [string, string][] = [];
  for (const [name, text] of pairs) {
    const before = all.at(-1);
    if (before?.[1] === text) before[0] = `${before[0]}, ${name}`;
    else all.push([name, text]);
  }
  return all;
}

/**
 * Who is asked, by tier. A line holds a junior author's four cells (typed by a person by proof | silent | assisted | agent), then
 * after || a senior author's; one cell stands for equal ones. `any`: one other person of any level. `*`: no manager, report or
 * team mate of the author. `#`: with a hardware key. The author is `junior`, so `mid` is whoever is above.
 */
const TABLES: { readonly [profile: string]: string } = {
  tiered: `
no system, criticality 3
  routine: - | - | mid | mid || -
  elevated: any | mid | mid | mid || any
  high, critical: senior
criticality 2
  routine: - | senior | senior | senior
  elevated, high, critical: senior
criticality 1
  routine: - | senior | senior | senior
  elevated: senior
  high, critical: 2 senior
`,
  solo: `
no system, criticality 3
  routine: - | - | - | any
  elevated, high, critical: any
criticality 2, criticality 1
  routine: - | any | any | any
  elevated, high, critical: any
`,
  'small-team': `
no system, criticality 3
  routine: - | - | any | any
  elevated, high, critical: any
criticality 2, criticality 1
  routine, elevated, high, critical: any
`,
  'senior-sign-off': `
no system, criticality 3
  routine: - | - | senior | senior || -
  elevated, high, critical: - | senior | senior | senior || -
criticality 2, criticality 1
  routine, elevated, high, critical: - | senior | senior | senior || -
`,
  'every-assisted-change': `
no system, criticality 3, criticality 2, criticality 1
  routine, elevated, high, critical: - | senior | senior | senior
`,
  'tier-one-reset': `
no system, criticality 3
  routine: - | - | mid | mid || -
  elevated: any | mid | mid | mid || any
  high, critical: senior
criticality 2
  routine: - | senior | senior | senior
  elevated, high, critical: senior
criticality 1
  routine: 2 any | any + senior | any + senior | any + senior
  elevated: any + senior
  high, critical: 2 senior
`,
  'two-stage': `
no system, criticality 3
  routine: - | - | mid | any intent + mid || - | - | - | any + any intent
  elevated: any | mid | mid | any intent + mid || any | any | any | any + any intent
  high, critical: senior + senior intent
criticality 2
  routine, elevated, high, critical: senior + senior intent
criticality 1
  routine, elevated: senior + senior intent
  high, critical: 2 senior + senior intent
`,
  sox: `
no system, criticality 3
  routine, elevated: any + any deploy
  high, critical: senior + senior deploy
criticality 2, criticality 1
  routine, elevated, high, critical: senior + senior deploy
`,
  regulated: `
no system, criticality 3
  routine, elevated: any
  high, critical: senior*
criticality 2
  routine, elevated, high, critical: senior*
criticality 1
  routine, elevated, high, critical: any*# + senior*#
`,
};

describe('whom a profile asks', () => {
  test('there is a table for each', () => {
    expect(Object.keys(TABLES)).toEqual(NAMES);
  });

  test.each(NAMES)('%s', (name) => {
    expect(table(name)).toBe(TABLES[name]);
  });

  test('what its text states: nothing a profile cannot know', () => {
    for (const [name, { text, summary }] of Object.entries(PROFILES)) {
      expect(text).not.toMatch(/^(?:ladder|senior|protected|systems|catalogue|domains|exceptions|break_glass):/m);
      const rules = text.slice(0, text.indexOf('\ntests:'));
      expect(rules).not.toMatch(/level: |from: /);
      for (const [, id] of rules.matchAll(/- id: (\S+)/g)) expect(id).toMatch(new RegExp(`^${name}\\.`));
      for (const line of [summary, ...rules.split('\n')].filter((l) => !l.includes('reason: '))) expect(line.length).toBeLessThanOrEqual(140);
    }
  });

  test('every rule says why it asks, whole and short', () => {
    for (const name of NAMES) for (const rule of policyOf(name).rules) expect(rule.description).toMatch(/^[A-Z].{10,130}[^.]$/);
  });
});

/** Whoever may sign: all sets of these people. */
const SETS = Array.from({ length: 2 ** PEOPLE.length }, (_, mask) => PEOPLE.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map((p) => p.id));
const satisfied = (d: Decision, people: readonly string[]): boolean => d.outcome === 'pass' || (d.outcome === 'signoff' && fillSeats(d.seats, people).missing.length === 0);
/** People whose signatures suffice for the heavier and not for the lighter: there may be none. */
const lighterFor = (heavier: Decision, lighter: Decision): readonly string[] | undefined => SETS.find((people) => satisfied(heavier, people) && !satisfied(lighter, people));

const somewhere = fc.record({
  author: fc.constantFrom('jun', 'mid', 'sen', 'top'),
  level: fc.constantFrom(...LEVELS),
  tier: fc.constantFrom(...TIERS.values),
  criticality: fc.integer({ min: 1, max: 5 }),
  escapes: fc.constantFrom(0, 2),
});
const pairs = new Map<string, Policy>();
function pairOf(one: string, other: string): Policy {
  const pair = [...new Set([one, other])].map((name) => `profile:${name}`).join(', ');
  // Terms such as what silence counts as: the nearest layer that speaks decides, so profiles that say what is so anyhow would weaken others.
  const policy = pairs.get(pair) ?? load(`version: 1\nextends: [${pair}]\n${HEAD}`);
  pairs.set(pair, policy);
  return policy;
}

const someProfile = fc.constantFrom(...NAMES);
const check = (heavier: (scene: Scene, name: string) => Decision) =>
  fc.assert(
    fc.property(someProfile, somewhere, (name, scene) => {
      expect(lighterFor(heavier(scene, name), decide(name, scene))).toBeUndefined();
    }),
    { numRuns: 300 },
  );
const next = <T>(values: readonly T[], value: T): T => values[values.indexOf(value) + 1] ?? value;

describe('nothing worse asks for less, under any profile', () => {
  test('more AI', () => {
    check((scene, name) => decide(name, { ...scene, level: next(PROVENANCE_LEVELS.values, scene.level) }));
  });

  test('a worse finding', () => {
    check((scene, name) => decide(name, { ...scene, tier: next(TIERS.values, scene.tier) }));
  });

  test('a more critical system', () => {
    check((scene, name) => decide(name, { ...scene, criticality: Math.max(1, scene.criticality - 1) }));
  });

  test('a sample that found too much, or that nobody looked at', () => {
    check((scene, name) => decide(name, { ...scene, escapes: 9 }));
    check((scene, name) => decide(name, scene, { lane: null }));
  });

  test('an author nobody knows, a second person behind it, no trailers', () => {
    check((scene, name) => decide(name, { ...scene, author: 'stranger@elsewhere.example' }));
    check((scene, name) => decide(name, scene, { pusher: 'mid' }));
    check((scene, name) => decide(name, scene, {}, 'Change it\n'));
  });

  test('one profile more', () => {
    fc.assert(
      fc.property(someProfile, someProfile, somewhere, (one, other, scene) => {
        const [both, turned] = [pairOf(one, other), pairOf(other, one)];
        const change = sampleChange([`c${scene.criticality}/a.ts`], [sampleCommit(scene.author, TRAILERS)]);
        const found = scene.tier === 'routine' ? [] : [sampleDetector(sampleFinding(scene.tier, 'main.tf'))];
        const facts = sampleFacts(change, { roster: ROSTER, assessed: provenance(scene.level), lane: { sampled: 50, escapes: scene.escapes } });
        for (const heavier of [both, turned]) expect(lighterFor(consider(heavier, found, facts), consider(policyOf(one), found, facts))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a reset that ends', () => {
  const ending = PROFILES['tier-one-reset']?.ending?.('2026-09-01') ?? '';
  const policy = load(`version: 1\nextends: [.countersign/saved.yml]\n${HEAD}`, ending);
  const ask = (at: string, message = TRAILERS) =>
    consider(policy, [], sampleFacts(sampleChange(['c1/a.ts'], [sampleCommit('jun', message)]), { roster: ROSTER, at: Date.parse(at), assessed: provenance('human') }));

  test('asks for two people and a document until then, and for neither afterwards', () => {
    expect(cell(ask('2026-08-31T23:59Z'))).toBe('2 any');
    expect(ask('2026-08-31T23:59Z', 'x\n').refusals.map((r) => r.code)).toEqual(['DECLARATION_MISSING']);
    expect(ask('2026-09-01T00:00Z', 'x\n')).toMatchObject({ outcome: 'pass', refusals: [] });
  });

  test('without an end it stays', () => {
    expect(cell(decide('tier-one-reset', { author: 'jun', level: 'human', tier: 'routine', criticality: 1, escapes: 0 }, { at: Date.parse('2099-01-01') }))).toBe('2 any');
  });
});
