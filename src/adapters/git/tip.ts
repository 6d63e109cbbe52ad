/**
 * Where HEAD of a served repository stands, read from its files: a page names the people of hundreds of repositories, and a git for each
 * would be most of what it costs. For pages alone; a gate asks git. Where refs are no plain files, or anything is strange, git is asked
 * here too.
 */
import type { BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Oid } from '../../core/change/change.ts';

/** @param ask git. @returns null: the repository has no commit there. */
export function tipReader(gitDir: string, ask: () => Promise<Oid | null>): () => Promise<Oid | null> {
  const packed = packedIn(join(gitDir, 'packed-refs'));
  return async () => (await read(gitDir, packed)) ?? ask();
}

const BRANCH = /^ref: (refs\/heads\/(?!\.)[\w./-]+)\n?$/;
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})\n?$/;

async function read(gitDir: string, packed: (ref: string) => Promise<Oid | undefined>): Promise<Oid | undefined> {
  const ref = BRANCH.exec((await contentOf(join(gitDir, 'HEAD'))) ?? '')?.[1];
  if (ref === undefined || ref.includes('..')) return undefined;
  const loose = await contentOf(join(gitDir, ref));
  if (loose === undefined) return packed(ref);
  return ID.test(loose) ? loose.trim() : undefined;
}

/** Read again where the file is another one: git replaces it as a whole. */
function packedIn(file: string): (ref: string) => Promise<Oid | undefined> {
  let known: { readonly of: string; readonly ref: string; readonly id: Oid | undefined } | undefined;
  return async (ref) => {
    const of = await stat(file, { bigint: true }).then(nameOf, () => undefined);
    if (of === undefined) return undefined;
    if (known?.of === of && known.ref === ref) return known.id;
    const line = (await contentOf(file))?.split('\n').find((l) => l.endsWith(` ${ref}`));
    const id = line?.split(' ')[0] ?? '';
    known = { of, ref, id: ID.test(id) ? id : undefined };
    return known.id;
  };
}

const nameOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join(' ');

const contentOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
