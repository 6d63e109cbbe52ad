/** A tree difference written down as text: what a change's records and blobs look like to the parsers. */
import { hex, utf8 } from '../core/base/bytes.ts';
import { sha256 } from '../core/base/crypto.ts';
import type { TreeRecord } from '../core/change/change.ts';
import type { Repository } from '../flows/ports.ts';

/** Content before and after; null where the file does not exist on that side. Modes are 100644 unless said. */
export interface SampleFile {
  readonly before: string | null;
  readonly after: string | null;
  readonly oldMode?: string;
  readonly newMode?: string;
}

export interface SampleTree {
  readonly records: readonly TreeRecord[];
  readonly read: Repository['blobs'];
}

export function sampleTree(files: { readonly [path: string]: SampleFile | readonly [string | null, string | null] }): SampleTree {
  const blobs = new Map<string, Uint8Array>();
  const keep = (content: string | null): string => {
    const bytes = utf8(content ?? '');
    const id = content === null ? '0'.repeat(40) : hex(sha256(bytes)).slice(0, 40);
    blobs.set(id, bytes);
    return id;
  };
  const records = Object.entries(files).map(([path, given]): TreeRecord => {
    const f: SampleFile = 'before' in given ? given : { before: given[0], after: given[1] };
    const mode = (content: string | null, asked: string | undefined): string => (content === null ? '000000' : (asked ?? '100644'));
    const status = f.before === null ? 'A' : f.after === null ? 'D' : 'M';
    return { path, pathBytes: utf8(path), oldMode: mode(f.before, f.oldMode), newMode: mode(f.after, f.newMode), oldId: keep(f.before), newId: keep(f.after), status };
  });
  return { records, read: async (ids, cap) => ids.map((id) => answer(id, blobs.get(id), cap)) };
}

function answer(id: string, bytes: Uint8Array | undefined, cap: number): Awaited<ReturnType<Repository['blobs']>>[number] {
  if (bytes === undefined) return { id, problem: 'missing' };
  return bytes.length > cap ? { id, problem: 'too-large' } : { id, bytes };
}
