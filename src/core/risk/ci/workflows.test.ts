import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { workflows } from './workflows.ts';

type Sides = readonly [string | null, string | null];
async function all(files: { readonly [path: string]: Sides }): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect([workflows], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}
const fired = (before: string | null, after: string | null, path = '.github/workflows/ci.yml') => all({ [path]: [before, after] });

const E = (name: string): string => `$\{{ ${name} }}`;
const SHA = 'a'.repeat(40);
const flow = (steps: string, { on = 'push', job = '', top = '', id = 'build' } = {}): string =>
  `on: ${on}\n${top}jobs:\n  ${id}:\n    runs-on: ubuntu-24.04\n${job}    steps:\n${steps}`;
const step = (run: string, more = ''): string => `      - run: ${run}\n${more}`;
const X = step('echo x');

describe('what outsiders get', () => {
  const checkout = `      - uses: actions/checkout@${SHA}\n        with:\n          ref: ${E('github.event.pull_request.head.sha')}\n`;
  const folded = `      - uses: actions/checkout@${SHA}\n        with:\n          ref: >-\n            ${E('github.event.workflow_run.head_sha')}\n`;
  it.each([
    ['their head runs with rights', flow(X), flow(checkout, { on: 'pull_request_target' }), ['CI101:critical']],
    ['on the next line', flow(X), flow(folded, { on: 'workflow_run' }), ['CI101:critical']],
    ['by a command', null, flow(step(`gh pr checkout ${E('github.event.issue.number')}`), { on: 'issue_comment' }), ['CI101:critical']],
    ['without rights', flow(X), flow(checkout, { on: 'pull_request' }), []],
    ['with rights, our own branch', flow(X), flow(`      - uses: actions/checkout@${SHA}\n`, { on: 'pull_request_target' }), []],
    ['as before', flow(checkout, { on: 'pull_request_target' }), flow(checkout + X, { on: 'pull_request_target' }), []],
    ['a title becomes a command', flow(X), flow(X + step(`echo ${E('github.event.issue.title')}`)), ['CI103:critical']],
    ['a branch becomes a script', flow(X), flow(`      - uses: actions/github-script@${SHA}\n        with:\n          script: f("${E('github.head_ref')}")\n`), ['CI103:critical']],
    ['the whole event does', flow(X), flow(step(`echo '${E('toJSON(github.event)')}'`)), ['CI103:critical']],
    ['among other expressions', flow(X), flow(step(`echo ${E('a')}-${E('github.event.issue.number || github.event.issue.title')}`)), ['CI103:critical']],
    ['behind much else', flow(X), flow(step(`${'x'.repeat(20_000)} ${E('github.event.issue.title')}`)), ['CI103:critical']],
    ['through the environment', flow(X), flow(X + step('echo "$T"', `        env:\n          T: ${E('github.event.issue.title')}\n`)), []],
    ['a number and a word', flow(X), flow(X + step(`echo ${E('github.event.issue.number')} title`)), []],
    ['in a condition of the forge', flow(X), flow(X + step('echo y', `        if: github.event.issue.title == 'x'\n`)), []],
    [
      'as before, in a step by another name',
      flow(`      - name: a\n        run: echo ${E('github.head_ref')}\n`),
      flow(`      - name: b\n        run: echo  ${E('github.head_ref')}\n`),
      [],
    ],
    [
      'own machines',
      flow(X, { on: 'push' }).replace('ubuntu-24.04', 'self-hosted'),
      flow(X, { on: 'pull_request' }).replace('ubuntu-24.04', '[self-hosted, linux]'),
      ['CI108:critical'],
    ],
    [
      'own machines, only for branches of ours',
      null,
      flow(X, { on: 'pull_request', job: `    if: github.event.pull_request.head.repo.full_name == github.repository\n` }).replace('ubuntu-24.04', 'self-hosted'),
      [],
    ],
    ['hosted machines', null, flow(X, { on: 'pull_request' }), []],
  ] as const)('%s', async (_, before, after, expected) => expect(await fired(before, after)).toEqual(expected));
});

