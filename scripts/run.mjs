/**
 * The door of every npm script: brings Node, packages and a build up to date, then runs the task.
 * Plain JavaScript without dependencies, so that an old Node can read it far enough to fetch a new one.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task = 'start', ...rest] = process.argv.slice(2);
const windows = process.platform === 'win32';

/** Runs a command with our own output; exits with its code where it fails. */
async function run(command, args, options) {
  const status = await runChild(command, args, options).catch((error) => fail(`${command}: ${error.message}`));
  if (status !== 0) process.exit(status);
}

function fail(message) {
  console.error(`countersign: ${message}`);
  process.exit(1);
}

const tooOld = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 18);
};

/** npm's own script where npm started us, so that it runs under the Node that runs us. */
function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script && /\.c?js$/.test(script)) return run(process.execPath, [script, ...args], options);
  return run(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
}

async function withNode24() {
  if (process.env.COUNTERSIGN_NODE_FETCHED) fail(`needs Node 22.18 or newer, and npm's node package gave ${process.version}; install Node 24 and run this again`);
  console.error(`countersign: Node ${process.versions.node} is older than 22.18; fetching Node 24 through npm's "node" package and going on with it`);
  // The package puts the binary in place by an install script, which this folder's .npmrc turns off.
  await npm(['exec', '--yes', '--ignore-scripts=false', '--package=node@24', '--', 'node', join(root, 'scripts/run.mjs'), task, ...rest], {
    env: { ...process.env, COUNTERSIGN_NODE_FETCHED: '1', npm_config_ignore_scripts: 'false' },
  });
  process.exit(0);
}

/** npm takes options before `--` for its own, says nothing, and hands on what is left of them. */
function askForDashes() {
  const options = { port: '<n>', data: '<dir>', host: '<address>' };
  const kept = Object.keys(options).filter((name) => process.env[`npm_config_${name}`] !== undefined);
  if (process.env.npm_lifecycle_event !== 'start' || kept.length === 0) return;
  const words = kept.map((name) => `--${name}`);
  fail(`npm kept ${words.join(' and ')} for itself; options of countersign come after --\n  remedy: npm start -- ${kept.map((name) => `--${name} ${options[name]}`).join(' ')}`);
}

const time = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .reduce((latest, e) => Math.max(latest, time(join(e.parentPath, e.name))), 0);
}

async function install() {
  const lock = join(root, 'package-lock.json');
  if (time(join(root, 'node_modules/.package-lock.json')) >= time(lock)) return;
  console.error('countersign: installing packages (npm ci)');
  await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function build() {
  const stamp = time(join(root, 'dist/.built'));
  const sources = Math.max(newest(join(root, 'src')), newest(join(root, 'web')), time(join(root, 'package.json')), time(join(root, 'scripts/build.mjs')));
  if (stamp > sources) return;
  console.error('countersign: building');
  await run(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root });
}

/** Each task: whether it needs dist/, and the program that does it. */
const tasks = {
  start: { built: true, file: 'dist/cli.js', args: ['serve', '--demo'] },
  demo: { built: true, file: 'examples/story/main.ts', tools: true },
  test: { built: true, file: 'scripts/verify.mjs', args: ['test'], tools: true },
  check: { built: false, file: 'scripts/verify.mjs', args: ['check'], tools: true },
  bench: { built: true, file: 'bench/main.ts' },
  build: { built: true },
};

if (task === 'start') askForDashes();
if (tooOld()) await withNode24();
const asked = tasks[task];
if (!asked) fail(`no task ${task}; tasks: ${Object.keys(tasks).join(', ')}`);
await install();
if (asked.built) await build();
if (asked.tools) await run(process.execPath, [join(root, 'scripts/bring.mjs')]);
if (asked.file) await run(process.execPath, [join(root, asked.file), ...(asked.args ?? []), ...rest]);
