/** A replay of real histories: what it says of a landing is what a change of the same content is told. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openHistory } from '../adapters/git/history.ts';
import { openNaming } from '../adapters/git/naming.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { languages } from '../adapters/languages/index.ts';
import { utf8 } from '../core/base/bytes.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import type { Replayed } from '../core/simulate/replay.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { considerChange } from './gather.ts';
import { type SimulateAsk, type Simulated, simulate } from './simulate.ts';

const room = gitRoom();
afterAll(() => room.remove());

const loaded = loadPolicy(utf8(STARTER_POLICY), 'starter');
if (!loaded.ok) throw new Error(loaded.error[0]?.message);
const STARTER = loaded.value;
const ALICE = { name: 'Alice', email: 'alice@example.org' };
const BOB = { name: 'Bob', email: 'bob@example.org' };
const CY = { name: 'Cy', email: 'cy@example.org' };
const DB = 'resource "aws_db_instance" "main" {\n  deletion_protection = true\n}\n';
const DAY = 86_400;
const START = 1_790_000_000;

const clone = (repo: TestRepository) => ({
  repository: openRepository({ dir: repo.dir }),
  history: openHistory({ dir: repo.dir }),
  parsers: languages(),
  naming: openNaming(repo.dir),
});

const asking = (more: Partial<SimulateAsk> = {}): SimulateAsk => ({
  repo: 'infra',
  branch: null,
  since: null,
  judges: [{ policy: STARTER, roster: null }],
  incidents: [],
  ...more,
});

async function replayed(repo: TestRepository, more: Partial<SimulateAsk> = {}): Promise<Simulated> {
  const done = await simulate(clone(repo), asking(more));
  if (!done.ok) throw new Error(done.error[0]?.message);
  return done.value;
}

const first = (done: Simulated): readonly Replayed[] => done.judged[0]?.replayed ?? [];

/** People, files that matter and files that do not, a merge, a revert, a bot. */
function story(): { readonly repo: TestRepository; readonly ids: { readonly [name: string]: string } } {
  const repo = room.init();
  const start = repo.commit({ 'README.md': 'hello\n', 'db.tf': DB }, { message: 'Start\n', author: ALICE, at: START });
  const other = repo.commit({ LICENSE: 'mine\n' }, { message: 'Add a licence\n', author: CY, at: START + 60 });
  const quiet = repo.commit({ 'README.md': 'hello there\n' }, { message: 'Say more\n', author: BOB, at: START + DAY });
  repo.git('checkout', '-q', '-b', 'topic');
  repo.commit({ 'a.ts': 'export {};\n' }, { message: 'Add a\n', author: BOB, at: START + 2 * DAY });
  repo.commit({ 'db.tf': null }, { message: 'Drop the database\n', author: BOB, at: START + 3 * DAY });
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-ff', '--no-commit', 'topic');
  const merge = repo.commit({}, { message: "Merge branch 'topic'\n", author: ALICE, at: START + 4 * DAY });
  const back = repo.commit(
    { 'db.tf': DB },
    { message: `Revert "Merge branch 'topic'"\n\nThis reverts commit ${merge}, reversing\nchanges made to ${quiet}.\n`, author: ALICE, at: START + 5 * DAY },
  );
  const agent = repo.commit({ 'a.ts': 'export const a = 1;\n' }, { message: 'Set a\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n', author: BOB, at: START + 6 * DAY });
  const after = repo.commit({ 'a.ts': 'export const a = 2;\n' }, { message: 'Set a again\n', author: BOB, at: START + 7 * DAY });
  const muchLater = repo.commit({ 'a.ts': 'export const a = 3;\n' }, { message: 'And again\n', author: BOB, at: START + 60 * DAY });
  return { repo, ids: { start, other, quiet, merge, back, agent, after, muchLater } };
}

