/**
 * Bundles carried by a ref: `<first two digits>/<manifest>/<SHA-256 of the file>.json` in the tree of its newest commit. Whoever may push
 * the ref chooses all of it, so what is asked for is looked up by name and nothing else is walked; bytes that are not what their
 * name says are told and left out; and what cannot be read at all is a problem, never "nobody signed". Format: docs/spec/signoff-ref.md.
 */
import { text, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { DIRECTORY, parseTree } from '../../core/change/tree.ts';
import type { FoundBundle } from '../../core/signoff/pooled.ts';
import { SIGNOFFS_REF, type SignoffSource } from '../../flows/ports-carried.ts';
import { parseCommit } from './commit.ts';
import { type ObjectReader, openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { tipOf } from './revision.ts';
import { entryAt } from './trees.ts';

const NAME = /^refs\/countersign\/[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** Of one content: a person's every word is a file, and each export another. */
export const REF_CAPS = { files: 64, all: 64 << 20 } as const;
const FILE = /^([0-9a-f]{64})\.json$/;
const PLAIN = '100644';
const COMMIT_BYTES = 1 << 20;
const TREE_BYTES = 1 << 20;

/** Problem: USAGE. */
export function signoffsRef(name: string): Result<string> {
  return NAME.test(name)
    ? ok(name)
    : err(problem('USAGE', `${JSON.stringify(name)} is no ref that carries sign-offs`, { place: '--sign-offs', remedy: `for example ${SIGNOFFS_REF}` }));
}

/** Where the bundles of a content are, in the tree. */
export const signoffsFolder = (manifest: string): string => `${manifest.slice(0, 2)}/${manifest}`;

/** @param ref of `signoffsRef`. */
export const openSignoffRef = (place: RepositoryPlace, ref: string): SignoffSource => ({
  name: ref,
  far: false,
  bundles: async ({ manifest }) => {
    const at = await locate(place);
    if (!at.ok) return at;
    const tip = await tipOf(at.value, ref);
    if (!tip.ok) return tip;
    // No such ref: nobody's sign-offs are carried here.
    if (tip.value === null) return ok([]);
    return readBundles(at.value, ref, tip.value, manifest);
  },
});

async function readBundles(at: Place, ref: string, tip: Oid, manifest: string): Promise<Result<readonly FoundBundle[]>> {
  const reader = await openObjects(at.objects);
  try {
    const commit = await reader.read(tip, COMMIT_BYTES);
    if (commit?.type !== 'commit' || commit.bytes === undefined) return err(damaged(ref, `it points to ${commit === undefined ? 'an object that is not here' : 'no commit'}`));
    const folder = await entryAt(reader, parseCommit(tip, commit.bytes).tree, signoffsFolder(manifest));
    if (!folder.ok) return err(damaged(ref, folder.error.message));
    if (folder.value === null) return ok([]);
    return await readFolder(reader, ref, folder.value.id);
  } catch (error) {
    return err(damaged(ref, error instanceof Error ? error.message : String(error)));
  } finally {
    reader.close();
  }
}

async function readFolder(reader: ObjectReader, ref: string, id: Oid): Promise<Result<readonly FoundBundle[]>> {
  const tree = await reader.read(id, TREE_BYTES);
  if (tree?.type !== 'tree' || tree.bytes === undefined) return err(damaged(ref, `the folder ${id} is ${tree === undefined ? 'not here' : 'too large or no folder'}`));
  const entries = parseTree(tree.bytes, id.length / 2);
  if (!entries.ok) return err(damaged(ref, entries.error.message));
  const files = entries.value.filter((e) => e.mode !== DIRECTORY);
  if (files.length > REF_CAPS.files) return err(tooMuch(ref, `${files.length} files for one content; at most ${REF_CAPS.files} are read`));
  const found: FoundBundle[] = [];
  let left: number = REF_CAPS.all;
  for (const { mode, name, id: blob } of files) {
    const called = text(name) ?? '';
    const digest = mode === PLAIN ? FILE.exec(called)?.[1] : undefined;
    const read = digest === undefined ? undefined : await reader.read(blob, left);
    if (digest !== undefined && read === undefined) return err(damaged(ref, `the file ${called} is not here`));
    if (read?.type === 'blob' && read.bytes === undefined) return err(tooMuch(ref, `more than ${REF_CAPS.all} bytes for one content`));
    left -= read?.size ?? 0;
    const bytes = read?.bytes !== undefined && sha256Hex(read.bytes) === digest ? read.bytes : NOT_SO;
    found.push({ name: `${ref} ${called.slice(0, 80)}`, bytes });
  }
  return ok(found);
}

/** A file that is not what its name says: no bundle can be read from it, and it is told like any that cannot. */
const NOT_SO = utf8('its bytes are not those of its name\n');

const damaged = (ref: string, why: string): Problem =>
  problem('CONTENT_UNSEEN', `the sign-offs cannot be read: ${why}`, { place: ref, remedy: `fetch them whole: git fetch origin '+refs/countersign/*:refs/countersign/*'` });

const tooMuch = (ref: string, why: string): Problem => problem('PUSH_TOO_LARGE', why, { place: ref, remedy: 'take away what nobody needs any more' });
