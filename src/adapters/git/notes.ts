/**
 * The port `Notes`: line records beside commits, under the refs where tools keep them and where a fetch of ours puts copies
 * of a remote's (`refs/countersign/<remote>/...`). Anybody who may push may write any of it: sizes are capped, one by one and
 * in all, and whatever cannot be read is said of the commit it speaks of.
 */
import { text } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { isAbsent } from '../../core/change/manifest.ts';
import type { NoteRead, Notes } from '../../flows/ports.ts';
import { isId, lines } from './change.ts';
import { type NotesTree, readNotesTree } from './notes-tree.ts';
import { writeNotes } from './notes-write.ts';
import { type ObjectReader, openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { runGit, succeeded } from './run.ts';

/** Bytes of one note, of one answer of `read`, of everything `each` hands over. */
export const NOTE_CAPS = { note: 8 << 20, read: 128 << 20, each: 1 << 30 } as const;
export type NoteCaps = { readonly [cap in keyof typeof NOTE_CAPS]: number };

const TREES = ['refs/notes/ai', 'refs/notes/ai-remote/*', 'refs/notes/exceeds-ink', 'refs/notes/countersign'];
const COPIES = ['refs/countersign/*/notes/ai', 'refs/countersign/*/notes/exceeds-ink', 'refs/countersign/*/notes/countersign'];
/** One ref a commit, named after it. */
const LOOSE = ['refs/ai/authorship', 'refs/countersign/*/ai/authorship'];
const AUTHORSHIP = /\/ai\/authorship\/([0-9a-f]{40,64})$/;

const SECONDS = 600;
const AT_ONCE = 16;

/**
 * @param place as for `openRepository`. @param moving refs a push in flight moves, and where to (all zeroes: it deletes them): they
 * are read as they will stand. Opening costs nothing; what a ref holds is kept until the ref moves.
 */
export function openNotes(place: RepositoryPlace, caps: NoteCaps = NOTE_CAPS, moving: ReadonlyMap<string, Oid> = new Map()): Notes {
  const trees = new Map<string, { readonly tip: Oid; readonly tree: Result<NotesTree, string> }>();
  const on = async (take: (note: NoteRead) => void, of: readonly Oid[] | undefined, all: number): Promise<Result<void>> => {
    const at = await locate(place);
    if (!at.ok) return at;
    const refs = await listRefs(at.value, moving);
    if (!refs.ok) return refs;
    return reading(at.value, async (reader) => {
      const wanted = of === undefined ? undefined : new Set(of);
      const asked: Asked[] = [];
      // one by one: a ref holds more of them than a call takes arguments
      for (const ref of refs.value) for (const one of await placesUnder(reader, at.value, ref, wanted, trees)) asked.push(one);
      await readAll(reader, inOrder(asked, of), { note: caps.note, all }, take);
    });
  };
  return {
    any: async () => {
      const at = await locate(place);
      if (!at.ok) return at;
      const refs = await listRefs(at.value, moving);
      return refs.ok ? ok(refs.value.length > 0) : refs;
    },
    read: async (commits) => {
      const notes: NoteRead[] = [];
      const done = commits.length === 0 ? ok(undefined) : await on((note) => notes.push(note), commits, caps.read);
      return done.ok ? ok(notes) : done;
    },
    each: (take) => on(take, undefined, caps.each),
    write: async (ref, notes) => {
      const at = await locate(place);
      return at.ok ? writeNotes(at.value, ref, notes) : at;
    },
  };
}

async function reading(place: Place, work: (reader: ObjectReader) => Promise<void>): Promise<Result<void>> {
  let reader: ObjectReader | undefined;
  try {
    reader = await openObjects(place.objects, SECONDS);
    await work(reader);
    return ok(undefined);
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  } finally {
    reader?.close();
  }
}

interface Ref {
  readonly name: string;
  readonly tip: Oid;
}

/** Only what refs say, no object of theirs: one that is missing would end the whole list. */
async function listRefs(place: Place, moving: ReadonlyMap<string, Oid>): Promise<Result<readonly Ref[]>> {
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(objectname) %(refname)', ...TREES, ...COPIES, ...LOOSE], { env: place.refs }));
  if (!printed.ok) return printed;
  const listed = lines(printed.value).map((line) => ({ tip: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }));
  return ok(afterwards(listed, moving));
}

const NAMES = [...TREES, ...COPIES].map((name) => new RegExp(`^${name.replaceAll('*', '[^/]+')}$`));
const holdsRecords = (name: string): boolean => NAMES.some((n) => n.test(name)) || AUTHORSHIP.test(name);

function afterwards(listed: readonly Ref[], moving: ReadonlyMap<string, Oid>): readonly Ref[] {
  const stay = listed.filter((ref) => !moving.has(ref.name));
  return [...stay, ...[...moving].flatMap(([name, tip]) => (holdsRecords(name) && !isAbsent(tip) ? [{ name, tip }] : []))];
}

/** `blob` or why there is none. */
interface Asked {
  readonly commit: Oid;
  readonly ref: string;
  readonly blob: Oid | undefined;
  readonly problem?: string;
}

async function placesUnder(
  reader: ObjectReader,
  place: Place,
  { name, tip }: Ref,
  wanted: ReadonlySet<Oid> | undefined,
  trees: Map<string, { readonly tip: Oid; readonly tree: Result<NotesTree, string> }>,
): Promise<readonly Asked[]> {
  const [, commit] = AUTHORSHIP.exec(name) ?? [];
  if (commit !== undefined) return isId(place, commit) && wanted?.has(commit) !== false ? [{ commit, ref: name, blob: tip }] : [];
  const known = trees.get(name);
  const { tree } = known?.tip === tip ? known : { tree: await readNotesTree(reader, tip) };
  // what could not be read may be there at the next question
  if (tree.ok) trees.set(name, { tip, tree });
  else return [...(wanted ?? [''])].map((of) => ({ commit: of, ref: name, blob: undefined, problem: `${name} cannot be read: ${tree.error}` }));
  const commits = wanted ?? tree.value.keys();
  return [...commits].flatMap((of) => (tree.value.get(of) ?? []).map(({ blob }) => ({ commit: of, ref: name, blob })));
}

function inOrder(asked: readonly Asked[], of: readonly Oid[] | undefined): readonly Asked[] {
  if (of === undefined) return asked;
  const byCommit = Map.groupBy(asked, (a) => a.commit);
  return [...new Set(of)].flatMap((commit) => byCommit.get(commit) ?? []);
}

async function readAll(reader: ObjectReader, asked: readonly Asked[], caps: { readonly note: number; readonly all: number }, take: (note: NoteRead) => void): Promise<void> {
  let left = caps.all;
  for (let at = 0; at < asked.length; at += AT_ONCE) {
    const some = asked.slice(at, at + AT_ONCE);
    const cap = Math.max(0, Math.min(caps.note, left));
    const found = left <= 0 ? [] : await Promise.all(some.map((a) => (a.blob === undefined ? undefined : reader.read(a.blob, cap))));
    for (const [i, { commit, ref, blob, problem: broken }] of some.entries()) {
      const read = found[i];
      left -= read?.bytes?.length ?? 0;
      const said = read?.type === 'blob' && read.bytes !== undefined ? text(read.bytes) : undefined;
      const wrong = broken ?? (left <= 0 ? `notes are over ${caps.all >> 20} MiB in all` : said === undefined ? why(blob ?? '', read, cap) : undefined);
      take({ commit, ref, text: wrong === undefined ? (said ?? '') : '', ...(wrong === undefined ? {} : { problem: wrong }) });
    }
  }
}

function why(blob: Oid, read: { readonly type: string; readonly size: number; readonly bytes: Uint8Array | undefined } | undefined, cap: number): string {
  if (read === undefined) return `its object ${blob} is missing`;
  if (read.type !== 'blob') return `its object ${blob} is no text`;
  return read.bytes === undefined ? `it is ${read.size} bytes, over the ${cap} that are read` : 'it is not UTF-8';
}
