/**
 * Sets the hooks of a clone, beside what is there, and puts back exactly what was. Where another program owns the hooks
 * (husky, lefthook), or the folder is shared with other repositories or kept under version control, nothing is written and
 * the lines to add are said: those files are somebody else's.
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { BEFORE, HOOK_NAMES, type HookName, handWritten, hookScript, isOurs, isUntouched, type Program } from './hook-scripts.ts';
import { userEnvironment } from './reword.ts';
import { runGit } from './run.ts';

export interface HookChange {
  readonly hook: HookName;
  readonly file: string;
  /** `chained`: what was there runs first. `restored`: what was there is back. */
  readonly done: 'set' | 'chained' | 'unchanged' | 'removed' | 'restored' | 'absent';
}

/** @param dir any folder of the clone. @param dry only says what would be done. Problems: GIT_FAILED, USAGE, DATA_INVALID. */
export async function setHooks(dir: string, program: Program, dry: boolean): Promise<Result<readonly HookChange[], readonly Problem[]>> {
  const folder = await hookFolder(dir);
  if (!folder.ok) return err([folder.error]);
  const owner = folder.value.owner ?? ownerIn(folder.value.path, folder.value.root);
  if (owner !== undefined) return err([owned(owner, folder.value.path, program)]);
  const wrong = HOOK_NAMES.flatMap((name) => blocked(join(folder.value.path, name)));
  if (wrong.length > 0) return err(wrong);
  return acted(() => {
    if (!dry) mkdirSync(folder.value.path, { recursive: true });
    return HOOK_NAMES.map((name) => setOne(join(folder.value.path, name), name, program, dry));
  });
}

/** The same, back. */
export async function unsetHooks(dir: string, dry: boolean): Promise<Result<readonly HookChange[], readonly Problem[]>> {
  const folder = await hookFolder(dir);
  if (!folder.ok) return err([folder.error]);
  const wrong = HOOK_NAMES.flatMap((name) => edited(join(folder.value.path, name)));
  if (wrong.length > 0) return err(wrong);
  return acted(() => HOOK_NAMES.map((name) => unsetOne(join(folder.value.path, name), name, dry)));
}

function setOne(file: string, hook: HookName, program: Program, dry: boolean): HookChange {
  const script = hookScript(hook, program);
  const there = contentOf(file);
  if (there === script && isRunnable(file)) return { hook, file, done: 'unchanged' };
  const theirs = isThere(file) && !(there !== undefined && isOurs(there));
  if (!dry) {
    if (theirs) renameSync(file, `${file}${BEFORE}`);
    // beside it and renamed into place: a commit under way finds one of the two whole
    writeFileSync(`${file}.new`, script, { mode: 0o755 });
    chmodSync(`${file}.new`, 0o755);
    renameSync(`${file}.new`, file);
  }
  return { hook, file, done: theirs || existsSync(`${file}${BEFORE}`) ? 'chained' : 'set' };
}

function unsetOne(file: string, hook: HookName, dry: boolean): HookChange {
  const there = contentOf(file);
  if (there === undefined || !isOurs(there)) return { hook, file, done: 'absent' };
  const before = isThere(`${file}${BEFORE}`);
  if (!dry) {
    rmSync(file);
    if (before) renameSync(`${file}${BEFORE}`, file);
  }
  return { hook, file, done: before ? 'restored' : 'removed' };
}

/** Something is there that a rename would lose. */
function blocked(file: string): readonly Problem[] {
  const there = contentOf(file);
  if (there !== undefined && isOurs(there)) return edited(file);
  if (!isThere(file)) return isThere(`${file}${BEFORE}`) ? [leftOver(file)] : [];
  if (lstatSync(file).isDirectory()) return [problem('DATA_INVALID', 'a folder stands where the hook goes', { place: file, remedy: 'move it away' })];
  return isThere(`${file}${BEFORE}`) ? [leftOver(file)] : [];
}

function edited(file: string): readonly Problem[] {
  const there = contentOf(file);
  if (there === undefined || !isOurs(there) || isUntouched(there)) return [];
  return [
    problem('DATA_INVALID', 'somebody has added to our hook', { place: file, remedy: `move what was added to ${basename(file)}${BEFORE}, which runs first, and run this again` }),
  ];
}