describe('rights', () => {
  const may = (what: string): string => `permissions:\n  ${what}\n`;
  it.each([
    ['to write everything', flow(X, { top: may('contents: read') }), flow(X, { top: 'permissions: write-all\n' }), ['CI102:high']],
    ['to write packages', flow(X, { top: may('contents: read') }), flow(X, { top: `${may('contents: read')}  packages: write\n` }), ['CI102:high']],
    ['of a job', flow(X, { top: may('contents: read') }), flow(X, { top: may('contents: read'), job: '    permissions:\n      id-token: write\n' }), ['CI102:high']],
    ['whatever the repository says', flow(X, { top: may('contents: read') }), flow(X), ['CI102:high']],
    ['to comment', flow(X, { top: may('contents: read') }), flow(X, { top: may('issues: write') }), ['CI102:elevated']],
    ['to read', flow(X, { top: may('contents: read') }), flow(X, { top: `${may('contents: read')}  packages: read\n` }), []],
    ['less than before', flow(X, { top: 'permissions: write-all\n' }), flow(X, { top: may('contents: write') }), []],
    ['moved from the top to the job', flow(X, { top: may('contents: write') }), flow(X, { job: '    permissions:\n      contents: write\n' }), []],
    ['of a job by another name', flow(X, { job: '    permissions:\n      contents: write\n' }), flow(X, { id: 'make', job: '    permissions:\n      contents: write\n' }), []],
    ['an action by a tag', flow(X), flow(`${X}      - uses: acme/setup@v4\n`), ['CI104:elevated']],
    ['an image by a tag', flow(X), flow(X, { job: '    container: acme/build:latest\n' }), ['CI104:elevated']],
    ['an action by its commit, of somebody new', flow('      - uses: acme/a@v1\n'), flow(`      - uses: acme/a@v1\n      - uses: other/b@${SHA}\n`), ['CI104:elevated']],
    ['an action by its commit, of somebody known', flow('      - uses: acme/a@v1\n'), flow(`      - uses: acme/a@v1\n      - uses: acme/b@${SHA}\n`), []],
    ['an action of the forge, one of ours', flow(X), flow(`${X}      - uses: actions/checkout@v4\n      - uses: ./tools/x\n`), []],
    ['all secrets', flow(X), `${flow(X)}  other:\n    uses: acme/flows/.github/workflows/x.yml@${SHA}\n    secrets: inherit\n`, ['CI107:high']],
    ['a secret, to others', flow('      - uses: acme/a@v1\n'), flow(`      - uses: acme/a@v1\n        with:\n          key: ${E('secrets.KEY')}\n`), ['CI107:high']],
    ['a secret, shown', flow(X), flow(step(`echo "k=${E('secrets.KEY')}" >> $GITHUB_OUTPUT`)), ['CI107:high']],
    ['the token of the run', flow('      - uses: acme/a@v1\n'), flow(`      - uses: acme/a@v1\n        with:\n          token: ${E('secrets.GITHUB_TOKEN')}\n`), []],
    ['a secret, to a command of ours', flow(X), flow(X + step('./deploy', `        env:\n          KEY: ${E('secrets.KEY')}\n`)), []],
  ] as const)('%s', async (_, before, after, expected) => expect([...(await fired(before, after))].sort()).toEqual(expected));
});

