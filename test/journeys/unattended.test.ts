/**
 * All servers are dead, and an emergency does not wait: two people sign a break-glass in their own clones, the hook verifies it, one push
 * passes, and the server that comes back tells the ledger. Server, kills, git, hook and commands are real; the security keys are
 * synthesised and stand behind a `ssh-keygen` that carries bytes to them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signer } from '../../examples/story/people.ts';
import { CLI, openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { text } from '../../src/core/base/bytes.ts';
import { parseEntry } from '../../src/core/log/entry.ts';
import { publicKeyLine } from '../../src/core/signoff/keys.ts';
import { softSshKey } from '../../src/testing/authenticator.ts';
import { STORY_TF } from '../../src/testing/sample/infra.ts';
import { gitBeside, routine } from './server-wire.ts';

let stage: Stage;
let gitDir: string;
let spool: string;
let port: number;
let server: ChildProcess | undefined;
let device: Server;
const keys = { mara: softSshKey('sk-ssh-ed25519'), tomasz: softSshKey('sk-ssh-ed25519'), jonas: softSshKey('sk-ssh-ed25519') };
type Person = keyof typeof keys;
let touches = 0;

const file = (name: string): string => join(stage.folder, name);
const WITHOUT = 'no answer from the gate, so nothing passes [GATE_UNAVAILABLE]';

beforeAll(async () => {
  stage = await openStage();
  gitDir = join(stage.data, 'repositories/infra.git');
  spool = join(gitDir, 'countersign/spool');
  port = Number(new URL(stage.url).port);
  await layKeys();
  for (const person of Object.keys(keys)) expect(await countersign('enrol', stage.url, '--as', person, '--key', file(`${person}.pub`))).toMatchObject({ code: 0 });
  writeFileSync(file('trust.json'), await (await fetch(`${stage.url}/api/v1/trust`)).text());
  await stage.stop();
  await start();
});
afterAll(async () => {
  await stop();
  device?.close();
  await stage?.end();
});

async function layKeys(): Promise<void> {
  device = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.end(keys[(request.url ?? '').slice(1) as Person].signPae(new Uint8Array(Buffer.concat(parts)), { counter: ++touches }));
  });
  await new Promise<void>((resolve) => device.listen(0, '127.0.0.1', resolve));
  for (const [person, key] of Object.entries(keys)) writeFileSync(file(`${person}.pub`), `${publicKeyLine(key.blob)} ${person}\n`);
  mkdirSync(file('bin'));
  const url = `http://127.0.0.1:${(device.address() as AddressInfo).port}`;
  writeFileSync(
    file('bin/keygen.mjs'),
    `import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
const args = process.argv.slice(2);
const person = basename(args[args.indexOf('-f') + 1]);
const response = await fetch('${url}/' + person, { method: 'POST', body: readFileSync(args.at(-1)) });
writeFileSync(args.at(-1) + '.sig', Buffer.from(await response.arrayBuffer()));
`,
  );
  writeFileSync(file('bin/ssh-keygen'), `#!/bin/sh\nexec '${process.execPath}' '${file('bin/keygen.mjs')}' "$@"\n`);
  chmodSync(file('bin/ssh-keygen'), 0o755);
}

/** Not spawnSync: the keys live in this process. */
function countersign(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: `${file('bin')}:${process.env.PATH}`, HOME: stage.folder, LC_ALL: 'C' };
  const child = spawn(process.execPath, [CLI, ...args], { cwd: stage.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('close', (code) => resolve({ code: code ?? -1, text: said }));
  });
}

function spawned(...more: readonly string[]): ChildProcess {
  return spawn(process.execPath, [CLI, 'serve', '--demo', '--data', stage.data, '--port', String(port), ...more], { env: stage.env, stdio: ['ignore', 'pipe', 'pipe'] });
}
async function start(enabled = true): Promise<void> {
  const child = enabled ? spawned('--break-glass-trust', file('trust.json')) : spawned();
  server = child;
  await new Promise<void>((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('is listening')) resolve();
      });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}
async function stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
  const child = server;
  server = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

const main = (): string => stage.must(gitDir, 'rev-parse', 'refs/heads/main');
const kept = (folder: 'waiting' | 'filled' | 'nonces'): readonly string[] => readdirSync(join(spool, folder));

