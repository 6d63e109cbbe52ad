import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, condition, type FactValues } from './expression.ts';
import type { Truth } from './truth.ts';

const LADDER = ['L4', 'L5', 'L6', 'L10'];
const FACTS: FactValues = {
  provenance: { level: 3, tools: ['claude', 'cursor'], declared_none: false },
  risk: {
    tier: 2,
    findings: [
      { rule: 'TF102', severity: 2 },
      { rule: 'SQL101', severity: 0 },
    ],
    not_analysed: 0,
  },
  change: { paths: ['infra/main.tf', 'docs/a.md'], files: 2, target: 'refs/heads/main', repo: 'infra' },
  system: { criticality: 2, ids: ['pay'] },
  author: { level: 1, senior: false },
  people: { unresolved: 0 },
};

function compiled(source: string): Condition {
  const made = condition(source, LADDER);
  if (!made.ok) throw new Error(`${source}: ${made.error.message}`);
  return made.value;
}
const holds = (source: string, facts: FactValues = FACTS): Truth => compiled(source).holds(facts);
const problem = (source: string) => {
  const made = condition(source, LADDER);
  return made.ok ? undefined : `${made.error.message}; ${made.error.remedy ?? ''}`;
};

describe('ordered words', () => {
  const ORDERS = {
    'provenance.level': ['human', 'unattributed', 'suggestion', 'assisted', 'agent'],
    'risk.tier': ['routine', 'elevated', 'high', 'critical'],
    'author.level': LADDER,
  };
  const TESTS = { '<': (a: number, b: number) => a < b, '<=': (a: number, b: number) => a <= b, '>': (a: number, b: number) => a > b, '>=': (a: number, b: number) => a >= b };
  const rows = Object.entries(ORDERS).flatMap(([fact, values]) => Object.keys(TESTS).map((op) => [fact, op, values] as const));

  test.each(rows)('%s %s compares by rank', (fact, op, values) => {
    const [root = '', field = ''] = fact.split('.');
    for (const [i] of values.entries()) {
      for (const [j, word] of values.entries()) {
        expect(holds(`${fact} ${op} ${word}`, { [root]: { [field]: i } })).toBe(TESTS[op as keyof typeof TESTS](i, j));
        expect(holds(`${word} ${op} ${fact}`, { [root]: { [field]: i } })).toBe(TESTS[op as keyof typeof TESTS](j, i));
        expect(holds(`${fact} == ${word}`, { [root]: { [field]: i } })).toBe(i === j);
        expect(holds(`${fact} != ${word}`, { [root]: { [field]: i } })).toBe(i !== j);
      }
    }
  });

  test.each([
    ['"L5" < "L6"', 'strings have no order: "L5" < "L6" would compare letters; levels and tiers are words without quotes: L5 < L6'],
    ['change.repo >= "a"', 'strings have no order'],
    ['provenance.level >= "assisted"', 'write assisted without quotes'],
    ['"high" == risk.tier', 'write high without quotes'],
    ['author.level > "L5"', 'write L5 without quotes'],
    ['risk.tier >= assisted', 'risk.tier is a tier and assisted is a provenance level'],
    ['provenance.level >= high', 'compare things of one kind'],
    ['author.level == critical', 'author.level is a level and critical is a tier'],
    ['author.level > 5', 'author.level is a level and 5 is a number'],
    ['provenance.level in ["agent"]', 'write agent without quotes'],
    ['risk.findings.exists(f, f.severity >= L5)', 'f.severity is a tier and L5 is a level'],
    ['author.senior < true', '< needs numbers or ordered words'],
    ['change.paths == change.paths', 'does not compare them'],
  ])('%s is refused', (source, words) => {
    expect(problem(source)).toContain(words);
  });
});

