/**
 * The port `Merges`: git merges many single files in one `merge-tree`, over trees and commits made up for it. Each file is
 * an entry of the same name on all three sides, so there is nothing to rename, no folder and no `.gitattributes`; the git
 * directory is the empty one of view.ts, so no merge driver and no setting of a clone is read; and what git writes goes to a
 * folder that is thrown away.
 *
 * `merge-tree` and not `merge-file`: it merges as `rebase` and `merge` do (the same algorithm, the same idea of binary), and
 * before git 2.43 `merge-file` cannot read objects. Options of git 2.38 only: `--merge-base` came with 2.40.
 *
 * Whoever pushes chooses all three contents, and can make a merge slow: count, size and time are capped, and what was not
 * merged counts as reworked.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { concat, fromHex, text, utf8 } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { FileMerge } from '../../core/change/classes.ts';
import { parseTree } from '../../core/change/tree.ts';
import type { Merges } from '../../flows/ports.ts';
import { isId, lines } from './change.ts';
import { landingOf } from './merged-tree.ts';
import { openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace, readingToo } from './place.ts';
import { type Environment, failure, type GitOutput, runGit, succeeded } from './run.ts';

/** Files of one ask, bytes of one blob, bytes of all together, and how long git may merge. */
export const MERGE_CAPS = { files: 500, blob: 4 << 20, all: 64 << 20, seconds: 5 } as const;
export type MergeCaps = { readonly [cap in keyof typeof MERGE_CAPS]: number };

/** @param place as for `openRepository`. Opening costs nothing. */
export function openMerges(place: RepositoryPlace, caps: MergeCaps = MERGE_CAPS): Merges {
  return {
    files: async (asked) => {
      if (asked.length === 0) return ok([]);
      if (asked.length > caps.files) return err(tooMuch(`the base of ${asked.length} files moved; at most ${caps.files} are merged at once`));
      const at = await locate(place);
      return at.ok ? mergeIn(at.value, asked, caps) : at;
    },
    landing: async (onto, head) => {
      const at = await locate(place);
      return at.ok ? landingOf(at.value, onto, head) : at;
    },
  };
}

const tooMuch = (message: string): Problem => problem('PUSH_TOO_LARGE', message, { remedy: 'have the change signed again as it stands now' });

async function mergeIn(place: Place, asked: readonly FileMerge[], caps: MergeCaps): Promise<Result<readonly (Oid | null)[]>> {
  const whole = asked.every((m) => [m.ancestor, m.ours, m.theirs].every((id) => isId(place, id)));
  if (!whole) return err(problem('GIT_FAILED', 'a merge was asked for of something that is no object id of this repository'));
  const sizes = await blobSizes(place, asked);
  if (!sizes.ok) return sizes;
  const able = asked.filter((m) => [m.ancestor, m.ours, m.theirs].every((id) => (sizes.value.get(id) ?? Number.POSITIVE_INFINITY) <= caps.blob));
  const total = [...new Set(able.flatMap((m) => [m.ancestor, m.ours, m.theirs]))].reduce((sum, id) => sum + (sizes.value.get(id) ?? 0), 0);
  if (total > caps.all) return err(tooMuch(`the files whose base moved hold ${total} bytes; at most ${caps.all} are merged at once`));
  const merged = await mergeApart(place, able, caps.seconds);
  if (!merged.ok) return merged;
  const found = new Map(able.map((m, i) => [m, merged.value[i] ?? null]));
  return ok(asked.map((m) => found.get(m) ?? null));
}

/** Bytes of every blob named; what is missing, or is no blob, is not in the answer. One spawn, no content read. */
async function blobSizes(place: Place, asked: readonly FileMerge[]): Promise<Result<ReadonlyMap<Oid, number>>> {
  const ids = [...new Set(asked.flatMap((m) => [m.ancestor, m.ours, m.theirs]))];
  const printed = succeeded('cat-file', await runGit(['cat-file', '--batch-check'], { env: place.objects, input: ids.map((id) => `${id}\n`).join('') }));
  if (!printed.ok) return printed;
  const blobs = lines(printed.value).flatMap((line) => {
    const [, id = '', size = ''] = /^([0-9a-f]+) blob ([0-9]+)$/.exec(line) ?? [];
    return id === '' ? [] : [[id, Number(size)] as const];
  });
  return ok(new Map(blobs));
}