/** A clone over the file system, as somebody has whom sshd lets reach the repository while HTTP is gone. */
function clone(): string {
  const dir = mkdtempSync(join(stage.folder, 'clone-'));
  stage.must(stage.folder, 'clone', '-q', gitDir, dir);
  return dir;
}
function emergency(dir = clone(), words = ''): string {
  writeFileSync(join(dir, 'databases/orders/main.tf'), `${STORY_TF}${words}`);
  stage.must(dir, ...JONAS, 'commit', '-qam', `Save the orders ${words}\n\n${TRAILER}`);
  return dir;
}
const push = (dir: string, ...options: readonly string[]): Promise<Ran> => gitBeside(dir, stage.folder, 'push', ...options, 'origin', 'HEAD:refs/heads/main');
const option = (name: string): readonly string[] => ['-o', `break-glass=${readFileSync(file(name), 'utf8').trim()}`];
const sign = (person: Person, dir: string, out: string): Promise<Ran> =>
  countersign(
    'break-glass',
    'offline',
    '--trust',
    file('trust.json'),
    '--out',
    file(out),
    '--reason',
    'orders are down',
    '--incident',
    'INC-7',
    '--repo',
    dir,
    '--key',
    file(person),
  );

interface Entry {
  readonly type: string;
  readonly fields: { readonly [name: string]: unknown };
}
/** As an administrator reads it while no server runs; nothing in it contradicts anything. */
async function ledger(): Promise<readonly Entry[]> {
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: stage.data, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  expect(await store.value.audit()).toEqual([]);
  const entries = await store.value.ledger.entries(0, 10_000);
  await store.value.close();
  return entries.flatMap((e) => {
    const entry = parseEntry(e.bytes);
    if (!entry.ok) throw new Error(text(e.bytes));
    return [entry.value];
  });
}
const about = (entries: readonly Entry[], head: string): readonly string[] => entries.filter((e) => e.fields.new === head).map((e) => e.type);

describe('while a server lives', () => {
  it('it alone answers, whatever is handed over', async () => {
    const dir = emergency();
    await sign('mara', dir, 'live.json');
    expect(await sign('tomasz', dir, 'live.json')).toMatchObject({ code: 0 });
    const pushed = await push(dir, ...option('live.json'));
    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain('PUSHER_UNKNOWN');
    expect(kept('nonces')).toEqual([]);
  });
});

