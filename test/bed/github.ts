/**
 * A repository that lies at GitHub, whole but for GitHub: deliveries signed by its secret come in at the real door, commits by real git over HTTP
 * with the token the app was given, and every call that goes out is held against GitHub's own description of its API. The log, the store and
 * the keys are real.
 */
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aliasesIn } from '../../src/adapters/git/aliases.ts';
import { handleGit } from '../../src/adapters/git/http.ts';
import { objectStore } from '../../src/adapters/git/keep.ts';
import { mirrorFolder } from '../../src/adapters/git/mirror.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { openGithub } from '../../src/adapters/github/forge.ts';
import { APP, KEY, TOKEN } from '../../src/adapters/github/test-app.ts';
import { type Double, openDouble, type Seen } from '../../src/adapters/github/test-double.ts';
import { startWorker } from '../../src/flows/job-worker.ts';
import { prepareSignoff, type SigningWorld } from '../../src/flows/prepare.ts';
import { completeSignoff } from '../../src/flows/signoff.ts';
import { after } from '../../src/flows/witnesses.ts';
import { createApp } from '../../src/server/app.ts';
import { FORGES_PREFIX } from '../../src/server/forge-door.ts';
import { openForges } from '../../src/world-forge.ts';
import { type Bed, MAIN, openBed, type PersonName, RP, roster } from './bed.ts';
import { serverWorld } from './doors.ts';

