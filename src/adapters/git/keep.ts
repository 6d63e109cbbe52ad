/**
 * The port `ObjectStore`: our own copy of what was pushed. Git deletes a refused push's quarantine the moment the hook
 * answers no, so everything a reviewer is to look at is packed into a repository of ours before the hook answers.
 *
 * The hook is not believed: it names a repository and a folder, every path is derived here, and the folder must be a
 * real quarantine inside that repository's own object folder.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { isAbsent } from '../../core/change/manifest.ts';
import type { ObjectStore, Repository } from '../../flows/ports.ts';
import { makeBare } from './bare.ts';
import { isId, lines } from './change.ts';
import { openLanded } from './landed.ts';
import { openMerges } from './merges.ts';
import { type Caps, copyObjects, removeLeftovers } from './pack.ts';
import { locate, objectFolders, type Place } from './place.ts';
import { quarantineFolder } from './quarantine.ts';
import { openRepository } from './repository.ts';
import { gitEnvironment, runGit, succeeded } from './run.ts';
import { openTrains } from './trains.ts';
import { viewFolder } from './view.ts';

export interface KeepOptions {
  /** Folder of our copies, one bare repository per repository id. */
  readonly root: string;
  /** The served repository; undefined for an id that is not served: REPOSITORY_UNKNOWN. */
  readonly gitDirOf: (repo: string) => string | undefined;
  /** For one `keep` of a repository; 512 MiB and 60 s unless told. */
  readonly caps?: (repo: string) => Partial<Caps>;
}

const KEPT = 'refs/kept/';
/** Of a mirror: thousands, of whoever has an account there. Each is kept when it is looked at. */
const PROPOSALS = 'refs/pull/';

/**
 * `keep` resolves after pack and refs are on disk. Keeps of one repository run one after another; the same keep twice
 * does nothing the second time. Two processes on one `root` are safe (git's own locks) but may pack twice.
 * Problems: REPOSITORY_UNKNOWN, GATE_REQUEST_INVALID, PUSH_TOO_LARGE, CONTENT_UNSEEN, GIT_FAILED.
 */
export function objectStore(options: KeepOptions): ObjectStore {
  const last = new Map<string, Promise<unknown>>();
  const opened = new Map<string, Repository>();
  const folderOf = (repo: string): string => join(options.root, folderName(repo));
  return {
    keep: (repo, tips, quarantine) => {
      const turn = (last.get(repo) ?? Promise.resolve()).then(() => keep(options, folderOf(repo), { repo, tips, quarantine }));
      const settled = turn.catch(() => undefined);
      last.set(repo, settled);
      void settled.then(() => last.get(repo) === settled && last.delete(repo));
      return turn;
    },
    open: (repo) => {
      const known = opened.get(repo) ?? openRepository({ gitDir: folderOf(repo) });
      opened.set(repo, known);
      return known;
    },
    merges: (repo) => openMerges({ gitDir: folderOf(repo) }),
    landed: (repo) => openLanded({ gitDir: folderOf(repo) }),
    trains: (repo) => openTrains({ gitDir: folderOf(repo) }),
  };
}

interface Asked {
  readonly repo: string;
  readonly tips: readonly Oid[];
  readonly quarantine: string | undefined;
}

async function keep(options: KeepOptions, folder: string, asked: Asked): Promise<Result<void>> {
  const gitDir = options.gitDirOf(asked.repo);
  if (gitDir === undefined) return err(problem('REPOSITORY_UNKNOWN', 'this repository is not served here', { place: asked.repo }));
  const served = await locate({ gitDir });
  if (!served.ok) return served;
  const tips = [...new Set(asked.tips)].filter((id) => !isAbsent(id));
  const strange = tips.find((id) => !isId(served.value, id));
  if (strange !== undefined) return err(invalid(`${JSON.stringify(strange)} is not an object id of this repository`));
  const quarantine = asked.quarantine === undefined ? ok(undefined) : await quarantineFolder(served.value, asked.quarantine);
  if (!quarantine.ok) return quarantine;
  const store = await openStore(options.root, folder, served.value);
  if (!store.ok) return store;
  const caps: Caps = { bytes: 512 << 20, seconds: 60, ...options.caps?.(asked.repo) };
  return copyMissing({ served: served.value, store: store.value, folder, quarantine: quarantine.value, caps }, tips);
}

