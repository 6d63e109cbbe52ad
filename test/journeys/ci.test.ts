/**
 * The gate of a CI system, whole: a log with real sign-offs, bundles a server exported, a forge behind git over HTTP, and the very commands
 * of the example files in a clean home. Nothing here asks a server but the one test that says so.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../../examples/story/stage.ts';
import { newToken } from '../../src/server/auth/tokens.ts';
import type { CommitOptions, FileChange } from '../../src/testing/git.ts';
import { MAIN, POLICY, roster } from '../bed/bed.ts';
import { pipelineSteps, workflow, workflowSteps } from '../bed/ci-files.ts';
import { serverWorld, strictApp } from '../bed/doors.ts';
import { type Forge, openForge, type Ran, runSteps, TRUST_PATH } from '../bed/forge.ts';

let forge: Forge;
/** The package as it is released: what the workflow downloads. */
let tarball: { readonly file: string; readonly sha256: string };
let count = 0;

beforeAll(async () => {
  forge = await openForge();
  const place = forge.folder();
  mkdirSync(join(place, 'package'));
  // `npm pack` is another test's: this is the same tree.
  const packed = await forge.run(['tar', '-czf', join(place, 'countersign-0.1.0.tgz'), '--transform', 's,^,package/,', 'dist', 'package.json'], join(CLI, '../..'));
  expect(packed.code).toBe(0);
  const file = join(place, 'countersign-0.1.0.tgz');
  tarball = { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
});
afterAll(() => forge.close());

const dropped = (): { readonly [path: string]: FileChange } => ({ [`db/${String(++count).padStart(3, '0')}.sql`]: `drop table orders_${count};\n` });

interface Proposed {
  readonly number: number;
  readonly head: string;
  readonly id: string;
}

/** A pull request that the server knows too, so that people can sign it. */
async function proposed(files = dropped(), options?: CommitOptions): Promise<Proposed> {
  const head = forge.bed.commit(files, options);
  const number = ++count;
  return { number, head: forge.propose(number, head), id: await forge.known(head) };
}

async function signed(person: 'mara' | 'noor' = 'mara', files = dropped()): Promise<Proposed & { readonly bundle: string }> {
  const change = await proposed(files);
  const done = await forge.bed.sign(person, change.id);
  if (!done.ok) throw new Error(JSON.stringify(done.error));
  return { ...change, bundle: await forge.bundle(change.id) };
}

const countersign = (cwd: string, ...args: readonly string[]): Promise<Ran> => forge.run([process.execPath, CLI, ...args], cwd);
const git = async (cwd: string, ...args: readonly string[]): Promise<string> => {
  const done = await forge.run(['git', ...args], cwd);
  if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
};

/** Pushes a bundle to the forge, as a person would from their clone. */
async function carried(...bundles: readonly string[]): Promise<void> {
  const place = forge.folder();
  const files = bundles.map((bundle, i) => {
    const file = join(place, `${i}.json`);
    writeFileSync(file, bundle);
    return file;
  });
  await git(place, 'clone', '-q', forge.url, 'clone');
  const put = await countersign(join(place, 'clone'), 'sign-offs', 'put', ...files, '--remote', 'origin');
  expect(put).toMatchObject({ code: 0, stderr: '' });
}

/** As actions/checkout leaves it with `fetch-depth: 0`: everything, detached at this. */
async function checkedOut(rev: string, ...args: readonly string[]): Promise<string> {
  const place = forge.folder();
  await git(place, 'clone', '-q', ...args, forge.url, 'clone');
  const clone = join(place, 'clone');
  await git(clone, 'fetch', '-q', ...args, 'origin', rev, '+refs/countersign/*:refs/countersign/*');
  await git(clone, 'checkout', '-q', '--detach', rev.startsWith('refs/') ? 'FETCH_HEAD' : rev);
  return clone;
}

const GATE = ['gate', '--trust-from-target', TRUST_PATH, '--name', 'infra', '--json'] as const;
interface Told {
  readonly exit: number;
  readonly answer?: string;
  readonly codes?: readonly string[];
  readonly notes?: readonly string[];
  readonly seats?: readonly { readonly rule: string; readonly level: string | null; readonly candidates: readonly string[] }[];
  readonly problems?: readonly { readonly code: string; readonly remedy?: string }[];
}
async function asked(rev: string, ...more: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await countersign(await checkedOut(rev), ...GATE, ...more);
  expect(stderr).toBe('');
  const told = JSON.parse(stdout) as Told;
  expect(told.exit).toBe(code);
  return told;
}

describe('the workflow of GitHub Actions', () => {
  const steps = (change: Proposed, queue?: { readonly base: string; readonly head: string }) => {
    const temp = forge.folder();
    const summary = join(temp, 'summary.md');
    const [server, repository] = [forge.url.replace(/\/infra\.git$/, ''), 'infra.git'];
    const context = {
      'runner.temp': temp,
      'github.server_url': server,
      'github.repository': repository,
      'github.token': 'a-token',
      "github.event.merge_group.base_ref || format('refs/heads/{0}', github.event.pull_request.base.ref)": MAIN,
      'github.event.merge_group.base_sha': queue?.base ?? '',
      'github.event.merge_group.head_sha || github.event.pull_request.head.sha': queue?.head ?? change.head,
      summary,
    };
    return { summary, steps: workflowSteps(context, { COUNTERSIGN_TARBALL: `file://${tarball.file}`, COUNTERSIGN_SHA256: tarball.sha256 }) };
  };

  it('asks for nothing a fork does not have, runs nothing of the change, and pins what is not ours', () => {
    const { on, permissions, jobs } = workflow();
    expect([Object.keys(on), permissions]).toEqual([['pull_request', 'merge_group'], { contents: 'read' }]);
    // Asked again when it is retargeted, named after its target, and never skipped: that would count as passed.
    expect(on).toEqual({ pull_request: { types: ['opened', 'synchronize', 'reopened', 'edited'] }, merge_group: null });
    for (const job of Object.values(jobs)) {
      expect(Object.keys(job).sort()).toEqual(['name', 'runs-on', 'steps', 'timeout-minutes']);
      expect(job.name.replace(/^countersign \$\{\{ (.*) \}\}$/, '$1')).toBe(job.steps.at(-1)?.env?.TARGET?.replace(/^\$\{\{ (.*) \}\}$/, '$1'));
    }
    const all = Object.values(jobs).flatMap((j) => j.steps);
    for (const { uses } of all) if (uses !== undefined) expect(uses).toMatch(/^actions\/setup-node@[0-9a-f]{40}$/);
    const whole = readFileSync(join(import.meta.dirname, '../../examples/github-actions/countersign.yml'), 'utf8');
    expect(whole).not.toMatch(/pull_request_target|secrets\.|actions\/checkout|write/);
    // Whatever somebody names their branch is a variable, and never part of a script.
    expect(all.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  it('waits, and says for whom; with a sign-off in git it lets it pass', async () => {
    const change = await signed();
    const before = steps(change);
    expect(await runSteps(forge, before.steps)).toMatchObject({ code: 1, stdout: expect.stringContaining('waits for people') });
    expect(readFileSync(before.summary, 'utf8')).toContain('### Countersign: waits for people');
    await carried(change.bundle);
    const after = steps(change);
    expect(await runSteps(forge, after.steps)).toMatchObject({ code: 0, stdout: expect.stringContaining('mara signed this exact change') });
    expect(readFileSync(after.summary, 'utf8')).toContain('### Countersign: may land');
  });

  it('lets a change pass that asks for nobody', async () => {
    expect(await runSteps(forge, steps(await proposed({ [`docs/${++count}.md`]: 'words\n' })).steps)).toMatchObject({ code: 0 });
  });

  it('ends before the gate where the package is not the one that was pinned', async () => {
    const { steps: own } = steps(await proposed());
    const done = await runSteps(
      forge,
      own.map((s) => ({ ...s, env: { ...s.env, COUNTERSIGN_SHA256: '0'.repeat(64) } })),
    );
    expect(done).toMatchObject({ code: 1, stdout: expect.stringContaining('FAILED') });
  });

  it('judges an entry of a merge queue, which is the forge’s own merge', async () => {
    const change = await signed();
    await carried(change.bundle);
    const group = forge.merge(change.number);
    const { steps: own } = steps(change, { base: forge.repository.git('rev-parse', MAIN), head: group });
    expect(await runSteps(forge, own)).toMatchObject({ code: 0, stdout: expect.stringContaining('to the byte as git does it') });
  });

  it('says what others wrote so that no forge makes anything of it', async () => {
    const change = await proposed(dropped(), { message: '@everyone <img src=x onerror=1> [x](https://evil.example) | www.evil.example `a`\n' });
    const { steps: own, summary } = steps(change);
    await runSteps(forge, own);
    const page = readFileSync(summary, 'utf8');
    expect(page).toContain('<code>&#64;everyone &#60;img src&#61;x');
    expect(page.replace(/<\/?code>/g, '')).not.toMatch(/[<@`]|\]\(|https:|www\./);
  });
});

/** The job of GitLab for a merge request. */
function pipeline(change: Proposed, given: { readonly [name: string]: string }) {
  forge.repository.git('update-ref', `refs/merge-requests/${change.number}/head`, change.head);
  const cwd = forge.folder();
  const runner = { CI_REPOSITORY_URL: forge.url, CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', CI_MERGE_REQUEST_IID: String(change.number) };
  return { cwd, steps: pipelineSteps(cwd, { ...runner, ...given }, { COUNTERSIGN_TARBALL: `file://${tarball.file}`, COUNTERSIGN_SHA256: tarball.sha256 }) };
}

it('the job of GitLab: a branch, and the merged result of it', async () => {
  const change = await signed();
  const merged = forge.merge(change.number);
  const job = (given: { readonly [name: string]: string }) => pipeline(change, given);
  const waiting = job({ CI_COMMIT_SHA: change.head });
  expect(await runSteps(forge, waiting.steps)).toMatchObject({ code: 1, stdout: expect.stringContaining('waits for people') });
  expect(readFileSync(join(waiting.cwd, 'gate/countersign.md'), 'utf8')).toContain('waits for people');
  await carried(change.bundle);
  expect((await runSteps(forge, job({ CI_COMMIT_SHA: change.head }).steps)).code).toBe(0);
  expect((await runSteps(forge, job({ CI_COMMIT_SHA: merged, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: change.head }).steps)).code).toBe(0);
});

it('the job of GitLab in a merge train: judged as it lands on the entry before it', async () => {
  const path = `db/${++count}.sql`;
  const [one, two] = [await signed('mara', { [path]: 'drop table one;\n' }), await signed()];
  await carried(one.bundle, two.bundle);
  const train = (onto: string, change: Proposed, ...how: readonly string[]): { readonly [name: string]: string } => {
    const { work } = forge.bed;
    work.git('checkout', '-q', '--detach', onto);
    work.git('merge', '-q', ...(how.length > 0 ? how : ['--no-ff', '-m', 'Merge']), change.head);
    if (how.length > 0) work.git('commit', '-q', '-m', 'Squashed');
    const made = work.git('rev-parse', 'HEAD');
    work.git('push', '-q', '--force', forge.repository.gitDir, `HEAD:refs/merge-requests/${change.number}/train`);
    return { CI_MERGE_REQUEST_EVENT_TYPE: 'merge_train', CI_COMMIT_SHA: made, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: change.head };
  };
  const first = train(forge.repository.git('rev-parse', MAIN), one);
  const second = train(first.CI_COMMIT_SHA ?? '', two);
  expect((await runSteps(forge, pipeline(two, second).steps)).code).toBe(0);
  // The entry before it gave the file another name: it would land in there.
  const moved = forge.bed.commit({ 'db/000.sql': null, 'db/live.sql': `${forge.repository.git('show', `${MAIN}:db/000.sql`)}\n` });
  const edit = await signed('mara', { 'db/000.sql': 'create table orders (id int);\ndrop table orders;\n' });
  await carried(edit.bundle);
  const onMoved = train(moved, edit);
  expect(forge.bed.work.git('diff', '--name-only', moved, 'HEAD')).toBe('db/live.sql');
  expect(await runSteps(forge, pipeline(edit, onMoved).steps)).toMatchObject({ code: 2, stdout: expect.stringContaining('another change than') });
  // Not merged but squashed, nothing says where the entry before it ends: all of the train is judged.
  const squashed = train(first.CI_COMMIT_SHA ?? '', two, '--squash');
  expect((await runSteps(forge, pipeline(two, squashed).steps)).code).not.toBe(0);
});

describe('a checkout', () => {
  it('of the forge’s merge is judged as the side that comes in', async () => {
    const change = await signed();
    await carried(change.bundle);
    forge.merge(change.number);
    expect(await asked(`refs/pull/${change.number}/merge`)).toMatchObject({ answer: 'allow', head: change.head, notes: [expect.stringContaining('merged into the target')] });
  });

  it('of a merge that somebody added to is judged as it stands', async () => {
    const change = await signed();
    await carried(change.bundle);
    const { work } = forge.bed;
    forge.merge(change.number);
    writeFileSync(join(work.dir, 'db/evil.sql'), 'drop table users;\n');
    work.git('add', '-A');
    work.git('commit', '-q', '--amend', '--no-edit');
    const evil = forge.propose(++count, work.git('rev-parse', 'HEAD'));
    expect(await asked(`refs/pull/${count}/head`)).toMatchObject({ exit: 2, head: evil, notes: [], codes: expect.arrayContaining(['SOD_UNRESOLVED']) });
  });

  it('that is shallow is refused, with what to set', async () => {
    const change = await signed();
    await carried(change.bundle);
    const { stdout, code } = await countersign(await checkedOut(change.head, '--depth=1'), ...GATE);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).problems).toMatchObject([{ code: 'CONTENT_UNSEEN', remedy: expect.stringContaining('fetch-depth: 0') }]);
  });

  it('of a fork whose branch is called like the target reads the target all the same', async () => {
    const { number, head } = await proposed({ 'countersign.yml': 'version: 1\nrules: []\n', ...dropped() });
    const clone = await checkedOut(`refs/pull/${number}/head`);
    await git(clone, 'branch', '-f', 'main', head);
    const { code } = await countersign(clone, ...GATE);
    expect(code).toBe(2);
    await git(clone, 'update-ref', '-d', 'refs/remotes/origin/main');
    const gone = JSON.parse((await countersign(clone, ...GATE)).stdout) as Told;
    expect(gone).toMatchObject({ exit: 2, problems: [{ code: 'TARGET_MISSING' }] });
  });

  it('judged from a commit that never landed hides nothing', async () => {
    const change = await proposed();
    const { bed } = forge;
    const second = bed.commit({ [`docs/${++count}.md`]: 'words\n' }, { on: change.head });
    forge.propose(++count, second);
    expect(await asked(`refs/pull/${count}/head`, `${change.head}..HEAD`)).toMatchObject({ exit: 2, problems: [{ code: 'REF_NON_FAST_FORWARD' }] });
  });
});

describe('what the change brings decides nothing', () => {
  /** Both load, so that only their place keeps them from deciding. */
  const looser = POLICY.replace('require: { humans: 1, level: L6 }', 'require: { humans: 1, level: L4 }');
  it('its policy, its roster and its trust file least of all', async () => {
    const files = {
      ...dropped(),
      'countersign.yml': looser,
      '.countersign/roster.yml': roster({ ada: 'L7', ben: 'L7', mara: 'L6', noor: 'L6', kim: 'L7', lee: 'L7', pat: 'L7' }),
      [TRUST_PATH]: '{}\n',
    };
    const { number } = await proposed(files);
    const told = await asked(`refs/pull/${number}/head`);
    expect([told.exit, told.answer]).toEqual([1, 'wait']);
    // By the target's policy and roster, whichever rule the seats are merged under: somebody else than either of the two, at its own level.
    const seats = told.seats ?? [];
    expect(seats.length).toBeGreaterThan(0);
    expect(seats.map((s) => s.level)).not.toContain('L4');
    expect(seats.flatMap((s) => s.candidates).filter((c) => c === 'ada' || c === 'ben')).toEqual([]);
  });

  it('a trust file in the work tree is refused, however it is named', async () => {
    const clone = await checkedOut((await signed()).head);
    const linked = join(forge.folder(), 'trust.json');
    await forge.run(['ln', '-s', join(clone, TRUST_PATH), linked], clone);
    for (const file of [TRUST_PATH, linked]) {
      const told = JSON.parse((await countersign(clone, 'gate', '--trust', file, '--name', 'infra', '--json')).stdout) as Told;
      expect(told).toMatchObject({ exit: 2, problems: [{ code: 'USAGE', message: expect.stringContaining('lies in the work tree') }] });
    }
    const strange = JSON.parse((await countersign(clone, 'gate', '--trust-from-target', 'db/000.sql', '--name', 'infra', '--json')).stdout) as Told;
    expect(strange).toMatchObject({ exit: 2, problems: [{ code: 'USAGE' }] });
  });

  it('its workflow: the gate runs from elsewhere and asks what policy asks of that file', async () => {
    const { number } = await proposed({ '.github/workflows/countersign.yml': 'on: push\njobs: {}\n' });
    // The policy of this bed covers no workflow, and what no rule covers is refused.
    expect(await asked(`refs/pull/${number}/head`)).toMatchObject({ exit: 2, codes: ['UNCOVERED'] });
  });

  it('without a trust file nobody’s signature counts, and what needs one is refused', async () => {
    const change = await signed();
    await carried(change.bundle);
    const told = JSON.parse((await countersign(await checkedOut(change.head), 'gate', '--name', 'infra', '--json')).stdout) as Told;
    expect(told).toMatchObject({ exit: 2, problems: [{ code: 'USAGE', place: '--trust' }] });
  });
});

describe('the ref of sign-offs', () => {
  const writeRef = async (files: { readonly [path: string]: string }): Promise<void> => {
    const place = forge.folder();
    await git(place, 'init', '-q', 'w');
    const at = join(place, 'w');
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(join(at, path, '..'), { recursive: true });
      writeFileSync(join(at, path), bytes);
    }
    await git(at, 'add', '-A');
    await git(at, '-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '--allow-empty', '-m', 'x');
    await git(at, 'push', '-q', '--force', forge.url, 'HEAD:refs/countersign/signoffs');
  };
  const manifestOf = async (id: string): Promise<string> => (await forge.bed.row(id)).decision.change.manifest;
  const named = (manifest: string, bytes: string): { readonly [path: string]: string } => ({
    [`${manifest.slice(0, 2)}/${manifest}/${createHash('sha256').update(bytes).digest('hex')}.json`]: bytes,
  });

  it('pushed to nothing: nobody has signed', async () => {
    const change = await signed();
    await carried(change.bundle);
    await writeRef({});
    expect(await asked(change.head)).toMatchObject({ answer: 'wait', codes: ['SIGNOFF_MISSING'] });
    forge.repository.git('update-ref', '-d', 'refs/countersign/signoffs');
    const clone = join(forge.folder(), 'clone');
    await git(join(clone, '..'), 'clone', '-q', forge.url, 'clone');
    await git(clone, 'fetch', '-q', 'origin', change.head);
    expect((await countersign(clone, ...GATE, `..${change.head}`)).code).toBe(1);
    await carried(change.bundle);
  });

  it('with a bundle cut, forged, or of something else counts for nothing, and keeps nothing good from counting', async () => {
    const [change, other] = [await signed(), await signed()];
    const manifest = await manifestOf(change.id);
    const parsed = JSON.parse(change.bundle);
    const forged = `${JSON.stringify({ ...parsed, signoffs: JSON.parse(other.bundle).signoffs.map((s: object) => ({ ...s, envelope: parsed.signoffs[0].envelope })) })}\n`;
    const bad = { ...named(manifest, change.bundle.slice(0, -40)), ...named(manifest, forged), ...named(manifest, other.bundle) };
    await writeRef({ ...bad, [`${manifest.slice(0, 2)}/${manifest}/${'0'.repeat(64)}.json`]: change.bundle, [`${manifest.slice(0, 2)}/${manifest}/words`]: 'x' });
    const told = await asked(change.head);
    expect(told).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['SIGNOFF_MISSING', 'CONTENT_MISMATCH']) });
    expect(told.notes?.filter((n) => n.includes('BUNDLE_FORMAT')).length).toBe(3);
    expect(told.notes?.some((n) => n.includes('LOG_INCLUSION'))).toBe(true);
    await carried(change.bundle);
    expect(await asked(change.head)).toMatchObject({ answer: 'allow' });
  });

  it('with a sign-off for another branch counts for nothing here', async () => {
    const head = forge.bed.commit(dropped());
    const id = await forge.known(head, 'refs/heads/release');
    expect((await forge.bed.sign('mara', id)).ok).toBe(true);
    forge.propose(++count, head);
    const bundle = await forge.bundle(id);
    await carried(bundle);
    expect(await asked(`refs/pull/${count}/head`)).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['ST_REF']) });
    expect(await asked(`refs/pull/${count}/head`, '--name', 'pay')).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['ST_REPO']) });
  });

  it('with an objection in any bundle blocks, however many old ones say otherwise', async () => {
    const change = await signed();
    expect((await forge.bed.sign('mara', change.id, { decision: 'changes' })).ok).toBe(true);
    await carried(await forge.bundle(change.id), change.bundle);
    expect(await asked(change.head)).toMatchObject({ exit: 2, answer: 'deny', codes: ['REV_CHANGES'] });
    // Whoever keeps the ref can keep the objection from being seen, for as long as the older export is fresh: docs/spec/signoff-ref.md.
    await writeRef(named(await manifestOf(change.id), change.bundle));
    expect(await asked(change.head)).toMatchObject({ answer: 'allow' });
  });

  it('that cannot be read is no ref that says nothing', async () => {
    const change = await signed();
    await carried(change.bundle);
    const clone = await checkedOut(change.head);
    const blob = await git(clone, 'rev-parse', 'HEAD:db/000.sql');
    await forge.run(['sh', '-c', `printf '%s\\n' ${blob} > .git/refs/countersign/signoffs`], clone);
    const told = JSON.parse((await countersign(clone, ...GATE)).stdout) as Told;
    expect(told).toMatchObject({ exit: 2, problems: [{ code: 'CONTENT_UNSEEN', place: 'refs/countersign/signoffs' }] });
  });

  it('is written by several at once, and nobody’s sign-off is lost', async () => {
    const changes = [await signed(), await signed(), await signed()];
    await Promise.all(changes.map((c) => carried(c.bundle)));
    for (const change of changes) expect(await asked(change.head)).toMatchObject({ answer: 'allow' });
  });
});