describe('while none does', () => {
  let dir: string;
  let before: string;

  beforeAll(async () => {
    await stop('SIGKILL');
    dir = emergency();
    before = main();
  });

  it('there is no push, with the remedy', async () => {
    const pushed = await push(dir);
    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain(WITHOUT);
    expect(pushed.text).toContain('remedy: start the Countersign server');
    expect(main()).toBe(before);
  });

  it('one person signs, and it is not enough, in the terminal and at the hook', async () => {
    const signed = await sign('mara', dir, 'pass.json');
    expect(signed).toMatchObject({ code: 1, text: expect.stringContaining('the next person runs the same command') });
    expect(signed.text).toContain('mara break the glass');
    const pushed = await push(dir, ...option('pass.json'));
    expect(pushed.text).toContain('BG_APPROVERS');
    expect(pushed.code).not.toBe(0);
    expect(await sign('jonas', dir, 'j.json')).toMatchObject({ code: 2, text: expect.stringContaining('jonas is L4, and break-glass asks for L6 [BG_APPROVERS]') });
    expect(existsSync(file('j.json'))).toBe(false);
  });

  it('another change does not pass by it, nor one more commit, nor one that is no break-glass', async () => {
    expect(await sign('tomasz', dir, 'pass.json')).toMatchObject({ code: 0, text: expect.stringContaining('passes while no server lives') });
    const other = emergency(clone(), '# else\n');
    expect((await push(other, ...option('pass.json'))).text).toContain('BG_SCOPE');
    expect((await gitBeside(dir, stage.folder, 'push', ...option('pass.json'), 'origin', 'HEAD:refs/heads/release')).text).toContain('BG_SCOPE');
    expect((await push(dir, '-o', 'break-glass={"mediaType":"x"}')).text).toContain('BG_SCOPE');
    expect(main()).toBe(before);
    expect(kept('waiting')).toEqual([]);
  });

  it('exactly that one passes, by the option, and is kept', async () => {
    const pushed = await push(dir, ...option('pass.json'));
    expect(pushed).toMatchObject({ code: 0, text: expect.stringContaining('without a server  [BREAK_GLASS]') });
    expect(pushed.text).toContain('mara (L6) broke the glass for INC-7: orders are down');
    expect(main()).toBe(stage.must(dir, 'rev-parse', 'HEAD'));
    expect(kept('waiting')).toHaveLength(1);
    expect(kept('nonces')).toHaveLength(2);
  });

  it('it passes once: not again where somebody rewound the ref, nor when another holds the file', async () => {
    const head = main();
    stage.must(gitDir, 'update-ref', 'refs/heads/main', before);
    expect((await push(dir, ...option('pass.json'))).text).toContain('ST_NONCE');
    stage.must(gitDir, 'update-ref', 'refs/heads/main', head);
    expect(kept('waiting')).toHaveLength(1);
  });

  it('a second passes by a file that was put there, on top of the first', async () => {
    emergency(dir, '# two\n');
    await sign('mara', dir, 'second.json');
    expect(await sign('tomasz', dir, 'second.json')).toMatchObject({ code: 0 });
    writeFileSync(join(spool, 'handed/second.json'), readFileSync(file('second.json')));
    expect(await push(dir)).toMatchObject({ code: 0 });
    expect(kept('waiting')).toHaveLength(2);
  });

  it('the server tells the ledger, however often it is killed over it: once, in order, and the review is owed', async () => {
    const [first, second] = stage.must(gitDir, 'rev-list', '--reverse', `${before}..refs/heads/main`).split('\n');
    for (const pause of [200, 400, 500, 600, 700, 800, 1_000]) {
      const child = spawned('--break-glass-trust', file('trust.json'));
      const ended = once(child, 'exit');
      await wait(pause);
      child.kill('SIGKILL');
      await ended;
    }
    await start();
    expect(kept('waiting')).toEqual([]);
    expect(kept('filled')).toHaveLength(2);
    await stop();
    const entries = await ledger();
    for (const head of [first ?? '', second ?? '']) expect(about(entries, head)).toEqual(expect.arrayContaining(['verdict', 'landed']));
    const landed = entries.filter((e) => e.type === 'landed');
    expect(landed.map((l) => [l.fields.new, l.fields.breakGlass])).toEqual([
      [first, true],
      [second, true],
    ]);
    expect(entries.filter((e) => e.type === 'verdict' && e.fields.unattended === true).map((v) => [v.fields.new, v.fields.verdict])).toEqual([
      [first, 'allow'],
      [second, 'allow'],
    ]);
    expect(entries.filter((e) => e.type === 'break-glass')).toHaveLength(4);
    expect(entries.filter((e) => e.type === 'violation')).toEqual([]);
    await start();
    const ines = await signer(`http://localhost:${port}`, 'ines');
    const owed = { act: { people: ['mara', 'tomasz'], overdue: false, reviews: [] }, mine: { review: { can: true } } };
    for (const { fields } of landed) expect((await ines.call('GET', `/changes/${fields.change}/break-glass`)).body).toMatchObject(owed);
  });

  it('a push of the server’s own goes on from there', async () => {
    const ines = mkdtempSync(join(stage.folder, 'ines-'));
    stage.must(stage.folder, 'clone', '-q', `http://ines:demo@localhost:${port}/git/infra.git`, ines);
    routine(stage, ines, 'After the storm');
    expect(await gitBeside(ines, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main')).toMatchObject({ code: 0, text: expect.stringContaining('countersign: allowed') });
  });

  it('what was forged beside the repository is a violation', async () => {
    await stop('SIGKILL');
    const forged = emergency(clone(), '# forged\n');
    const head = stage.must(forged, 'rev-parse', 'HEAD');
    const old = main();
    const [name = ''] = kept('filled');
    const record = JSON.parse(readFileSync(join(spool, 'filled', name), 'utf8'));
    stage.must(forged, 'push', '-q', gitDir, 'HEAD:refs/heads/x', '--receive-pack=git -c core.hooksPath=/dev/null receive-pack');
    stage.must(gitDir, 'update-ref', 'refs/heads/main', head);
    writeFileSync(join(spool, 'waiting', name.replace(/-.*/, `-${'f'.repeat(32)}.json`)), JSON.stringify({ ...record, old, new: head, at: Date.now() }));
    await start();
    await stop();
    const entries = await ledger();
    expect(entries.filter((e) => e.type === 'violation').map((e) => e.fields.new)).toEqual([head]);
    expect(about(entries, head)).not.toContain('landed');
  });

  it('where nobody enabled it, nothing passes', async () => {
    await start(false);
    await stop('SIGKILL');
    const dir3 = emergency(clone(), '# three\n');
    await sign('mara', dir3, 'third.json');
    await sign('tomasz', dir3, 'third.json');
    const pushed = await push(dir3, ...option('third.json'));
    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain(WITHOUT);
  });
});
