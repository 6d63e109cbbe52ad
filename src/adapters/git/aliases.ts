/**
 * Symbolic refs of a served repository. Git follows them when it moves a ref, so a push to one moves another, which the hook
 * is never told.
 */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { problemText } from '../../core/base/result.ts';
import { UnreadableRepository } from './place.ts';
import { gitEnvironment, runGit, succeeded } from './run.ts';

/** Which of these refs are symbolic, and what they name. Rejects where git does not answer: not knowing is not "none". */
export async function aliasesIn(gitDir: string, refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const listing = inFiles(gitDir).then((all) => (all ? [] : listedIn(gitDir, refs)));
  const [listed, dangling] = await Promise.all([listing, Promise.all(refs.map(async (ref) => [ref, await fileOf(gitDir, ref)] as const))]);
  const wanted = new Set(refs);
  const found = [...dangling.flatMap(([ref, to]) => (to === undefined ? [] : [[ref, to] as const])), ...listed];
  return new Map(found.filter(([ref]) => wanted.has(ref)));
}

/**
 * Where refs are files every symbolic one is a file of its own, never packed, and no git has to be asked. They are unless the
 * repository's own configuration says `extensions.refStorage` (a key git takes from nowhere else); where it cannot be read, git is asked.
 */
async function inFiles(gitDir: string): Promise<boolean> {
  const config = await readFile(join(gitDir, 'config'), 'utf8').catch(() => undefined);
  return config !== undefined && !/refstorage/i.test(config);
}

/** Those that lead to a ref that is there, whatever keeps the refs. */
async function listedIn(gitDir: string, refs: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(refname) %(symref)', ...refs], { env: gitEnvironment({ GIT_DIR: gitDir }) }));
  if (!printed.ok) throw new UnreadableRepository(problemText(printed.error));
  return (text(printed.value) ?? '').split('\n').flatMap((line) => {
    const [ref = '', to = ''] = line.split(' ');
    return to === '' ? [] : [[ref, to] as const];
  });
}

/** What a loose ref says it stands for: git does not list one whose end is not there, and would make it. */
async function fileOf(gitDir: string, ref: string): Promise<string | undefined> {
  if (ref.split('/').some((part) => part === '' || part === '.' || part === '..')) return undefined;
  const file = join(gitDir, ref);
  try {
    if ((await lstat(file)).isSymbolicLink()) return 'what a link leads to';
    return /^ref:\s*(\S+)/.exec(await readFile(file, 'utf8'))?.[1];
  } catch (error) {
    if (NO_FILE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new UnreadableRepository(`${ref} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** There is no file of this name, or none can be: only then the ref stands for nothing. */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);