describe('a story', () => {
  const { repo, ids } = story();

  test('is judged landing by landing, oldest first', async () => {
    const done = await replayed(repo);
    expect(done).toMatchObject({ repo: 'infra', branch: 'refs/heads/main', tip: ids.muchLater, commits: 10, landings: 8, complete: true, notSeen: [] });
    expect(first(done).map((l) => l.id)).toEqual([ids.start, ids.other, ids.quiet, ids.merge, ids.back, ids.agent, ids.after, ids.muchLater]);
    expect(first(done).map((l) => [l.outcome, l.tier, l.files, l.commits])).toEqual([
      ['signoff', 'routine', 2, 1],
      ['pass', 'routine', 1, 1],
      ['pass', 'routine', 1, 1],
      ['signoff', 'critical', 2, 3],
      ['signoff', 'routine', 1, 1],
      ['pass', 'routine', 1, 1],
      ['pass', 'routine', 1, 1],
      ['pass', 'routine', 1, 1],
    ]);
    const merge = first(done)[3];
    expect(merge).toMatchObject({ title: "Merge branch 'topic'", author: 'bob', at: (START + 4 * DAY) * 1_000, refusals: [], notSeen: [] });
    expect(merge?.findings.map((f) => f.rule)).toContain('TF101');
    expect(merge?.rules).toContain('tiered.high');
    expect(done.judged[0]).toMatchObject({ ladder: ['L4', 'L5', 'L6', 'L7'], levels: 'inferred' });
    expect(done.judged[0]?.reviewers).toEqual([
      { person: 'bob', level: 'L7' },
      { person: 'alice', level: 'L7' },
      { person: 'cy', level: 'L6' },
    ]);
  });

  test('knows who took what back, and what it cost', async () => {
    const incident = { id: 'INC-1', at: 0, severity: 1 as const, class: null, systems: [], closed: null, commits: [repo.git('rev-parse', 'topic')] };
    const done = await replayed(repo, { incidents: [incident] });
    const by = new Map(first(done).map((l) => [l.id, l]));
    expect(by.get(ids.merge ?? '')).toMatchObject({ revertedBy: ids.back, reverts: null, incidents: ['INC-1'] });
    expect(by.get(ids.back ?? '')).toMatchObject({ reverts: ids.merge, revertedBy: null, incidents: [] });
  });

  test('a mark of AI sticks to its paths for a week, and no longer', async () => {
    const levels = new Map(first(await replayed(repo)).map((l) => [l.id, l.provenance]));
    expect(['quiet', 'agent', 'after', 'muchLater'].map((name) => levels.get(ids[name] ?? ''))).toEqual(['suggestion', 'assisted', 'assisted', 'suggestion']);
  });

  test('since a date only what landed from then on is judged, and reverts still reach back', async () => {
    const done = await replayed(repo, { since: (START + 5 * DAY) * 1_000 });
    expect(first(done).map((l) => l.id)).toEqual([ids.back, ids.agent, ids.after, ids.muchLater]);
    expect(first(done)[0]?.reverts).toBe(ids.merge);
    expect(first(done)[0]?.notSeen).toEqual([]);
  });

  test('two policies are asked about the same landings', async () => {
    const strict = loadPolicy(utf8(STARTER_POLICY.replace('rules:\n', 'rules:\n  - {id: everyone, paths: ["**"], require: {humans: 1, level: L5}}\n')), 'strict');
    if (!strict.ok) throw new Error('strict');
    let read = 0;
    const there = clone(repo);
    const parsers = {
      parse: async (...[records, blobs]: Parameters<typeof there.parsers.parse>) => {
        read += records.length;
        return there.parsers.parse(records, blobs);
      },
    };
    const done = await simulate(
      { ...there, parsers },
      asking({
        judges: [
          { policy: STARTER, roster: null },
          { policy: strict.value, roster: null },
        ],
      }),
    );
    if (!done.ok) throw new Error(done.error[0]?.message);
    const outcomes = done.value.judged.map((j) => j.replayed.map((l) => l.outcome));
    expect(outcomes[0]?.filter((o) => o === 'pass').length).toBe(5);
    expect(outcomes[1]?.filter((o) => o === 'pass')).toEqual([]);
    // five contents that are looked into, and each is read once for both
    expect(read).toBe(5);
  });

  test('says of each landing what a change of the same content is told', async () => {
    const text = `version: 1\npeople:\n${['alice', 'bob', 'cy', 'mara'].map((id, i) => `  - {id: ${id}, name: ${id}, level: L${7 - i}, emails: [${id}@example.org]}`).join('\n')}\n`;
    const roster = loadRoster(utf8(text), 'roster', STARTER);
    if (!roster.ok) throw new Error('roster');
    const there = clone(repo);
    const done = await replayed(repo, { judges: [{ policy: STARTER, roster: roster.value }] });
    expect(done.judged[0]?.levels).toBe('given');
    for (const landing of first(done)) {
      const parent = await there.repository.resolve(`${landing.id}^1`);
      const ask = { repo: 'infra', targetRef: 'refs/heads/main', base: parent, head: landing.id, pusher: null, sticky: [], at: landing.at };
      const single = await considerChange(
        there.repository,
        there.parsers,
        { policy: STARTER, roster: roster.value, incidents: null, agents: null },
        { ...ask, pushersBefore: async () => (landing.author === null ? [] : [landing.author]) },
      );
      if (!single.ok) throw new Error(single.error[0]?.message);
      const { decision } = single.value;
      if (landing.id === ids.after) continue; // remembers the mark of the landing before it
      expect(landing).toMatchObject({ outcome: decision.outcome, tier: decision.tier, refusals: decision.refusals.map((r) => r.code) });
      expect(landing.seats).toEqual(decision.seats.map(({ rule, humans, level, candidates }) => ({ rule, humans, level, candidates })));
      expect(landing.findings).toEqual([...new Map(decision.findings.map((f) => [f.rule, { rule: f.rule, severity: f.severity }])).values()]);
    }
  });

  test('knows the agents an organisation names, and nobody else does', async () => {
    const agents = loadAgents(utf8('agents: [{ match: { mail: "alice@example.org" }, tool: claude, level: agent, owner: "@platform" }]\n'), 'agents', null);
    if (!agents.ok) throw new Error(agents.error[0]?.message);
    const levels = (done: Awaited<ReturnType<typeof replayed>>) => first(done).map((l) => l.provenance);
    const named = levels(await replayed(repo, { judges: [{ policy: STARTER, roster: null, agents: agents.value }] }));
    expect(named).not.toEqual(levels(await replayed(repo, { judges: [{ policy: STARTER, roster: null }] })));
    expect(named).toContain('agent');
  });

  test('an interrupted run has what it had', async () => {
    const stop = new AbortController();
    const done = await replayed(repo, { signal: stop.signal, progress: () => stop.abort() });
    expect(done.complete).toBe(true);
    stop.abort();
    const none = await replayed(repo, { signal: stop.signal });
    expect(none).toMatchObject({ complete: false });
    expect(first(none)).toEqual([]);
  });
});