describe('gates', () => {
  const T = step('npm test');
  it.each([
    ['a test goes', flow(X + T), flow(X), ['CI105:critical']],
    ['a test becomes an echo', flow(T), flow(step('echo ok')), ['CI105:critical']],
    ['a scanner goes', flow(`${X}      - uses: github/codeql-action/analyze@${SHA}\n`), flow(X), ['CI105:critical']],
    ['the file goes with its test', flow(T), null, ['CI105:critical']],
    ['a test has other flags', flow(T), flow(step('npm test -- --coverage')), []],
    ['a test by another package manager', flow(step('yarn test')), flow(step('pnpm test')), []],
    ['a test by another script', flow(step('yarn test:integration')), flow(step('yarn test:all')), ['CI105:high']],
    ['a test moves to another job', flow(T), `${flow(X)}  test:\n    runs-on: ubuntu-24.04\n    steps:\n${T}`, []],
    ['a test behind a runner', flow(step('pytest -q')), flow(step('uv run pytest -q')), []],
    ['a test that is ignored now', flow(T), flow(step('npm test || true')), ['CI105:critical']],
    ['a test ends as if all were well', flow(T), flow(step('npm test || exit 0')), ['CI105:critical']],
    ['a test is talked over', flow(T), flow(step('npm test || echo never mind')), ['CI105:critical']],
    ['a test ends otherwise where it fails', flow(T), flow(step('npm test || exit 3')), []],
    ['a test runs for somebody', flow(T), flow(step('npm test', "        if: github.actor == 'nobody'\n")), ['CI105:high']],
    ['a job of tests runs for somebody', flow(T), flow(T, { job: "    if: github.actor == 'nobody'\n" }), ['CI105:high']],
    ['a test runs whatever failed before it', flow(T), flow(step('npm test', '        if: always()\n')), []],
    ['a test may fail', flow(T), flow(step('npm test', '        continue-on-error: true\n')), ['CI105:critical']],
    ['a job of tests may fail', flow(T), flow(T, { job: '    continue-on-error: true\n' }), ['CI105:critical']],
    ['a test never runs', flow(T), flow(step('npm test', '        if: false\n')), ['CI105:critical']],
    ['a test never runs, said otherwise', flow(T), flow(step('npm test', `        if: ${E('false')}\n`)), ['CI105:critical']],
    ['something else may fail', flow(X), flow(step('echo x', '        continue-on-error: true\n')), ['CI105:high']],
    ['a new step may fail', flow(X), flow(X + step('./notify', '        continue-on-error: true\n')), []],
    ['proposals no longer start it', flow(T, { on: '[push, pull_request]' }), flow(T, { on: 'push' }), ['CI105:critical']],
    [
      'a path is ignored',
      flow(T, { on: '\n  pull_request:\n    paths-ignore: [docs/**]' }),
      flow(T, { on: '\n  pull_request:\n    paths-ignore: [docs/**, src/**]' }),
      ['CI105:high'],
    ],
    ['pages are ignored', flow(T, { on: '\n  pull_request: {}' }), flow(T, { on: '\n  pull_request:\n    paths-ignore: ["**.md"]' }), []],
    ['steps change places', flow(X + T), flow(T + X), []],
    ['an approval goes', flow(X, { job: '    environment: production\n' }), flow(X), ['CI106:critical']],
    ['an approval is another', flow(X, { job: '    environment: production\n' }), flow(X, { job: '    environment: staging\n' }), ['CI106:critical']],
    [
      'an approval is written otherwise',
      flow(X, { job: '    environment: production\n' }),
      flow(X, { job: '    environment:\n      name: production\n      url: https://shop.example\n' }),
      [],
    ],
    ['an approval of a job by another name', flow(X, { job: '    environment: production\n' }), flow(X, { id: 'ship', job: '    environment: production\n' }), []],
    ['an approval comes', flow(X), flow(X, { job: '    environment: production\n' }), []],
    ['a canary goes', flow(X + step('./canary --bake 10m')), flow(X), ['CI109:critical']],
    ['a canary is in another step', flow(X + step('./canary --bake 10m')), flow(step('./canary --bake 20m')), []],
    ['deployments may overlap', flow(X, { id: 'deploy', job: '    concurrency: live\n' }), flow(X, { id: 'deploy' }), ['CI109:critical']],
    ['tests may overlap', flow(X, { job: '    concurrency: x\n' }), flow(X), []],
    ['a signature goes', flow(X + step('cosign sign acme/shop')), flow(X), ['CI110:high']],
    ['a signature is elsewhere', flow(X + step('cosign sign acme/shop')), flow(step('cosign sign --yes acme/shop')), []],
    ['a release reads a cache', flow(X, { on: 'release' }), flow(`${X}      - uses: actions/cache@${SHA}\n`, { on: 'release' }), ['CI110:high']],
    ['a test reads a cache', flow(X), flow(`${X}      - uses: actions/cache@${SHA}\n`), []],
  ] as const)('%s', async (_, before, after, expected) => expect(await fired(before, after)).toEqual(expected));

  it('finds a test that moved to another file', async () => {
    expect(await all({ '.github/workflows/a.yml': [flow(T), flow(X)], '.github/workflows/b.yml': [null, flow(T)] })).toEqual([]);
    expect(await all({ '.github/workflows/a.yml': [flow(T), null], '.github/workflows/b.yml': [null, flow(T)] })).toEqual([]);
  });
});

