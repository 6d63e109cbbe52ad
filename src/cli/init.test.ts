/** `countersign init` over real repositories: what it sees, what it proposes, that nothing is written without a yes, and that nobody's name gets out of its line. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { init } from './init.ts';
import type { Asked } from './init-consent.ts';
import { policyCheck } from './policy-check.ts';
import { policyTest } from './policy-test.ts';

const room = gitRoom();
afterAll(() => room.remove());
const [POLICY, ROSTER, AGENTS] = ['countersign.yml', '.countersign/roster.yml', '.countersign/agents.yml'];
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/init.schema.json', import.meta.url), 'utf8')));
const json = async (options: Parameters<typeof init>[0]) => {
  const { stdout } = await init({ ...options, json: true });
  const value = JSON.parse(stdout);
  expect(schema.safeParse(value).error).toBeUndefined();
  return value;
};
const nobody: Asked = { asks: false, show: () => undefined, ask: async () => null, end: () => undefined };
const answering = (...answers: (string | null)[]): Asked & { readonly shown: string[]; readonly questions: string[] } => {
  const [shown, questions]: [string[], string[]] = [[], []];
  return {
    ...{ asks: true, shown, questions, end: () => undefined },
    show: (text) => void shown.push(text),
    ask: async (question) => {
      questions.push(question);
      return answers.shift() ?? null;
    },
  };
};

const WEEK = 7 * 86_400;
const START = 1_780_000_000;
const PEOPLE = ['Ada Long', 'Ben Moor', 'Cy Hart', 'Di Roe', 'Ed Fay', 'Flo Kay', 'Gus Lee', 'Hal Orr', 'Ivy Poe'].map((name) => ({
  name,
  email: name === 'Ada Long' ? '1+ada@users.noreply.github.com' : `${name.split(' ')[0]?.toLowerCase()}@example.com`,
}));
const TREE = {
  'terraform/rds/main.tf': 'resource "aws_db_instance" "orders" {\n  identifier = "orders"\n}\n',
  'terraform/iam/main.tf': 'resource "aws_iam_role" "deploy" {\n}\n',
  'terraform/vpc/main.tf': 'resource "aws_vpc" "main" {\n}\n',
  'db/migrate/20260101000000_make.rb': 'class Make\nend\n',
  'db/migrate/20260201000000_more.rb': 'class More\nend\n',
  'services/orders/Dockerfile': 'FROM scratch\n',
  'services/orders/auth/token.go': 'package auth\n',
  'services/pay/Dockerfile': 'FROM scratch\n',
  '.github/workflows/deploy.yml': 'on: push\njobs:\n  go:\n    environment: production\n    steps:\n      - run: terraform apply\n',
  '.github/CODEOWNERS': '* @org/everybody\n/services/pay/ @ada ben@example.com\n',
  'README.md': '# Orders\n',
};

/** A year of nine people: enough that a level matters. */
function team(tree: Parameters<TestRepository['commit']>[0] = TREE): TestRepository {
  const repo = room.init();
  repo.commit(tree, { author: PEOPLE[0] ?? { name: 'A', email: 'a@b' }, at: START, message: 'Begin' });
  for (let i = 0; i < 54; i++) {
    const author = PEOPLE[i % 9] ?? { name: 'A', email: 'a@b' };
    repo.commit({ [`services/${i % 2 ? 'orders' : 'pay'}/f${i}.go`]: `package f${i}\n` }, { author, at: START + (i + 1) * 3 * 86_400, message: `Add ${i}` });
  }
  const bot = { name: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com' };
  const own = { name: 'orders-deployer[bot]', email: 'deployer@example.com' };
  repo.commit({ 'go.sum': 'a\n' }, { author: bot, at: START + 24 * WEEK, message: 'Bump a' });
  repo.commit({ 'version.txt': '2\n' }, { author: own, at: START + 24 * WEEK + 60, message: 'Release' });
  const dropped = repo.commit(
    { 'terraform/rds/main.tf': 'resource "aws_db_instance" "orders2" {\n  identifier = "orders2"\n}\n' },
    { author: PEOPLE[4] ?? own, at: START + 24 * WEEK + 120, message: 'Tidy names\n\nCo-authored-by: Claude <noreply@anthropic.com>\n' },
  );
  repo.commit(
    { 'terraform/rds/main.tf': TREE['terraform/rds/main.tf'] },
    { author: PEOPLE[5] ?? own, at: START + 24 * WEEK + 3600, message: `Revert "Tidy names"\n\nThis reverts commit ${dropped}.\n` },
  );
  return repo;
}

describe('what it proposes', () => {
  test('systems, owners, people, bots and what lately would have cost, each with its reason', async () => {
    const repo = team();
    const out = await json({ repo: repo.dir, dryRun: true });
    expect(out).toMatchObject({ exit: 0, wrote: [], looked: { branch: 'refs/heads/main', commits: 59, marked: 1 } });
    expect(out.proposal.profile).toEqual({ name: 'tiered', because: expect.stringContaining('9 people landed 5 commits or more') });
    const byId = Object.fromEntries(out.proposal.systems.map((s: { id: string }) => [s.id, s]));
    expect(byId['data-stores']).toMatchObject({
      criticality: 1,
      paths: ['terraform/rds/**'],
      because: expect.stringContaining('aws_db_instance'),
      activity: expect.stringContaining('1 of them taken back'),
    });
    expect(byId.identities).toMatchObject({ criticality: 1, paths: ['terraform/iam/**'] });
    expect(byId.network).toMatchObject({ criticality: 2, paths: ['terraform/vpc/**'] });
    expect(byId['database-schema']).toMatchObject({ criticality: 2, paths: ['db/migrate/**'], because: expect.stringContaining('2 migrations') });
    expect(byId['sign-in']).toMatchObject({ paths: ['services/orders/auth/**'] });
    expect(byId.pipelines.because).toContain('deploy.yml (terraform apply, environment production)');
    expect(Object.keys(byId)).toEqual(expect.arrayContaining(['service.orders', 'service.pay']));
    expect(out.proposal.rules.map((r: { id: string }) => r.id)).toEqual(['deploying-pipelines', 'owners.ada-ben-example-com']);
    const ada = out.proposal.people.find((p: { id: string }) => p.id === 'ada-long');
    expect(ada).toMatchObject({ senior: true, guess: 'a guess: an owner by CODEOWNERS', accounts: ['github:ada'] });
    expect(out.proposal.people.filter((p: { senior: boolean }) => p.senior)).toHaveLength(2);
    expect(out.proposal.agents.map((a: { id: string }) => a.id).sort()).toEqual(['dependabot-bot', 'orders-deployer-bot']);
    expect(out.proposal.agents.flatMap((a: { accounts: string[] }) => a.accounts)).toContain('github:dependabot[bot]');
    expect(out.files.map((f: { path: string }) => f.path)).toEqual([POLICY, ROSTER, AGENTS]);
    expect(out.proposal.questions.join('\n')).toMatch(/Who is senior\?[\s\S]*@org\/everybody/);
    expect(out.simulation).toMatchObject({ takenBack: { landings: 1, held: 1 }, examples: expect.arrayContaining([expect.objectContaining({ tier: 'critical' })]) });
    expect(out.simulation.judged).toBe(out.simulation.landings);
    expect(existsSync(join(repo.dir, POLICY))).toBe(false);
  });

  test('what it writes passes policy check without a warning, and its own tests', async () => {
    const repo = team();
    expect((await init({ repo: repo.dir, yes: true }, () => nobody)).code).toBe(0);
    const at = { repo: repo.dir, roster: join(repo.dir, ROSTER) };
    expect(await policyCheck(join(repo.dir, POLICY), { ...at, strict: true })).toMatchObject({ code: 0, stdout: expect.stringContaining('; 0 warnings') });
    expect((await policyTest(join(repo.dir, POLICY), at)).code).toBe(0);
  });

  test('a handful of people, and one alone', async () => {
    const few = room.init();
    for (let i = 0; i < 30; i++) few.commit({ [`a${i}.py`]: 'a\n' }, { author: PEOPLE[i % 3] ?? { name: 'A', email: 'a@b' }, at: START + i * WEEK });
    expect((await json({ repo: few.dir })).proposal.profile.name).toBe('small-team');
    const one = room.init();
    for (let i = 0; i < 12; i++) one.commit({ [`a${i}.py`]: 'a\n' }, { author: PEOPLE[1] ?? { name: 'A', email: 'a@b' }, at: START + i * WEEK });
    const out = await json({ repo: one.dir });
    expect(out.proposal.profile).toMatchObject({ name: 'solo', because: expect.stringContaining('one person') });
    expect(out.proposal.people).toHaveLength(1);
  });

  test('one name with two addresses is one person, and the file says that only the name joins them', async () => {
    const repo = room.init();
    for (let i = 0; i < 40; i++) {
      const author =
        i % 2 ? { name: 'Sam Simpson', email: 'sam@work.example' } : i % 4 ? { name: 'Sam Simpson', email: 'sam@home.example' } : { name: 'Ada Long', email: 'ada@example.com' };
      repo.commit({ [`a${i}.py`]: 'a\n' }, { author, at: START + i * WEEK });
    }
    // Whoever lands once under that name is joined to nobody.
    repo.commit({ 'b.py': 'b\n' }, { author: { name: 'Sam Simpson', email: 'sam@evil.example' }, at: START + 41 * WEEK });
    const out = await json({ repo: repo.dir });
    expect(out.proposal.people.map((p: { emails: string[] }) => p.emails)).toEqual([['sam@work.example', 'sam@home.example'], ['ada@example.com']]);
    expect(out.files[1].text).toContain('joined by the name alone: sam@home.example');
    expect(out.files[1].text).not.toContain('evil');
  });
});

describe('what there is to look at', () => {
  test('a repository without a commit', async () => {
    const repo = room.init();
    const out = await json({ repo: repo.dir, yes: true });
    expect(out).toMatchObject({ exit: 0, wrote: [POLICY, ROSTER], looked: { tip: null }, simulation: null, notSeen: [expect.stringContaining('no commit')] });
    const policy = loadPolicy(readFileSync(join(repo.dir, POLICY)), POLICY);
    expect(policy.ok && loadRoster(readFileSync(join(repo.dir, ROSTER)), ROSTER, policy.value).ok).toBe(true);
  });

  test('a shallow clone says what it could not see', async () => {
    const out = await json({ repo: team().clone('--depth=5').dir });
    expect(out.looked.commits).toBe(5);
    expect(out.notSeen.join()).toContain('shallow');
  });

  test('a bare repository is looked at, and nothing is written into it', async () => {
    const bare = team().bare();
    const before = readdirSync(bare.dir).sort();
    expect(await json({ repo: bare.dir })).toMatchObject({ exit: 1, wrote: [], looked: { commits: 59 } });
    expect(await json({ repo: bare.dir, dryRun: true })).toMatchObject({ exit: 0 });
    for (const options of [{}, { yes: true }, { yes: true, json: true }]) expect((await init({ repo: bare.dir, ...options }, () => nobody)).code).toBe(2);
    expect(readdirSync(bare.dir).sort()).toEqual(before);
  });

  test.each([
    ['no clone', () => room.folder()],
    [
      'inside one',
      () => {
        const dir = join(room.init().dir, 'deep');
        mkdirSync(dir);
        return dir;
      },
    ],
    ['nowhere', () => join(room.folder(), 'gone')],
  ])('%s is refused', async (_, dir) => {
    expect(await init({ repo: dir(), yes: true }, () => nobody)).toMatchObject({ code: 2, stderr: expect.stringContaining('remedy') });
  });
});

describe('consent', () => {
  const small = (): TestRepository => {
    const repo = room.init();
    for (let i = 0; i < 4; i++) repo.commit({ 'a.py': `${i}\n` });
    return repo;
  };

  test('without a terminal and without --yes nothing is written, and the exit code says so', async () => {
    const repo = small();
    expect(await init({ repo: repo.dir }, () => nobody)).toMatchObject({ code: 1, stdout: expect.stringContaining('nothing was written: nobody is there to ask') });
    expect(existsSync(join(repo.dir, POLICY))).toBe(false);
    expect(await json({ repo: repo.dir })).toMatchObject({ exit: 1, wrote: [] });
  });

  test('each file is asked for by itself; d shows it, and anything but yes is a no', async () => {
    const repo = small();
    const asked = answering('d', 'yes please', 'y');
    const answer = await init({ repo: repo.dir }, () => asked);
    expect(asked.questions).toEqual([`write ${POLICY}? [y/N/d(iff)] `, `write ${POLICY}? [y/N/d(iff)] `, `write ${ROSTER}? [y/N/d(iff)] `]);
    expect(asked.shown.join('')).toContain(`+++ ${POLICY}\n+# What a change needs`);
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining(`wrote ${ROSTER}\nnot written: ${POLICY}\n`) });
    expect([existsSync(join(repo.dir, POLICY)), existsSync(join(repo.dir, ROSTER))]).toEqual([false, true]);
  });

  test('an end of input is a no, and so is asking to look for ever', async () => {
    const repo = small();
    expect((await init({ repo: repo.dir }, () => answering(null, null))).code).toBe(1);
    expect((await init({ repo: repo.dir }, () => answering(...Array.from({ length: 60 }, () => 'd')))).code).toBe(1);
    expect(existsSync(join(repo.dir, POLICY))).toBe(false);
  });

  test('--dry-run shows the files whole', async () => {
    const repo = small();
    expect(await init({ repo: repo.dir, dryRun: true, yes: true }, () => nobody)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/# countersign\.yml\n[\s\S]*extends: \[profile:solo\][\s\S]*nothing was written \(--dry-run\)\n$/),
    });
    expect(existsSync(join(repo.dir, POLICY))).toBe(false);
  });

  test('on GitHub the next step is named', async () => {
    expect((await init({ repo: small().dir, yes: true, github: true }, () => nobody)).stdout).toContain('docs/guides/github.md');
    expect((await init({ repo: team().dir, yes: true }, () => nobody)).stdout).toContain('examples/github-actions');
    expect((await init({ repo: small().dir, yes: true }, () => nobody)).stdout).not.toContain('github.md');
  });
});