describe('what conditions can say', () => {
  test.each([
    ['risk.tier >= high && !author.senior', true],
    ['risk.tier > high || system.criticality < 2', false],
    ['risk.findings.exists(f, f.severity >= high && f.rule.startsWith("TF"))', true],
    ['risk.findings.all(f, f.severity >= high)', false],
    ['change.paths.exists(p, glob(p, "infra/**"))', true],
    ['change.paths.all(p, p.endsWith(".md") || p.contains("main"))', true],
    ['provenance.tools.exists(t, system.ids.exists(s, s == t))', false],
    ['"claude" in provenance.tools', true],
    ['change.files in [1, 2, 3] && size(change.paths) == 2 && change.paths.size() > -1', true],
    ['provenance.level in [assisted, agent]', true],
    ['regex(change.target, "^refs/heads/(main|release/.*)$")', true],
    ['change.target != "refs/heads/main"', false],
    ['"pay" in system.ids && people.unresolved == 0 && !provenance.declared_none', true],
  ])('%s', (source, answer) => {
    expect(holds(source)).toBe(answer);
  });

  test.each([
    ['provenance.levl >= agent', 'no fact provenance.levl; did you mean provenance.level?'],
    ['provenanc.level >= agent', 'nothing is called provenanc; did you mean provenance?'],
    ['author.level >= L7', 'nothing is called L7'],
    ['globb("a", "b")', 'there is no function globb; did you mean glob?'],
    ['"a".matches("(")', 'not a regular expression'],
    ['"a".matches(change.repo)', 'the pattern of regex must be written out in quotes'],
    ['"a".matches("(a)\\\\1")', 'RE2 syntax, without backreferences'],
    ['regex("a", "(?=x)")', 'not a regular expression'],
    ['glob("a", "[")', 'not a path pattern'],
    ['glob(change.repo, change.target)', 'must be written out in quotes'],
    ['change.files', 'a condition must be true or false'],
    ['1u == 1u', 'is not a value conditions know'],
    ['1.5 == 1.5', 'is not a value'],
    ['b"x" == b"x"', 'is not a value'],
    ['null == null', 'is not a value'],
    ['9007199254740993 == 1', 'is not a value'],
    ['true ? true : false', 'conditions do not have'],
    ['change.files + 1 == 2', 'conditions do not have'],
    ['change.paths[0] == "a"', 'conditions do not have'],
    ['has(change.paths)', 'there is no function has'],
    ['[1] == [1]', 'a list may stand after `in` only'],
    ['dyn(1) == 1', 'there is no function dyn'],
    ['change.paths.map(p, p) == 1', 'there is no method map'],
    ['change.paths.exists(agent, true)', 'already means something else'],
    ['change.constructor', 'no fact change.constructor'],
    ['change.paths.exists(p, change.paths.exists(q, p == q))', 'steps, more than 1000000'],
    ['', 'not an expression'],
    ['risk.tier >=', 'not an expression'],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'not an expression'],
    [`${'true || '.repeat(600)}true`, 'longer than 4000'],
    [`${'true||'.repeat(600)}true`, 'not an expression'],
  ])('%s is refused', (source, words) => {
    expect(problem(source)).toContain(words);
  });

  test('a catastrophic pattern stays linear', () => {
    expect(holds('regex(change.repo, "^(a+)+$")', { change: { repo: `${'a'.repeat(20_000)}!` } })).toBe(false);
  });

  test('any text is an answer, never a throw', () => {
    const piece = fc.constantFrom('risk', '.', 'tier', '>=', 'high', '(', ')', '&&', '!', '"a"', '1', 'exists', ',', 'x', 'in', '[', ']', 'provenance.level', ' ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((p) => p.join(' ')),
        ),
        (source) => {
          const made = condition(source, LADDER);
          if (made.ok) expect([true, false, undefined]).toContain(made.value.holds({}));
        },
      ),
      { numRuns: 400 },
    );
  });
});

test("CEL's own matches is RE2 too: it finds anywhere, and no pattern explodes", () => {
  expect(holds('change.repo.matches("^in.ra$")')).toBe(true);
  expect(holds('change.paths.exists(p, p.matches("tf$"))')).toBe(true);
  expect(holds('change.repo.matches("x")')).toBe(false);
  expect(holds('change.repo.matches("^(a+)+$")', { change: { repo: `${'a'.repeat(50_000)}!` } })).toBe(false);
  expect(holds('change.repo.matches("a")', {})).toBeUndefined();
});