describe('what is not there', () => {
  test('an empty repository has nothing to replay, and a folder no repository', async () => {
    expect(await simulate(clone(room.init()), asking())).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
    expect(await simulate(clone(story().repo), asking({ branch: 'nothing' }))).toMatchObject({
      ok: false,
      error: [{ code: 'NOT_FOUND', message: 'nothing names no commit here' }],
    });
  });

  test('contents are missing: what they would have shown counts as dangerous, and is said', async () => {
    const { repo, ids } = story();
    const copy = room.init('--bare');
    copy.raw(['unpack-objects', '-q'], repo.raw(['pack-objects', '--all', '--stdout', '-q']));
    copy.git('update-ref', 'refs/heads/main', ids.muchLater ?? '');
    const blob = repo.git('rev-parse', `${ids.start}:db.tf`);
    rmSync(join(copy.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    const done = await replayed(copy);
    const merge = first(done).find((l) => l.id === ids.merge);
    expect(merge?.notSeen).toEqual(['1 file not read: the object is missing from this repository']);
    expect(merge?.findings.map((f) => f.rule)).toContain('META001');
    expect(merge?.outcome).toBe('signoff');
    expect(first(done)).toHaveLength(8);
  });

  test('a shallow clone: the landing at its end is not judged as one of everything', async () => {
    const { repo } = story();
    const done = await replayed(repo.clone('--depth=2'));
    expect(done.notSeen).toEqual([expect.stringMatching(/^this clone is shallow/)]);
    expect(first(done).map((l) => [l.files, l.refusals.includes('CONTENT_UNSEEN')])).toEqual([
      [0, true],
      [1, false],
    ]);
    expect(first(done)[0]?.notSeen).toEqual(['what this landing changes is not in this repository']);
  });
});

test('hundreds of landings keep their order, and a reader that dies is said', async () => {
  const repo = room.init();
  const commits = Array.from({ length: 300 }, (_, i) => {
    const body = `resource "aws_instance" "n${i % 7}" {\n  count = ${i}\n}\n`;
    return `commit refs/heads/main\nauthor A <a@example.org> ${START + i * 60} +0000\ncommitter A <a@example.org> ${START + i * 60} +0000\ndata 3\nn${i % 10}\nM 100644 inline infra/n${i % 7}.tf\ndata ${body.length}\n${body}\n`;
  });
  repo.raw(['fast-import', '--quiet'], commits.join(''));
  const done = await replayed(repo);
  expect(first(done).map((l) => l.id)).toEqual(repo.git('rev-list', '--reverse', 'main').split('\n'));
  const there = clone(repo);
  let asked = 0;
  const dying: typeof there.history = {
    walk: there.history.walk,
    contents: async () => {
      const contents = await there.history.contents();
      if (!contents.ok) return contents;
      const read: typeof contents.value.read = async (ids, cap) => {
        asked += 1;
        if (asked > 2) throw new Error('git cat-file ended');
        return contents.value.read(ids, cap);
      };
      return { ok: true, value: { read, close: contents.value.close } };
    },
  };
  const short = await simulate({ ...there, history: dying }, asking());
  if (!short.ok) throw new Error(short.error[0]?.message);
  expect(short.value.complete).toBe(false);
  expect(first(short.value).length).toBeGreaterThan(0);
  expect(short.value.notSeen).toEqual([expect.stringMatching(/^\d+ landings were not judged: .*cat-file ended/)]);
});
