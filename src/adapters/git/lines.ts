/**
 * The port `Lines`: git's own difference, line by line, from objects alone. The git directory is the empty one of view.ts, so
 * no driver, attribute, text conversion, rename or setting of a clone has a say: `* -diff` in a pushed `.gitattributes` hides
 * nothing. Binary and very large files have no lines, and say so.
 */
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { ChangedLines } from '../../core/provenance/lines/hunk.ts';
import type { Lines } from '../../flows/ports.ts';
import { isId } from './change.ts';
import { eachCommit } from './lines-each.ts';
import { PATCH_CAPS, type PatchCaps, patchReader } from './lines-patch.ts';
import { EMPTY_TREE, locate, type Place, type RepositoryPlace } from './place.ts';
import { commitAt } from './revision.ts';
import { type Environment, failure, startGit, tail } from './run.ts';
import { slots } from './slots.ts';

/** Larger files count as binary: git holds both sides whole while it compares. */
const BIG_FILE = 8 << 20;
const SECONDS = 60;

const PATCH = ['--raw', '-p', '-U0', '--inter-hunk-context=0', '--full-index', '--diff-algorithm=myers', '--indent-heuristic', '--no-color', '--no-renames'];
const NO_DRIVERS = ['--no-textconv', '--no-ext-diff', '--ignore-submodules=none', '--no-relative', '-O/dev/null', '--src-prefix=a/', '--dst-prefix=b/'];

/** @param index the index file a hook was given (`GIT_INDEX_FILE`); the repository's own unless told. Opening costs nothing. */
export function openLines(place: RepositoryPlace, index?: string, caps: PatchCaps = PATCH_CAPS): Lines {
  return {
    between: async (base, head) => {
      const at = await locate(place);
      return at.ok ? between(at.value, base, head, caps) : at;
    },
    staged: async () => {
      const at = await locate(place);
      return at.ok ? staged(at.value, index ?? join(at.value.gitDir, 'index'), caps) : at;
    },
    each: async (commits, since, take) => {
      const at = await locate(place);
      return at.ok ? eachCommit(at.value, { commits, since, take, args: ['-r', '--root', ...PATCH, ...NO_DRIVERS], bigFile: BIG_FILE }) : at;
    },
  };
}

async function between(place: Place, base: Oid | null, head: Oid, caps: PatchCaps): Promise<Result<readonly ChangedLines[]>> {
  const from = base ?? EMPTY_TREE[place.format];
  if (!isId(place, from) || !isId(place, head)) return err(problem('GIT_FAILED', `${JSON.stringify(`${base}..${head}`)} are not full object ids of this repository`));
  return patch('diff-tree', ['-r', ...PATCH, ...NO_DRIVERS, from, head], place.objects, caps);
}

async function staged(place: Place, index: string, caps: PatchCaps): Promise<Result<readonly ChangedLines[]>> {
  const from = (await commitAt(place, 'HEAD')) ?? EMPTY_TREE[place.format];
  return patch('diff-index', ['--cached', ...PATCH, ...NO_DRIVERS, from], { ...place.objects, GIT_INDEX_FILE: index }, caps);
}

const running = slots(8);

async function patch(command: string, args: readonly string[], env: Environment, caps: PatchCaps): Promise<Result<readonly ChangedLines[]>> {
  const done = await running.take();
  try {
    return await streamed(command, args, env, caps);
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  } finally {
    done();
  }
}

function streamed(command: string, args: readonly string[], env: Environment, caps: PatchCaps): Promise<Result<readonly ChangedLines[]>> {
  const child = startGit(['-c', `core.bigFileThreshold=${BIG_FILE}`, command, ...args], { env });
  const reader = patchReader(caps);
  const stderr = tail(child.stderr);
  let ended = false;
  const end = (): void => {
    ended = true;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(end, SECONDS * 1_000);
  child.stdin.end();
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (!ended && !reader.take(chunk)) end();
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(ended || code === 0 ? ok(reader.end(!ended)) : err(failure(command, code, stderr())));
    });
  });
}
