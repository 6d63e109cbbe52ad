/**
 * The port `WorkTrees`: what a recorder needs to know of the files under somebody's hands, with at most one git for each
 * question. Unlike everything else here this asks the user's own git, settings included: what is ignored and what differs is
 * for them to say. What could start a program of theirs (a file system monitor, hooks) is off all the same.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { MadeCommit, TreeState, WorkTree, WorkTrees } from '../../flows/ports.ts';
import { type Found, findWorkTree } from './work-tree-find.ts';

/** Files of the index, milliseconds of looking, bytes of one file. Beyond them nothing is known, and that is said. */
export const TREE_CAPS = { files: 50_000, milliseconds: 1_500, bytes: 8 << 20, commits: 200 } as const;
export type TreeCaps = { readonly [cap in keyof typeof TREE_CAPS]: number };

export function openWorkTrees(caps: TreeCaps = TREE_CAPS): WorkTrees {
  return {
    at: (path) => {
      const found = findWorkTree(path);
      return found === null ? null : { tree: workTree(found, caps), path: found.path };
    },
  };
}

function workTree(found: Found, caps: TreeCaps): WorkTree {
  const git = (args: readonly string[], input?: string): Promise<Result<Uint8Array>> => ask(found, caps, args, input);
  return {
    root: found.root,
    common: found.common,
    state: async () => {
      const files = indexSize(found.gitDir);
      if (files > caps.files) return err(problem('PUSH_TOO_LARGE', `the work tree holds ${files} files, over the cap of ${caps.files}`, { place: found.root }));
      const printed = await git(STATUS);
      return printed.ok ? ok(parseStatus(printed.value)) : printed;
    },
    read: (path) => readPlain(join(found.root, path), caps.bytes),
    committed: async (commit, paths) => {
      if (commit === null || paths.length === 0) return ok(new Map(paths.map((path) => [path, null])));
      // A line feed in a path would be another question: such files are not known.
      const asked = paths.filter((path) => !path.includes('\n'));
      const printed = await git(['cat-file', '--batch', '--buffer'], asked.map((path) => `${commit}:${path}\n`).join(''));
      return printed.ok ? ok(new Map(parseBatch(printed.value, asked, caps.bytes))) : printed;
    },
    made: async (from, to) => {
      const range = from === null ? [to] : [to, `^${from}`];
      const printed = await git([
        'log',
        '-z',
        '--format=%x01%H %ct %at',
        '--raw',
        '--no-abbrev',
        '--no-renames',
        '-m',
        '--first-parent',
        `--max-count=${caps.commits}`,
        ...range,
        '--',
      ]);
      return printed.ok ? ok(parseLog(printed.value)) : printed;
    },
  };
}

const STATUS = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all', '--no-ahead-behind'];
/** A repository of somebody else's is refused here, as their own git would. */
const QUIET = [
  '-c',
  'safe.directory=',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'status.relativePaths=false',
  '-c',
  'log.showSignature=false',
  '-c',
  'core.quotepath=off',
];

async function ask(found: Found, caps: TreeCaps, args: readonly string[], input?: string): Promise<Result<Uint8Array>> {
  // Loaded when it is needed: a tool that edits what it names starts no process.
  const { runGit, succeeded } = await import('./run.ts');
  const place = ['--git-dir', found.gitDir, '--work-tree', found.root];
  const output = await runGit([...QUIET, ...place, ...args], {
    env: usersEnvironment(),
    cwd: found.root,
    seconds: caps.milliseconds / 1_000,
    ...(input === undefined ? {} : { input }),
  });
  return succeeded(args[0] ?? '', output);
}

/** Theirs, without what a hook of git sets for its own repository. */
function usersEnvironment(): { readonly [name: string]: string } {
  const theirs = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('GIT_'));
  return { ...Object.fromEntries(theirs), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' };
}

/** Entries of the index, from its header (git's index-format: `DIRC`, version, count); 0 where there is none. */
function indexSize(gitDir: string): number {
  try {
    const header = Buffer.alloc(12);
    const fd = openSync(join(gitDir, 'index'), 'r');
    readSync(fd, header, 0, 12, 0);
    closeSync(fd);
    return header.toString('latin1', 0, 4) === 'DIRC' ? header.readUInt32BE(8) : 0;
  } catch {
    return 0;
  }
}

/** `# branch.oid`, `1 XY ... path`, `u XY ... path`, `? path`, each ended by a zero byte. Folders of other repositories end in `/`. */
export function parseStatus(printed: Uint8Array): TreeState {
  const lines = lenient(printed).split('\0');
  const head = lines.find((line) => line.startsWith('# branch.oid '))?.slice('# branch.oid '.length) ?? '';
  const dirty = lines.flatMap((line) => {
    const path = line.startsWith('? ') ? line.slice(2) : line.startsWith('1 ') ? fieldsAfter(line, 8) : line.startsWith('u ') ? fieldsAfter(line, 10) : '';
    return path === '' || path.endsWith('/') ? [] : [path];
  });
  return { head: /^[0-9a-f]{40,64}$/.test(head) ? head : null, dirty };
}

const fieldsAfter = (line: string, count: number): string => line.split(' ').slice(count).join(' ');
const lenient = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** What is no plain file (a link, a folder, a pipe) has no lines: null. */
function readPlain(file: string, cap: number): Result<Uint8Array | null> {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'].includes(code) ? ok(null) : err(problem('CONTENT_UNSEEN', `it cannot be read (${code})`, { place: file }));
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return ok(null);
    return stat.size > cap ? err(tooLarge(file, cap)) : ok(readFileSync(fd));
  } catch (error) {
    return err(problem('CONTENT_UNSEEN', `it cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: file }));
  } finally {
    closeSync(fd);
  }
}

const tooLarge = (place: string, cap: number): Problem => problem('PUSH_TOO_LARGE', `it is over ${cap} bytes`, { place });

/** `<id> <type> <size>`, a line feed, the bytes, a line feed; or `<asked> missing`. What is no blob, or too large, is left out. */
function parseBatch(printed: Uint8Array, asked: readonly string[], cap: number): readonly (readonly [string, Uint8Array | null])[] {
  let at = 0;
  return asked.flatMap((path): readonly (readonly [string, Uint8Array | null])[] => {
    const end = printed.indexOf(0x0a, at);
    const header = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(text(printed.subarray(at, end)) ?? '');
    at = end + 1;
    if (header === null) return [[path, null]];
    const size = Number(header[2]);
    const bytes = printed.slice(at, at + size);
    at += size + 1;
    return header[1] === 'blob' && size <= cap ? [[path, bytes]] : [];
  });
}

/** `\x01<id> <committed> <authored>`, then `:<modes> <ids> <status>` and a path for each file, all ended by zero bytes. */
export function parseLog(printed: Uint8Array): readonly MadeCommit[] {
  return lenient(printed)
    .split('\x01')
    .slice(1)
    .map((said) => {
      const [header = '', ...rest] = said.split('\0');
      const [id = '', committed, authored] = header.trim().split(' ');
      const paths = rest.flatMap((field, i) => (/^\n?:[0-7]{6} /.test(field) ? [rest[i + 1] ?? ''] : []));
      return { id, committed: Number(committed) * 1_000, authored: Number(authored) * 1_000, paths: paths.filter((path) => path !== '') };
    });
}