const SECRET = 'the secret of the app';
const TOKEN_NOW = 'ghs_of_now';
const [CREATE, UPDATE] = ['POST /repos/{owner}/{repo}/check-runs', 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'];
const PLACE = { id: 42, full_name: 'acme/infra' };

export interface GithubBed {
  readonly bed: Bed;
  readonly double: Double;
  /** Check runs as GitHub has them, the last word of each. */
  readonly checks: ReadonlyMap<number, { readonly [name: string]: unknown }>;
  readonly logged: readonly string[];
  checkOn(head: string): { readonly [name: string]: unknown } | undefined;
  /** A proposal's head is there. Answers it. */
  proposed(number: number, head: string): string;
  /** What GitHub says of its branch being pushed, and of it. */
  pushed(number: number, head: string): object;
  pull(number: number, head: string, action?: string): object;
  /** The branch is moved there, past every rule. Answers what GitHub says of it. */
  moved(head: string): object;
  /** Status of the answer. */
  deliver(event: string, body: object, more?: { readonly secret?: string; readonly id?: string }): Promise<number>;
  sign(person: PersonName, change: string): Promise<void>;
  until(holds: () => boolean | Promise<boolean>, most?: number): Promise<void>;
  /** @throws where GitHub would not have understood a call. */
  close(): Promise<void>;
}

/** @param slow milliseconds every call to the API takes. */
export async function openGithubBed({ slow = 0 }: { readonly slow?: number } = {}): Promise<GithubBed> {
  const bed = await openBed();
  const folder = mkdtempSync(join(tmpdir(), 'countersign-github-'));
  const checks = new Map<number, { readonly [name: string]: unknown }>();
  const pulls = new Map<number, string>();
  const logged: string[] = [];
  let delivery = 0;
  // Accounts of the forge, as a roster names them.
  const accounts = roster().replaceAll(/accounts: \[(\w+)\]/g, 'accounts: [$1, "github:$1"]');
  const start = bed.commit({ '.countersign/roster.yml': accounts }, { by: 'kim' });
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${start}:${MAIN}`);
  // Of everybody: leases and signatures alike.
  Object.defineProperty(bed.clock, 'now', { get: Date.now });
  const [double, git] = await Promise.all([openDouble(), gitServer(folder, bed.served.gitDir)]);
  answers(double, { checks, pulls });
  const late: typeof fetch = async (url, init) => {
    await new Promise((resolve) => setTimeout(resolve, slow));
    return fetch(url, init);
  };
  const web = `http://127.0.0.1:${(git.address() as AddressInfo).port}`;
  const github = openGithub({ api: double.api, web, appId: APP, privateKey: KEY.privateKey, fetch: (url, init) => late(url, init) });
  if (!github.ok) throw new Error(github.error.message);
  const root = join(folder, 'mirrors');
  const gitDir = mirrorFolder(root, 'infra');
  const repository = openRepository({ gitDir });
  const { records: _, ...world } = bed.world;
  const gate = {
    ...world,
    // Where the bed looks for what its people read.
    objects: objectStore({ root: join(bed.data, '..', 'kept'), gitDirOf: (id) => (id === 'infra' ? gitDir : undefined) }),
    repositories: new Map([
      ['infra', { id: 'infra', title: 'Infra', protected: [MAIN], mirrored: true as const, repository, aliases: (refs: readonly string[]) => aliasesIn(gitDir, refs) }],
    ]),
  };
  let wake = (): void => undefined;
  const log = (line: string): void => void logged.push(line);
  const settings = { github: github.value, appId: APP, secrets: [SECRET], sources: new Map([['infra', { name: 'acme/infra', merges: 'any' as const }]]), root };
  const forging = await openForges(bed.store, gate, settings, { wake: () => wake(), log });
  const worker = startWorker({ leases: bed.store.jobs.leases, handlers: forging.handlers, name: 'test', now: Date.now, after, random: Math.random, log });
  wake = worker.wake;
  const signing: SigningWorld = { ...gate, ledger: forging.told(gate.ledger) };
  const app = createApp(serverWorld(bed, { ...signing, forges: forging.doors }));
  const checkOn: GithubBed['checkOn'] = (head) => [...checks.values()].find((c) => c.head_sha === head);
  const until: GithubBed['until'] = async (holds, most = 60_000) => {
    for (const end = Date.now() + most; !(await holds()); ) {
      if (Date.now() > end) throw new Error(`it does not come: ${JSON.stringify({ checks: [...checks.values()].map((c) => [c.head_sha, c.conclusion]), logged })}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await bed.store.jobs.add(forging.jobs);
  worker.wake();
  await until(() => double.seen.some((s) => s.operation === 'GET /repos/{owner}/{repo}/pulls'));
  return {
    ...{ bed, double, checks, logged, checkOn, until },
    proposed: (number, head) => {
      bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:refs/pull/${number}/head`);
      pulls.set(number, head);
      return head;
    },
    pull: (number, head, action = 'opened') => ({
      action,
      number,
      ...(action === 'synchronize' ? { before: '0'.repeat(40), after: head } : {}),
      pull_request: {
        number,
        state: 'open',
        head: { ref: `fix-${number}`, sha: head, user: sender('ada'), repo: { ...PLACE, owner: sender('acme') } },
        base: { ref: 'main', sha: bed.tip(), repo: PLACE },
      },
    }),
    pushed: (number, head) => ({ ref: `refs/heads/fix-${number}`, before: '0'.repeat(40), after: head, deleted: false, created: true, forced: false }),
    moved: (head) => {
      const before = bed.tip();
      bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:${MAIN}`);
      return { ref: MAIN, before, after: head, deleted: false, created: false, forced: false };
    },
    deliver: async (event, body, { secret = SECRET, id = `d-${++delivery}` } = {}) => {
      const { headers, bytes } = delivered(event, body, secret, id);
      return (await app.request(`${RP.origin}${FORGES_PREFIX}/github`, { method: 'POST', headers: { ...headers, host: new URL(RP.origin).host }, body: bytes })).status;
    },
    sign: async (person, change) => {
      const prepared = await prepareSignoff(signing, change, person, await bed.answers(change));
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
      const done = await completeSignoff(signing, change, bed.keys[person].signEnvelope(prepared.value.statement));
      if (!done.ok) throw new Error(JSON.stringify(done.error));
    },
    close: async () => {
      await worker.stop(5_000);
      git.closeAllConnections();
      git.close();
      await double.close();
      await bed.close();
      rmSync(folder, { recursive: true, force: true });
      if (double.wrong.length > 0) throw new Error(double.wrong.join('\n'));
    },
  };
}

/** As GitHub sends it. */
export function delivered(event: string, body: object, secret: string, id: string) {
  const bytes = JSON.stringify({ repository: PLACE, installation: { id: 1 }, sender: sender('ada'), ...body });
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(bytes)) },
    ...{ 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}` },
  };
  return { bytes, headers };
}

export const sender = (login: string) => ({ login, id: 1, type: 'User' });

export type Kept = { readonly checks: Map<number, { readonly [name: string]: unknown }>; readonly pulls: ReadonlyMap<number, string> };

/** What GitHub answers about this one repository. */
export function answers(of: Double, { checks, pulls }: Kept): void {
  const repository = { ...(of.exampleOf('GET /repos/{owner}/{repo}').body as object), id: PLACE.id, full_name: PLACE.full_name, name: 'infra' };
  of.on(TOKEN, () => ({ status: 201, body: { token: TOKEN_NOW, expires_at: new Date(Date.now() + 3_600_000).toISOString() } }));
  of.on('GET /repos/{owner}/{repo}', () => ({ status: 200, body: repository }));
  // Lines are added to, and never taken away.
  const shown = (id: number) => {
    const example = of.exampleOf(CREATE).body as { readonly output: object };
    const { status, conclusion = null, head_sha, lines = 0 } = checks.get(id) ?? {};
    return { ...example, id, head_sha, status, conclusion, output: { ...example.output, annotations_count: lines } };
  };
  const kept = (id: number, { body }: Seen) => {
    const said = body as { readonly output?: { readonly annotations?: readonly object[] } };
    const before = checks.get(id);
    checks.set(id, { ...before, ...said, id, lines: Number(before?.lines ?? 0) + (said.output?.annotations?.length ?? 0) });
    return shown(id);
  };
  let runs = 0;
  of.on(CREATE, (seen) => ({ status: 201, body: kept(++runs, seen) }));
  of.on(UPDATE, (seen) => ({ status: 200, body: kept(Number(seen.params.check_run_id), seen) }));
  of.on('GET /repos/{owner}/{repo}/check-runs/{check_run_id}', (seen) => ({ status: 200, body: shown(Number(seen.params.check_run_id)) }));
  of.on('GET /repos/{owner}/{repo}/activity', () => ({ status: 200, body: [] }));
  of.on('GET /repos/{owner}/{repo}/pulls', () => {
    const [example] = of.exampleOf('GET /repos/{owner}/{repo}/pulls').body as readonly { readonly user: object; readonly head: object; readonly base: { readonly repo: object } }[];
    const listed = [...pulls].map(([number, head]) => ({
      ...{ ...example, number, user: { ...example?.user, login: 'ada' } },
      ...{ head: { ...example?.head, sha: head }, base: { ...example?.base, ref: 'main', repo: { ...example?.base.repo, id: PLACE.id } } },
    }));
    return { status: 200, body: listed };
  });
}

/** Git as GitHub serves it: to whoever brings a token of the app. */
export function gitServer(folder: string, gitDir: string): Promise<Server> {
  const projectRoot = join(folder, 'github');
  mkdirSync(projectRoot);
  symlinkSync(gitDir, join(projectRoot, 'infra.git'));
  const server = createServer((request, response) => {
    const [, said = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (Buffer.from(said, 'base64').toString() !== `x-access-token:${TOKEN_NOW}`) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    // Whoever owns it by now.
    request.url = (request.url ?? '').replace(/^\/[a-z]+\/infra\.git/, '/infra.git');
    handleGit(request, response, { projectRoot, remoteUser: 'x', env: {} }).catch(() => response.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