const leftOver = (file: string): Problem =>
  problem('DATA_INVALID', `a hook kept from before is here, and another has taken the place of ours`, {
    place: `${file}${BEFORE}`,
    remedy: 'put together what both do in one file of the hook itself, remove this one, and run this again',
  });

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** undefined where no file is, and where a link leads nowhere. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const isRunnable = (file: string): boolean => (lstatSync(file).mode & 0o111) === 0o111;

function acted(act: () => readonly HookChange[]): Result<readonly HookChange[], readonly Problem[]> {
  try {
    return ok(act());
  } catch (error) {
    return err([
      problem('DATA_INVALID', `the hooks cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
        remedy: 'make their folder writable, then run this again',
      }),
    ]);
  }
}

interface Folder {
  readonly path: string;
  /** Top of the work tree. */
  readonly root: string;
  readonly owner?: Owner;
}

type Owner = 'husky' | 'lefthook' | 'shared' | 'versioned';

async function hookFolder(dir: string): Promise<Result<Folder>> {
  const cwd = resolve(dir);
  const env = userEnvironment();
  const asked = (...args: readonly string[]) => runGit(args, { env, cwd });
  const place = await asked('rev-parse', '--path-format=absolute', '--is-bare-repository', '--git-path', 'hooks', '--git-common-dir', '--show-toplevel');
  const [bare, path = '', common = '', root = ''] = place.ok ? (text(place.value.stdout) ?? '').split('\n') : [];
  if (bare === 'true')
    return err(problem('USAGE', 'this is a bare repository: nobody commits here', { place: cwd, remedy: 'run it in a clone; a server asks at the push, by its own pre-receive' }));
  if (!place.ok || place.value.code !== 0 || root === '')
    return err(problem('GIT_FAILED', 'there is no work tree here', { place: cwd, remedy: 'go into a clone, or name a folder of one with --repo' }));
  if (!isWithin(path, common)) {
    const scope = await asked('config', '--show-scope', '--get', 'core.hooksPath');
    const local = scope.ok && /^(?:local|worktree)\t/.test(text(scope.value.stdout) ?? '');
    const listed = isWithin(path, root) ? await runGit(['ls-files', '--', path], { env, cwd: root }) : undefined;
    const versioned = listed?.ok === true && listed.value.stdout.length > 0;
    const owner = isHusky(path) ? 'husky' : versioned ? 'versioned' : local ? undefined : 'shared';
    return ok({ path, root, ...(owner === undefined ? {} : { owner }) });
  }
  return ok({ path, root });
}

const isWithin = (path: string, folder: string): boolean => !relative(folder, path).startsWith('..') && relative(folder, path) !== '' && !relative(folder, path).startsWith(sep);
const isHusky = (path: string): boolean => /(?:^|[\\/])\.husky(?:[\\/]_)?[\\/]?$/.test(path);

/** lefthook writes its hooks anew whenever it is installed, and takes ours for old ones. */
function ownerIn(folder: string, root: string): Owner | undefined {
  const ours = HOOK_NAMES.some((name) => (contentOf(join(folder, name)) ?? '').includes('lefthook'));
  return ours || readdirSync(root).some((name) => /^\.?lefthook\.(?:ya?ml|toml|json)$/.test(name)) ? 'lefthook' : undefined;
}

/** What goes into each, by its name, to be copied line by line. */
const below = (lines: readonly string[]): string => lines.map((line, i) => `\n    ${HOOK_NAMES[i]}:  ${line}`).join('');

function owned(owner: Owner, folder: string, program: Program): Problem {
  const lines = HOOK_NAMES.map((name) => handWritten(name, program));
  const says = {
    husky: ['husky owns the hooks here', `add one line to each file of .husky, with the paths your people have:${below(lines)}`],
    lefthook: [
      'lefthook owns the hooks here',
      `add a command to each hook of lefthook.yml, with the paths your people have:${below(lines.map((l) => `run: ${l.replace('"$@"', '{0}')}`))}`,
    ],
    shared: [
      `core.hooksPath sends every repository of this machine to ${folder}`,
      'let this clone have its own: git config --local core.hooksPath .git/hooks, then run this again',
    ],
    versioned: [`the hooks here are under version control in ${folder}`, `add one line to each of them, with the paths your people have:${below(lines)}`],
  }[owner];
  return problem('USAGE', says[0] ?? '', { place: folder, remedy: says[1] ?? '' });
}
