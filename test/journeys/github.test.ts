/**
 * A repository that lies at GitHub: deliveries signed by its secret come in at a real door, commits by real git over HTTP with the token the app
 * was given, and every call that goes out is held against GitHub's own description of its API. The log, the store and the keys are real.
 */
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aliasesIn } from '../../src/adapters/git/aliases.ts';
import { handleGit } from '../../src/adapters/git/http.ts';
import { objectStore } from '../../src/adapters/git/keep.ts';
import { mirrorFolder } from '../../src/adapters/git/mirror.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { openGithub } from '../../src/adapters/github/forge.ts';
import { APP, KEY, TOKEN } from '../../src/adapters/github/test-app.ts';
import { type Double, openDouble, type Seen } from '../../src/adapters/github/test-double.ts';
import { startWorker, type Worker } from '../../src/flows/job-worker.ts';
import { prepareSignoff, type SigningWorld } from '../../src/flows/prepare.ts';
import { completeSignoff } from '../../src/flows/signoff.ts';
import { after } from '../../src/flows/witnesses.ts';
import { createApp } from '../../src/server/app.ts';
import { FORGES_PREFIX } from '../../src/server/forge-door.ts';
import { type Forging, openForges } from '../../src/world-forge.ts';
import { type Bed, MAIN, openBed, RP, roster } from '../bed/bed.ts';
import { serverWorld } from '../bed/doors.ts';

