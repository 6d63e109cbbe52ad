/**
 * What `npm pack` makes is all somebody needs: installed offline into an empty folder with an empty home, where there is
 * Node and git and nothing else, its `countersign` does everything that can be tried without a person.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../examples/story/stage.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { version, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'));
const [home, place, tools, clone] = ['home', 'empty', 'tools', 'clone'].map((name) => join(folder, name)) as [string, string, string, string];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first of this name on PATH. */
const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((file) => existsSync(file));

/** npm's own program: what runs us, what came with this Node, or the machine's. */
function npmProgram(): string {
  const beside = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  const machine = onPath('npm');
  const found = [process.env.npm_execpath, beside, machine === undefined ? undefined : realpathSync(machine)].find(
    (file) => file !== undefined && /npm-cli\.c?js$/.test(file) && existsSync(file),
  );
  if (found === undefined) throw new Error('there is no npm here');
  return found;
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 120_000 });
  return { status, stdout, stderr };
}
const npm = (args: readonly string[], cwd: string) => {
  const done = run(process.execPath, [npmProgram(), ...args], cwd, { PATH: process.env.PATH, HOME: home, npm_config_update_notifier: 'false' });
  if (done.status !== 0) throw new Error(`npm ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
};

/** Node and git, an empty home, and nothing else. */
const bare = { HOME: home, LC_ALL: 'C', PATH: tools, GIT_CONFIG_NOSYSTEM: '1' };
const countersign = (...args: readonly string[]) => run(join(place, 'node_modules/.bin/countersign'), args, clone, bare);
const git = (...args: readonly string[]) => {
  const done = run('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], clone, bare);
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
};

let packed: readonly string[];

beforeAll(() => {
  for (const dir of [home, place, tools, clone]) mkdirSync(dir);
  symlinkSync(process.execPath, join(tools, 'node'));
  symlinkSync(onPath('git') ?? '', join(tools, 'git'));
  const [report] = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT)) as readonly {
    filename: string;
    files: readonly { path: string }[];
  }[];
  if (report === undefined) throw new Error('npm packed nothing');
  packed = report.files.map((file) => file.path);
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', place, join(folder, report.filename)], place);
});

test('the package holds the program and its papers, and nothing else', () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      bin.countersign,
      'dist/hooks/gate.sh',
      'dist/web/index.html',
      'package.json',
      'README.md',
      'LICENSE',
      'ARCHITECTURE.md',
      'docs/spec/check.schema.json',
      'dist/verify.html',
    ]),
  );
  for (const wasm of ['web-tree-sitter.wasm', 'tree-sitter-hcl.wasm', 'libpg-query.wasm', 'libpg-query.cjs']) expect(packed).toContain(`dist/wasm/${wasm}`);
  expect(packed.filter((path) => !/^(?:dist\/|docs\/|(?:README|ARCHITECTURE)\.md$|LICENSE$|package\.json$)/.test(path))).toEqual([]);
  expect(
    packed.filter(
      (path) => !/^dist\/(?:verify\/[\w-]+|api\/index)\.d\.ts$/.test(path) && /\.(?:ts|tsx|map)$|\.test\.|node_modules|\.db$|key/i.test(path.replace(/^dist\/web\/assets\//, '')),
    ),
  ).toEqual([]);
});

test('nothing else was installed', () => {
  expect(readdirSync(join(place, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['countersign']);
});

test('it answers its version and explains itself', () => {
  expect(countersign('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(countersign('verify', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--bundle <file>') });
});

/** What it exports, each of which refuses an empty question. */
const EVERY = [
  'leafHash',
  'openNote',
  'parseCheckpoint',
  'verifyAssertion',
  'verifyBundle',
  'verifyConsistency',
  'verifyEnvelope',
  'verifyInclusion',
  'verifySshSignature',
  'verifySummary',
];

test('countersign/verify is imported where there is nothing else, in Node and by a bundler for browsers', () => {
  const script = `import * as all from 'countersign/verify';
import { leafHash, verifyBundle, verifyInclusion } from 'countersign/verify';
const leaf = leafHash(new TextEncoder().encode('entry'));
console.log(JSON.stringify([verifyInclusion({ leaf, index: 0n, size: 1n, proof: [], root: leaf }), verifyInclusion({ leaf, index: 1n, size: 1n, proof: [], root: leaf }).reason.code, verifyBundle({}).ok, typeof Buffer.poolSize]));
console.log(Object.entries(all).filter(([name, f]) => name !== 'leafHash' && f({}).ok !== false).map(([name]) => name).join(), Object.keys(all).sort().join());`;
  writeFileSync(join(place, 'verify.mjs'), script);
  for (const conditions of [[], ['--conditions=browser']]) {
    expect(run(process.execPath, [...conditions, 'verify.mjs'], place, bare)).toEqual({
      status: 0,
      stdout: `[{"ok":true},"LOG_INCLUSION",false,"number"]\n ${EVERY.join()}\n`,
      stderr: '',
    });
  }
});

test('its types stand alone', () => {
  const source = `import * as all from 'countersign/verify';
import {
  type Answer, type Assertion, type BundleAnswer, type LogCheckpoint, type OpenedNote, type SignedEnvelope, type SshSignature,
  openNote, parseCheckpoint, verifyAssertion, verifyBundle, verifyConsistency, verifyEnvelope, verifyInclusion, verifySshSignature,
} from 'countersign/verify';
const none = new Uint8Array(0);
const answer: Answer = verifyInclusion({ leaf: none, index: 0n, size: 1n, proof: [none], root: none });
const grown: Answer = verifyConsistency({ first: 1n, second: 2n, proof: [none], firstRoot: none, secondRoot: none });
const bundle: BundleAnswer = verifyBundle({ bundle: none, trust: none, change: { repo: '', targetRef: '', manifest: '', manifest256: '' } });
const note: Answer<OpenedNote> = openNote({ note: '', keys: [''] });
const checkpoint: Answer<LogCheckpoint> = parseCheckpoint('');
const party = { rpId: 'a.example', origins: ['https://a.example'] };
const ssh: Answer<SshSignature> = verifySshSignature({ message: none, signature: none, publicKey: '', namespace: '', relyingParty: party });
const assertion: Answer<Assertion> = verifyAssertion({ ...party, authenticatorData: none, clientDataJSON: none, signature: none, publicKey: none, challenge: none });
const envelope: Answer<SignedEnvelope> = verifyEnvelope({ envelope: none, trust: none, at: 0, index: 0n, tier: 'high', demo: false, pin: '', atLeast: 0n, now: 0 });
export const why: readonly string[] = [answer, grown, bundle, note, checkpoint, ssh, assertion, envelope].map((a) => (a.ok ? '' : a.reason.code + a.reasons.length));
export const people: readonly string[] = bundle.ok ? bundle.signoffs.map((s) => s.person) : bundle.checks.map((c) => c.name);
export const signers: readonly [string, readonly string[]] | undefined = note.ok ? [note.text, note.signers] : undefined;
export const head: readonly [string, bigint, Uint8Array] | undefined = checkpoint.ok ? [checkpoint.origin, checkpoint.size, checkpoint.root] : undefined;
export const key: readonly [string, boolean, number] | undefined = ssh.ok ? [ssh.keyid, ssh.passkey, ssh.counter] : undefined;
export const touch: readonly [number, boolean, boolean] | undefined = assertion.ok ? [assertion.counter, assertion.backupEligible, assertion.backedUp] : undefined;
export const said: readonly [Uint8Array, readonly (string | number)[]] | undefined = envelope.ok
  ? [envelope.payload, envelope.signers.flatMap((s): readonly [string, string, string, number] => [s.person, s.level, s.keyid, s.counter])]
  : undefined;
// @ts-expect-error sizes are bigint
verifyInclusion({ leaf: none, index: 0, size: 1n, proof: [], root: none });
// @ts-expect-error and they are counted back as bigint
export const size: number = checkpoint.ok ? checkpoint.size : 0;
// @ts-expect-error nothing is said before it is known to hold
export const early: string = note.text;
// @ts-expect-error a passkey says where it may be used
verifyAssertion({ authenticatorData: none, clientDataJSON: none, signature: none, publicKey: none, challenge: none });
// @ts-expect-error when it was signed is the caller's to know
verifyEnvelope({ envelope: none, trust: none });
// @ts-expect-error there is no name that is not typed
all.verifyNothing();
`;
  writeFileSync(join(place, 'types.mts'), source);
  writeFileSync(
    join(place, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: [], noEmit: true }, files: ['types.mts'] }),
  );
  expect(run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', place], place, bare)).toMatchObject({ status: 0, stdout: '' });
});

test('countersign/api is types of the API, and nothing that runs', () => {
  const source = `import type { Api, ChangesPage, Decision, Problem } from 'countersign/api';
export const question: Api['POST /gate/check']['body'] = { subject: { repo: 'infra', target_ref: 'refs/heads/main', base: '', head: '' }, gate: 'push' };
export const verdict = (answer: Api['POST /gate/check']['answer']): 'allow' | 'wait' | 'deny' => answer.verdict;
export const ids = ({ items, next }: ChangesPage): readonly (string | null)[] => [...items.map((i) => i.id), next];
export const asked = ({ seats, tier }: Decision): string => tier + seats.map((s) => s.rule + s.humans).join();
export const remedy = (problem: Problem): string => problem.remedy;
// @ts-expect-error a gate is asked about something
export const nothing: Api['POST /gate/check']['body'] = { gate: 'push' };
// @ts-expect-error an answer is read
export const change = (page: ChangesPage): void => void (page.next = null);
`;
  writeFileSync(join(place, 'client.mts'), source);
  const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: [], noEmit: true };
  writeFileSync(join(place, 'tsconfig.client.json'), JSON.stringify({ compilerOptions: options, files: ['client.mts'] }));
  const done = run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(place, 'tsconfig.client.json')], place, bare);
  expect(done).toMatchObject({ status: 0, stdout: '' });
  expect(run(process.execPath, ['-e', "import('countersign/api').catch((e) => console.log(e.code))"], place, bare).stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

test('it judges a change, parsers and all', () => {
  git('init', '-q', '-b', 'main');
  expect(countersign('init', '--starter')).toMatchObject({ status: 0 });
  const roster = join(clone, '.countersign/roster.yml');
  writeFileSync(
    roster,
    readFileSync(roster, 'utf8').replace('agents: []', '  - {id: ada, name: Ada, level: L5, teams: [], domains: [], emails: [ada@example.com], accounts: [ada]}\nagents: []'),
  );
  writeFileSync(join(clone, 'main.tf'), 'resource "aws_db_instance" "orders" {\n  identifier = "orders"\n}\n');
  writeFileSync(join(clone, '1.sql'), 'CREATE TABLE orders (id int);\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'Begin');
  git('checkout', '-q', '-b', 'topic');
  rmSync(join(clone, 'main.tf'));
  writeFileSync(join(clone, '2.sql'), 'DROP TABLE orders;\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'Tidy up', '-m', 'Assisted-by: claude-code');
  const { status, stdout, stderr } = countersign('check', '--json');
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const { decision } = JSON.parse(stdout);
  expect(decision).toMatchObject({ tier: 'critical', provenance: { level: 'assisted' } });
  expect(decision.findings.map((f: { rule: string }) => f.rule.slice(0, 2))).toEqual(expect.arrayContaining(['TF', 'SQ']));
  expect(decision.seats[0].candidates).toEqual(['mara']);
  expect(countersign('check').stdout).toMatch(/^needs a sign-off {2}Tidy up/);
  const manifest = countersign('manifest', 'main', 'HEAD');
  expect(manifest.stdout).toContain(`manifest ${decision.change.manifest}\nmanifest256 ${decision.change.manifest256}\n`);
});

test('it serves the sample: pages, and repositories to clone', async () => {
  const port = await freePort();
  const server = spawn(join(place, 'node_modules/.bin/countersign'), ['serve', '--demo', '--data', join(folder, 'data'), '--port', String(port)], { cwd: place, env: bare });
  try {
    await said(server, 'Countersign is listening');
    const page = await fetch(`http://localhost:${port}/`);
    expect({ status: page.status, text: await page.text() }).toMatchObject({ status: 200, text: expect.stringContaining('<div id="root"') });
    git('clone', '-q', `http://jonas:demo@localhost:${port}/git/infra.git`, 'infra');
    expect(existsSync(join(clone, 'infra/countersign.yml'))).toBe(true);
  } finally {
    await ended(server);
  }
});

function said(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)));
  });
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
