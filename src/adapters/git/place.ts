/**
 * Where a repository is, and the two ways we look at it.
 *
 * `refs` is the repository itself; only names are resolved there. `objects` is a bare repository of our own with no
 * configuration at all, which borrows the object folder: nothing a clone configures (promisor remotes, submodule
 * settings, replace refs, grafts, attributes, diff order) can bend what is read, and a missing object is missing
 * instead of being fetched. Measured on git 2.39: with the clone's own configuration `cat-file` dies on the first missing blob.
 */
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { type Environment, gitEnvironment, runGit, succeeded } from './run.ts';
import { type ObjectFormat, viewFolder } from './view.ts';

/** A repository that cannot be read: not there, damaged, or something missing where "absent" would be a wrong answer. */
export class UnreadableRepository extends Error {}

export interface RepositoryPlace {
  /** The git directory (`.git`, a bare repository, or `.git/worktrees/x`); or `dir`, any folder of a work tree. */
  readonly gitDir?: string;
  readonly dir?: string;
  /** Read objects from here before the repository's own: a push's quarantine. */
  readonly objectDirectory?: string;
  /** More object folders. */
  readonly alternates?: readonly string[];
}

export interface Place {
  readonly gitDir: string;
  /** Absolute path of the repository's own object folder. */
  readonly objectFolder: string;
  readonly format: ObjectFormat;
  /** Commits whose parents a shallow clone lacks. */
  readonly shallow: ReadonlySet<Oid>;
  readonly refs: Environment;
  readonly objects: Environment;
}

export const EMPTY_TREE: { readonly [format in ObjectFormat]: Oid } = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};
export const idLength = (format: ObjectFormat): number => (format === 'sha256' ? 64 : 40);

const QUESTIONS = ['--absolute-git-dir', '--is-shallow-repository', '--show-object-format', '--git-path', 'objects', '--git-path', 'shallow'];

/** What git itself says of it is added where it is more than that. */
function nothingAt(where: string, printed: Result<unknown>): string {
  if (!existsSync(where)) return 'there is no such folder';
  const said = printed.ok || printed.error.message.includes('not a git repository') ? '' : ` (${printed.error.message})`;
  return `there is no git repository here${said}`;
}

/**
 * One spawn, and none where nothing has changed since the last: a push asks of one repository many times over.
 * Problem: GIT_FAILED where there is no repository.
 */
export async function locate(asked: RepositoryPlace): Promise<Result<Place>> {
  const where = resolve(asked.gitDir ?? asked.dir ?? '.');
  const marks = onlyNamed(asked) ? await marksOf(where) : undefined;
  const before = found.get(where);
  if (marks !== undefined && before?.marks === marks) return ok(before.place);
  const place = await look(asked, where);
  if (place.ok && marks !== undefined) remember(where, { marks, place: place.value });
  return place;
}

const onlyNamed = ({ gitDir, objectDirectory, alternates }: RepositoryPlace): boolean => gitDir !== undefined && objectDirectory === undefined && alternates === undefined;

const found = new Map<string, { readonly marks: string; readonly place: Place }>();
const KEPT = 1_000;

function remember(where: string, entry: { readonly marks: string; readonly place: Place }): void {
  const [oldest] = found.keys();
  if (found.size >= KEPT && oldest !== undefined) found.delete(oldest);
  found.set(where, entry);
}

/** Changes whenever one of the answers can: git writes both files anew and renames them. undefined: not a repository that has its own. */
async function marksOf(gitDir: string): Promise<string | undefined> {
  const [folder, config, shallow] = await Promise.all(['', 'config', 'shallow'].map((name) => stat(join(gitDir, name), { bigint: true }).catch(() => undefined)));
  if (folder === undefined || config === undefined) return undefined;
  return [`${folder.dev} ${folder.ino}`, ...[config, shallow].map((file) => (file === undefined ? 'none' : `${file.ino} ${file.size} ${file.mtimeNs} ${file.ctimeNs}`))].join(', ');
}

async function look(asked: RepositoryPlace, where: string): Promise<Result<Place>> {
  const which = asked.gitDir === undefined ? [] : ['--git-dir', where];
  const output = await runGit([...which, 'rev-parse', '--path-format=absolute', ...QUESTIONS], { env: gitEnvironment(), ...(asked.gitDir === undefined ? { cwd: where } : {}) });
  const printed = succeeded('rev-parse', output);
  const lines = printed.ok ? (text(printed.value) ?? '').split('\n') : [];
  const [gitDir = '', shallow = '', format = '', objectFolder = '', shallowFile = ''] = lines;
  if (lines.length !== 6 || (format !== 'sha1' && format !== 'sha256'))
    return err(problem('GIT_FAILED', nothingAt(where, printed), { place: where, remedy: 'name a folder inside a clone, or a bare repository' }));
  const isShallow = shallow === 'true';
  return ok({
    gitDir,
    objectFolder,
    format,
    shallow: new Set(isShallow ? readFileSync(shallowFile, 'utf8').split('\n').filter(Boolean) : []),
    refs: gitEnvironment({ GIT_DIR: gitDir }),
    objects: gitEnvironment({
      GIT_DIR: viewFolder(format),
      ...objectFolders([...(asked.objectDirectory === undefined ? [] : [asked.objectDirectory]), objectFolder, ...(asked.alternates ?? [])]),
      ...(isShallow ? { GIT_SHALLOW_FILE: shallowFile } : {}),
    }),
  });
}

/** The git directory all work trees of a repository share; null where there is none. */
export async function commonFolder(place: RepositoryPlace): Promise<string | null> {
  const at = await locate(place);
  return at.ok ? dirname(at.value.objectFolder) : null;
}

/** Reads (and would write) the first folder, reads the others. */
export function objectFolders(folders: readonly string[]): Environment {
  const [first = '', ...others] = folders;
  return { GIT_OBJECT_DIRECTORY: first, ...(others.length === 0 ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: others.map(quoted).join(':') }) };
}

/** Git splits the list at colons, except inside quotes. */
const quoted = (path: string): string => (/[:"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path);

/** Writes to the folder, and reads besides it what the place reads. */
export function readingToo(folder: string, { GIT_OBJECT_DIRECTORY: own = '', GIT_ALTERNATE_OBJECT_DIRECTORIES: more = '' }: Environment): Environment {
  const both = objectFolders([folder, own]);
  return { ...both, GIT_ALTERNATE_OBJECT_DIRECTORIES: [both.GIT_ALTERNATE_OBJECT_DIRECTORIES, more].filter(Boolean).join(':') };
}
