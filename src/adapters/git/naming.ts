/** The port `Naming` over a clone's own configuration: what its branches and its repository are called where they came from. */
import { resolve } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Naming } from '../../flows/ports.ts';
import { locate } from './place.ts';
import { refMeant } from './revision.ts';
import { gitEnvironment, runGit } from './run.ts';

/** @param dir any folder of a work tree, or a bare repository. */
export function openNaming(dir: string): Naming {
  const cwd = resolve(dir);
  const asked = (...args: readonly string[]) => runGit(args, { env: gitEnvironment(), cwd });
  return {
    branch: async (revision): Promise<Result<string | null>> => {
      const at = await locate({ dir: cwd });
      if (!at.ok) return err(nothingAt(cwd));
      const ref = await refMeant(at.value, revision);
      return ok(ref === null ? null : branchOf(ref));
    },
    repository: async () => {
      const output = await asked('config', '--local', '--get', 'remote.origin.url');
      const address = output.ok && output.value.code === 0 ? firstLine(output.value.stdout) : '';
      return lastPart(address) || lastPart(cwd) || 'repository';
    },
  };
}

const nothingAt = (where: string): Problem =>
  problem('GIT_FAILED', 'there is no git repository here', { place: where, remedy: 'go into a clone, or name a folder of one with --repo' });

/** `refs/remotes/origin/main` is our copy of somebody's `refs/heads/main`. Tags and bare ids are no branches. */
function branchOf(ref: string): string | null {
  const [, branch] = /^refs\/remotes\/[^/]+\/(.+)$/.exec(ref) ?? [];
  if (branch !== undefined) return branch === 'HEAD' ? null : `refs/heads/${branch}`;
  return ref.startsWith('refs/heads/') ? ref : null;
}

/** `infra` of `https://user@host/git/infra.git/`, `host:infra.git` and `/srv/infra`: never the credentials before it. */
const lastPart = (address: string): string =>
  address
    .replace(/[/\\]+$/, '')
    .split(/[/\\:]/)
    .at(-1)
    ?.replace(/\.git$/, '') ?? '';

const firstLine = (bytes: Uint8Array): string => (text(bytes) ?? '').split('\n')[0] ?? '';
