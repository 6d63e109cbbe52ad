/** package-lock.json and npm-shrinkwrap.json (lockfile versions 1 to 3), yarn.lock (classic and Berry), pnpm-lock.yaml. */
import { json, keyLines, type Locked, locked, object, sourceOf, string } from './lock.ts';

const MAX_DEPTH = 40;
type Json = { readonly [key: string]: unknown };

export function readPackageLock(text: string): readonly Locked[] | null {
  const root = json(text);
  if (root === null) return null;
  const lineOf = keyLines(text);
  const packages = Object.entries(object(root.packages));
  if (packages.length > 0) {
    const asked = asks(object(object(root.packages)['']));
    return packages.flatMap(([path, entry]) => (path.includes('node_modules/') ? [inPackages(path, object(entry), lineOf, asked)] : []));
  }
  const out: Locked[] = [];
  nested(object(root.dependencies), lineOf, 0, out);
  return out;
}

const asks = (root: Json): Json => ({ ...object(root.optionalDependencies), ...object(root.devDependencies), ...object(root.dependencies) });

function inPackages(path: string, entry: Json, lineOf: (key: string) => number, asked: Json): Locked {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const range = path === `node_modules/${name}` ? string(asked[name]) : '';
  return locked({
    name,
    version: string(entry.version),
    hashes: subresources(string(entry.integrity)),
    source: entry.link === true ? 'local' : sourceOf(string(entry.resolved)),
    installs: entry.hasInstallScript === true,
    line: lineOf(path),
    asked: range === '' ? [] : [range],
  });
}

function nested(dependencies: Json, lineOf: (key: string) => number, depth: number, out: Locked[]): void {
  if (depth > MAX_DEPTH) return;
  for (const [name, value] of Object.entries(dependencies)) {
    const entry = object(value);
    const version = string(entry.version);
    const away = /[:/]/.test(version);
    out.push(locked({ name, version, hashes: subresources(string(entry.integrity)), source: sourceOf(away ? version : string(entry.resolved)), line: lineOf(name) }));
    nested(object(entry.dependencies), lineOf, depth + 1, out);
  }
}

/** `sha1-x sha512-y`: one hash an algorithm. */
export const subresources = (integrity: string): readonly string[] =>
  integrity
    .split(/\s+/)
    .filter((part) => part.includes('-'))
    .map((part) => part.replace('-', ':'));

/** Both formats: a heading at the margin that ends in a colon, and indented fields below it. */
export function readYarnLock(text: string): readonly Locked[] | null {
  const out: Locked[] = [];
  for (const { heading, fields, line } of blocks(text, /^(\S.*):\s*$/)) {
    if (heading === '__metadata') continue;
    const specs = heading.split(',').map((s) => s.trim().replace(/^"|"$/g, ''));
    const [first = ''] = specs;
    const at = first.indexOf('@', 1);
    const [name, resolution] = [at < 0 ? first : first.slice(0, at), fields.get('resolution') ?? ''];
    const asked = specs.map((s) => s.slice(s.indexOf('@', 1) + 1).replace(/^npm:/, ''));
    const [resolved = '', sha1 = ''] = (fields.get('resolved') ?? '').split('#');
    const [key = '', checksum = ''] = (fields.get('checksum') ?? '').split('/');
    const hashes = [...subresources(fields.get('integrity') ?? ''), ...(checksum === '' ? (key === '' ? [] : [`checksum:${key}`]) : [`checksum ${key}:${checksum}`])];
    const ours = resolution === '' ? sourceOf(resolved) : berrySource(resolution.slice(resolution.indexOf('@', 1) + 1));
    out.push(
      locked({ name, version: fields.get('version') ?? '', hashes: hashes.length === 0 && /^[0-9a-f]{40}$/.test(sha1) ? [`sha1:${sha1}`] : hashes, source: ours, line, asked }),
    );
  }
  return out.length === 0 && text.trim() !== '' && !/^#/.test(text.trimStart()) ? null : out;
}

const berrySource = (locator: string): string => (locator.startsWith('npm:') ? 'registry npm' : sourceOf(locator));

export function readPnpmLock(text: string): readonly Locked[] | null {
  if (!/^lockfileVersion:/m.test(text)) return null;
  const at = /^packages:\s*$/m.exec(text)?.index;
  if (at === undefined) return [];
  const above = text.slice(0, at).split('\n').length - 1;
  // below them stand snapshots, by the same names and without hashes
  const from = text.indexOf('\n', at) + 1;
  const end = text.slice(from).search(/^\S/m);
  return blocks(text.slice(at, end < 0 ? undefined : from + end), /^ {2}(\S.*):\s*$/).map(({ heading, fields, line }) => {
    const key = heading
      .replace(/^['"]|['"]$/g, '')
      .replace(/^\//, '')
      .replace(/\(.*$/, '');
    // `name@1.0.0` since version 6, `name/1.0.0` before it
    const cut = key.lastIndexOf('@') > 0 ? key.lastIndexOf('@') : key.lastIndexOf('/');
    const resolution = fields.get('resolution') ?? '';
    const part = (name: string): string => new RegExp(`\\b${name}: ?([^,}\\s]+)`).exec(resolution)?.[1] ?? '';
    return locked({
      name: key.slice(0, cut),
      version: key.slice(cut + 1),
      hashes: subresources(part('integrity')),
      source: sourceOf(part('tarball') || (part('repo') === '' ? '' : `git+${part('repo')}`)),
      installs: fields.get('requiresBuild') === 'true',
      line: above + line,
    });
  });
}

interface Block {
  readonly heading: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly line: number;
}

/** Headings as the pattern has them, each with the fields one level below it. A line that is indented less ends it. */
function blocks(text: string, headings: RegExp): readonly Block[] {
  const out: { heading: string; fields: Map<string, string>; line: number }[] = [];
  let indent = -1;
  let open: Map<string, string> | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const heading = headings.exec(line)?.[1];
    const depth = line.length - line.trimStart().length;
    if (heading !== undefined) {
      open = new Map();
      indent = -1;
      out.push({ heading, fields: open, line: i + 1 });
    } else if (depth === 0) open = undefined;
    else if (open !== undefined) {
      if (indent < 0) indent = depth;
      const field = depth === indent ? /^\s*"?([\w-]+)"?:?\s+"?([^"]*)"?$/.exec(line) : null;
      if (field?.[1] !== undefined) open.set(field[1], field[2] ?? '');
    }
  }
  return out;
}
