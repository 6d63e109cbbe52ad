/** What a textual difference does not show: modes, kinds, and what could not be shown. */
import type { ChangedFile } from '../api/generated.ts';

const KIND: Readonly<Record<string, string>> = { '100644': 'a file', '100755': 'an executable file', '120000': 'a symbolic link', '160000': 'a submodule' };
const kind = (mode: string): string => KIND[mode] ?? `mode ${mode}`;

/** Sentences without a full stop, each worth reading before signing. */
export function fileNotes(file: ChangedFile): readonly string[] {
  const said = file.note.replace(/\.$/, '');
  const mode = file.oldMode !== file.newMode && file.status !== 'A' && file.status !== 'D' ? [`Was ${kind(file.oldMode)}, becomes ${kind(file.newMode)}`] : [];
  const unusual = file.status === 'A' && file.newMode !== '100644' ? [`Adds ${kind(file.newMode)}`] : [];
  const binary = file.binary ? ['Binary: the difference cannot be shown as text'] : [];
  return [...mode, ...unusual, ...binary, ...(said === '' ? [] : [said])];
}
