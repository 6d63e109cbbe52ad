/**
 * A server and three witnesses, each a process of its own, over real HTTP, quorum 2 of 3. What is proven is said, what is not is said as
 * plainly, and a data folder that was swapped is refused by everybody who saw the other one.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, freePort, openStage, type Stage } from '../../examples/story/stage.ts';
import { utf8 } from '../../src/core/base/bytes.ts';
import { sha256Hex } from '../../src/core/base/crypto.ts';
import { parseVkey } from '../../src/core/log/note.ts';
import { verifyProof } from '../../src/core/log/proof.ts';
import { parseWitnessPolicy } from '../../src/core/log/witness-policy.ts';
import { routine } from './server-wire.ts';

interface LedgerAnswer {
  readonly size: number;
  readonly vkey: string;
  readonly checkpoint: string;
  readonly witnesses: {
    readonly quorum: string;
    readonly proven: { readonly size: number; readonly by: readonly { readonly witness: string }[] } | null;
    readonly standings: readonly { readonly name: string; readonly size: number; readonly problem: { readonly code: string } | null }[];
  } | null;
  readonly entries: readonly { readonly type: string; readonly text: string; readonly proven: boolean }[];
}

class Witness {
  readonly name: string;
  readonly dir: string;
  readonly port: number;
  vkey = '';
  #child: ChildProcess | undefined;

  constructor(name: string, dir: string, port: number) {
    this.name = name;
    this.dir = dir;
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  args(log: string): readonly string[] {
    return [
      CLI,
      'witness',
      '--data',
      this.dir,
      '--origin',
      log.split('+')[0] ?? '',
      '--log-vkey',
      log,
      '--name',
      `witness.example/${this.name}`,
      '--port',
      String(this.port),
      '--json',
    ];
  }

  async start(log: string): Promise<void> {
    const child = spawn(process.execPath, this.args(log), { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    this.vkey = JSON.parse(line).vkey;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<number | null> {
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return null;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    return ((await exit) as [number | null])[0];
  }
}

let stage: Stage;
let folder: string;
let policyFile: string;
let log: string;
let clone: string;
let server: ChildProcess | undefined;
let said = '';
const witnesses: Witness[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-witness-'));
  policyFile = join(folder, 'witnesses.txt');
  stage = await openStage();
  log = (await ledger()).vkey;
  await stage.stop();
  for (const name of ['ci', 'auditor', 'deploy']) {
    const witness = new Witness(name, join(folder, name), await freePort());
    await witness.start(log);
    witnesses.push(witness);
  }
  const lines = witnesses.map((w) => `witness ${w.name} ${w.vkey} ${w.url}/\n`).join('');
  writeFileSync(policyFile, `log ${log}\n${lines}group g 2 ci auditor deploy\nquorum g\n`);
  await serve();
  clone = stage.clone('infra', 'ines');
});
afterAll(async () => {
  await unserve();
  await Promise.all(witnesses.map((w) => w.end()));
  await stage?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The same data on the same port as the stage has it, with the witness policy. */
