/**
 * A forge as far as CI sees one: a repository behind git over HTTP that anybody reads, whose pull requests are refs, and which holds the
 * policy, the roster and the trust file of a bed on its main branch. And what CI systems make of it: clones, and the steps of their files.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { handleGit } from '../../src/adapters/git/http.ts';
import { exportBundle, exportTrust } from '../../src/flows/evidence.ts';
import type { TestRepository } from '../../src/testing/git.ts';
import { type Bed, MAIN, openBed, POLICY } from './bed.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Forge {
  readonly bed: Bed;
  readonly url: string;
  readonly repository: TestRepository;
  /** A commit on the served main, pushed as the head of a pull request; answers it. */
  propose(number: number, head: string): string;
  /** The forge's own merge of it into main, as `refs/pull/N/merge`; answers the commit. */
  merge(number: number): string;
  /** Pushed to the server too, so that it knows the change and whose it is. Answers the change's id. */
  known(head: string, ref?: string): Promise<string>;
  bundle(id: string): Promise<string>;
  /** Runs the program, or anything, with a clean home. */
  run(command: readonly string[], cwd: string, env?: { readonly [name: string]: string }): Promise<Ran>;
  folder(): string;
  close(): Promise<void>;
}

export const TRUST_PATH = '.countersign/trust.json';
const LADDER = ['L4', 'L5', 'L6', 'L7'];

/** @param start of the installation's clock, milliseconds since 1970. */
export async function openForge(policy = POLICY, start = Date.now()): Promise<Forge> {
  const bed = await openBed('production', policy, { start });
  const trust = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: LADDER });
  if (!trust.ok) throw new Error(trust.error.message);
  bed.work.git('checkout', '-q', 'main');
  bed.work.commit({ [TRUST_PATH]: trust.value }, { author: { name: 'kim', email: 'kim@example.org' } });
  bed.work.git('push', '-q', bed.served.gitDir, `HEAD:${MAIN}`, 'HEAD:refs/heads/release');
  const projects = bed.room.folder();
  const gitDir = join(projects, 'infra.git');
  bed.work.git('clone', '-q', '--bare', '--single-branch', '--branch', 'main', bed.served.gitDir, gitDir);
  const repository = bed.room.at(gitDir, gitDir);
  // As the large forges do.
  repository.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const server = createServer((req, res) => void handleGit(req, res, { projectRoot: projects, remoteUser: 'somebody', env: {} }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return forgeOver(bed, repository, server);
}

function forgeOver(bed: Bed, repository: TestRepository, server: Server): Forge {
  const home = bed.room.folder();
  const folder = (): string => mkdtempSync(join(bed.room.root, 'ci-'));
  return {
    ...{ bed, repository, folder },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/infra.git`,
    propose: (number, head) => {
      bed.work.git('push', '-q', '--force', repository.gitDir, `${head}:refs/pull/${number}/head`);
      return head;
    },
    merge: (number) => {
      const head = repository.git('rev-parse', `refs/pull/${number}/head`);
      bed.work.git('checkout', '-q', '--detach', repository.git('rev-parse', MAIN));
      bed.work.git('merge', '-q', '--no-ff', '-m', 'Merge', head);
      bed.work.git('push', '-q', '--force', repository.gitDir, `HEAD:refs/pull/${number}/merge`);
      return bed.work.git('rev-parse', 'HEAD');
    },
    known: async (head, ref = MAIN) => {
      const { id } = await bed.judged(head, { ref });
      if (id === null) throw new Error('the server knows no change');
      return id;
    },
    bundle: async (id) => {
      const bundle = await exportBundle(bed.world.ledger, bed.store.projections, id, bed.world.now());
      if (!bundle.ok) throw new Error(bundle.error.message);
      return bundle.value;
    },
    run: (command, cwd, env = {}) =>
      ran(command, cwd, { PATH: process.env.PATH ?? '', HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NO_PROXY: '*', no_proxy: '*', ...env }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bed.close();
    },
  };
}

const PATIENCE_MS = 120_000;

function ran([program = '', ...args]: readonly string[], cwd: string, env: { readonly [name: string]: string }): Promise<Ran> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** One step of a CI file, as its runner would start it. */
export interface Step {
  readonly run: string;
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

/** In order, until one ends with anything but 0. */
export async function runSteps(forge: Forge, steps: readonly Step[]): Promise<Ran> {
  let all: Ran = { code: 0, stdout: '', stderr: '' };
  for (const { run, cwd, env } of steps) {
    mkdirSync(cwd, { recursive: true });
    const script = join(forge.folder(), 'step.sh');
    writeFileSync(script, run);
    const done = await forge.run(['sh', '-e', script], cwd, env);
    all = { code: done.code, stdout: all.stdout + done.stdout, stderr: all.stderr + done.stderr };
    if (done.code !== 0) break;
  }
  return all;
}
