/**
 * `check` (types, lint, house law, unit) and `test` (all of that, then journeys and browser). Both end with one plain
 * line `N passed, N failed`: every test counts one, every static check counts one.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', ...name.split('/'));
const [task, ...rest] = process.argv.slice(2);
let passed = 0;
let failed = 0;
/** What did not pass, said once more at the end: a long run scrolls away, and what keeps its log may keep the end alone. */
const missed = [];

function count(name, ok) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (ok) passed++;
  else {
    failed++;
    missed.push(name);
  }
}

const node = async (args) => (await runChild(process.execPath, args, { cwd: root })) === 0;

/** Runs vitest projects and counts their tests; a run that produced no report counts as one failure. */
async function tests(projects, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-report-'));
  const report = join(folder, 'report.json');
  const ok = await node([
    bin('vitest/vitest.mjs'),
    'run',
    ...projects.flatMap((p) => ['--project', p]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...options,
    ...rest,
  ]);
  const seen = counts(report);
  rmSync(folder, { recursive: true, force: true });
  passed += seen.passed;
  missed.push(...seen.missed);
  if (ok || seen.failed > 0) failed += seen.failed;
  else count(`${projects.join(', ')}: the run ended without saying which test failed`, false);
}

function counts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests = 0, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // A skipped test proves nothing, so it is not allowed to look like success.
    return { passed: numPassedTests, failed: numFailedTests + numPendingTests, missed: testResults.flatMap(missedIn) };
  } catch {
    return { passed: 0, failed: 0, missed: [] };
  }
}

/** The tests of a file that did not pass, and why: a line each. */
function missedIn({ name, assertionResults }) {
  const why = (test) => test.failureMessages?.[0]?.split('\n')[0] ?? test.status;
  return assertionResults.filter((test) => test.status !== 'passed').map((test) => `${relative(root, name)} > ${test.fullName}: ${why(test)}`);
}

count('types (tsc)', await node([bin('typescript/bin/tsc'), '-p', root]));
count('lint (biome)', await node([bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--reporter=summary']));
// By itself vitest leaves one core idle, half of a small machine. Journeys wait for servers and browsers more than they work, one after another.
const everyCore = ['--maxWorkers', String(Math.max(2, availableParallelism()))];
if (task === 'check') await tests(['unit'], everyCore);
else await Promise.all([tests(['unit', 'parts', 'postgresql'], everyCore), tests(['journey'])]);

if (missed.length > 0) console.log(`\ndid not pass:\n${missed.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
