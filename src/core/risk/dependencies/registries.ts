/** DEP102 outside lockfiles: registries, mirrors and replacements that decide where every dependency comes from. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { linesOf, type NewLine, newLines, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isProse, isRehearsal } from '../source/files.ts';
import { NPM, sourceOf } from './lock.ts';

const DEP102 = rule('DEP102', 'source-changed', 'critical', 'exact', ['the new source is one the organisation runs or has read']);

export const registries: Detector = {
  id: 'registries',
  detect: ({ files }) => files.flatMap((f) => (isProse(f.path) && !/requirements|constraints/.test(f.path) ? [] : [...named(f), ...replaced(f), ...unchecked(f)])),
};

/** Where a file names a registry, and the pattern of such lines. */
const PLACES: readonly (readonly [file: RegExp, line: RegExp])[] = [
  [/^\.npmrc$|^\.yarnrc$/, /^(?:@[\w-]+:)?registry[\s=]/],
  [/^\.yarnrc\.yml$/, /^(?:npmRegistryServer|npmScopes)\b|^\s*npmRegistryServer:/],
  [/^pip\.conf$|^pip\.ini$|^uv\.toml$/, /^(?:extra-)?index(?:-url)?\s*=|^url\s*=|^trusted-host|^find-links/],
  [/^(?:requirements|constraints).*\.(?:txt|in)$/, /^(?:--(?:extra-)?index-url|--find-links|--trusted-host|-[if])\s/],
  [/^pyproject\.toml$/, /^(?:url|index-url|extra-index-url|default-index)\s*=\s*"https?:/],
  [/^config\.toml$|^\.?cargo\.toml$/i, /^(?:registry|index|replace-with)\s*=/],
  [/^(?:gemfile|gems\.rb)$/i, /^source[\s(]/],
  [/^nuget\.config$/i, /<add key=/i],
  [/^settings\.xml$|^pom\.xml$/, /<url>https?:/],
  [/\.gradle(?:\.kts)?$/, /^(?:maven\s*[{(]|url\s*[=(]|url\s*['"])/],
];
/** Of a container or a pipeline: whatever is installed there comes from it. */
const ANYWHERE =
  /\b(?:PIP_(?:EXTRA_)?INDEX_URL|UV_(?:EXTRA_)?(?:DEFAULT_)?INDEX(?:_URL)?|NPM_CONFIG_REGISTRY|npm_config_registry|GOPROXY)\s*[=:]|\bnpm (?:config )?set registry\b|\bpip3? install\b.{0,200}--(?:extra-)?index-url\b/;

/** Most files hold no such word, and are not cut into lines. */
const SOUNDS = /_INDEX|_REGISTRY|_registry|GOPROXY|set registry|index-url/;

function named(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || isRehearsal(file.path)) return [];
  const base = baseName(file.path);
  const patterns = PLACES.filter(([name]) => name.test(base)).map(([, line]) => line);
  if (patterns.length === 0 && !SOUNDS.test(textOf(file.head))) return [];
  const names = ({ text }: NewLine): boolean => !/^\s*(?:#|;|\/\/)/.test(text) && (patterns.some((p) => p.test(text)) || ANYWHERE.test(text));
  const fresh = newLines(file).filter(names);
  if (fresh.length === 0) return [];
  const known = new Set(linesOf(file.base).filter(names).flatMap(sources));
  return fresh.flatMap((line) => {
    const others = sources(line).filter((s) => !known.has(s) && !USUAL.has(s));
    return others.length === 0 ? [] : [say(file, line, `takes dependencies from ${others.join(' and ')}`)];
  });
}

/** Said by default, so saying it changes nothing. */
const USUAL = new Set(
  ['pypi.org', NPM, 'rubygems.org', 'crates.io', 'repo1.maven.org', 'repo.maven.apache.org', 'proxy.golang.org', 'github.com/rust-lang'].map((h) => `registry ${h}`),
);
const sources = ({ text }: NewLine): readonly string[] => [...text.matchAll(/(?:sparse\+|git\+)?https?:\/\/[^\s"'<>,|)]{1,300}/g)].map(([url]) => sourceOf(url));

function replaced(file: FileEvidence): readonly Finding[] {
  if (!/^go\.(?:mod|work)$/.test(baseName(file.path)) && baseName(file.path) !== 'Cargo.toml') return [];
  const go = !file.path.endsWith('.toml');
  const before = new Set(replacements(file.base, go).map((r) => `${r.from} ${r.to}`));
  return newReplacements(file, go).flatMap((r) => {
    if (before.has(`${r.from} ${r.to}`) || file.base === undefined) return [];
    const line = { line: r.line, text: r.text };
    // a module that replaces itself is held at a version
    if (r.from === r.to) return [say(file, line, `holds ${r.from} at another version than its users ask for`, 'elevated')];
    return /^\.{1,2}\//.test(r.to) ? [say(file, line, `builds ${r.from} from ${r.to} of this tree`, 'elevated')] : [say(file, line, `replaces ${r.from} by ${r.to}`)];
  });
}

interface Replacement extends NewLine {
  readonly from: string;
  readonly to: string;
}

const PATCHED = /^([\w-]{1,100})\s*=\s*\{.{0,200}?(?:git|path)\s*=\s*"([^"]+)"/;
const replacements = (side: FileEvidence['head'], go: boolean): readonly Replacement[] => linesOf(side).flatMap((l) => (go ? goReplacement(l) : []));
function newReplacements(file: FileEvidence, go: boolean): readonly Replacement[] {
  if (go) return replacements(file.head, true);
  // [patch] and [replace] of Cargo: what stands below them takes the place of something published
  const added = new Set(newLines(file).map((l) => l.line));
  const old = new Set(
    linesOf(file.base).flatMap((b) => {
      const found = PATCHED.exec(b.text);
      return found === null ? [] : [`${found[1]} ${found[2]}`];
    }),
  );
  let open = false;
  return linesOf(file.head).flatMap((l) => {
    if (l.text.startsWith('[')) open = /^\[(?:patch|replace)\b/.test(l.text);
    const [, from = '', to = ''] = open ? (PATCHED.exec(l.text) ?? []) : [];
    return from === '' || !added.has(l.line) || old.has(`${from} ${to}`) ? [] : [{ ...l, from, to: to.startsWith('.') || /^[\w-]+(?:\/|$)/.test(to) ? `./${to}` : to }];
  });
}
const goReplacement = (l: NewLine): readonly Replacement[] => {
  const [, from = '', to = ''] = /^(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)/.exec(l.text) ?? [];
  return from === '' || l.text.startsWith('//') ? [] : [{ ...l, from, to }];
};

const OFF =
  /\bGO(?:NOSUMCHECK|NOSUMDB|INSECURE|FLAGS|SUMDB|PRIVATE)\b\s*[=:]\s*["']?(?:off\b|\*|1\b|-insecure)|\bGONOSUMDB\s*[=:]\s*["']?\S|\bnpm (?:config )?set strict-ssl false|\bstrict-ssl\s*=\s*false|\bverify[_-]hashes\s*=\s*false|--no-verify-hashes\b/;

const QUICK = /\bGO(?:NOSUM|INSECURE|FLAGS|SUMDB|PRIVATE)|strict-ssl|verify[_-]hashes/;

function unchecked(file: FileEvidence): readonly Finding[] {
  if (!QUICK.test(textOf(file.head))) return [];
  return newLines(file)
    .filter((l) => OFF.test(l.text) && !/^\s*(?:#|\/\/)/.test(l.text))
    .slice(0, 1)
    .map((l) => say(file, l, 'turns off what checks that dependencies are what they were', isRehearsal(file.path) ? 'elevated' : undefined));
}

const say = (file: FileEvidence, { line, text }: NewLine, what: string, severity?: 'elevated'): Finding =>
  DEP102({ place: { path: file.path, side: 'head', line }, ...(severity === undefined ? {} : { severity }), because: [['line', text]], what: `${file.path} ${what}` });
