import { type Problem, problem } from '../core/base/result.ts';
import { matches } from '../core/change/glob.ts';

/** One move of a ref, as git tells a hook. */
export interface RefUpdate {
  readonly ref: string;
  /** All zeroes: created. */
  readonly old: string;
  /** All zeroes: deleted. */
  readonly new: string;
}

export const isZero = (oid: string): boolean => /^0+$/.test(oid);

/** Ours, and git's way of putting one object in the place of another. */
const OURS = ['refs/replace/**', 'refs/countersign/**', 'refs/kept/**'];

/**
 * Git looks for a name as `refs/<name>`, `refs/tags/<name>`, `refs/heads/<name>`, `refs/remotes/<name>` and `refs/remotes/<name>/HEAD`, where the
 * name itself is not there: these answer for HEAD, or for a full name, in every clone they reach. A name that is an id is one to some commands.
 */
const DECOYS =
  /^refs\/(?:[^/]+|(?:(?:tags|heads|remotes)\/)?refs\/.*|(?:tags|heads|remotes)\/(?:HEAD|[0-9a-f]{40}|[0-9a-f]{64})|remotes\/(?:HEAD|[0-9a-f]{40}|[0-9a-f]{64})\/HEAD)$/;

/** Why nobody pushes a ref of this name, whatever else is pushed; undefined: it is a name like others. */
export function reserved(ref: string): Problem | undefined {
  if (matches(OURS, ref)) return problem('REF_RESERVED', `${ref} is reserved`, { remedy: 'push to another ref' });
  if (!DECOYS.test(ref)) return undefined;
  return problem('REF_RESERVED', `${ref} is reserved: git would read it where another ref, or a commit, is asked for`, {
    remedy: 'choose another name, as refs/heads/<name> or refs/tags/<name>; one that stands already is taken away on the server: git update-ref -d',
  });
}

/** Branches in whose place git would read this ref where they are called by their short name, here or in a clone of it. */
export function readFor(ref: string): readonly string[] {
  const [, tag] = /^refs\/tags\/(.+)$/.exec(ref) ?? [];
  const [, ofRemote] = /^(?:origin|upstream)\/(.+)$/.exec(tag ?? '') ?? [];
  const names = [ref.slice('refs/'.length), tag, ofRemote].filter((name) => name !== undefined);
  return tag === undefined ? [] : names.map((name) => `refs/heads/${name}`);
}