const SECRET = 'the secret of the app';
const TOKEN_NOW = 'ghs_of_now';
const [CREATE, UPDATE] = ['POST /repos/{owner}/{repo}/check-runs', 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'];
const DROP = { 'db/001.sql': 'drop table orders;\n' };

let bed: Bed;
let folder: string;
let double: Double;
let git: Server;
let forging: Forging;
let worker: Worker;
let app: ReturnType<typeof createApp>;
let signing: SigningWorld;
/** Check runs as GitHub has them, the last word of each. */
const checks = new Map<number, { readonly [name: string]: unknown }>();
let pulls: { number: number; head: string }[] = [];
let delivery = 0;
const logged: string[] = [];

beforeAll(async () => {
  bed = await openBed();
  folder = mkdtempSync(join(tmpdir(), 'countersign-github-'));
  // Accounts of the forge, as a roster names them.
  const accounts = roster().replaceAll(/accounts: \[(\w+)\]/g, 'accounts: [$1, "github:$1"]');
  const start = bed.commit({ '.countersign/roster.yml': accounts }, { by: 'kim' });
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${start}:${MAIN}`);
  // Of everybody: leases and signatures alike.
  Object.defineProperty(bed.clock, 'now', { get: Date.now });
  [double, git] = await Promise.all([openDouble(), gitServer(bed.served.gitDir)]);
  answers(double);
  const github = openGithub({ api: double.api, web: `http://127.0.0.1:${(git.address() as AddressInfo).port}`, appId: APP, privateKey: KEY.privateKey, now: () => bed.clock.now });
  if (!github.ok) throw new Error(github.error.message);
  const root = join(folder, 'mirrors');
  const gitDir = mirrorFolder(root, 'infra');
  const repository = openRepository({ gitDir });
  const served = { id: 'infra', title: 'Infra', protected: [MAIN], mirrored: true as const, repository, aliases: (refs: readonly string[]) => aliasesIn(gitDir, refs) };
  const gate = {
    ...bed.world,
    // Where the bed looks for what its people read.
    objects: objectStore({ root: join(bed.data, '..', 'kept'), gitDirOf: (id) => (id === 'infra' ? gitDir : undefined) }),
    repositories: new Map([['infra', served]]),
    records: undefined as never,
  };
  const settings = { github: github.value, appId: APP, secrets: [SECRET], sources: new Map([['infra', { name: 'acme/infra', merges: 'any' as const }]]), root };
  forging = await openForges(bed.store, gate, settings, { wake: () => worker?.wake(), log: (line) => void logged.push(line) });
  worker = startWorker({
    ...{ leases: bed.store.jobs.leases, handlers: forging.handlers, name: 'test', now: () => bed.clock.now, after, random: Math.random },
    log: (line) => void logged.push(line),
    terms: { slots: 16, ofOne: 12, lease: 30_000, poll: 200 },
  });
  signing = { ...gate, ledger: forging.told(gate.ledger) };
  app = createApp(serverWorld(bed, { ...signing, forges: forging.doors }));
  await bed.store.jobs.add(forging.jobs);
  worker.wake();
  await until(() => double.seen.some((s) => s.operation === 'GET /repos/{owner}/{repo}/pulls'));
}, 120_000);
afterAll(async () => {
  await worker?.stop(5_000);
  git?.closeAllConnections();
  git?.close();
  await double?.close();
  await bed?.close();
  rmSync(folder, { recursive: true, force: true });
  expect(double.wrong).toEqual([]);
});
beforeEach(() => checks.clear());

function answers(of: Double): void {
  const repository = { ...(of.exampleOf('GET /repos/{owner}/{repo}').body as object), id: 42, full_name: 'acme/infra', name: 'infra' };
  of.on(TOKEN, () => ({ status: 201, body: { token: TOKEN_NOW, expires_at: new Date(bed.clock.now + 3_600_000).toISOString() } }));
  of.on('GET /repos/{owner}/{repo}', () => ({ status: 200, body: repository }));
  of.on('GET /repositories/{repository_id}', () => ({ status: 200, body: repository }));
  const check = (id: number, { body }: Seen) => {
    const said = { ...(of.exampleOf(CREATE).body as object), ...checks.get(id), ...(body as object), id };
    checks.set(id, said);
    const run = of.exampleOf(CREATE).body as { readonly [name: string]: unknown };
    return { ...run, id };
  };
  of.on(CREATE, (seen) => ({ status: 201, body: check(checks.size + 1 + delivery * 1_000, seen) }));
  of.on(UPDATE, (seen) => ({ status: 200, body: check(Number(seen.params.check_run_id), seen) }));
  of.on('GET /repos/{owner}/{repo}/pulls', () => {
    const [example] = of.exampleOf('GET /repos/{owner}/{repo}/pulls').body as readonly { readonly user: object; readonly head: object; readonly base: { readonly repo: object } }[];
    const listed = pulls.map(({ number, head }) => ({
      ...{ ...example, number, user: { ...example?.user, login: 'ada' } },
      ...{ head: { ...example?.head, sha: head }, base: { ...example?.base, ref: 'main', repo: { ...example?.base.repo, id: 42 } } },
    }));
    return { status: 200, body: listed };
  });
}

/** Git as GitHub serves it: to whoever brings a token of the app. */
function gitServer(gitDir: string): Promise<Server> {
  const projectRoot = join(folder, 'github');
  mkdirSync(projectRoot);
  symlinkSync(gitDir, join(projectRoot, 'infra.git'));
  const server = createServer((request, response) => {
    const [, said = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (Buffer.from(said, 'base64').toString() !== `x-access-token:${TOKEN_NOW}`) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    request.url = (request.url ?? '').replace('/acme/infra.git', '/infra.git');
    handleGit(request, response, { projectRoot, remoteUser: 'x', env: {} }).catch(() => response.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function until(holds: () => boolean | Promise<boolean>, most = 30_000): Promise<void> {
  for (const end = Date.now() + most; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`it does not come: ${JSON.stringify({ checks: [...checks.values()].map((c) => [c.head_sha, c.conclusion]), logged })}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const sender = (login: string) => ({ login, id: 1, type: 'User' });
const place = { id: 42, full_name: 'acme/infra' };

async function deliver(event: string, body: object, more: { readonly secret?: string; readonly id?: string } = {}): Promise<number> {
  const bytes = JSON.stringify({ repository: place, installation: { id: 1 }, sender: sender('ada'), ...body });
  const signature = `sha256=${createHmac('sha256', more.secret ?? SECRET)
    .update(bytes)
    .digest('hex')}`;
  const headers = {
    'content-length': String(Buffer.byteLength(bytes)),
    host: new URL(RP.origin).host,
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': more.id ?? `d-${++delivery}`,
    'x-hub-signature-256': signature,
  };
  return (await app.request(`${RP.origin}${FORGES_PREFIX}/github`, { method: 'POST', headers, body: bytes })).status;
}
const pull = (number: number, head: string, action = 'opened', more: object = {}) => ({
  action,
  pull_request: { number, state: 'open', head: { sha: head }, base: { ref: 'main', sha: bed.tip(), repo: place }, ...more },
  number,
});
function proposed(number: number, head: string): string {
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:refs/pull/${number}/head`);
  pulls = [...pulls.filter((p) => p.number !== number), { number, head }];
  return head;
}
const checkOn = (head: string) => [...checks.values()].find((c) => c.head_sha === head);
const conclusionOn = (head: string) => checkOn(head)?.conclusion;
const changeOn = (head: string): string => String(checkOn(head)?.external_id);

async function sign(person: 'mara' | 'noor', change: string): Promise<void> {
  const row = await bed.row(change);
  const prepared = await prepareSignoff(signing, change, person, await bed.answers(row.id));
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
  const done = await completeSignoff(signing, change, bed.keys[person].signEnvelope(prepared.value.statement));
  if (!done.ok) throw new Error(JSON.stringify(done.error));
}

describe('a pull request', () => {
  it('waits, is signed, is let through, is merged, and has landed', async () => {
    const head = proposed(1, bed.commit(DROP));
    expect(await deliver('pull_request', pull(1, head))).toBe(202);
    await until(() => conclusionOn(head) === 'action_required');
    expect(checkOn(head)).toMatchObject({
      name: 'countersign/main',
      status: 'completed',
      output: { title: 'Needs 1 human at L6 or above' },
      actions: [{ identifier: 'look-again' }],
    });
    await sign('mara', changeOn(head));
    await until(() => conclusionOn(head) === 'success');
    // The button: a commit nobody saw before.
    bed.work.git('checkout', '-q', '--detach', bed.tip());
    bed.work.git('merge', '-q', '--no-ff', '--no-commit', head);
    const merged = bed.work.commit(
      {},
      { author: { name: 'ben', email: 'ben@example.org' }, committer: { name: 'GitHub', email: 'noreply@github.com' }, message: 'Merge pull request #1\n' },
    );
    const old = bed.tip();
    bed.work.git('push', '-q', bed.served.gitDir, `${merged}:${MAIN}`);
    expect(await deliver('push', { ref: MAIN, before: old, after: merged, sender: sender('ben'), deleted: false, created: false, forced: false })).toBe(202);
    await until(async () => (await bed.store.projections.memory.standing({ repo: 'infra' }))[0]?.head === merged);
    expect(await bed.store.projections.memory.standing({ repo: 'infra' })).toEqual([{ targetRef: MAIN, head: merged, violated: null }]);
  });

  it('that an administrator merges past the check is a violation of that commit', async () => {
    const bad = bed.commit({ 'db/002.sql': 'drop table customers;\n' });
    const old = bed.tip();
    bed.work.git('push', '-q', bed.served.gitDir, `${bad}:${MAIN}`);
    await deliver('push', { ref: MAIN, before: old, after: bad, deleted: false, created: false, forced: false });
    await until(async () => (await bed.store.projections.memory.standing({ repo: 'infra' }))[0]?.violated === bad);
    expect(logged.some((line) => line.includes(bad.slice(0, 12)))).toBe(true);
  });

  it('said by nobody who knows the secret, twice, or about somebody else’s repository, does nothing', async () => {
    const head = proposed(2, bed.commit({ 'docs/two.md': 'two\n' }));
    expect(await deliver('pull_request', pull(2, head), { secret: 'guessed' })).toBe(422);
    expect(await deliver('pull_request', { ...pull(2, head), repository: { id: 43, full_name: 'acme/infra' } })).toBe(202);
    expect(await deliver('issue_comment', { action: 'created' })).toBe(202);
    expect(checkOn(head)).toBeUndefined();
    expect([await deliver('pull_request', pull(2, head), { id: 'same' }), await deliver('pull_request', pull(2, head), { id: 'same' })]).toEqual([202, 202]);
    await until(() => conclusionOn(head) === 'success');
    expect(checks.size).toBe(1);
  });
});

it('a thousand deliveries at once are all kept, and each proposal is answered', async () => {
  const heads = Array.from({ length: 10 }, (_, i) => proposed(100 + i, bed.commit({ [`docs/${i}.md`]: 'x\n' })));
  const all = await Promise.all(Array.from({ length: 1_000 }, (_, i) => deliver('pull_request', pull(100 + (i % 10), heads[i % 10] ?? '', 'synchronize'))));
  expect(all.every((status) => status === 202)).toBe(true);
  await until(() => heads.every((head) => conclusionOn(head) === 'success'), 120_000);
  expect(checks.size).toBe(10);
}, 180_000);
