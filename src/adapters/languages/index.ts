/** The port Parsers: changed files into typed trees. A grammar is loaded only when such a file is in the change. */
import type { Oid, TreeRecord } from '../../core/change/change.ts';
import { GITLINK } from '../../core/change/manifest.ts';
import type { FileEvidence, Parsed } from '../../core/risk/evidence.ts';
import type { BlobRead, Parsers, Repository } from '../../flows/ports.ts';
import { bounded } from './bounded.ts';
import { CAP, languageOf, parseContent } from './content.ts';
import { scriptPlace } from './shell-find.ts';

export const languages = (): Parsers => ({ parse });

async function parse(records: readonly TreeRecord[], read: Repository['blobs']): Promise<readonly FileEvidence[]> {
  const blobs = await readAll(records, read);
  const side = reader(blobs);
  const out: FileEvidence[] = [];
  // one after another: the parsers are synchronous WASM, and order keeps memory flat
  for (const r of records) {
    const base = await side(r.path, r.oldMode, r.oldId);
    const head = await side(r.path, r.newMode, r.newId);
    const { path, status, oldMode, newMode } = r;
    out.push({ path, status, oldMode, newMode, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) });
  }
  return out;
}

async function readAll(records: readonly TreeRecord[], read: Repository['blobs']): Promise<ReadonlyMap<Oid, BlobRead>> {
  const wanted = records.flatMap((r) => [
    { mode: r.oldMode, id: r.oldId },
    { mode: r.newMode, id: r.newId },
  ]);
  const ids = [...new Set(wanted.filter((w) => isBlob(w.mode)).map((w) => w.id))];
  const answers = ids.length === 0 ? [] : await read(ids, CAP);
  return new Map(answers.map((a) => [a.id, a]));
}

const isBlob = (mode: string): boolean => mode !== '000000' && mode !== GITLINK;

type Side = (path: string, mode: string, id: Oid) => Promise<Parsed | undefined>;

/** One blob may stand at a thousand paths of a tree: it is parsed once for each language that reads it. */
function reader(blobs: ReadonlyMap<Oid, BlobRead>): Side {
  const parsed = new Map<string, Promise<Parsed>>();
  const by = bounded();
  return async (path, mode, id) => {
    if (mode === '000000') return undefined;
    if (mode === GITLINK) return { kind: 'gitlink', commit: id };
    const key = `${mode === '120000' ? 'link' : `${languageOf(path)} ${scriptPlace(path)}`} ${id}`;
    const known = parsed.get(key) ?? parseContent(path, mode, blobs.get(id) ?? { id, problem: 'missing' }, by);
    parsed.set(key, known);
    return known;
  };
}
