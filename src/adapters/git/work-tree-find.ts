/**
 * Finds the work tree a path stands in without starting git: a hook runs twice for every tool call. The rules are git's own
 * (gitrepository-layout): a folder `.git`, or a file that names one; `commondir` names what linked work trees share.
 */
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

export interface Found {
  /** Links followed. */
  readonly root: string;
  readonly gitDir: string;
  readonly common: string;
  /** Of the path that was asked for, from the root, with `/`; empty for the root. */
  readonly path: string;
}

/** null outside any work tree, and inside a git directory. */
export function findWorkTree(asked: string): Found | null {
  const real = existing(resolve(asked));
  for (let folder = real; ; folder = dirname(folder)) {
    const gitDir = gitDirOf(join(folder, '.git'));
    if (gitDir !== undefined) {
      const path = relative(folder, real).split(sep).join('/');
      return path === '.git' || path.startsWith('.git/') ? null : { root: folder, gitDir, common: commonOf(gitDir), path };
    }
    if (dirname(folder) === folder) return null;
  }
}

/** Links followed as far as anything is there: the file itself may be about to be made. */
function existing(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(existing(dirname(path)), basename(path));
  }
}

function gitDirOf(dotGit: string): string | undefined {
  try {
    const stat = lstatSync(dotGit);
    const dir = stat.isFile() ? resolve(dirname(dotGit), /^gitdir: (.+?)\r?\n?$/.exec(readFileSync(dotGit, 'utf8'))?.[1] ?? '') : dotGit;
    return statSync(dir).isDirectory() && existsSync(join(dir, 'HEAD')) ? realpathSync(dir) : undefined;
  } catch {
    return undefined;
  }
}

function commonOf(gitDir: string): string {
  try {
    return realpathSync(resolve(gitDir, readFileSync(join(gitDir, 'commondir'), 'utf8').trim()));
  } catch {
    return gitDir;
  }
}