describe('time', () => {
  it('a bundle older than --fresh is no knowledge of what was taken back; the newest beside it is', async () => {
    const here = forge;
    // A log whose clock, and so whose every word, is twenty hours old.
    forge = await openForge(undefined, Date.now() - 20 * 3_600_000);
    try {
      const change = await signed();
      await carried(change.bundle);
      expect(await asked(change.head, '--fresh', '12h')).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['REV_STALE', 'SIGNOFF_MISSING']) });
      expect(await asked(change.head)).toMatchObject({ answer: 'allow' });
      forge.bed.clock.now = Date.now();
      await carried(await forge.bundle(change.id));
      expect(await asked(change.head, '--fresh', '12h')).toMatchObject({ answer: 'allow' });
    } finally {
      await forge.close();
      forge = here;
    }
  });
});

describe('several commits', () => {
  it('each is judged, and squashed they are one', async () => {
    const { bed } = forge;
    const first = bed.commit(dropped());
    const head = bed.commit(dropped(), { on: first });
    const id = await forge.known(head);
    expect((await bed.sign('mara', id)).ok).toBe(true);
    await carried(await forge.bundle(id));
    forge.propose(++count, head);
    expect(await asked(`refs/pull/${count}/head`)).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['INTERMEDIATE_UNSIGNED']) });
    expect(await asked(`refs/pull/${count}/head`, '--squash')).toMatchObject({ answer: 'allow' });
  });
});

