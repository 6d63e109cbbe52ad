/** Whatever is handed to the loaders, they answer, and in bounded time: bytes, trees, valid files with something in them changed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { matches } from '../change/glob.ts';
import { readScenarios } from './case-file.ts';
import { loadPolicy } from './load.ts';
import { loadRoster } from './roster-file.ts';
import { STARTER_POLICY, STARTER_ROSTER } from './starter.ts';

const starter = loadPolicy(utf8(STARTER_POLICY), 'p');
if (!starter.ok) throw new Error('starter');

/** Every problem has a place and a sentence; nothing is thrown. */
function answers(bytes: Uint8Array): void {
  for (const result of [
    loadPolicy(bytes, 'p.yml'),
    loadRoster(bytes, 'r.yml', starter.ok ? starter.value : (undefined as never)),
    readScenarios(bytes, 's.yml', starter.ok ? starter.value : (undefined as never)),
  ]) {
    if (result.ok) continue;
    expect(result.error.length).toBeGreaterThan(0);
    for (const p of result.error) expect([p.place === undefined, p.message === '']).toEqual([false, false]);
  }
}

test('any bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string({ unit: 'binary' }).map(utf8), fc.string({ unit: fc.constantFrom(...'{}[]:-&*!|>%@`"\'#?,\n \t<=') }).map(utf8)),
      answers,
    ),
    { numRuns: 600 },
  );
});

test('any tree', () => {
  const keys = fc.constantFrom(
    'version',
    'rules',
    'tests',
    'ladder',
    'senior',
    'protected',
    'systems',
    'forbid',
    'cases',
    'people',
    'when',
    'require',
    'paths',
    'extends',
    'modes',
    'tiers',
    'id',
    '__proto__',
    'constructor',
  );
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('L6', 'risk.tier >= high', '**', 1)),
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(keys, tie('tree'), { maxKeys: 5 })),
  }));
  fc.assert(
    fc.property(fc.dictionary(keys, tree, { maxKeys: 8 }), (value) => answers(utf8(JSON.stringify(value)))),
    { numRuns: 600 },
  );
});

test('a valid file with one character changed, one line moved, or cut short', () => {
  const texts = [STARTER_POLICY, STARTER_ROSTER];
  const change = fc.oneof(
    fc.record({ at: fc.nat(), with: fc.constantFrom(...'{}[]:-&*!"\'#,\n \t01aZé\u202e', '') }).map((c) => (text: string) => {
      const at = c.at % text.length;
      return text.slice(0, at) + c.with + text.slice(at + 1);
    }),
    fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => (text: string) => {
      const lines = text.split('\n');
      const [line = ''] = lines.splice(from % lines.length, 1);
      lines.splice(to % lines.length, 0, line);
      return lines.join('\n');
    }),
    fc.nat().map((at) => (text: string) => text.slice(0, at % text.length)),
  );
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 3 }), (text, changes) => answers(utf8(changes.reduce((t, c) => c(t), text)))),
    { numRuns: 150 },
  );
}, 60_000);

describe('what is made to be slow is refused soon', () => {
  const head = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
  const rules = (n: number, more = '') => `${head}rules:\n${Array.from({ length: n }, (_, i) => `  - {id: r${i}, paths: ["a${i}/**"]${more}, require: {humans: 1}}\n`).join('')}`;
  const aliases = `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]\n`).join('')}`;

  test.each([
    ['aliases that multiply', aliases, /an alias|an anchor/],
    ['an alias of itself', 'a: &a [*a]\n', /an alias|an anchor|Unresolved/],
    ['a file of 10 MB', `# ${'x'.repeat(10_000_000)}`, /at most 1 MB/],
    ['lists in lists', `rules: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, /nested too deeply|flow/],
    ['10,000 rules', rules(10_000), /2000|too big|at most/i],
    ['a condition of too many steps', rules(1, ', when: "change.paths.exists(a, change.paths.exists(b, change.paths.exists(c, a == b)))"'), /steps/],
    ['a condition too long', rules(1, `, when: "${'true && '.repeat(600)}true"`), /longer than 4000 characters/],
    ['a regular expression that looks back', rules(1, `, when: 'change.paths.exists(p, regex(p, "(a)\\\\1"))'`), /regular expression|expression/],
    ['a million documents', '---\n'.repeat(100_000), /second document|empty/],
  ])('%s', (_, text, why) => {
    const loaded = loadPolicy(utf8(text), 'p.yml');
    expect(loaded.ok ? 'loaded' : loaded.error.map((p) => `${p.message} ${p.remedy ?? ''}`).join('\n')).toMatch(why);
  });

  test('files that extend each other in a circle', () => {
    const text = (next: string) => utf8(`version: 1\nextends: [${next}]\n`);
    const files = new Map([
      ['.countersign/a.yml', text('.countersign/b.yml')],
      ['.countersign/b.yml', text('.countersign/a.yml')],
    ]);
    const loaded = loadPolicy(utf8(`${head}extends: [.countersign/a.yml]\n`), 'p.yml', { read: (path) => files.get(path) ?? null });
    expect(loaded.ok ? '' : loaded.error.map((p) => p.message).join()).toContain('a circle');
  });

  test('a path pattern of 2^40 words', () => {
    const loaded = loadPolicy(utf8(rules(1).replace('a0/**', '{a,b}'.repeat(40))), 'p.yml');
    const paths = loaded.ok ? (loaded.value.rules[0]?.paths ?? []) : [];
    expect([matches(paths, 'ab'.repeat(20)), matches(paths, 'c'.repeat(40))]).toEqual(loaded.ok ? [true, false] : [false, false]);
  });

  test('2,000 rules, which is as many as there may be', () => {
    const loaded = loadPolicy(utf8(rules(2_000, ', when: "risk.tier >= high"')), 'p.yml');
    expect(loaded.ok && loaded.value.rules.length).toBe(2_000);
  });

  test('an expression that would take exponential time elsewhere is linear here', () => {
    const loaded = loadPolicy(utf8(rules(1, `, when: 'change.paths.exists(p, regex(p, "^(a+)+$"))'`)), 'p.yml');
    const condition = loaded.ok ? loaded.value.rules[0]?.when : null;
    expect(condition?.holds({ change: { paths: [`${'a'.repeat(20_000)}!`] } })).toBe(false);
  });
});

/** Whoever pushes a policy chooses how often each mistake is in it, and the gate reads it before anybody signed. */
describe('time grows with the file, whatever is repeated in it', () => {
  const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
  const many = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');
  const names = (n: number, name: string): string => Array.from({ length: n }, (_, i) => name + i).join(', ');
  const roster = (bytes: Uint8Array) => loadRoster(bytes, 'r.yml', starter.ok ? starter.value : (undefined as never));
  const policy = (bytes: Uint8Array) => loadPolicy(bytes, 'p.yml');

  test.each([
    ['keys', policy, HEAD + many(60_000, (i) => `k${i}: 1\n`)],
    ['keys that stand twice', policy, HEAD + many(60_000, (i) => `k${Math.floor(i / 2)}: 1\n`)],
    ['tags', policy, many(100_000, () => '- !a b\n')],
    ['modes of systems that are not there', policy, `${HEAD}rules: [{id: a, paths: [a], optional: true}]\nmodes:\n  systems:\n${many(50_000, (i) => `    s${i}: warn\n`)}`],
    [
      'dependents that are not there',
      policy,
      `${HEAD}systems:\n${many(500, (i) => `  - {id: s${i}, name: a, criticality: 1, paths: [a], dependents: [${names(150, 'other')}]}\n`)}`,
    ],
    ['managers who are not there', roster, `version: 1\npeople:\n${many(12_000, (i) => `  - {id: p${i}, name: a, level: L6, manager: q${i}}\n`)}`],
  ] as const)('%s', (_, load, text) => {
    const loaded = load(utf8(text));
    expect(loaded.ok).toBe(false);
  });

  test('the first problems have their place and the nearest word, and none is lost', () => {
    const loaded = roster(utf8(`version: 1\npeople:\n${many(1_000, (i) => `  - {id: p${i}, name: a, level: L6, manager: q${i}}\n`)}`));
    const problems = loaded.ok ? [] : loaded.error;
    expect(problems).toHaveLength(1_000);
    expect(problems[0]).toMatchObject({ place: 'r.yml:3:43 people[0].manager', remedy: 'did you mean p0?' });
  });
});