describe('other forges', () => {
  const gitlab = (more: string): string => `test:\n  script:\n    - npm test\n${more}`;
  it.each([
    ['.gitlab-ci.yml', gitlab('live:\n  script: [./ship]\n  when: manual\n'), gitlab('live:\n  script: [./ship]\n'), ['CI106:critical']],
    [
      '.gitlab-ci.yml',
      gitlab('live:\n  script: [./ship]\n  rules:\n    - when: manual\n'),
      gitlab('live:\n  script: [./ship]\n  rules:\n    - when: always\n'),
      ['CI106:critical'],
    ],
    ['.gitlab-ci.yml', gitlab(''), gitlab('  allow_failure: true\n'), ['CI105:critical']],
    ['.gitlab-ci.yml', gitlab(''), 'test:\n  script:\n    - echo\n', ['CI105:critical']],
    ['.gitlab-ci.yml', gitlab('other:\n  script: [echo]\n'), `other:\n  script: [echo]\n${gitlab('')}`, []],
    ['.gitea/workflows/a.yml', flow(step('npm test')), flow(X), ['CI105:critical']],
    ['.circleci/config.yml', 'steps:\n  - run: npm test\n', 'steps:\n  - run: echo\n', ['CI105:critical']],
    ['Jenkinsfile', 'sh "npm test"\n', 'echo "x"\n', ['CI105:critical']],
    ['Jenkinsfile', 'sh "npm test"\n', 'sh "npm test -- --ci"\n', []],
    ['atlantis.yaml', 'projects:\n- dir: a\n  apply_requirements: [approved]\n', 'projects:\n- dir: a\n', ['CI106:critical']],
  ] as const)('%s', async (path, before, after, expected) => expect(await fired(before, after, path)).toEqual(expected));

  it.each(['vendor/acme/.github/workflows/ci.yml', 'node_modules/x/.gitlab-ci.yml', 'templates/app/.github/workflows/ci.yml'])(
    'says nothing of a copy that nobody runs: %s',
    async (path) => {
      expect(await fired(flow(step('npm test')), flow(step(`echo ${E('github.head_ref')}`)), path)).toEqual([]);
    },
  );

  it('reads what is no YAML as lines', async () => {
    expect(await fired(flow(step('npm test')), 'on: push\n  jobs: [\n')).toContain('CI105:critical');
  });
});

it('never throws, whatever a pipeline is', async () => {
  const piece = fc.constantFrom(
    'on: push\n',
    'jobs:\n',
    '  a:\n',
    '    steps:\n',
    '      - run: npm test\n',
    '      - uses: a/b@v1\n',
    '    environment: x\n',
    '    permissions: write-all\n',
    '- x\n',
    'a: [\n',
    `run: ${E('github.head_ref')}\n`,
  );
  const text = fc.array(piece, { maxLength: 12 }).map((p) => p.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, fc.constantFrom('.github/workflows/a.yml', '.gitlab-ci.yml', 'action.yml'), async (before, after, path) => {
      expect((await fired(before, after, path)).filter((f) => f.startsWith('META000'))).toEqual([]);
      expect((await fired(after, after, path)).filter((f) => f.startsWith('CI'))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
