/** Whatever a tree and a history hold, what is proposed loads, says what it does, and locks nobody out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { readOwners } from '../core/change/codeowners-read.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { proposalFor } from '../core/policy/propose/proposal.ts';
import { type Content, NOTHING_SEEN, type Seen, type SeenBot, type SeenPerson } from '../core/policy/propose/seen.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { lockedOut } from '../core/simulate/repair.ts';
import { runTest, testsOf } from '../core/simulate/test-policy.ts';
import { AGENTS_FILE, POLICY_FILE, ROSTER_FILE } from './governance.ts';
import { settle } from './onboard-settle.ts';

const NEWEST = Date.UTC(2026, 8, 21);
const NASTY = [
  '"',
  "'",
  '\\',
  '\n- id: x',
  '\n',
  '\r',
  '\t',
  '# ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '*',
  '&a',
  '!x',
  '%',
  '|',
  '>',
  '\u001b[31m',
  '\u202e',
  '\u0000',
  '`',
  '<b>',
  '](http://x)',
  'é',
  '\u{1f600}',
  '\ud800',
  '---',
  '...',
  '../',
  '**',
];
const word = fc.oneof(
  fc.constantFrom('a', 'main', 'api', 'db', 'src', 'bot', 'Sam Simpson', 'null', 'true', '1', 'x'.repeat(120)),
  fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 6 })), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
);
const segment = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'services',
      'orders',
      'auth',
      'db',
      'migrate',
      'migrations',
      '.github',
      'workflows',
      'terraform',
      'rds',
      'modules',
      'k8s',
      'deploy',
      'test',
      'docs',
      'production',
      'apps',
      'web',
    ),
  },
  { weight: 1, arbitrary: word.map((w) => w.replace(/[/\0]/g, '') || 'z').filter((w) => w !== '.' && w !== '..') },
);
const leaf = fc.oneof(
  fc.constantFrom(
    'main.tf',
    'deploy.yml',
    '001_make.sql',
    'V1__make.sql',
    'Dockerfile',
    'go.mod',
    'main.go',
    'login.py',
    'prod.tfvars',
    'README.md',
    'CODEOWNERS',
    'Pulumi.yaml',
    'Procfile',
    'x.py',
  ),
  segment,
);
const path = fc.tuple(fc.array(segment, { maxLength: 4 }), leaf).map(([folders, file]) => [...folders, file].join('/'));
const email = fc.oneof(
  fc.constantFrom(
    'sam@example.com',
    'SAM@example.com',
    '1+sam@users.noreply.github.com',
    '2+sam@users.noreply.github.com',
    '*@example.com',
    'none',
    '(none)',
    'a@b',
    'x@\u202eevil',
    '49699333+dependabot[bot]@users.noreply.github.com',
  ),
  word.map((w) => `${w}@example.com`.toLowerCase()),
);
const id = fc.oneof(fc.constantFrom('sam', 'sam--2', 'you', 'renovate-bot', 'a.newcomer', 'null', 'true', '1', 'Bad Id', ''), fc.stringMatching(/^[a-z0-9-]{1,10}$/));
const hand = fc.record({
  id,
  name: word,
  emails: fc.uniqueArray(email, { minLength: 1, maxLength: 3 }),
  logins: fc.array(fc.constantFrom('sam', 'SAM', 'sam-2', 'dependabot[bot]', '*', 'a"b'), { maxLength: 2 }),
  commits: fc.integer({ min: 0, max: 300 }),
  weeks: fc.integer({ min: 0, max: 50 }),
  first: fc.constantFrom(0, NEWEST - 1e11, NEWEST, Number.POSITIVE_INFINITY),
  last: fc.constantFrom(0, NEWEST - 1e10, NEWEST, 8.64e15),
  landedForOthers: fc.integer({ min: 0, max: 40 }),
  folders: fc.array(path, { maxLength: 3 }),
});
/** As history makes them: ids and addresses are of one hand each. */
const hands = fc.uniqueArray(hand, { selector: (h) => h.id, maxLength: 14 }).map((all) => {
  const taken = new Set<string>();
  return all.flatMap((h) => {
    const emails = h.emails.filter((e) => !taken.has(e));
    for (const e of emails) taken.add(e);
    return emails.length === 0 ? [] : [{ ...h, emails }];
  });
});
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.record({
    kind: fc.constant('terraform' as const),
    path,
    resources: fc.array(fc.oneof(fc.constantFrom('aws_db_instance', 'aws_iam_role', 'aws_vpc', 'helm_release'), word), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('kubernetes' as const), path, objects: fc.array(fc.oneof(fc.constantFrom('Deployment', 'Service'), word), { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('workflow' as const),
    path,
    environments: fc.array(fc.oneof(fc.constant('production'), word), { maxLength: 2 }),
    acts: fc.array(fc.constantFrom('terraform apply', 'push an image'), { maxLength: 2 }),
  }),
);
const owners = fc.array(
  fc.tuple(
    fc.oneof(
      path.map((p) => `/${p}`),
      fc.constantFrom('*', '*.tf', '/services/', 'docs/'),
    ),
    fc.array(fc.constantFrom('@sam', '@sam-2', 'sam@example.com', '@org/team'), { maxLength: 3 }),
  ),
  { maxLength: 6 },
);

const seen: fc.Arbitrary<Seen> = fc
  .record({
    branch: fc.oneof(
      fc.constant(null),
      fc.constantFrom('refs/heads/main', 'refs/heads/a"b', 'refs/heads/*'),
      word.map((w) => `refs/heads/${w}`),
    ),
    branches: fc.array(fc.constantFrom('refs/heads/release/1', 'refs/heads/releases/2', 'refs/heads/release/*'), { maxLength: 3 }),
    files: fc.uniqueArray(path, { maxLength: 60 }),
    contents: fc.array(content, { maxLength: 10 }),
    owners,
    people: hands,
    weeks: fc.integer({ min: 0, max: 52 }),
    robots: fc.integer({ min: 0, max: 4 }),
    landings: fc.array(fc.record({ paths: fc.array(path, { maxLength: 5 }), takenBack: fc.boolean() }), { maxLength: 5 }),
  })
  .map(({ owners: lines, people: all, robots, weeks, landings, ...rest }): Seen => {
    const read = readOwners(lines.map(([pattern, who]) => `${pattern.replace(/[\s\p{Cc}]/gu, '')} ${who.join(' ')}`).join('\n'), 'github', 'CODEOWNERS');
    const people: readonly SeenPerson[] = all.slice(robots);
    const bots = all.slice(0, robots).map((b, i): SeenBot => ({ ...b, landedBy: people[i]?.id ?? null, unknown: i % 2 === 0 ? b.name : null }));
    const files = [...new Set([...rest.files, ...rest.contents.map((c) => c.path)])];
    return {
      ...rest,
      files,
      owners: read.ok && lines.length > 0 ? { file: 'CODEOWNERS', read: read.value } : null,
      history: { ...NOTHING_SEEN, commits: 9, weeks, landings, newest: NEWEST, people, bots },
      notSeen: [],
    };
  });

describe('whatever is seen', () => {
  test('the files load by themselves, hold their tests and can be repaired', () => {
    fc.assert(
      fc.property(seen, (given) => {
        const settled = settle(proposalFor(given), '0123456789ab', given.files);
        if (!settled.ok) throw new Error(JSON.stringify(settled.error));
        const texts = new Map(settled.value.files.map((f) => [f.path, f.text]));
        const policy = loadPolicy(utf8(texts.get(POLICY_FILE) ?? ''), POLICY_FILE);
        if (!policy.ok) throw new Error(JSON.stringify(policy.error));
        const roster = loadRoster(utf8(texts.get(ROSTER_FILE) ?? ''), ROSTER_FILE, policy.value);
        if (!roster.ok) throw new Error(JSON.stringify(roster.error));
        const agents = texts.get(AGENTS_FILE);
        expect(agents === undefined || loadAgents(utf8(agents), AGENTS_FILE, roster.value).ok).toBe(true);
        expect(lockedOut(policy.value, roster.value, null, NEWEST, POLICY_FILE)).toEqual([]);
        expect(testsOf(policy.value).filter((t) => !t.inherited && !runTest(policy.value, t, roster.value).passed)).toEqual([]);
        // Nothing but our own keys opens a line, and nothing of anybody's is invisible in one.
        for (const text of texts.values()) {
          expect(text).not.toMatch(/[^\P{C}\n]/u);
          expect(text.split('\n').filter((line) => !/^\s*(?:#.*|- .*|[a-z_]+:.*|)$/.test(line))).toEqual([]);
        }
        // No address, and no account, of anybody who fills a seat came out of a pattern, and whoever is called a robot fills none.
        expect(roster.value.people.flatMap((p) => p.emails).filter((e) => /[\s<>]/.test(e))).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  test('it begins by watching, and no AI mark, name or folder makes anything lighter', () => {
    fc.assert(
      fc.property(seen, fc.integer({ min: 1, max: 1_000 }), (given, marked) => {
        const marks = { ...given, history: { ...given.history, commits: 1_000, marked, tools: [{ tool: 'claude-code', commits: marked }] } };
        const [one, other] = [given, marks].map((s) => settle(proposalFor(s), '0123456789ab', s.files));
        if (one?.ok !== true || other?.ok !== true) throw new Error('no proposal');
        expect(other.value.files).toEqual(one.value.files);
        expect(one.value.policy.modes.map((m) => m.default)).toEqual(['observe']);
        expect(one.value.policy.notProduction.flat()).toEqual([]);
        expect(one.value.policy.exceptions).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
