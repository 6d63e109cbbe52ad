/** META007: content that a diff of text does not show: submodule pointers, symlinks, files that become executable. */
import { GITLINK } from '../../change/manifest.ts';
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';

const META007 = rule('META007', 'submodule-or-symlink', 'high', 'exact', ['the content behind it was reviewed too']);

export const submodule: Detector = { id: 'submodule', detect: ({ files }) => files.flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const what = story(file);
  const side = file.head === undefined ? 'base' : 'head';
  return what === undefined ? [] : [META007({ place: { path: file.path, side }, what, because: [['mode', `${file.oldMode} -> ${file.newMode}`]] })];
}

function story(file: FileEvidence): string | undefined {
  const { path, oldMode, newMode } = file;
  const to = (side: FileEvidence['head']): string => (side?.kind === 'gitlink' ? side.commit.slice(0, 12) : side?.kind === 'symlink' ? side.target : 'nothing');
  if (oldMode === GITLINK || newMode === GITLINK) return `the submodule ${path} moves from ${to(file.base)} to ${to(file.head)}: none of that content is in this diff`;
  if (newMode === '120000') return `${path} is a symlink to ${to(file.head)}: what is read there is decided elsewhere`;
  if (oldMode === '120000') return `${path} was a symlink and is ${newMode === '000000' ? 'gone' : 'a file'}: whoever followed it reads something else`;
  if (newMode === '100755' && oldMode !== '100755' && oldMode !== '000000') return `${path} becomes executable`;
  return newMode === '100755' && file.head?.kind === 'binary' ? `${path} is an executable binary: nobody can read what it does` : undefined;
}