describe('what is there stays', () => {
  test('a policy of your own is compared, and what it lacks is said', async () => {
    const repo = team();
    const own = 'version: 1\nextends: [profile:tiered]\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/trunk]\n';
    writeFileSync(join(repo.dir, POLICY), own);
    const out = await json({ repo: repo.dir, yes: true });
    expect(out).toMatchObject({ exit: 0, wrote: [ROSTER, AGENTS] });
    const [policy] = out.files;
    expect(policy).toMatchObject({ state: 'there' });
    expect(policy.differences.join('\n')).toMatch(
      /refs\/heads\/main is not among the protected refs[\s\S]*data-stores[\s\S]*no rule of yours asks for anybody at \.github\/workflows\/deploy\.yml/,
    );
    expect(readFileSync(join(repo.dir, POLICY), 'utf8')).toBe(own);
    const again = await init({ repo: repo.dir, yes: true }, () => nobody);
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('there is nothing to add') });
  });

  test('a roster that would not fit the ladder that is there is not written', async () => {
    const repo = team();
    writeFileSync(join(repo.dir, POLICY), 'version: 1\nextends: [profile:tiered]\nladder: [one, two]\nsenior: two\nprotected: [refs/heads/main]\n');
    const out = await json({ repo: repo.dir, yes: true });
    expect(out).toMatchObject({ exit: 1, wrote: [] });
    expect(out.files[1]).toMatchObject({ state: 'unfit', differences: [expect.stringContaining('L6 is not a level')] });
  });

  test('people of the history who are not on the roster are named', async () => {
    const repo = team();
    await init({ repo: repo.dir, yes: true }, () => nobody);
    const file = join(repo.dir, ROSTER);
    writeFileSync(file, readFileSync(file, 'utf8').replace('ivy@example.com', 'other@example.com'));
    expect((await json({ repo: repo.dir })).files[1].differences.join()).toContain('1 person who landed regularly is not on it: ivy-poe');
  });

  test('links are not followed, and what stands in the way is said', async () => {
    const [repo, outside] = [team(), room.folder()];
    symlinkSync(join(outside, 'policy'), join(repo.dir, POLICY));
    symlinkSync(outside, join(repo.dir, '.countersign'));
    const answer = await init({ repo: repo.dir, yes: true }, () => nobody);
    expect(answer.code).not.toBe(0);
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('names are anybody’s', () => {
  test('nothing of a name, a path or a message reaches the terminal as more than letters, or gets out of its line of YAML', async () => {
    const evil = { name: 'Eve \u001b[31m"]\u202e\n- id: root [x](http://evil) <b>', email: 'eve@example.com' };
    const repo = room.init();
    for (let i = 0; i < 12; i++)
      repo.commit(
        {
          [`services/\u001b[2J${'"'}: x/Dockerfile`]: `FROM ${i}\n`,
          'services/b/Dockerfile': `FROM ${i}\n`,
          'terraform/a\tb/main.tf': `resource "aws_db_instance" "x${i}" {}\n`,
          '.github/workflows/d.yml': `jobs:\n  a:\n    environment: "production\u001b[31m # x"\n    run: ${i}\n`,
        },
        { author: i % 2 ? evil : { name: 'Bob', email: 'bob@example.com' }, at: START + i * WEEK, message: `\u001b[31mred ${i}` },
      );
    const shown = answering('d', 'n', 'd', 'n');
    await init({ repo: repo.dir }, () => shown);
    const text = shown.shown.join('');
    expect(text).toContain('Eve');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).not.toMatch(/\]\(|<b>/);
    const out = await json({ repo: repo.dir, yes: true });
    expect(out.wrote).toEqual([POLICY, ROSTER]);
    const policy = loadPolicy(readFileSync(join(repo.dir, POLICY)), POLICY);
    if (!policy.ok) throw new Error(JSON.stringify(policy.error));
    const roster = loadRoster(readFileSync(join(repo.dir, ROSTER)), ROSTER, policy.value);
    expect(roster.ok && roster.value.people.map((p) => p.emails)).toEqual(expect.arrayContaining([['eve@example.com'], ['bob@example.com']]));
    expect(roster.ok && roster.value.people).toHaveLength(2);
  });
});
