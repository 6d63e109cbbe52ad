/** The whole of `check` over real repositories of every kind git knows, and over everything people type wrong. */
import { afterAll, describe, expect, test } from 'vitest';
import { openLines } from '../adapters/git/lines.ts';
import { openNaming } from '../adapters/git/naming.ts';
import { openNotes } from '../adapters/git/notes.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { openTrains } from '../adapters/git/trains.ts';
import { languages } from '../adapters/languages/index.ts';
import type { Problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { type FileChange, gitRoom, type TestRepository } from '../testing/git.ts';
import { type CheckAnswer, type CheckAsk, checkChange } from './check.ts';
import { WHOLE } from './check-ends.ts';

const room = gitRoom();
afterAll(() => room.remove());

const ROSTER = STARTER_ROSTER.replace('agents: []', '  - {id: alice, name: Alice, level: L5, teams: [], domains: [], emails: [alice@example.org], accounts: [alice]}\nagents: []');
const GOVERNANCE = { 'countersign.yml': STARTER_POLICY, '.countersign/roster.yml': ROSTER };
const MARA = { name: 'Mara', email: 'mara@example.com' };

/** A repository whose `main` holds policy and roster, with a branch `topic` checked out. */
function governed(files: { readonly [path: string]: FileChange } = {}): TestRepository {
  const repo = room.init();
  repo.commit({ ...GOVERNANCE, ...files }, { message: 'Begin\n', author: MARA });
  repo.git('checkout', '-q', '-b', 'topic');
  return repo;
}

const ask = (repo: TestRepository, more: Partial<CheckAsk> = {}) => {
  const dir = repo.dir;
  return checkChange(
    {
      repository: openRepository({ dir }),
      parsers: languages(),
      naming: openNaming(dir),
      records: { notes: openNotes({ dir }), lines: openLines({ dir }) },
      trains: openTrains({ dir }),
    },
    { repo: null, range: '', target: null, at: Date.now(), ...more },
  );
};
async function answered(repo: TestRepository, more: Partial<CheckAsk> = {}): Promise<CheckAnswer> {
  const answer = await ask(repo, more);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}
async function refused(repo: TestRepository, more: Partial<CheckAsk> = {}): Promise<Problem> {
  const answer = await ask(repo, more);
  const [first] = answer.ok ? [] : answer.error;
  if (first === undefined) throw new Error('it was answered');
  return first;
}
const codes = (answer: CheckAnswer): readonly string[] => answer.decision.refusals.map((r) => r.code);

describe('what a change may be', () => {
  test('an ordinary one passes, a dangerous one needs somebody', async () => {
    const repo = governed({ 'db/1.sql': 'CREATE TABLE orders (id int);\n' });
    repo.commit({ 'readme.md': 'hello\n' }, { message: 'Say hello\n' });
    expect(await answered(repo)).toMatchObject({ title: 'Say hello', starter: false, problems: [], decision: { outcome: 'pass', tier: 'routine' } });
    repo.commit({ 'db/2.sql': 'DROP TABLE orders;\n' }, { message: 'Drop orders\n\nAssisted-by: claude-code:opus\n' });
    const { decision } = await answered(repo);
    expect(decision).toMatchObject({ outcome: 'signoff', tier: 'critical', provenance: { level: 'assisted' } });
    expect(decision.seats.flatMap((s) => s.candidates)).toEqual(['mara']);
    expect(decision.excluded.map((e) => e.person)).toEqual(['alice']);
  });

  test('a merge is judged from the merge base, with what it merged', async () => {
    const repo = governed();
    const side = repo.commit({ 'side.md': 'side\n' });
    repo.git('checkout', '-q', 'main');
    repo.commit({ 'main.md': 'main\n' }, { author: MARA });
    repo.git('checkout', '-q', '-b', 'merged');
    repo.git('merge', '-q', '--no-ff', '-m', 'Merge', side);
    const { decision } = await answered(repo);
    expect(decision.change.paths).toEqual(['side.md']);
    expect(decision.change.commits).toHaveLength(2);
    expect(decision.outcome).toBe('pass');
  });

  test('a root commit without common history is compared with the empty tree', async () => {
    const repo = governed();
    repo.git('checkout', '-q', '--orphan', 'apart');
    repo.commit({ 'apart.md': 'apart\n' });
    const { decision } = await answered(repo);
    expect(decision.change).toMatchObject({ mergeBase: null, paths: ['.countersign/roster.yml', 'apart.md', 'countersign.yml'] });
    expect(decision.seats.map((s) => s.level)).toContain('L7');
  });

  test('a rename is a deletion and an addition', async () => {
    const repo = governed({ 'infra/main.tf': 'variable "a" {}\n' });
    repo.git('mv', 'infra/main.tf', 'moved.txt');
    repo.commit({});
    expect((await answered(repo)).decision.change.paths).toEqual(['infra/main.tf', 'moved.txt']);
  });

  test('binary files, links and paths that are no text are seen, and said to be unread', async () => {
    const repo = governed();
    const foreign = Buffer.from([0x66, 0xff, 0x0a, 0x22]);
    const blob = repo.git('hash-object', '-w', '--stdin');
    repo.commit({ 'logo.png': new Uint8Array([0x89, 0x50, 0, 1, 2]), link: { link: '../../etc/passwd' }, 'run.sh': { exec: '#!/bin/sh\n' } });
    repo.raw(['update-index', '-z', '--index-info'], Buffer.concat([Buffer.from(`100644 ${blob}\t`), foreign, Buffer.from([0])]));
    repo.git('commit', '-q', '-m', 'A path of odd bytes');
    const { decision } = await answered(repo);
    expect(decision.change.paths).toContain('f\\xff\n"');
    expect(decision.change.paths).toHaveLength(4);
    expect(decision.notAnalysed.map((n) => n.path)).toContain('logo.png');
  });

  test('a submodule is refused: what it brings was not reviewed here', async () => {
    const repo = governed();
    repo.commit({ '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ./lib\n\tignore = all\n', lib: { gitlink: '1'.repeat(40) } });
    expect(codes(await answered(repo))).toEqual(['CONTENT_SUBMODULE']);
  });

  test('an author nobody knows may be anybody', async () => {
    const repo = governed();
    repo.commit({ a: 'a\n' }, { author: { name: 'Who', email: 'who@nowhere.example' } });
    expect(codes(await answered(repo))).toContain('SOD_UNRESOLVED');
  });

  test('an empty range asks for nothing', async () => {
    const repo = governed();
    expect(await answered(repo)).toMatchObject({ decision: { outcome: 'pass', change: { paths: [], commits: [] } } });
    expect((await answered(repo, { range: 'HEAD..HEAD' })).decision.outcome).toBe('pass');
  });

  test('and says how to ask about the newest commit, where there is one before it', async () => {
    const repo = governed();
    expect(await answered(repo)).toMatchObject({ notes: [expect.not.stringContaining('HEAD~1')], changeId: null });
    repo.git('checkout', '-q', 'main');
    repo.commit({ a: 'a\n' });
    expect((await answered(repo)).notes.join()).toContain('countersign check HEAD~1..HEAD');
    expect((await answered(repo, { range: 'main..main' })).notes.join()).toContain('countersign check main~1..main');
  });

  test('its name is the one a push gives it, where there is a branch to push to', async () => {
    const repo = governed();
    const head = repo.commit({ 'a.md': 'a\n' });
    const { changeId: id, decision } = await answered(repo, { repo: 'infra' });
    expect(id).toBe(changeId({ repo: 'infra', targetRef: 'refs/heads/main', manifest: decision.change.manifest }));
    expect((await answered(repo, { repo: 'infra', target: `${head}~1` })).changeId).toBeNull();
  });

  test('ids in the range are cut as git cuts them', async () => {
    const repo = governed();
    const [base, head] = [repo.git('rev-parse', 'main'), repo.commit({ 'a.md': 'a\n' })];
    expect((await answered(repo, { range: `${base}..HEAD` })).range).toBe(`${base.slice(0, 12)}..${head.slice(0, 12)}`);
    expect((await answered(repo, { target: base })).range).toBe(`${base.slice(0, 12)}..${head.slice(0, 12)}`);
  });

  test('the policy is the one of the target, never of the change', async () => {
    const repo = governed();
    const lax = STARTER_POLICY.slice(0, STARTER_POLICY.indexOf('rules:')).concat('rules:\n  - {id: all, paths: ["**"], optional: true}\n');
    repo.commit({ 'countersign.yml': lax });
    const { decision } = await answered(repo);
    expect(decision.outcome).toBe('signoff');
    expect(decision.seats.map((s) => s.level)).toEqual(['L7']);
  });
});

describe('what a repository may be', () => {
  test('a detached HEAD, and a folder deep in the work tree', async () => {
    const repo = governed();
    repo.commit({ 'deep/er/a.md': 'a\n' });
    repo.git('checkout', '-q', '--detach');
    const deep = room.at(`${repo.dir}/deep/er`, repo.gitDir);
    expect((await answered(deep)).decision.outcome).toBe('pass');
  });

  test('a bare one', async () => {
    const repo = governed();
    repo.commit({ 'a.md': 'a\n' });
    expect((await answered(repo.bare(), { range: 'main..topic', target: 'main' })).decision).toMatchObject({ outcome: 'pass', change: { paths: ['a.md'] } });
  });

  test('a clone knows its target by its full name, and itself by the address of origin', async () => {
    const origin = governed();
    origin.git('checkout', '-q', 'main');
    const clone = origin.bare().clone();
    clone.git('remote', 'set-url', 'origin', 'https://jonas:secret@localhost/git/infra.git');
    clone.git('checkout', '-q', '-b', 'work');
    clone.commit({ 'a.md': 'a\n' });
    const answer = await answered(clone);
    expect(answer).toMatchObject({ target: 'origin/HEAD', notes: [], decision: { change: { targetRef: 'refs/heads/main', repo: 'infra' } } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect((await answered(clone, { repo: 'other' })).decision.change.repo).toBe('other');
  });

  test('a tag that is called like the target does not choose the policy', async () => {
    const origin = governed();
    origin.git('checkout', '-q', 'main');
    const clone = origin.bare().clone();
    clone.git('checkout', '-q', '-b', 'work');
    const evil = clone.commit({ 'countersign.yml': 'version: 1\n' });
    clone.git('tag', 'origin/HEAD', evil);
    clone.git('tag', 'origin/main', evil);
    for (const target of [null, 'origin/main']) expect((await answered(clone, { target })).decision.change.commits).toEqual([evil]);
    clone.git('remote', 'set-head', 'origin', '--delete');
    expect(await answered(clone)).toMatchObject({ target: 'origin/main', decision: { change: { commits: [evil] } } });
  });

  test('a shallow clone says what it did not see', async () => {
    const repo = governed();
    repo.commit({ 'a.md': 'a\n' });
    repo.commit({ 'b.md': 'b\n' });
    const clone = repo.bare().clone('--depth=1', '--no-single-branch', '--branch=topic');
    const { decision, changeId } = await answered(clone, { target: 'origin/main' });
    expect(decision.outcome).toBe('refused');
    expect(decision.refusals).toContainEqual({ code: 'CONTENT_UNSEEN', text: expect.stringContaining('shallow'), remedy: WHOLE });
    expect(changeId).toBeNull();
  });

  test('what a shallow clone does not have is no typing error', async () => {
    const repo = governed();
    for (const name of 'abc') repo.commit({ [name]: 'x\n' });
    const shallow = repo.bare().clone('--depth=1', '--no-single-branch', '--branch=topic');
    const unshallow = { code: 'NOT_FOUND', remedy: expect.stringContaining('git fetch --unshallow') };
    expect(await refused(shallow, { range: 'HEAD~2..HEAD' })).toMatchObject(unshallow);
    expect(await refused(shallow, { range: 'origin/topic^..HEAD' })).toMatchObject(unshallow);
    expect((await refused(shallow, { range: 'nope~2..HEAD' })).remedy).not.toContain('unshallow');
    expect((await refused(repo, { range: 'HEAD~9..HEAD' })).remedy).not.toContain('unshallow');
  });

  test('a clone without trees says it once, with one remedy', async () => {
    const repo = governed();
    repo.commit({ 'a.md': 'new\n' });
    const bare = repo.bare();
    bare.git('config', 'uploadpack.allowFilter', 'true');
    const clone = bare.clone('--filter=tree:0', '--no-checkout', '--branch=topic');
    const { code, message, remedy } = await refused(clone, { target: 'origin/main' });
    expect({ code, remedy }).toEqual({ code: 'CONTENT_UNSEEN', remedy: WHOLE });
    expect(message).toMatch(/^\S+: the tree [0-9a-f]{40} is not in this repository$/);
  });

  test('a partial clone says what it did not see, and fetches nothing by itself', async () => {
    const repo = governed({ 'a.md': 'old\n' });
    repo.commit({ 'a.md': 'new\n' });
    const bare = repo.bare();
    bare.git('config', 'uploadpack.allowFilter', 'true');
    const clone = bare.clone('--filter=blob:none', '--no-checkout', '--branch=topic');
    expect(await refused(clone, { target: 'origin/main' })).toMatchObject({ code: 'CONTENT_UNSEEN', remedy: expect.stringContaining('--refetch') });
    clone.git('checkout', '-q', 'origin/main');
    expect(await refused(clone, { target: 'origin/main', range: 'origin/main..origin/topic' })).toMatchObject({
      code: 'CONTENT_UNSEEN',
      message: expect.stringContaining('blob'),
      remedy: expect.stringContaining('--refetch'),
    });
    // The remedy holds.
    clone.git('-c', 'protocol.file.allow=always', 'fetch', '-q', '--refetch', '--no-filter');
    clone.git('checkout', '-q', 'topic');
    expect((await answered(clone, { target: 'origin/main' })).decision.outcome).toBe('pass');
  });
});

describe('where the target is not said', () => {
  test.each([['origin/main'], ['origin/master'], ['main'], ['master']])('%s is taken, and said', async (name) => {
    const repo = room.init();
    const first = repo.commit(GOVERNANCE, { author: MARA });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'a.md': 'a\n' });
    repo.git('branch', '-q', '-D', 'main');
    repo.git('update-ref', name.startsWith('origin') ? `refs/remotes/${name}` : `refs/heads/${name}`, first);
    const answer = await answered(repo);
    expect(answer).toMatchObject({ target: name, decision: { change: { targetRef: `refs/heads/${name.replace('origin/', '')}` } } });
    expect(answer.notes.join()).toContain(`the target is ${name}`);
  });

  test('nothing to compare with: the remedy', async () => {
    const repo = room.init('-b', 'other');
    repo.commit({ a: 'a\n' });
    expect(await refused(repo)).toMatchObject({ code: 'TARGET_MISSING', remedy: expect.stringContaining('set-head') });
    expect(await refused(repo, { target: 'nope' })).toMatchObject({ code: 'TARGET_MISSING', place: '--target' });
    expect((await answered(repo, { target: 'HEAD' })).target).toBe('HEAD');
  });
});

describe('what people get wrong', () => {
  const repo = governed();
  repo.commit({ 'a.md': 'a\n' });

  test.each([
    ['HEAD', 'USAGE', /for example HEAD~1\.\.HEAD$/],
    ['a..b..c', 'USAGE', /BASE\.\.HEAD/],
    ['nope..HEAD', 'NOT_FOUND', /git fetch/],
    ['HEAD..nope', 'NOT_FOUND', /git fetch/],
    ['--all..HEAD', 'NOT_FOUND', /git fetch/],
    ['HEAD^{tree}..HEAD', 'NOT_FOUND', /git fetch/],
  ])('the range %s', async (range, code, remedy) => {
    expect(await refused(repo, { range })).toMatchObject({ code, remedy: expect.stringMatching(remedy) });
  });

  test.each([['main..HEAD'], ['main...HEAD'], ['main..'], ['..topic'], ['..']])('%s is a range', async (range) => {
    expect((await answered(repo, { range })).decision.change.paths).toEqual(['a.md']);
  });

  test('a folder that is no repository, and one that is not there', async () => {
    const folder = room.folder();
    for (const dir of [folder, `${folder}/gone`])
      expect(await refused(room.at(dir, dir))).toMatchObject({ code: 'GIT_FAILED', place: dir, remedy: expect.stringContaining('--repo') });
  });

  test('a repository without a commit', async () => {
    expect(await refused(room.init())).toMatchObject({ code: 'TARGET_MISSING' });
  });
});

describe('where rules are missing or wrong', () => {
  test('no policy: what the starter profile would say, of whom nobody is known', async () => {
    const repo = room.init();
    repo.commit({ 'db/1.sql': 'CREATE TABLE orders (id int);\n' });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'db/2.sql': 'DROP TABLE orders;\n' });
    const answer = await answered(repo);
    expect(answer).toMatchObject({ starter: true, problems: [{ code: 'POLICY_MISSING', remedy: expect.stringContaining('countersign init') }] });
    expect(answer.decision).toMatchObject({ outcome: 'refused', tier: 'critical' });
    expect(answer.decision.seats.map((s) => s.level)).toEqual(['L6']);
  });

  test('no roster: what the policy itself would ask', async () => {
    const repo = room.init();
    repo.commit({ 'countersign.yml': STARTER_POLICY.replaceAll('L7', 'L8') });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'countersign.yml': STARTER_POLICY });
    const answer = await answered(repo);
    expect(answer).toMatchObject({ starter: false, problems: [{ code: 'ROSTER_MISSING' }] });
    expect(answer.decision.seats.map((s) => s.level)).toContain('L8');
  });

  test('a policy with a mistake: line, column and the line itself', async () => {
    const repo = room.init();
    repo.commit({ ...GOVERNANCE, 'countersign.yml': STARTER_POLICY.replace('when: risk.tier >= elevated', 'when: risk.tiier >= elevated') });
    expect(await refused(repo)).toMatchObject({
      code: 'POLICY_INVALID',
      place: expect.stringMatching(/^main:countersign\.yml:\d+:\d+ rules\[0\]\.when$/),
      excerpt: expect.stringMatching(/risk\.tiier.*\n.*\^/),
    });
  });

  test('a policy that is a link is no policy', async () => {
    const repo = room.init();
    repo.commit({ ...GOVERNANCE, 'countersign.yml': { link: 'elsewhere.yml' }, 'elsewhere.yml': STARTER_POLICY });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'a.md': 'a\n' });
    const answer = await ask(repo);
    expect(answer.ok && answer.value.problems.length === 0).toBe(false);
  });
});

test('hears what a note beside a commit says, as the gate will', async () => {
  const repo = governed();
  const head = repo.commit({ 'src/a.ts': 'export const first = 1;\nexport const second = 2;\n' }, { message: 'Count\n', author: MARA });
  expect((await answered(repo)).decision.provenance.level).toBe('unattributed');
  const session = '0123456789abcdef';
  const meta = { schema_version: 'authorship/3.0.0', base_commit_sha: head, prompts: { [session]: { agent_id: { tool: 'codex', id: 'one', model: 'gpt-5' } } } };
  repo.raw(['notes', '--ref=ai', 'add', '-F', '-', head], `src/a.ts\n  ${session} 1\n---\n${JSON.stringify(meta)}`);
  const { decision, lines } = await answered(repo, { lines: true });
  expect(decision.provenance).toMatchObject({ level: 'assisted', lines: { ai: 1, added: 2, proven: false } });
  expect(lines?.totals).toMatchObject({ aiLines: 1, uncovered: 1 });
});