describe('unknown', () => {
  test.each([
    ['author.senior', undefined],
    ['!author.senior', undefined],
    ['author.senior && false', false],
    ['false && author.senior', false],
    ['author.senior || true', true],
    ['author.level >= L5 || author.level < L5', undefined],
    ['author.level in [L5, L6]', undefined],
    ['change.paths.exists(p, p == "a" || author.senior)', undefined],
    ['change.paths.exists(p, p == "docs/a.md" || author.senior)', true],
    ['change.paths.all(p, p == "a" && author.senior)', false],
  ])('%s', (source, answer) => {
    expect(holds(source, { ...FACTS, author: { level: undefined, senior: undefined } })).toBe(answer);
  });

  test('facts that are missing, misshapen or over their bound are unknown', () => {
    const source = 'change.paths.exists(p, p == "a")';
    expect(holds(source, {})).toBeUndefined();
    expect(holds(source, { change: [] })).toBeUndefined();
    expect(holds(source, { change: { paths: 'a' } })).toBeUndefined();
    expect(holds(source, { change: { paths: Array.from({ length: 50_001 }, () => 'a') } })).toBeUndefined();
  });

  test('learning a fact never flips an answer that was sure', () => {
    const atom = fc.constantFrom(
      'author.senior',
      'author.level >= L6',
      'risk.tier == high',
      'change.files > 1',
      'provenance.declared_none',
      'change.paths.exists(p, author.senior)',
    );
    const tree = fc.letrec<{ e: string }>((tie) => ({
      e: fc.oneof(
        { maxDepth: 4 },
        atom,
        tie('e').map((a) => `!(${a})`),
        fc.tuple(tie('e'), fc.constantFrom('&&', '||'), tie('e')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
      ),
    })).e;
    fc.assert(
      fc.property(tree, fc.subarray(['provenance', 'risk', 'change', 'author']), (source, hidden) => {
        const blind = holds(source, Object.fromEntries(Object.entries(FACTS).filter(([root]) => !hidden.includes(root))));
        if (blind !== undefined) expect(holds(source)).toBe(blind);
      }),
      { numRuns: 300 },
    );
  });
});

describe('which way an answer moves with more AI', () => {
  test.each([
    ['author.senior', 'none'],
    ['provenance.level >= assisted && author.senior', 'up'],
    ['assisted <= provenance.level', 'up'],
    ['provenance.level == agent', 'up'],
    ['provenance.level != human', 'up'],
    ['!(provenance.level < assisted)', 'up'],
    ['provenance.level <= suggestion', 'down'],
    ['provenance.level == human', 'down'],
    ['provenance.level == assisted', 'mixed'],
    ['provenance.level >= assisted || provenance.level < suggestion', 'mixed'],
    ['(provenance.level >= assisted) == author.senior', 'mixed'],
    ['"claude" in provenance.tools', 'up'],
    ['provenance.tools.exists(t, t == "x")', 'up'],
    ['provenance.tools.all(t, t == "x")', 'down'],
    ['size(provenance.tools) > 1', 'up'],
    ['provenance.tools.size() < 1', 'down'],
    ['size(provenance.tools) == 0', 'down'],
    ['size(provenance.tools) == 1', 'mixed'],
    ['risk.tier == critical', 'none'],
    ['provenance.declared_none', 'up'],
    ['provenance.lines > 10 || provenance.share >= 5', 'up'],
    ['provenance.lines <= 10', 'down'],
    ['change.paths.exists(p, provenance.level >= agent)', 'up'],
  ])('%s: %s', (source, direction) => {
    expect(compiled(source).direction('provenance')).toBe(direction);
  });

  test('is what it says, at every level', () => {
    const sources = [
      'provenance.level >= assisted',
      'provenance.level < agent',
      'provenance.level == human',
      '!(provenance.level > human) && author.senior',
      'provenance.level != human',
    ];
    for (const source of sources) {
      const answers = [0, 1, 2, 3, 4].map((level) => (holds(source, { ...FACTS, author: { senior: true }, provenance: { level } }) ? 1 : 0));
      const sorted = [...answers].sort();
      expect(answers).toEqual(compiled(source).direction('provenance') === 'up' ? sorted : sorted.reverse());
    }
  });
});

describe('which way an answer moves with worse findings and with people nobody knows', () => {
  test.each([
    ['risk.tier >= high', 'risk', 'up'],
    ['risk.tier < critical', 'risk', 'down'],
    ['risk.tier == critical', 'risk', 'up'],
    ['risk.tier == routine', 'risk', 'down'],
    ['risk.tier == high', 'risk', 'mixed'],
    ['risk.findings.exists(f, f.severity >= high)', 'risk', 'up'],
    ['risk.findings.all(f, f.severity < high)', 'risk', 'down'],
    ['size(risk.findings) > 0', 'risk', 'up'],
    ['size(risk.findings) == 1', 'risk', 'mixed'],
    ['risk.not_analysed == 0', 'risk', 'down'],
    ['risk.not_analysed != 0', 'risk', 'up'],
    ['!(risk.tier >= high) || author.senior', 'risk', 'down'],
    ['change.paths.exists(p, risk.tier >= high)', 'risk', 'up'],
    ['change.paths.exists(risky, glob(risky, "risk/**"))', 'risk', 'mixed'],
    ['risk.tier >= high', 'people', 'none'],
    ['people.unresolved > 0', 'people', 'up'],
    ['0 == people.unresolved', 'people', 'down'],
    ['people.unresolved == 2', 'people', 'mixed'],
  ] as const)('%s, %s: %s', (source, topic, direction) => {
    expect(compiled(source).direction(topic)).toBe(direction);
  });
});
