/**
 * The repository without configuration that lends its git directory to every read: HEAD, an empty `refs`, four lines of
 * `config`. It is kept in the user's cache folder, where nobody tidies it away under a server that runs for months; where
 * that folder cannot be had or could be written by others, in a fresh temporary one for this process.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export type ObjectFormat = 'sha1' | 'sha256';

const HEAD = 'ref: refs/heads/none\n';
const CONFIG: { readonly [format in ObjectFormat]: string } = {
  sha1: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n',
  sha256: '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n',
};

let found: string | undefined;

/** Absolute path of the empty repository of this object format. Written once, checked once per process. */
export function viewFolder(format: ObjectFormat): string {
  found ??= cached(join(cacheFolder(), 'countersign', 'git-view-1')) ?? temporary();
  return join(found, format);
}

const cacheFolder = (): string => {
  const named = process.env.XDG_CACHE_HOME;
  return named?.startsWith('/') ? named : join(homedir(), '.cache');
};

/** The folder, made or found whole and ours alone; undefined where it is anything else. */
export function cached(root: string): string | undefined {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    if (!isOurs(root)) return undefined;
    for (const format of ['sha1', 'sha256'] as const) if (!isWhole(join(root, format), format)) place(root, format);
    return isWhole(join(root, 'sha1'), 'sha1') && isWhole(join(root, 'sha256'), 'sha256') ? root : undefined;
  } catch {
    return undefined;
  }
}

function isOurs(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && (process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o022) === 0));
}

/** Anything more than what we wrote (an alternates file, a ref, grafts) would bend what is read. */
function isWhole(folder: string, format: ObjectFormat): boolean {
  try {
    const exact = readdirSync(folder).sort().join() === 'HEAD,config,refs' && readdirSync(join(folder, 'refs')).length === 0;
    return exact && readFileSync(join(folder, 'HEAD'), 'utf8') === HEAD && readFileSync(join(folder, 'config'), 'utf8') === CONFIG[format];
  } catch {
    return false;
  }
}

/** Whole or not at all: another process may be reading, or doing the same. */
function place(root: string, format: ObjectFormat): void {
  const fresh = mkdtempSync(join(root, 'new-'));
  write(fresh, format);
  try {
    renameSync(fresh, join(root, format));
  } catch {
    if (!isWhole(join(root, format), format)) rmSync(join(root, format), { recursive: true, force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

function temporary(): string {
  const root = mkdtempSync(join(tmpdir(), 'countersign-view-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const format of ['sha1', 'sha256'] as const) write(join(root, format), format);
  return root;
}

function write(folder: string, format: ObjectFormat): void {
  mkdirSync(join(folder, 'refs'), { recursive: true });
  writeFileSync(join(folder, 'HEAD'), HEAD);
  writeFileSync(join(folder, 'config'), CONFIG[format]);
}
