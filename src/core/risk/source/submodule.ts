/** META007: content that a diff of text does not show: submodule pointers, symlinks, execution, programs in binary form. */
import { GITLINK } from '../../change/manifest.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { folderOf } from './files.ts';

const META007 = rule('META007', 'submodule-or-symlink', 'high', 'exact', ['the content behind it was reviewed too']);

export const submodule: Detector = { id: 'submodule', detect: ({ files }) => files.flatMap(ofFile) };

const LINK = '120000';
const RUNS = '100755';

function ofFile(file: FileEvidence): readonly Finding[] {
  const said = story(file);
  const side = file.head === undefined ? 'base' : 'head';
  if (said === undefined) return [];
  const [what, severity = 'high'] = said;
  return [META007({ place: { path: file.path, side }, severity, what, because: [['mode', `${file.oldMode} -> ${file.newMode}`]] })];
}

type Story = readonly [what: string, severity?: Tier] | undefined;

function story(file: FileEvidence): Story {
  const { oldMode, newMode } = file;
  if (oldMode === GITLINK || newMode === GITLINK) return pointer(file);
  if (newMode === LINK || oldMode === LINK) return link(file);
  return program(file);
}

function pointer({ path, base, head }: FileEvidence): Story {
  const to = (side: Parsed | undefined): string => (side?.kind === 'gitlink' ? side.commit.slice(0, 12) : 'nothing');
  return [`the submodule ${path} moves from ${to(base)} to ${to(head)}: none of that content is in this diff`];
}

/** A new link to a file beside it shows what it is; one that leaves the tree, or stands where a file stood, does not. */
function link({ path, oldMode, newMode, base, head }: FileEvidence): Story {
  const target = head?.kind === 'symlink' ? head.target : 'something unknown';
  if (newMode === LINK) {
    const inside = oldMode === '000000' && head?.kind === 'symlink' && !leaves(path, target);
    return [`${path} is a symlink to ${target}: what is read there is decided elsewhere`, inside ? 'elevated' : 'high'];
  }
  if (newMode === '000000') return [`${path} was a symlink to ${base?.kind === 'symlink' ? base.target : 'something'} and is gone`, 'elevated'];
  return [`${path} was a symlink and is a file: whoever followed it reads something else`];
}

export function leaves(path: string, target: string): boolean {
  if (/^(?:[/~\\]|[A-Za-z]:)/.test(target)) return true;
  let depth = folderOf(path) === '' ? 0 : folderOf(path).split('/').length;
  for (const step of target.split(/[/\\]/)) {
    if (step === '..') depth--;
    else if (step !== '.' && step !== '') depth++;
    if (depth < 0) return true;
  }
  // what lies in git's own folder is no content of the tree
  return /(?:^|[/\\])\.git(?:[/\\]|$)/.test(target);
}

const PROGRAM = /\.(?:exe|dll|so(?:\.\d+)*|dylib|a|lib|o|jar|war|ear|class|wasm|pyc|pyd|node|apk|msi|deb|rpm|phar|bin)$/i;

function program({ path, status, oldMode, newMode, base, head }: FileEvidence): Story {
  if (head?.kind === 'binary' || head?.kind === 'large-file') {
    if (newMode === RUNS) return [`${path} is an executable binary: nobody can read what it does`];
    if (PROGRAM.test(path)) return [`${path} is a program in binary form, ${status === 'A' ? 'new' : 'changed'}: nobody can read what it does`];
  }
  if (newMode !== RUNS || oldMode === RUNS || oldMode === '000000') return undefined;
  // with the same text there is nothing more to read than before; what names its interpreter is meant to be run
  const readable = /^#!/.test(textOf(head)) && base?.kind === 'text';
  return [`${path} becomes executable`, readable ? 'elevated' : 'high'];
}
