/** The port `Repository` over spawned git. Opening costs nothing; the first question looks where the repository is. */
import type { Result } from '../../core/base/result.ts';
import { problemText } from '../../core/base/result.ts';
import type { Change, Oid } from '../../core/change/change.ts';
import { GITLINK } from '../../core/change/manifest.ts';
import { DIRECTORY } from '../../core/change/tree.ts';
import type { BlobRead, Repository, Step } from '../../flows/ports.ts';
import { isId, lines, mergeBasesOf, readChange } from './change.ts';
import { remembering } from './changes-read.ts';
import { parseCommit } from './commit.ts';
import { type ObjectReader, openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace, UnreadableRepository } from './place.ts';
import { resolveRevision } from './revision.ts';
import { runGit } from './run.ts';
import { entryAt } from './trees.ts';

const FILE_BYTES = 16 << 20;

/** @param place for a user's clone `{ dir }`; on a server `{ gitDir }`, with the quarantine of a push as `objectDirectory`. */
export function openRepository(place: RepositoryPlace): Repository {
  let known: Promise<Result<Place>> | undefined;
  const located = async (): Promise<Result<Place>> => {
    known ??= locate(place);
    const result = await known;
    // A repository that is not there yet may be there at the next question.
    if (!result.ok) known = undefined;
    return result;
  };
  const there = async (): Promise<Place> => {
    const result = await located();
    if (!result.ok) throw new UnreadableRepository(problemText(result.error));
    return result.value;
  };
  const together = readingTogether(there);
  return {
    resolve: async (revision) => {
      const at = await located();
      return at.ok ? resolveRevision(at.value, revision) : null;
    },
    change: remembering(async (of): Promise<Result<Change>> => {
      const at = await located();
      return at.ok ? readChange(at.value, of) : at;
    }),
    steps: async (old, head) => stepsBetween(await there(), old, head),
    mergeBases: async (one, other) => mergeBasesOf(await there(), ['--all'], one, other),
    file: (revision, path) => together((reader) => readFile(reader, revision, path)),
    blobs: async (ids, cap) => reading(await there(), (reader) => Promise.all(ids.map((id) => readBlob(reader, id, cap)))),
  };
}

/** Milliseconds for which a reader takes on more: under a burst without end each still ends. */
const SHARED = 1_000;

/** What is asked at the same time is read by one git: whoever reads several files of a commit needs room for one process. */
function readingTogether(there: () => Promise<Place>): <T>(ask: (reader: ObjectReader) => Promise<T>) => Promise<T> {
  let open: { readonly reader: Promise<ObjectReader>; readonly since: number; users: number } | undefined;
  return async (ask) => {
    if (open === undefined || Date.now() - open.since > SHARED) open = { reader: there().then((place) => openObjects(place.objects)), since: Date.now(), users: 0 };
    const mine = open;
    mine.users += 1;
    try {
      return await ask(await mine.reader);
    } finally {
      mine.users -= 1;
      if (mine.users === 0) {
        if (open === mine) open = undefined;
        void mine.reader.then(
          (reader) => reader.close(),
          () => undefined,
        );
      }
    }
  };
}

async function reading<T>(place: Place, ask: (reader: ObjectReader) => Promise<T>): Promise<T> {
  const reader = await openObjects(place.objects);
  try {
    return await ask(reader);
  } finally {
    reader.close();
  }
}

async function stepsBetween(place: Place, old: Oid | null, head: Oid): Promise<readonly Step[] | undefined> {
  if (!isId(place, head) || (old !== null && !isId(place, old))) return undefined;
  const args = ['rev-list', '--topo-order', '--parents', '--reverse', head, ...(old === null ? [] : [`^${old}`])];
  const output = await runGit(args, { env: place.objects });
  if (!output.ok || output.value.code !== 0) return undefined;
  const parents = new Map(
    lines(output.value.stdout).map((line) => {
      const [commit = '', parent = null] = line.split(' ');
      return [commit, parent] as const;
    }),
  );
  // Where a shallow clone was cut, a commit looks like a root.
  if ([...parents.keys()].some((commit) => place.shallow.has(commit))) return undefined;
  const chain = new Set<Oid>();
  let at: Oid | null = head;
  for (let parent = parents.get(at); parent !== undefined; parent = at === null ? undefined : parents.get(at)) {
    chain.add(at ?? '');
    at = parent;
  }
  return at === old ? [...parents].map(([commit, parent]) => ({ commit, parent, onChain: chain.has(commit) })) : undefined;
}

async function readFile(reader: ObjectReader, revision: Oid, path: string): Promise<Uint8Array | null> {
  const commit = await reader.read(revision, FILE_BYTES);
  if (commit?.type !== 'commit' || commit.bytes === undefined) throw new UnreadableRepository(`commit ${revision} is not in this repository`);
  const entry = await entryAt(reader, parseCommit(revision, commit.bytes).tree, path);
  if (!entry.ok) throw new UnreadableRepository(problemText(entry.error));
  if (entry.value === null || entry.value.mode === DIRECTORY || entry.value.mode === GITLINK) return null;
  const blob = await reader.read(entry.value.id, FILE_BYTES);
  if (blob?.bytes === undefined) throw new UnreadableRepository(`${path}: blob ${entry.value.id} is ${blob === undefined ? 'not in this repository' : 'too large'}`);
  return blob.bytes;
}

async function readBlob(reader: ObjectReader, id: Oid, cap: number): Promise<BlobRead> {
  const found = await reader.read(id, cap);
  if (found?.type !== 'blob') return { id, problem: 'missing' };
  return found.bytes === undefined ? { id, problem: 'too-large' } : { id, bytes: found.bytes };
}
