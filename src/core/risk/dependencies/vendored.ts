/**
 * DEP107: code of others that is kept here and edited here. Whether it still equals what its authors published cannot be asked offline; a
 * copy that changes while nothing that names its version does was changed by hand.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isCode, isVendored } from '../source/files.ts';

const DEP107 = rule('DEP107', 'vendored-edit', 'high', 'inferred', ['the version it is a copy of moves with it', 'the patch is kept and named beside it']);

/** Files that say which version is kept, or what was done to it. */
const NAMES_VERSION =
  /^(?:modules\.txt|go\.(?:mod|sum)|Gopkg\.lock|vendor\.json|vendir(?:\.lock)?\.ya?ml|Cargo\.(?:lock|toml)|composer\.(?:lock|json)|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|METADATA|PKG-INFO|metadata\.json|version(?:\.\w+)?|\.version|vendor\.txt|vendored\.\w+|readme.*|changelog.*|history.*|Puppetfile|Modulefile|.*\.patch|.*\.diff|manifest\.\w+|cgmanifest\.json|upstream.*|licenses?.*)$/i;

export const vendored: Detector = {
  id: 'vendored',
  detect: ({ files }) => {
    const edited = files.filter((f) => isVendored(f.path) && isCode(f.path) && f.status === 'M' && f.head?.kind !== 'hcl' && !/(?:^|\/)external\//.test(f.path));
    if (edited.length === 0) return [];
    const named = new Set(files.filter((f) => NAMES_VERSION.test(baseName(f.path))).map((f) => (isVendored(f.path) ? treeOf(f.path) : '')));
    const trees = Map.groupBy(edited, (f) => treeOf(f.path));
    return [...trees].flatMap(([tree, of]) => (named.has('') || named.has(tree) ? [] : say(tree, of)));
  },
};

/** The vendoring folder and what is kept in it: `vendor/github.com` is no tree, `third_party/zlib` is. */
const treeOf = (path: string): string => /^(?:.*?\/)?(?:vendor(?:ed|_modules)?|third[_-]?party|external|node_modules|bower_components|Godeps|deps)\/[^/]+/i.exec(path)?.[0] ?? path;

/** Who took it in already says that it is not as it was published: nothing more is lost. */
const ADAPTED = /\b(?:modif(?:ied|ications)|adapted|adjust(?:ed|ments)|vendored from|forked from|notice from|changes? (?:made|from upstream)|based on)\b/i;
const adapted = (file: FileEvidence): boolean => ADAPTED.test(textOf(file.base).slice(0, 3_000));

function say(tree: string, files: readonly FileEvidence[]): readonly Finding[] {
  const [first] = files;
  if (first === undefined) return [];
  const severity = files.every(adapted) ? 'elevated' : 'high';
  return [
    DEP107({
      place: { path: first.path, side: 'head', object: tree },
      severity,
      because: [['files', files.map((f) => f.path).join(', ')]],
      what: `${tree} is code of others, and ${files.length === 1 ? 'a file' : `${files.length} files`} of it changes while its version does not`,
    }),
  ];
}
