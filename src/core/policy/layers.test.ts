/** Policies of several files, profiles and floors: layers add, and nothing a repository writes takes from a floor. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { TIERS } from '../risk/risk.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import type { Policy } from './document.ts';
import { namedFiles } from './layers.ts';
import { loadPolicy } from './load.ts';
import { PROFILES } from './profiles.ts';
import { fillSeats } from './quorum.ts';
import { MODES } from './words.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
const REST = 'rules:\n  - {id: rest, paths: ["**"], optional: true}\n';
type Files = { readonly [path: string]: string };
const load = (text: string, files: Files = {}, floors: readonly string[] = []) =>
  loadPolicy(utf8(text), 'countersign.yml', {
    read: (path) => (files[path] === undefined ? null : utf8(files[path])),
    floors: floors.map((floor, i) => ({ name: `floor ${i}`, bytes: utf8(floor) })),
  });
const said = (answer: ReturnType<typeof load>) => (answer.ok ? [] : answer.error.map((p) => `${p.place} ${p.message}; ${p.remedy ?? ''}`));
function loaded(...of: Parameters<typeof load>): Policy {
  const answer = load(...of);
  if (!answer.ok) throw new Error(said(answer).join('\n'));
  return answer.value;
}
const judged = (policy: Policy, paths: readonly string[] = ['a']): Decision => consider(policy, [], sampleFacts(sampleChange(paths, [sampleCommit('ada')])));

describe('a policy of several files', () => {
  const base = 'version: 1\nrules:\n  - {id: base.docs, paths: ["docs/**"], require: {humans: 1, senior: true}}\n';

  test('asks what each of them asks, and names the layer', () => {
    const policy = loaded(`${HEAD}extends: [.countersign/base.yml]\n${REST}`, { '.countersign/base.yml': base });
    expect(policy.layers).toEqual(['countersign.yml', '.countersign/base.yml']);
    expect(judged(policy, ['docs/a']).seats).toMatchObject([{ rule: 'base.docs', level: 'L6' }]);
    expect(judged(policy, ['docs/a']).rules).toMatchObject([
      { id: 'base.docs', layer: '.countersign/base.yml', state: 'asks' },
      { id: 'rest', layer: 'countersign.yml', state: 'covers' },
    ]);
  });

  test('has the nearest word where several speak', () => {
    const files = { '.countersign/base.yml': 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L5\nprotected: [refs/heads/x]\nsubmodules: review\n' };
    const policy = loaded(`version: 1\nextends: [.countersign/base.yml]\nsenior: L6\n${REST}`, files);
    expect([policy.senior, policy.submodules, policy.protected]).toEqual(['L6', 'review', ['refs/heads/x']]);
  });

  test('has a digest of all of them', () => {
    const digest = (text: string) => loaded(`${HEAD}extends: [.countersign/base.yml]\n${REST}`, { '.countersign/base.yml': text }).digest;
    expect(digest(base)).not.toBe(digest(`${base}# more\n`));
    expect(loaded(`${HEAD}${REST}`).digest).not.toBe(digest(base));
  });

  test.each([
    ['a file that is not there', 'extends: [.countersign/no.yml]', {}, 'extends[0] .countersign/no.yml is not in this commit'],
    ['a file elsewhere', 'extends: [../other.yml]', {}, 'is neither a profile nor a file under .countersign/'],
    ['a climbing path', 'extends: [.countersign/../x.yml]', { '.countersign/../x.yml': base }, 'must hold at least one rule'],
    [
      'a circle',
      'extends: [.countersign/a.yml]',
      { '.countersign/a.yml': 'version: 1\nextends: [.countersign/b.yml]\n', '.countersign/b.yml': 'version: 1\nextends: [.countersign/a.yml]\n' },
      '.countersign/a.yml extends .countersign/b.yml extends .countersign/a.yml: a circle',
    ],
    ['itself', 'extends: [.countersign/a.yml]', { '.countersign/a.yml': 'version: 1\nextends: [.countersign/a.yml]\n' }, 'a circle'],
    ['a profile nobody ships', 'extends: [profile:teired]', {}, 'there is no profile profile:teired'],
    [
      'a rule of the same id',
      'extends: [.countersign/base.yml]',
      { '.countersign/base.yml': 'version: 1\nrules: [{id: rest, paths: ["**"], require: {humans: 1}}]\n' },
      'rest names two rules; countersign.yml has it already',
    ],
    ['a catalogue that is not there', 'catalogue: .countersign/systems.yml', {}, 'catalogue .countersign/systems.yml is no file of this commit'],
    ['a broken catalogue', 'catalogue: .countersign/s.yml', { '.countersign/s.yml': 'version: 1\nsystems: [{id: a}]\n' }, '.countersign/s.yml:2:11 systems[0].name is missing'],
    [
      'a layer that does not load',
      'extends: [.countersign/a.yml]',
      { '.countersign/a.yml': 'version: 1\nruels: []\n' },
      '.countersign/a.yml:2:1 ruels unknown key ruels; did you mean rules?',
    ],
  ] as const)('%s is refused, with its place', (name, line, files, message) => {
    const answer = load(`${HEAD}${line}\n${REST}`, files as Files);
    if (name === 'a climbing path') expect(answer.ok).toBe(false);
    else expect(said(answer).join('\n')).toContain(message);
  });

  test('of too many files is refused', () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`.countersign/l${i}.yml`, `version: 1\nextends: [.countersign/l${i + 1}.yml]\n`]));
    expect(said(load(`${HEAD}extends: [.countersign/l0.yml]\n${REST}`, files)).join()).toContain('more than 16 files');
  });

  test('systems come from the catalogue too', () => {
    const files = { '.countersign/systems.yml': 'version: 1\nsystems: [{id: pay, name: Pay, criticality: 1, paths: ["pay/**"]}]\n' };
    const policy = loaded(`${HEAD}catalogue: .countersign/systems.yml\nmodes: {systems: {pay: warn}}\n${REST}`, files);
    expect(policy.systems.map((s) => s.id)).toEqual(['pay']);
    expect(judged(policy, ['pay/x']).mode).toBe('warn');
    expect(judged(policy, ['pay/x', 'other']).mode).toBe('enforce');
  });

  test('names the files a reader has to bring', () => {
    expect(namedFiles(utf8('extends: [profile:tiered, .countersign/a.yml, /etc/passwd]\ncatalogue: .countersign/s.yml\n'), 'x')).toEqual([
      '.countersign/a.yml',
      '.countersign/s.yml',
    ]);
    expect(namedFiles(utf8('extends: [.countersign/a/../../b.yml, .countersign//c.yml, .countersign/a/.d.yml]\n'), 'x')).toEqual([]);
    expect(namedFiles(utf8('extends: [.countersign/teams/a.yml]\n'), 'x')).toEqual(['.countersign/teams/a.yml']);
    expect(namedFiles(utf8('extends: 3'), 'x')).toEqual([]);
    expect(namedFiles(utf8('- ]'), 'x')).toEqual([]);
  });
});

describe("an organisation's floor", () => {
  test('orders levels the way the repository does, or there is no policy', () => {
    expect(said(load(`${HEAD}${REST}`, {}, ['version: 1\nladder: [L7, L6, L5, L4]\n'])).join()).toContain('ladder floor 0 has another ladder');
    expect(said(load(`${HEAD}${REST}`, {}, ['version: 1\nsenior: L7\n'])).join()).toContain('floor 0 says people are senior from L7');
    expect(said(load(`${HEAD}${REST}`, {}, ['version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\n']))).toEqual([]);
    const bare = said(load(`${HEAD}${REST}`, {}, ['version: 1\nrules: [{id: org.all, paths: ["**"], require: {humans: 1, senior: true}}]\n']));
    expect(bare).toEqual([
      'floor 0:1:1 ladder is missing: a floor that asks says by which levels; state it as the repositories do',
      'floor 0:1:1 senior is missing: a floor that asks says by which levels; state it as the repositories do',
    ]);
  });

  test.each([
    ['an exception to it', 'exceptions: [{id: e, rule: org.all, paths: ["**"], owner: eve, reason: no, until: 2027-01-01}]', 'org.all is a rule of floor 0'],
    ['a rule of its name', 'rules: [{id: org.all, paths: ["**"], optional: true}]', 'org.all names two rules'],
    ['solo where it knows none', `solo: {cool_down: 1h}\n${REST}`, 'a floor that knows no solo mode'],
    ['break-glass where it knows none', `break_glass: {humans: 1}\n${REST}`, 'a floor that knows no break-glass'],
  ])('%s is refused', (_, text, message) => {
    const floor = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nrules: [{id: org.all, paths: ["**"], require: {humans: 1}}]\n';
    expect(said(load(`${HEAD}${text.includes('rules:') ? text : `${text}\n${REST}`}\n`, {}, [floor])).join('\n')).toContain(message);
  });

  test('tightens every term, whoever is stricter', () => {
    const own =
      'tiers: {high: {ttl: 1d, on_change: {context-moved: keep}}}\nmodes: {default: observe}\nsubmodules: review\nprovenance: {unattributed: suggestion}\nbreak_glass: {humans: 1, alone_after: 5m, expires: 2h}\nsample: {share: 0.5}\n';
    const floor =
      'version: 1\ntiers: {high: {ttl: 2d, on_change: {context-moved: revoke}, presence: hardware}}\nmodes: {default: warn}\nsubmodules: refuse\nprovenance: {unattributed: default}\nbreak_glass: {humans: 2, expires: 1h}\nsample: {share: 0.01}\n';
    const policy = loaded(`${HEAD}${own}${REST}`, {}, [floor]);
    expect(policy.tiers.high).toEqual({ ttl: 86_400_000, sla: null, onChange: { 'context-moved': 'revoke' }, presence: 'hardware' });
    expect(judged(policy).mode).toBe('warn');
    expect([policy.submodules, policy.unattributed, policy.sample?.share]).toEqual(['refuse', 'default', 0.5]);
    expect(policy.breakGlass).toMatchObject({ humans: 2, aloneAfter: null, expires: 3_600_000 });
  });

  test('gives a repository nothing it did not ask for', () => {
    const policy = loaded(`${HEAD}${REST}`, {}, ['version: 1\nsolo: {cool_down: 1h}\nbreak_glass: {humans: 1}\nmodes: {default: observe}\ntiers: {raise_at_criticality: 0}\n']);
    expect([policy.solo, policy.breakGlass, policy.tierRules.raiseAtCriticality, judged(policy).mode]).toEqual([null, null, 1, 'enforce']);
  });

  test('keeps in production what it does not take out, and the stricter bound of the score', () => {
    const own = 'tiers: {not_production: ["dev/**", "lab/**"], score: {elevated: 95}, raise_at_dependents: 0}\n';
    const floor = (tiers: string) => `version: 1\ntiers: ${tiers}\n`;
    expect(loaded(`${HEAD}${own}${REST}`).notProduction).toEqual([['dev/**', 'lab/**']]);
    expect(loaded(`${HEAD}${own}${REST}`).tierRules).toEqual({ raiseAtCriticality: 1, raiseAtDependents: 0, scoreAt: { elevated: 95, high: null } });
    expect(loaded(`${HEAD}${own}${REST}`, {}, [asks('org.all')]).notProduction).toEqual([]);
    const both = loaded(`${HEAD}${own}${REST}`, {}, [floor('{not_production: ["dev/**"], score: {elevated: 90, high: 99}}')]);
    expect(both.notProduction).toEqual([['dev/**', 'lab/**'], ['dev/**']]);
    expect(both.tierRules).toEqual({ raiseAtCriticality: 1, raiseAtDependents: 10, scoreAt: { elevated: 90, high: 99 } });
  });

  const asks = (id: string) => `version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nrules: [{id: ${id}, paths: ["**"], require: {humans: 2}}]\n`;

  test('is not watched by a repository unless it says so itself', () => {
    const watching = `${HEAD}modes: {default: observe}\n${REST}`;
    expect(judged(loaded(watching)).mode).toBe('observe');
    expect(judged(loaded(watching, {}, [asks('org.all')])).mode).toBe('enforce');
    expect(judged(loaded(watching, {}, [`${asks('org.all')}modes: {default: warn}\n`])).mode).toBe('warn');
    expect(judged(loaded(watching, {}, [`${asks('org.all')}modes: {default: warn}\n`, asks('org.more')])).mode).toBe('enforce');
    expect(said(load(`${HEAD}modes: {systems: {gone: warn}}\n${REST}`, {}, [asks('org.all')])).join()).toContain('there is no system gone');
  });

  test('is not dropped because another floor, or a file of the repository, is called the same', () => {
    const floors = ['org.one', 'org.two'].map((id) => ({ name: 'floor org.yml', bytes: utf8(asks(id)) }));
    const both = loadPolicy(utf8(`${HEAD}${REST}`), 'countersign.yml', { floors });
    expect(both.ok && both.value.rules.map((r) => r.id)).toEqual(['rest', 'org.one', 'org.two']);
    const same = loadPolicy(utf8(`${HEAD}${REST}`), 'floor org.yml', { floors: floors.slice(0, 1) });
    expect(same.ok && same.value.layers).toEqual(['floor org.yml', 'floor org.yml (1)']);
  });

  test('is made of no file of the repository', () => {
    const files = { '.countersign/base.yml': 'version: 1\nladder: [L7]\n', '.countersign/s.yml': 'version: 1\nsystems: []\n' };
    expect(said(load(`${HEAD}${REST}`, files, ['version: 1\nextends: [.countersign/base.yml]\n'])).join()).toContain('.countersign/base.yml is not in this commit');
    expect(said(load(`${HEAD}${REST}`, files, ['version: 1\ncatalogue: .countersign/s.yml\n'])).join()).toContain('is no file of this commit');
  });

  test('keeps its word where the repository extends the same profile', () => {
    const strict =
      'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nsubmodules: refuse\nprovenance: {unattributed: assisted}\nmodes: {default: enforce}\ntiers: {high: {presence: hardware}}\n';
    const shipped = PROFILES as { [name: string]: { summary: string; text: string } };
    shipped.attacked = { summary: '', text: `${strict}rules: [{id: attacked.all, paths: ["**"], require: {humans: 1}}]\n` };
    const lighter = `${HEAD}extends: [profile:attacked]\nsubmodules: review\nprovenance: {unattributed: suggestion}\nmodes: {default: observe}\ntiers: {raise_at_criticality: 0}\n${REST}`;
    const policy = loaded(lighter, {}, ['version: 1\nextends: [profile:attacked]\n']);
    expect([policy.submodules, policy.unattributed, judged(policy).mode, policy.tiers.high.presence, policy.tierRules.raiseAtCriticality]).toEqual([
      'refuse',
      'assisted',
      'enforce',
      'hardware',
      1,
    ]);
    expect(policy.rules.map((r) => [r.id, r.covers])).toEqual([
      ['rest', true],
      ['attacked.all', true],
    ]);
    const other = lighter.replace('senior: L6', 'senior: L4');
    expect(said(load(other, {}, ['version: 1\nextends: [profile:attacked]\n'])).join()).toContain('says people are senior from L6');
    expect(said(load(`${lighter}solo: {cool_down: 1h}\n`, {}, ['version: 1\nextends: [profile:attacked]\n'])).join()).toContain('knows no solo mode');
    Reflect.deleteProperty(shipped, 'attacked');
  });

  /** Rules, forbids, exceptions, modes of a layer, with ids of its own. */
  const layer = (prefix: string) => {
    const rule = fc
      .record({
        paths: fc.constantFrom('"**"', '"infra/**"', '"docs/**"'),
        when: fc.constantFrom('', ', when: "risk.tier >= high"', ', when: "provenance.level >= assisted"', ', unless: author.senior'),
        ask: fc.constantFrom(
          'optional: true',
          'require: {humans: 1}',
          'require: {humans: 2, level: L6}',
          'require: {humans: 1, from: {teams: [security]}}',
          'require: {humans: 2, distinct_teams: 2}',
        ),
        window: fc.constantFrom('', ', until: 2026-01-01', ', until: 2027-01-01'),
      })
      .filter((r) => !(r.ask.startsWith('optional') && r.when.includes('unless')) && !(r.ask.startsWith('optional') && r.when !== ''));
    const lines = (rules: readonly { paths: string; when: string; ask: string; window: string }[]) =>
      rules.map((r, i) => `  - {id: ${prefix}${i}, paths: [${r.paths}]${r.when}${r.window}, ${r.ask}}\n`).join('');
    return fc.record({
      rules: fc.array(rule, { maxLength: 3 }).map(lines),
      more: fc.constantFrom(
        '',
        'modes: {default: observe}\n',
        'modes: {default: warn}\n',
        'submodules: review\n',
        'tiers: {raise_at_criticality: 0}\n',
        'provenance: {unattributed: suggestion}\n',
        'provenance: {unattributed: assisted}\n',
      ),
      forbid: fc.constantFrom('', `forbid: [{id: ${prefix}f, when: "change.files > 1", reason: no}]\n`, `forbid: [{id: ${prefix}f, until: 2026-01-01, reason: over}]\n`),
    });
  };
  const text = ({ rules, more, forbid }: { rules: string; more: string; forbid: string }, rest = '') =>
    `${more}${forbid}rules:${rules + rest === '' ? ' []' : ''}\n${rules}${rest}`;
  const SETS = Array.from({ length: 2 ** SAMPLE_ROSTER.people.length }, (_, mask) => SAMPLE_ROSTER.people.filter((_p, i) => Math.floor(mask / 2 ** i) % 2 === 1).map((p) => p.id));
  const satisfied = (d: Decision, people: readonly string[]) => d.outcome === 'pass' || (d.outcome === 'signoff' && fillSeats(d.seats, people).missing.length === 0);

  test('never makes anything lighter, and no repository makes it lighter', () => {
    const facts = fc.record({
      paths: fc.uniqueArray(fc.constantFrom('infra/main.tf', 'docs/a.md', 'src/x.ts', 'countersign.yml'), { minLength: 1 }),
      who: fc.constantFrom('ada', 'ben', 'eve'),
      message: fc.constantFrom('x\n', 'x\n\nAssisted-by: Claude:opus\n'),
      tier: fc.option(fc.constantFrom(...TIERS.values)),
    });
    fc.assert(
      fc.property(layer('own'), layer('org'), facts, (own, org, { paths, who, message, tier }) => {
        const change = sampleFacts(sampleChange(paths, [sampleCommit(who, message)]));
        const ask = (policy: Policy) => consider(policy, tier === null ? [] : [sampleDetector(sampleFinding(tier))], change);
        const rest = '  - {id: ownrest, paths: ["**"], optional: true}\n';
        const floor = `version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\n${text(org)}`;
        const [alone, both] = [ask(loaded(`${HEAD}${text(own, rest)}`)), ask(loaded(`${HEAD}${text(own, rest)}`, {}, [floor]))];
        const bare = ask(loaded(`${HEAD}${REST}`, {}, [floor]));
        for (const lighter of [alone, bare]) {
          expect(SETS.find((people) => satisfied(both, people) && !satisfied(lighter, people))).toBeUndefined();
        }
        expect(MODES.indexOf(both.mode)).toBeGreaterThanOrEqual(MODES.indexOf(alone.mode));
      }),
      { numRuns: 300 },
    );
  });
});