it('sign-offs of a server: asked at the address that was given, followed nowhere, and silence is a no', async () => {
  const change = await signed();
  const world = serverWorld(forge.bed);
  const app = strictApp(world);
  const { secret } = await newToken(world, { person: 'ada', account: 'ada', name: 'ci', scopes: ['read'], created: world.now(), until: world.now() + 3_600_000 });
  let moved = false;
  const server = createServer(async (req, res) => {
    if (moved) return res.writeHead(302, { location: `http://127.0.0.1/${req.url}` }).end();
    const headers = { host: 'countersign.example', authorization: req.headers.authorization ?? '' };
    const answer = await app.request(`https://countersign.example${req.url}`, { headers });
    res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const clone = await checkedOut(change.head);
    const ask = async (token?: string) => {
      const { stdout } = await forge.run([process.execPath, CLI, ...GATE, '--server', url], clone, token === undefined ? undefined : { COUNTERSIGN_TOKEN: token });
      return JSON.parse(stdout) as Told;
    };
    expect(await ask(secret)).toMatchObject({ answer: 'allow' });
    expect(await ask()).toMatchObject({ exit: 2, problems: [{ code: 'GATE_UNAVAILABLE' }] });
    moved = true;
    expect(await ask(secret)).toMatchObject({ exit: 2, problems: [{ code: 'GATE_UNAVAILABLE' }] });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it('the file of a summary that is no file keeps nothing from being answered', async () => {
  const change = await signed();
  await carried(change.bundle);
  const clone = await checkedOut(change.head);
  const done = await countersign(clone, 'gate', '--trust-from-target', TRUST_PATH, '--name', 'infra', '--summary', '/nowhere/at/all.md');
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('the summary cannot be written') });
  expect(existsSync('/nowhere')).toBe(false);
});