/** Merges in a folder of its own, that is gone afterwards. */
async function mergeApart(place: Place, asked: readonly FileMerge[], seconds: number): Promise<Result<readonly (Oid | null)[]>> {
  if (asked.length === 0) return ok([]);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-merge-'));
  try {
    const env = { ...place.objects, ...readingToo(folder, place.objects) };
    const [ours, theirs] = await writeSides(place, folder, asked);
    const output = await runGit(MERGE_TREE(ours, theirs), { env, cwd: folder, seconds });
    if (output.ok) return await answersIn(env, place, asked, output.value);
    return output.error.code === 'PUSH_TOO_LARGE' ? err(tooMuch(`merging the files whose base moved took more than ${seconds} s`)) : output;
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is written is read back at once and thrown away: nothing needs to survive a crash. */
const MERGE_TREE = (ours: Oid, theirs: Oid): readonly string[] => ['-c', 'core.fsync=none', ...['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]];

/** A commit for the ancestor, and one on top of it for each side; answers ours and theirs. */
async function writeSides(place: Place, folder: string, asked: readonly FileMerge[]): Promise<readonly [Oid, Oid]> {
  const side = async (pick: (m: FileMerge) => Oid, parents: readonly Oid[]): Promise<Oid> => {
    const tree = await writeObject(place, folder, 'tree', concat(...asked.map((m, i) => concat(utf8(`100644 ${nameOf(i)}\0`), fromHex(pick(m)) ?? new Uint8Array()))));
    const header = [`tree ${tree}`, ...parents.map((p) => `parent ${p}`), `author ${NOBODY}`, `committer ${NOBODY}`];
    return writeObject(place, folder, 'commit', utf8(`${header.join('\n')}\n\n-\n`));
  };
  const ancestor = await side((m) => m.ancestor, []);
  return [await side((m) => m.ours, [ancestor]), await side((m) => m.theirs, [ancestor])];
}

const NOBODY = 'nobody <nobody@invalid> 0 +0000';

/** Names of one length sort as their numbers do. */
const nameOf = (index: number): string => `f${String(index).padStart(8, '0')}`;

/** One loose object, as git keeps it. */
async function writeObject(place: Place, folder: string, type: 'tree' | 'commit', body: Uint8Array): Promise<Oid> {
  const bytes = concat(utf8(`${type} ${body.length}\0`), body);
  const id = createHash(place.format).update(bytes).digest('hex');
  const file = join(folder, id.slice(0, 2), id.slice(2));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, deflateSync(bytes));
  return id;
}

/** `<tree id> NUL`, then each conflicting name and NUL; exit 0 clean, 1 with conflicts, anything else no answer. */
async function answersIn(env: Environment, place: Place, asked: readonly FileMerge[], output: GitOutput): Promise<Result<readonly (Oid | null)[]>> {
  const [tree = '', ...conflicts] = (text(output.stdout) ?? '').split('\0').filter(Boolean);
  if ((output.code !== 0 && output.code !== 1) || !isId(place, tree) || (output.code === 1) !== conflicts.length > 0) return err(noMerge(output.code, output.stderr));
  const reader = await openObjects(env);
  try {
    const found = await reader.read(tree, MERGE_CAPS.all);
    const entries = found?.type === 'tree' && found.bytes !== undefined ? parseTree(found.bytes, tree.length / 2) : err(noMerge(output.code, 'the merged tree is not there'));
    if (!entries.ok) return entries;
    const torn = new Set(conflicts);
    const ids = new Map(entries.value.filter((e) => e.mode === '100644').map((e) => [text(e.name) ?? '', e.id]));
    return ok(asked.map((_, i) => (torn.has(nameOf(i)) ? null : (ids.get(nameOf(i)) ?? null))));
  } finally {
    reader.close();
  }
}

/** Exit 129 is "unknown option": a git before 2.38. */
function noMerge(code: number, stderr: string): Problem {
  const old = code === 129;
  return old ? problem('GIT_FAILED', 'this git cannot merge without a work tree', { remedy: 'install git 2.38 or newer' }) : failure('merge-tree', code, stderr);
}
