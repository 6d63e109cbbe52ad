/** The port `Ground` over git: the tree of a commit, the branches, whether there is a work tree. Paths and names are whatever somebody pushed. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { ok, type Result } from '../../core/base/result.ts';
import { displayPath } from '../../core/change/manifest.ts';
import type { Ground, GroundFile } from '../../flows/ports-onboard.ts';
import { locate, type RepositoryPlace } from './place.ts';
import { runGit, succeeded } from './run.ts';

/** A tree of a million files fits. */
const MOST_BYTES = 256 << 20;

/** @param place a user's clone, `{ dir }`, or a bare repository. */
export function openGround(place: RepositoryPlace): Ground {
  const asked = async (args: readonly string[], which: 'refs' | 'objects'): Promise<Result<Uint8Array>> => {
    const at = await locate(place);
    return at.ok ? succeeded(args[0] ?? '', await runGit(args, { env: at.value[which], cap: MOST_BYTES })) : at;
  };
  return {
    files: async (commit) => {
      const listed = await asked(['ls-tree', '-r', '--full-tree', '-z', commit], 'objects');
      return listed.ok ? ok(filesIn(listed.value)) : listed;
    },
    branches: async () => {
      const listed = await asked(['for-each-ref', '--format=%(refname)', 'refs/heads/', 'refs/remotes/'], 'refs');
      return listed.ok ? ok([...new Set((text(listed.value) ?? '').split('\n').filter(Boolean).map(branchOf))]) : listed;
    },
    isBare: async () => {
      const at = await locate(place);
      return at.ok ? ok(isSame(at.value.gitDir, place.gitDir ?? place.dir ?? '.')) : at;
    },
  };
}

/** The folder that was named is the git directory itself: whatever its configuration says, there is no work tree in it. */
function isSame(gitDir: string, named: string): boolean {
  try {
    return realpathSync(gitDir) === realpathSync(resolve(named));
  } catch {
    return false;
  }
}

const branchOf = (ref: string): string => ref.replace(/^refs\/remotes\/[^/]+\//, 'refs/heads/');

/** `<mode> <type> <id>\t<path>\0` */
function filesIn(bytes: Uint8Array): readonly GroundFile[] {
  const found: GroundFile[] = [];
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const tab = bytes.indexOf(9, at);
    const end = bytes.indexOf(0, tab);
    if (tab < 0 || end < 0) break;
    const [mode = '', , id = ''] = decoder.decode(bytes.subarray(at, tab)).split(' ');
    if (mode.startsWith('100')) found.push({ path: displayPath(bytes.subarray(tab + 1, end)), id });
    at = end + 1;
  }
  return found;
}
