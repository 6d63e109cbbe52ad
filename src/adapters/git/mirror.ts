/**
 * The port `Mirror`: our own copy of a repository that lies elsewhere, whole (docs/decisions/0016). What the remote lists is listed once,
 * what of it is not here is fetched by id, and only then do the refs change, all at once. Whoever may push a branch there, or open a proposal
 * from a fork, chooses names and objects: what git will not take is left out, and spoils no other. What may not be left out fails, loudly.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Mirror } from '../../flows/ports-forge.ts';
import { makeBare } from './bare.ts';
import { type Asking, askRemote, type Failed, type Remote } from './mirror-git.ts';
import { type Listing, listingIn, putRefs, refsIn } from './mirror-refs.ts';
import { type Memory, take } from './mirror-take.ts';
import { type Caps, removeLeftovers } from './pack.ts';
import { rounds } from './rounds.ts';
import { gitEnvironment, runGit } from './run.ts';
import { slots } from './slots.ts';

export interface MirrorOptions {
  /** Folder of the mirrors, one bare repository each. Of this process alone. */
  readonly root: string;
  /** `bytes` of the pack of one request; `seconds` of a whole fetch. */
  readonly caps?: Partial<Caps>;
  /** Of these branches, full names, those that may not be left out; all of them unless told, and the default branch always. */
  readonly must?: (repo: string, branches: readonly string[]) => Promise<readonly string[]>;
  /** Told once of each thing that is left out. */
  readonly log?: (line: string) => void;
}

/** Of a mirror, and of what is kept of what is in it. */
export const MIRROR_CAPS: Caps = { bytes: 4 * 2 ** 30, seconds: 900 };

/** Where the mirror of a repository is, or will be. @param repo `[a-z0-9][a-z0-9._-]*`. */
export const mirrorFolder = (root: string, repo: string): string => join(root, `${repo}.git`);
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Fetches at once, of whatever repositories. */
const fetching = slots(4);

export function mirror(options: MirrorOptions): Mirror {
  const site: Site = { ...options, memory: { spoiled: new Map(), parted: new Set() }, said: new Set() };
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

type Site = MirrorOptions & { readonly memory: Memory; readonly said: Set<string> };

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

async function bring(site: Site, repo: string, remote: Remote, signal: AbortSignal): Promise<Result<void>> {
  const { root, caps, memory, must = async (_, branches) => branches } = site;
  const gitDir = mirrorFolder(root, repo);
  const { bytes, seconds } = { ...MIRROR_CAPS, ...caps };
  const asking: Asking = { remote, bytes, until: Date.now() + seconds * 1_000, signal };
  const printed = await askRemote(['ls-remote', '-q', '--symref'], asking);
  if (!printed.ok) return plain(printed.error);
  const listing = listingIn(printed.value);
  const made = await madeFor(root, gitDir, listing);
  if (!made.ok) return made;
  const taken = await take({ ...asking, gitDir, memory, must: (branches) => must(repo, branches) }, listing);
  if (!taken.ok) return plain(taken.error);
  await putRefs(gitDir, { refs: taken.value.refs, head: listing.head });
  tell(site, repo, taken.value.left);
  return (await tidy(gitDir)) ?? ok(undefined);
}

const MOST_SAID = 20;

function tell({ said, log }: Site, repo: string, left: ReadonlyMap<string, Problem>): void {
  const lines = [...left].map(([name, why]) => `${repo}: ${name} is left out of the mirror: ${why.message}`).filter((line) => !said.has(line));
  for (const line of lines) said.add(line);
  for (const line of lines.slice(0, MOST_SAID)) log?.(line);
  if (lines.length > MOST_SAID) log?.(`${repo}: ${lines.length - MOST_SAID} more are left out of the mirror`);
}

const plain = ({ of: _, ...error }: Failed): Result<never> => err<Problem>(error);

async function madeFor(root: string, gitDir: string, { refs }: Listing): Promise<Result<void>> {
  const [id = ''] = refs.values();
  const made = (await readdir(gitDir).catch(() => [])).length > 0 ? ok(undefined) : await makeBare(root, gitDir, id.length === 64 ? 'sha256' : 'sha1');
  // Whoever was ended here left it: a mirror is one process's, and it is this one's turn.
  await removeLeftovers(join(gitDir, 'objects'));
  return made;
}

const PACKS = 50;

/** Each fetch leaves a pack, and every look goes through all of them. Nothing is thrown away: what is kept of a change has a store of its own. */
async function tidy(gitDir: string): Promise<Result<never> | undefined> {
  const packs = (await readdir(join(gitDir, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
  if (packs.length < PACKS) return undefined;
  const packed = await runGit(['repack', '-d', '-q', '--geometric=2'], { env: gitEnvironment({ GIT_DIR: gitDir }), seconds: 600 });
  return packed.ok ? undefined : packed;
}
