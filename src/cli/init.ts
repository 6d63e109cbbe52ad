/** `countersign init`: looks at a repository, proposes a policy and a roster with their reasons, and writes only what somebody consents to. */
import { resolve } from 'node:path';
import { type Problem, problem } from '../core/base/result.ts';
import { type Onboarded, type OnboardProgress, onboard } from '../flows/onboard.ts';
import { noRepositoryAt, openOnboard } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { type Asked, consented, ownTerminal } from './init-consent.ts';
import { committed, type InitFile, initFiles, workTree } from './init-files.ts';
import { initJson } from './init-json.ts';
import { isThere, notTheTop, unwritable, writeNew } from './init-place.ts';
import { initText } from './init-text.ts';
import { progressLine } from './progress.ts';
import { ink, wantsColour } from './terminal.ts';

export interface InitOptions {
  /** Top folder of a clone; with `dryRun` or `json` alone, also a bare repository. */
  readonly repo: string;
  readonly branch?: string;
  readonly starter?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly github?: boolean;
  readonly json?: boolean;
}

/** A minute, less what starting and showing takes. */
const WITHIN_MS = 40_000;

/** Exit 0 something was written, or --dry-run; 1 nothing was written; 2 nothing could be looked at, or a file could not be written. */
export async function init(options: InitOptions, asked: () => Asked = ownTerminal): Promise<Answer> {
  const { repo, json = false } = options;
  if (options.starter === true) return (await import('./init-starter.ts')).initStarter({ repo, json });
  const world = await openOnboard(repo);
  const wrong = await misplaced(options, world);
  if (wrong !== null) return refusal([wrong], json);
  const done = await watched((watch) => onboard(world, { branch: options.branch ?? null, within: WITHIN_MS, ...watch }));
  if (!done.ok) return refusal(done.error, json);
  const there = isThere(resolve(repo, '.git')) ? workTree(resolve(repo)) : committed(await filesAt(world.repository, done.value));
  const files = initFiles(done.value, there);
  return act(options, done.value, files, asked);
}

/** Where nothing may be written nothing may be asked for either. */
async function misplaced({ repo, dryRun, json, yes }: InitOptions, world: Awaited<ReturnType<typeof openOnboard>>): Promise<Problem | null> {
  if (isThere(resolve(repo, '.git'))) return noRepositoryAt(repo);
  const bare = await world.ground.isBare();
  if (!bare.ok || !bare.value) return notTheTop(repo);
  if (yes !== true && (dryRun === true || json === true)) return null;
  return problem('USAGE', 'a bare repository has no files to write', { place: repo, remedy: 'look with --dry-run or --json, and write in a clone' });
}

async function watched<T>(work: (watch: { readonly signal: AbortSignal; readonly progress: (p: OnboardProgress) => void }) => Promise<T>): Promise<T> {
  const line = progressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work({
      signal: stop.signal,
      progress: ({ doing, done, of }) =>
        line.show(of === null ? `${doing}${done === 0 ? '' : `: ${done} commits`}` : `${doing}: ${done} of ${of} landings`, of === null ? null : done / of),
    });
  } finally {
    process.off('SIGINT', interrupt);
    line.clear();
  }
}

async function filesAt(repository: Awaited<ReturnType<typeof openOnboard>>['repository'], { tip, files }: Onboarded): Promise<ReadonlyMap<string, Uint8Array | null>> {
  return new Map(await Promise.all(files.map(async ({ path }) => [path, tip === null ? null : await repository.file(tip, path)] as const)));
}

async function act(options: InitOptions, onboarded: Onboarded, files: readonly InitFile[], asked: () => Asked): Promise<Answer> {
  const { repo, json = false, dryRun = false, yes = false } = options;
  const free = files.filter((f) => f.state === 'new');
  const paper = ink(!json && wantsColour(process.stdout, process.env));
  const text = json ? '' : initText(onboarded, files, paper);
  const next = json ? [] : [...nextSteps(onboarded, options)];
  const answer = (wrote: readonly string[], shown: string, last: string): Answer => {
    const code = dryRun || wrote.length > 0 ? EXIT.ok : EXIT.signoff;
    return { code, stdout: json ? `${JSON.stringify(initJson(onboarded, files, { exit: code, wrote, dryRun }), null, 2)}\n` : `${shown}${last}`, stderr: '' };
  };
  if (dryRun) return answer([], text, `\n${free.map((f) => `# ${f.path}\n${f.text}`).join('\n')}\nnothing was written (--dry-run)\n`);
  if (free.length === 0) return answer([], text, '\nnothing was written: there is nothing to add\n');
  if (yes) return write(repo, free, json, (wrote) => answer(wrote, text, ended(wrote, free, next)));
  const terminal = json ? null : asked();
  if (terminal?.asks !== true) {
    terminal?.end();
    return answer([], text, '\nnothing was written: nobody is there to ask. countersign init --yes writes, countersign init --dry-run shows the files whole\n');
  }
  terminal.show(`${text}\n`);
  const chosen = await consented(free, terminal);
  terminal.end();
  return write(repo, chosen, json, (wrote) => answer(wrote, '', ended(wrote, free, next)));
}

function write(repo: string, files: readonly InitFile[], json: boolean, then: (wrote: readonly string[]) => Answer): Answer {
  const wrote: string[] = [];
  try {
    for (const { path, text } of files) {
      writeNew(resolve(repo), path, text);
      wrote.push(path);
    }
  } catch (error) {
    const before = wrote.length === 0 ? [] : [problem('USAGE', `${wrote.join(' and ')} ${wrote.length === 1 ? 'was' : 'were'} written before that`, { place: repo })];
    return refusal([unwritable(repo, error), ...before], json);
  }
  return then(wrote);
}

function ended(wrote: readonly string[], free: readonly InitFile[], next: readonly string[]): string {
  const left = free.filter((f) => !wrote.includes(f.path)).map((f) => f.path);
  const said = [
    ...(wrote.length === 0 ? ['nothing was written'] : [`wrote ${wrote.join(', ')}`]),
    ...(wrote.length > 0 && left.length > 0 ? [`not written: ${left.join(', ')}`] : []),
  ];
  return `\n${[...said, ...(wrote.length === 0 ? [] : next)].join('\n')}\n`;
}

function nextSteps({ seen: { files } }: Onboarded, { github = false }: InitOptions): readonly string[] {
  const forge = github || files.some((f) => f.startsWith('.github/workflows/'));
  return [
    'next: answer the open questions at the end of countersign.yml, then countersign policy check and countersign policy test',
    '      land the files on the protected branch like any other change, and countersign check answers by them',
    ...(forge ? ['      on GitHub: docs/guides/github.md, with workflows to copy in examples/github-actions'] : []),
  ];
}
