/**
 * Refs of a mirror: what a remote lists, and what is written down of it. They are one file, `packed-refs`, that is put in the place of the one
 * before: whoever reads sees all of one listing or all of another, whatever was renamed between folders, and no ref is half there.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Oid } from '../../core/change/change.ts';

export interface Listing {
  /** Branches and heads of proposals alone. Names are bytes, one to a character, as the remote has them. */
  readonly refs: ReadonlyMap<string, Oid>;
  /** Where HEAD points; null: nowhere that may decide. */
  readonly head: string | null;
  /** Branches that git takes under no such name. */
  readonly strange: readonly string[];
}

export const BRANCHES = 'refs/heads/';
const PROPOSAL = /^refs\/pull\/[1-9][0-9]{0,9}\/head$/;
/** What waits to be merged is no branch that decides anything, whatever the remote says. */
const QUEUE = 'refs/heads/gh-readonly-queue/';

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** @param printed by `git ls-remote --symref`. What is strange in it is left out. */
export function listingIn(printed: Uint8Array): Listing {
  const refs = new Map<string, Oid>();
  const strange: string[] = [];
  let head: string | null = null;
  for (const line of Buffer.from(printed).toString('latin1').split('\n')) {
    const [what = '', name = ''] = line.split('\t');
    if (name === 'HEAD' && what.startsWith('ref: ')) head = what.slice(5);
    else if (ID.test(what) && isName(name) && (name.startsWith(BRANCHES) || PROPOSAL.test(name))) refs.set(name, what);
    else if (ID.test(what) && name.startsWith(BRANCHES)) strange.push(name);
  }
  return { refs, strange, head: head !== null && refs.has(head) && head.startsWith(BRANCHES) && !head.startsWith(QUEUE) ? head : null };
}

/** By git-check-ref-format(1). A name is a path to some who read it. */
const isName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$/.test(name) && name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock')) && name.length < 1_000;

const PACKED = 'packed-refs';

/** None where nothing was ever fetched. Rejects where they cannot be read. */
export async function refsIn(gitDir: string): Promise<ReadonlyMap<string, Oid>> {
  const content = await readFile(join(gitDir, PACKED), 'latin1').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw cause;
  });
  const lines = content.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

/** A place where nothing is ever put: HEAD of a mirror whose default branch is not known. */
const NOWHERE = 'refs/unknown/head';

/** On disk when it resolves, the refs before HEAD. */
export async function putRefs(gitDir: string, { refs, head }: Omit<Listing, 'strange'>): Promise<void> {
  const lines = [...refs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, id]) => `${id} ${name}\n`);
  await put(gitDir, PACKED, `# pack-refs with: sorted \n${lines.join('')}`);
  await put(gitDir, 'HEAD', `ref: ${head ?? NOWHERE}\n`);
}

async function put(gitDir: string, name: string, content: string): Promise<void> {
  const bytes = Buffer.from(content, 'latin1');
  const there = await readFile(join(gitDir, name)).catch(() => undefined);
  if (there?.equals(bytes)) return;
  const fresh = join(gitDir, `${name}.new`);
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, join(gitDir, name));
  const folder = await open(gitDir, 'r');
  await folder.sync().finally(() => folder.close());
}
