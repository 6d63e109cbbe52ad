/**
 * The port `Mirror`: our own copy of a repository that lies elsewhere, whole (docs/decisions/0016). What the remote lists is listed once,
 * what of it is not here is fetched by id, and only then do the refs change, all at once. Whoever may push a branch there, or open a proposal
 * from a fork, chooses names and objects: a proposal that git will not take is left out, and spoils no other.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Mirror } from '../../flows/ports-forge.ts';
import { makeBare } from './bare.ts';
import { type Asking, askRemote, type Failed, type Remote } from './mirror-git.ts';
import { BRANCHES, type Listing, listingIn, putRefs, refsIn } from './mirror-refs.ts';
import { type Caps, removeLeftovers } from './pack.ts';
import { rounds } from './rounds.ts';
import { gitEnvironment, runGit } from './run.ts';
import { slots } from './slots.ts';

export interface MirrorOptions {
  /** Folder of the mirrors, one bare repository each. Of this process alone. */
  readonly root: string;
  /** `bytes` of the pack of one request; `seconds` of a whole fetch. */
  readonly caps?: Partial<Caps>;
}

/** Of a mirror, and of what is kept of what is in it. */
export const MIRROR_CAPS: Caps = { bytes: 4 * 2 ** 30, seconds: 900 };

/** Where the mirror of a repository is, or will be. @param repo `[a-z0-9][a-z0-9._-]*`. */
export const mirrorFolder = (root: string, repo: string): string => join(root, `${repo}.git`);
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Fetches at once, of whatever repositories. */
const fetching = slots(4);

export function mirror(options: MirrorOptions): Mirror {
  const site: Site = { ...options, spoiled: new Set() };
  const turns = rounds((repo: string, from: Remote, signal) => bringSafely(site, repo, from, signal));
  return {
    fetch: async (repo, from, signal) => {
      if (!NAME.test(repo)) return err(problem('REPOSITORY_UNKNOWN', 'no repository is called this', { place: repo }));
      return (await turns(repo, from, signal)) ?? err(problem('GIT_FAILED', 'whoever asked for it waits no more', { place: repo, remedy: 'fetch again' }));
    },
    refs: async (repo, prefix) => {
      const all = NAME.test(repo) ? await refsIn(mirrorFolder(options.root, repo)) : new Map<string, Oid>();
      return new Map([...all].map(([name, id]) => [Buffer.from(name, 'latin1').toString(), id] as const).filter(([name]) => name.startsWith(prefix)));
    },
  };
}

type Site = MirrorOptions & Pick<Fetching, 'spoiled'>;