async function serve(data = stage.data): Promise<void> {
  said = '';
  const child = spawn(process.execPath, [CLI, 'serve', '--demo', '--data', data, '--port', new URL(stage.url).port, '--witness-policy', policyFile], {
    env: stage.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server = child;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  await until(() => said.includes('Countersign is listening'));
}
async function unserve(): Promise<void> {
  if (server === undefined || server.exitCode !== null) return;
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
}

const ledger = async (query = '?from=0&count=200'): Promise<LedgerAnswer> => (await fetch(`${stage.url}/api/v1/ledger${query}`)).json() as Promise<LedgerAnswer>;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it never came about; the server said: ${said.slice(-2_000)}`);
}

/** Pushes a change that passes by itself: entries follow. The size of the log then. */
async function push(words: string): Promise<number> {
  stage.must(clone, 'fetch', '-q', 'origin');
  stage.must(clone, 'reset', '-q', '--hard', 'origin/main');
  routine(stage, clone, words);
  stage.must(clone, 'push', '-q', 'origin', 'HEAD:refs/heads/main');
  return (await ledger()).size;
}
const provenSize = async (): Promise<number> => (await ledger()).witnesses?.proven?.size ?? 0;
const standing = async (name: string) => (await ledger()).witnesses?.standings.find((s) => s.name === name);

it('has what is appended proven, with the policy itself in the log, to a verifier who has nothing but keys', async () => {
  const size = await push('Something routine');
  await until(async () => (await provenSize()) >= size);
  const now = await ledger();
  expect(now.witnesses?.quorum).toBe('2 of ci, auditor, deploy');
  const index = now.entries.findIndex((e) => e.type === 'witness');
  const entry = now.entries[index];
  const text = readFileSync(policyFile, 'utf8');
  expect(JSON.parse(entry?.text ?? '{}')).toMatchObject({ policy: sha256Hex(text) });
  expect(entry?.proven).toBe(true);
  const policy = parseWitnessPolicy(text);
  const key = parseVkey(log);
  if (!policy.ok || !key.ok) throw new Error('the test wrote a policy that cannot be read');
  const proof = await (await fetch(`${stage.url}/api/v1/ledger/proof/${index}`)).text();
  expect(verifyProof(proof, utf8(entry?.text ?? ''), [key.value], policy.value)).toMatchObject({ ok: true, value: { index } });
  // Static readers see the same checkpoint.
  await until(async () => (await ledger()).witnesses?.proven?.by.length === 3);
  expect(await (await fetch(`${stage.url}/log/checkpoint`)).text()).toBe((await ledger()).checkpoint);
});

it('is proven with one witness killed, not with two, and catches up when they come back', async () => {
  await witnesses[0]?.end('SIGKILL');
  const one = await push('One witness is dead');
  await until(async () => (await provenSize()) >= one);
  await witnesses[1]?.end('SIGKILL');
  const two = await push('Two witnesses are dead');
  await until(async () => (await standing('deploy'))?.size === two && (await standing('auditor'))?.problem?.code === 'WITNESS_UNAVAILABLE');
  const then = await ledger();
  expect(then.witnesses?.proven?.size).toBeLessThan(two);
  expect(then.entries.at(-1)?.proven).toBe(false);
  expect(await (await fetch(`${stage.url}/api/v1/ledger/sizes/${two}`)).json()).toMatchObject({ proven: null });
  expect(await (await fetch(`${stage.url}/api/v1/ledger/proof/${two - 1}`)).json()).toMatchObject({ code: 'LOG_QUORUM' });
  await witnesses[1]?.start(log);
  await until(async () => (await provenSize()) === two);
  await witnesses[0]?.start(log);
  await until(async () => (await standing('ci'))?.size === two);
});

it('has a witness that belongs to one process, answers two clients once, and shows monitors what it saw', async () => {
  const [ci] = witnesses;
  if (ci === undefined) throw new Error('no witness');
  const second = spawnSync(process.execPath, [...ci.args(log), '--port', '0'], { encoding: 'utf8', timeout: 30_000 });
  expect([second.status, JSON.parse(second.stdout).problems[0].code]).toEqual([2, 'DATA_LOCKED']);
  const shown = await (await fetch(`${ci.url}/${sha256Hex(log.split('+')[0] ?? '')}/checkpoint`)).text();
  expect(shown).toContain('— witness.example/ci ');

  const fresh = new Witness('fresh', join(folder, 'fresh'), await freePort());
  await fresh.start(log);
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${fresh.url}/add-checkpoint`, { method: 'POST', body: `old 0\n\n${shown}` })));
  expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
  expect(await fresh.end()).toBe(0);
});

it('does not start on a data folder that was swapped, and where its witnesses were away then, stops at the first that comes back', async () => {
  await unserve();
  const copy = `${stage.data}-copy`;
  cpSync(stage.data, copy, { recursive: true });
  await serve();
  const seen = await push('What the witnesses saw');
  await until(async () => (await ledger()).witnesses?.standings.every((s) => s.size === seen) === true);
  await unserve();
  renameSync(stage.data, `${stage.data}-seen`);
  renameSync(copy, stage.data);
  const refused = stage.countersign('serve', '--demo', '--data', stage.data, '--port', new URL(stage.url).port, '--witness-policy', policyFile);
  expect(refused.code).toBe(2);
  expect(refused.text).toMatch(new RegExp(`was seen with ${seen}.*LOG_FORK`));
  for (const witness of witnesses) await witness.end();
  await serve();
  clone = stage.clone('infra', 'ines');
  await push('What nobody was to see');
  await witnesses[0]?.start(log);
  await until(async () => (await standing('ci'))?.problem?.code === 'LOG_FORK');
  const forked = await ledger();
  expect(forked.witnesses?.proven).toBeNull();
  expect(forked.entries.some((e) => e.proven)).toBe(false);
  routine(stage, clone, 'Nor this');
  const pushed = stage.git(clone, 'push', '-q', 'origin', 'HEAD:refs/heads/main');
  expect(pushed.code).not.toBe(0);
  expect((await ledger()).size).toBe(forked.size);
});

it.each([
  ['a file that is not there', () => join(folder, 'nowhere'), /--witness-policy.*nowhere/s],
  ['a policy that counts one witness twice', () => wrote(`${policyLine('ci')}group g 2 ci ci\nquorum g\n`), /wrong\.txt: line 2: .*TRUST_FORMAT/s],
  ['a quorum nobody can be asked for', () => wrote(`${policyLine('ci').replace(/ http.*/, '')}quorum ci\n`), /too few witnesses of the quorum have an address/],
])('does not start with %s, and says where', (_, file, words) => {
  const done = stage.countersign('serve', '--demo', '--data', join(folder, 'never'), '--port', '4', '--witness-policy', file());
  expect(done.code).toBe(2);
  expect(done.text).toMatch(words);
});
const wrote = (text: string): string => {
  writeFileSync(join(folder, 'wrong.txt'), text);
  return join(folder, 'wrong.txt');
};
const policyLine = (name: string): string =>
  `${readFileSync(policyFile, 'utf8')
    .split('\n')
    .find((l) => l.startsWith(`witness ${name}`))}\n`;
