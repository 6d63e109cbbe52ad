/** Gathers what a page shows of one change, from our own copy of its objects: git may have thrown the push away. */
import { text } from '../core/base/bytes.ts';
import type { TreeRecord } from '../core/change/change.ts';
import { GITLINK } from '../core/change/manifest.ts';
import { type Dossier, dossier, type ShownFile } from '../core/dossier/dossier.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { BlobRead, ChangeRow, ObjectStore, Repository } from './ports.ts';

/** Bytes of one side of one file that a page shows; above it the file is said to be too large. */
export const SHOWN_CAP = 1024 * 1024;

export async function dossierOf(objects: ObjectStore, row: ChangeRow): Promise<Dossier | null> {
  const files = await shownFiles(objects.open(row.decision.change.repo), row.decision);
  return files === null ? null : dossier(row.title, row.decision, files);
}

/** Both sides of every changed file; null where they are not what was decided about, or cannot be read. */
export async function shownFiles(repository: Repository, decision: Decision): Promise<readonly ShownFile[] | null> {
  const { repo, targetRef, base, head, manifest } = decision.change;
  const change = await repository.change({ repo, targetRef, base, head });
  if (!change.ok || change.value.manifest !== manifest) return null;
  const records = change.value.records;
  const sides = records.flatMap((r) => [blobId(r.oldMode, r.oldId), blobId(r.newMode, r.newId)]);
  const wanted = [...new Set(sides.filter((id): id is string => id !== null))];
  const read = new Map((await repository.blobs(wanted, SHOWN_CAP)).map((b) => [b.id, b]));
  return records.map((r) => shown(r, read));
}

const blobId = (mode: string, id: string): string | null => (mode === '000000' || mode === GITLINK ? null : id);

function shown(record: TreeRecord, read: ReadonlyMap<string, BlobRead>): ShownFile {
  const old = side(record.oldMode, record.oldId, read);
  const now = side(record.newMode, record.newId, read);
  const { path, status, oldMode, newMode } = record;
  return { path, status, oldMode, newMode, binary: old.binary || now.binary, oldText: old.text, newText: now.text, note: [old.note, now.note].filter((n) => n !== '').join('; ') };
}

interface Side {
  readonly text: string;
  readonly binary: boolean;
  readonly note: string;
}

function side(mode: string, id: string, read: ReadonlyMap<string, BlobRead>): Side {
  if (mode === '000000') return { text: '', binary: false, note: '' };
  if (mode === GITLINK) return { text: `submodule at ${id}\n`, binary: false, note: 'a submodule pointer: its content is not shown here' };
  const blob = read.get(id);
  if (blob === undefined || 'problem' in blob) return { text: '', binary: true, note: blob?.problem === 'too-large' ? `over ${SHOWN_CAP} bytes` : 'missing from our copy' };
  const content = blob.bytes.includes(0) ? undefined : text(blob.bytes);
  return content === undefined ? { text: '', binary: true, note: `${blob.bytes.length} bytes that are not text` } : { text: content, binary: false, note: '' };
}
