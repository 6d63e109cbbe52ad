/**
 * Where HEAD of a served repository stands, read from its files: a page names the people of hundreds of repositories, and a git for each
 * would be most of what it costs. What was read holds for as long as the files are the same ones, which three looks at a directory tell: git
 * never writes in a ref, it puts another file in its place. For pages alone; a gate asks git. Where refs are no plain files, or anything is
 * strange, git is asked here too.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid } from '../../core/change/change.ts';

/** @param ask git. The answer is null where the repository has no commit there. */
export function tipReader(gitDir: string, ask: () => Promise<Oid | null>): () => Promise<Oid | null> {
  const [head, packed] = [join(gitDir, 'HEAD'), join(gitDir, 'packed-refs')];
  let known: { readonly ref: string; readonly of: string; readonly id: Oid } | undefined;
  const named = (ref: string): string => [head, join(gitDir, ref), packed].map(nameOf).join(' ');
  return async () => {
    if (known !== undefined && known.of === named(known.ref)) return known.id;
    known = undefined;
    const ref = BRANCH.exec(contentOf(head) ?? '')?.[1];
    if (ref === undefined || ref.includes('..')) return ask();
    // Before it is read: what is put in its place meanwhile has another name.
    const of = named(ref);
    const id = looseIn(join(gitDir, ref)) ?? packedIn(packed, ref);
    if (id === undefined || id === '') return ask();
    known = { ref, of, id };
    return id;
  };
}

const BRANCH = /^ref: (refs\/heads\/(?!\.)[\w./-]+)\n?$/;
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** '': it stands for another ref, and git says which. undefined: there is none. */
function looseIn(file: string): Oid | '' | undefined {
  const content = contentOf(file)?.trim();
  return content === undefined || ID.test(content) ? content : '';
}

function packedIn(file: string, ref: string): Oid | undefined {
  const line = contentOf(file)
    ?.split('\n')
    .find((l) => l.endsWith(` ${ref}`));
  const id = line?.split(' ')[0] ?? '';
  return ID.test(id) ? id : undefined;
}

function nameOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '-' : `${found.ino}.${found.size}.${found.mtimeMs}.${found.ctimeMs}`;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