async function bringSafely(site: Site, repo: string, from: Remote, signal: AbortSignal): Promise<Result<void>> {
  const done = await fetching.take();
  try {
    return await bring(site, repo, from, signal);
  } catch (cause) {
    return err(problem('GIT_FAILED', `the mirror cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { place: repo, remedy: 'see to the disk' }));
  } finally {
    done();
  }
}

async function bring({ root, caps, spoiled }: Site, repo: string, remote: Remote, signal: AbortSignal): Promise<Result<void>> {
  const gitDir = mirrorFolder(root, repo);
  const { bytes, seconds } = { ...MIRROR_CAPS, ...caps };
  const asking: Asking = { remote, bytes, until: Date.now() + seconds * 1_000, signal };
  const printed = await askRemote(['ls-remote', '-q', '--symref'], asking);
  if (!printed.ok) return plain(printed.error);
  const listing = listingIn(printed.value);
  const made = await madeFor(root, gitDir, listing);
  if (!made.ok) return made;
  const taken = await take({ ...asking, gitDir, spoiled }, listing);
  if (!taken.ok) return plain(taken.error);
  await putRefs(gitDir, { refs: taken.value, head: listing.head });
  return (await tidy(gitDir)) ?? ok(undefined);
}

const plain = ({ content: _, ...error }: Failed): Result<never> => err<Problem>(error);

async function madeFor(root: string, gitDir: string, { refs }: Listing): Promise<Result<void>> {
  const [id = ''] = refs.values();
  const made = (await readdir(gitDir).catch(() => [])).length > 0 ? ok(undefined) : await makeBare(root, gitDir, id.length === 64 ? 'sha256' : 'sha1');
  // Whoever was ended here left it: a mirror is one process's, and it is this one's turn.
  await removeLeftovers(join(gitDir, 'objects'));
  return made;
}

type Refs = ReadonlyMap<string, Oid>;

interface Fetching extends Asking {
  readonly gitDir: string;
  /** What cannot be taken, and is in no branch: asked for once in the life of this process. An id says what it is of, whoever has it. */
  readonly spoiled: Set<Oid>;
}

/** What may be written down: all that is listed, but for proposals that cannot be taken. */
async function take(asking: Fetching, { refs }: Listing): Promise<Result<Refs, Failed>> {
  const before = await refsIn(asking.gitDir);
  const here = new Set(before.values());
  const missing = (some: Refs): readonly Oid[] => [...new Set(some.values())].filter((id) => !here.has(id) && !asking.spoiled.has(id));
  const ofKind = (branch: boolean): Refs => new Map([...refs].filter(([name]) => name.startsWith(BRANCHES) === branch));
  const [branches, proposals] = [ofKind(true), ofKind(false)];
  const together = [...branches.values()].some((id) => asking.spoiled.has(id)) ? undefined : await get(asking, missing(refs));
  if (together?.ok === false && !together.error.content) return together;
  if (together?.ok !== true) {
    const first = await get(
      asking,
      [...new Set(branches.values())].filter((id) => !here.has(id)),
    );
    if (!first.ok) return first;
    // Written down before anything else: what is fetched next is told of them, and a proposal is little more than its own commits then.
    if (before.size === 0) await putRefs(asking.gitDir, { refs: branches, head: null });
    for (const id of branches.values()) here.add(id);
    const some = await getSome(asking, missing(proposals));
    if (!some.ok) return some;
  }
  return ok(new Map([...refs].filter(([name, id]) => branches.has(name) || here.has(id) || !asking.spoiled.has(id))));
}

/** Takes as many as can be taken: halves of what failed are tried by themselves, and what is left in the end is remembered. */
async function getSome(asking: Fetching, ids: readonly Oid[]): Promise<Result<void, Failed>> {
  const ways = [ids];
  for (let some = ways.pop(); some !== undefined; some = ways.pop()) {
    const got = await get(asking, some);
    if (got.ok) continue;
    if (!got.error.content) return got;
    const [only, ...more] = some;
    if (more.length > 0) ways.push(some.slice(some.length / 2), some.slice(0, some.length / 2));
    else if (only !== undefined) asking.spoiled.add(only);
  }
  return ok(undefined);
}

const FETCH = ['fetch', '-q', '--no-tags', '--no-auto-gc', '--no-recurse-submodules', '--no-write-fetch-head', '--stdin'];

/** With all they lead to, checked, on disk. What was half written is taken away: git leaves it where it was. */
async function get(asking: Fetching, ids: readonly Oid[]): Promise<Result<unknown, Failed>> {
  if (ids.length === 0) return ok(undefined);
  const got = await askRemote(FETCH, { ...asking, input: ids.map((id) => `${id}\n`).join('') });
  if (!got.ok) await removeLeftovers(join(asking.gitDir, 'objects'));
  return got;
}

const PACKS = 50;

/** Each fetch leaves a pack, and every look goes through all of them. Nothing is thrown away: what is kept of a change has a store of its own. */
async function tidy(gitDir: string): Promise<Result<never> | undefined> {
  const packs = (await readdir(join(gitDir, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
  if (packs.length < PACKS) return undefined;
  const packed = await runGit(['repack', '-d', '-q', '--geometric=2'], { env: gitEnvironment({ GIT_DIR: gitDir }), seconds: 600 });
  return packed.ok ? undefined : packed;
}