const invalid = (message: string): Problem => problem('GATE_REQUEST_INVALID', message);

async function openStore(root: string, folder: string, served: Place): Promise<Result<Place>> {
  const there = await locate({ gitDir: folder });
  if (there.ok) return there;
  const made = await makeBare(root, folder, served.format);
  if (!made.ok) return made;
  return locate({ gitDir: folder });
}

interface Work {
  readonly served: Place;
  readonly store: Place;
  readonly folder: string;
  readonly quarantine: string | undefined;
  readonly caps: Caps;
}

/**
 * A first keep copies what the served repository already had without `--strict`: an old project may hold commits that
 * today's checks refuse, and nothing is gained by refusing them now. What is pushed is checked.
 */
async function copyMissing(work: Work, tips: readonly Oid[]): Promise<Result<void>> {
  let kept = await keptIds(work.store);
  if (!kept.ok) return kept;
  if (kept.value.size === 0) {
    const refs = await refIds(work.served, (name) => !name.startsWith(PROPOSALS));
    const copied = refs.ok ? await copyAndPin(work, refs.value, kept.value, undefined) : refs;
    if (!copied.ok) return copied;
    kept = await keptIds(work.store);
    if (!kept.ok) return kept;
  }
  const known = kept.value;
  return copyAndPin(
    work,
    tips.filter((id) => !known.has(id)),
    known,
    work.quarantine,
  );
}

async function copyAndPin(work: Work, tips: readonly Oid[], kept: ReadonlySet<Oid>, quarantine: string | undefined): Promise<Result<void>> {
  if (tips.length === 0) return ok(undefined);
  // What we kept before may be gone from the served repository (a refused push), so our own objects are readable too.
  const folders = [...(quarantine === undefined ? [] : [quarantine]), work.served.objectFolder, work.store.objectFolder];
  const from = gitEnvironment({ GIT_DIR: viewFolder(work.served.format), ...objectFolders(folders) });
  const copied = await copyObjects({ from, to: work.store.refs, tips, without: [...kept], strict: quarantine !== undefined, caps: work.caps });
  if (!copied.ok) {
    await removeLeftovers(work.store.objectFolder);
    return copied;
  }
  const pinned = await pin(work.store, tips, '');
  // A process that was killed leaves a lock for ever. Taking one away may take it from somebody who lives; what a pin is called nobody asks.
  return pinned.ok ? pinned : pin(work.store, tips, `-${randomUUID()}`);
}

async function pin(store: Place, tips: readonly Oid[], end: string): Promise<Result<void>> {
  const pins = tips.map((id) => `update ${KEPT}${id}${end} ${id}\n`).join('');
  const pinned = succeeded('update-ref', await runGit(['update-ref', '--stdin'], { env: store.refs, input: pins }));
  return pinned.ok ? ok(undefined) : pinned;
}

async function keptIds(store: Place): Promise<Result<ReadonlySet<Oid>>> {
  const listed = await refIds(store);
  return listed.ok ? ok(new Set(listed.value)) : listed;
}

async function refIds(place: Place, which: (name: string) => boolean = () => true): Promise<Result<readonly Oid[]>> {
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(objectname) %(refname)'], { env: place.refs }));
  if (!printed.ok) return printed;
  const rows = lines(printed.value).map((line) => line.split(' '));
  return ok([...new Set(rows.flatMap(([id = '', name = '']) => (which(name) ? [id] : [])))]);
}

/** Readable where the id is harmless as a file name, else its digest: an id may not climb out of the root or hide. */
const folderName = (repo: string): string => (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(repo) ? `${repo}.git` : `sha256-${sha256Hex(repo)}.git`);
