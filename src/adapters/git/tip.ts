/**
 * Where HEAD of a served repository stands, read from its files: a page names the people of hundreds of repositories, and a git for each
 * would be most of what it costs. What was read holds for as long as the files are the same ones, which three looks at a directory tell: git
 * never writes in a ref, it puts another file in its place. For pages alone; a gate asks git. Where refs are no plain files, or anything is
 * strange, git is asked here too. Nothing waits inside this process: the repositories of several servers lie on a disk of the network.
 */
import { stat } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Oid } from '../../core/change/change.ts';

/** @param ask git. The answer is null where the repository has no commit there. */
export function tipReader(gitDir: string, ask: () => Promise<Oid | null>): () => Promise<Oid | null> {
  const [head, packed] = [join(gitDir, 'HEAD'), join(gitDir, 'packed-refs')];
  let known: { readonly ref: string; readonly of: string; readonly id: Oid } | undefined;
  const named = async (ref: string): Promise<string> => (await Promise.all([head, join(gitDir, ref), packed].map(nameOf))).join(' ');
  return async () => {
    const before = known;
    if (before !== undefined && before.of === (await named(before.ref))) return before.id;
    const ref = BRANCH.exec((await contentOf(head)) ?? '')?.[1];
    if (ref === undefined || ref.includes('..')) return ask();
    // Before it is read: what is put in its place meanwhile has another name.
    const of = await named(ref);
    const id = (await looseIn(join(gitDir, ref))) ?? (await packedIn(packed, ref));
    if (id === undefined || id === '') return ask();
    known = { ref, of, id };
    return id;
  };
}

const BRANCH = /^ref: (refs\/heads\/(?!\.)[\w./-]+)\n?$/;
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** '': it stands for another ref, and git says which. undefined: there is none. */
async function looseIn(file: string): Promise<Oid | '' | undefined> {
  const content = (await contentOf(file))?.trim();
  return content === undefined || ID.test(content) ? content : '';
}

async function packedIn(file: string, ref: string): Promise<Oid | undefined> {
  const line = (await contentOf(file))?.split('\n').find((l) => l.endsWith(` ${ref}`));
  const id = line?.split(' ')[0] ?? '';
  return ID.test(id) ? id : undefined;
}

/** By callback: hundreds are asked for one page, and a promise of `node:fs` costs several times as much. */
const nameOf = (file: string): Promise<string> =>
  new Promise((resolve) => stat(file, (error, found) => resolve(error === null ? `${found.ino}.${found.size}.${found.mtimeMs}.${found.ctimeMs}` : '-')));

const contentOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
