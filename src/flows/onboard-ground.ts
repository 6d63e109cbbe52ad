/** What stands in the tree of one commit, with the files opened that say what runs: bounded in number and bytes, whoever filled it. */
import { text } from '../core/base/bytes.ts';
import type { Oid } from '../core/change/change.ts';
import type { Dialect } from '../core/change/codeowners.ts';
import { readOwners } from '../core/change/codeowners-read.ts';
import { contentOf, MOST_BYTES, worthOpening } from '../core/policy/propose/contents.ts';
import type { Content, Seen } from '../core/policy/propose/seen.ts';
import type { History, Repository } from './ports.ts';
import type { Ground, GroundFile } from './ports-onboard.ts';

/** Of each kind. */
const MOST_OPENED = 4_000;
const AT_ONCE = 64;

/** Where forges look for it, the first that is there. */
const OWNERS: readonly (readonly [string, Dialect])[] = [
  ['.github/CODEOWNERS', 'github'],
  ['.gitlab/CODEOWNERS', 'gitlab'],
  ['CODEOWNERS', 'github'],
  ['docs/CODEOWNERS', 'github'],
];

interface Place {
  readonly ground: Ground;
  readonly history: History;
  readonly repository: Repository;
}

/** @param isTime false: no more files are opened. */
export async function groundSeen({ ground, history, repository }: Place, tip: Oid, isTime: () => boolean): Promise<Omit<Seen, 'branch' | 'history'>> {
  const [listed, branches] = await Promise.all([ground.files(tip), ground.branches()]);
  const files = listed.ok ? listed.value : [];
  const opened = await open(files, history, isTime);
  const owners = await ownersAt(files, repository, tip);
  return {
    branches: branches.ok ? branches.value : [],
    files: files.map((f) => f.path),
    contents: opened.contents,
    owners: owners.found,
    notSeen: [...(listed.ok ? [] : [`the tree cannot be read: ${listed.error.message}`]), ...opened.notSeen, ...owners.notSeen],
  };
}

async function open(
  files: readonly GroundFile[],
  history: History,
  isTime: () => boolean,
): Promise<{ readonly contents: readonly Content[]; readonly notSeen: readonly string[] }> {
  const wanted = [...Map.groupBy(files, (f) => worthOpening(f.path))].flatMap(([kind, some]) =>
    kind === undefined ? [] : some.slice(0, MOST_OPENED).map((f) => ({ ...f, kind })),
  );
  const left = files.filter((f) => worthOpening(f.path) !== undefined).length - wanted.length;
  const reader = await history.contents();
  if (!reader.ok) return { contents: [], notSeen: [`no file was opened: ${reader.error.message}`] };
  const contents: Content[] = [];
  let unread = 0;
  let late = 0;
  try {
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      if (!isTime()) {
        late = wanted.length - at;
        break;
      }
      const some = wanted.slice(at, at + AT_ONCE);
      const blobs = await reader.value.read(
        some.map((f) => f.id),
        MOST_BYTES,
      );
      for (const [i, { path, kind }] of some.entries()) {
        const blob = blobs[i];
        const source = blob !== undefined && 'bytes' in blob ? text(blob.bytes) : undefined;
        if (source === undefined) unread += 1;
        else contents.push(...[contentOf(path, kind, source)].flatMap((c) => c ?? []));
      }
    }
  } catch (error) {
    return { contents, notSeen: [`files could not be opened any further: ${error instanceof Error ? error.message : String(error)}`] };
  } finally {
    reader.value.close();
  }
  const said = (n: number, why: string): readonly string[] =>
    n === 0 ? [] : [`${n} ${n === 1 ? 'file that says' : 'files that say'} what runs ${n === 1 ? 'was' : 'were'} not opened: ${why}`];
  return { contents, notSeen: [...said(late, 'for want of time'), ...said(left, `at most ${MOST_OPENED} of a kind are`), ...said(unread, 'missing here, too large or no text')] };
}

interface OwnersSeen {
  readonly found: Seen['owners'];
  readonly notSeen: readonly string[];
}

async function ownersAt(files: readonly GroundFile[], repository: Repository, tip: Oid): Promise<OwnersSeen> {
  const there = new Set(files.map((f) => f.path));
  const gitlab = there.has('.gitlab-ci.yml') && !files.some((f) => f.path.startsWith('.github/'));
  const [file, dialect] = OWNERS.find(([path]) => there.has(path)) ?? [];
  if (file === undefined || dialect === undefined) return { found: null, notSeen: [] };
  const source = text((await repository.file(tip, file)) ?? new Uint8Array());
  const read = source === undefined ? undefined : readOwners(source, gitlab ? 'gitlab' : dialect, file);
  return read?.ok === true
    ? { found: { file, read: read.value }, notSeen: [] }
    : { found: null, notSeen: [`${file} cannot be read${read === undefined ? ': it is no text' : `: ${read.error.message}`}`] };
}
