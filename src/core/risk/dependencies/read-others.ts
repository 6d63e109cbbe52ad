/** Cargo.lock, poetry.lock, uv.lock; go.sum; Gemfile.lock; composer.lock; Pipfile.lock; requirements with hashes. */
import { array, json, keyLines, type Locked, locked, object, sourceOf, string } from './lock.ts';

type Growing = { -readonly [K in keyof Locked]: Locked[K] } & { hashes: string[] };
const growing = (part: Parameters<typeof locked>[0]): Growing => ({ ...locked(part), hashes: [] });

/** The tables `[[package]]` of three tools. Lines are enough: each writes one value a line, or one file a line of a list. */
export function readTomlLock(text: string): readonly Locked[] | null {
  const out: Growing[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '[[package]]') out.push(growing({ name: '', version: '', line: i + 1 }));
    const open = out.at(-1);
    if (open === undefined) continue;
    if (line.startsWith('[[') || (line.startsWith('[') && !/^\[package\./.test(line) && line !== '[[package]]' && /^\[[\w.-]+\]$/.test(line))) {
      if (line !== '[[package]]') out.push(growing({ name: '', version: '', line: i + 1 }));
      continue;
    }
    const value = (key: string): string | undefined => (line.startsWith(`${key} `) || line.startsWith(`${key}=`) ? /=\s*"([^"]*)"/.exec(line)?.[1] : undefined);
    open.name = open.name || (value('name') ?? '');
    open.version = open.version || (value('version') ?? '');
    const source = value('source') ?? value('url') ?? (line.startsWith('source = {') ? inlineSource(line) : undefined);
    if (source !== undefined && open.source === '') open.source = sourceOf(source);
    const checksum = value('checksum');
    const file = /(?:file|url) = "(?:[^"]*\/)?([^"/]+)"[^}]*?hash = "([^"]+)"/.exec(line);
    if (checksum !== undefined) open.hashes.push(`checksum:${checksum}`);
    if (file !== null) open.hashes.push(`${file[1]}:${file[2]}`);
  }
  const found = out.filter((p) => p.name !== '');
  return found.length === 0 && text.trim() !== '' && !/^\s*(?:#|version\b)/.test(text) ? null : found;
}

const inlineSource = (line: string): string => {
  const [, kind = '', where = ''] = /\{\s*(\w+)\s*=\s*"([^"]*)"/.exec(line) ?? [];
  return kind === 'registry' ? where : kind === 'git' ? `git+${where}` : kind === 'url' ? where : 'local';
};

export function readGoSum(text: string): readonly Locked[] | null {
  const lines = text.split('\n').map((l, i) => [l.trim(), i + 1] as const);
  const found = lines.flatMap(([line, at]) => {
    const [name, version, hash, more] = line.split(/\s+/);
    return name && version && hash !== undefined && more === undefined ? [locked({ name, version, hashes: [hash], line: at })] : [];
  });
  return found.length < lines.filter(([l]) => l !== '').length ? null : found;
}

export function readGemfileLock(text: string): readonly Locked[] | null {
  const out = new Map<string, Locked>();
  let section = '';
  let remote = '';
  for (const [i, line] of text.split('\n').entries()) {
    if (/^[A-Z]/.test(line)) [section, remote] = [line.trim(), ''];
    const where = /^ {2}remote: (\S+)/.exec(line)?.[1];
    if (where !== undefined) remote = section === 'GIT' ? `git+${where}` : section === 'PATH' ? './' : where;
    const spec = /^ {4}([\w.-]+) \(([^)]+)\)$/.exec(line);
    if (spec !== null && /^(?:GEM|GIT|PATH|PLUGIN)/.test(section)) {
      const [, name = '', version = ''] = spec;
      out.set(`${name} ${version}`, locked({ name, version, source: sourceOf(remote), line: i + 1 }));
    }
    const sum = section === 'CHECKSUMS' ? /^ {2}([\w.-]+) \(([^)]+)\) (\S+)=(\S+)$/.exec(line) : null;
    const entry = sum === null ? undefined : out.get(`${sum[1]} ${sum[2]}`);
    if (sum !== null && entry !== undefined) out.set(`${sum[1]} ${sum[2]}`, { ...entry, hashes: [`${sum[3]}:${sum[4]}`] });
  }
  return section === '' && text.trim() !== '' ? null : [...out.values()];
}

export function readComposerLock(text: string): readonly Locked[] | null {
  const root = json(text);
  if (root === null) return null;
  const lineOf = nameLines(text);
  return [...array(root.packages), ...array(root['packages-dev'])].map((value) => {
    const [entry, dist, source] = [object(value), object(object(value).dist), object(object(value).source)];
    const [name, shasum, reference] = [string(entry.name), string(dist.shasum), string(dist.reference) || string(source.reference)];
    const moving = /^dev-|-dev$/.test(string(entry.version));
    const hashes = [...(shasum === '' ? [] : [`sha1:${shasum}`]), ...(reference === '' || moving ? [] : [`reference:${reference}`])];
    return locked({ name, version: string(entry.version), hashes, source: sourceOf(string(source.url) || string(dist.url)), line: lineOf(name) });
  });
}

function nameLines(text: string): (name: string) => number {
  const lines = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries()) {
    const name = /^\s*"name":\s*"([^"]{1,200})"/.exec(line)?.[1];
    if (name !== undefined && !lines.has(name)) lines.set(name, i + 1);
  }
  return (name) => lines.get(name) ?? 1;
}

export function readPipfileLock(text: string): readonly Locked[] | null {
  const root = json(text);
  if (root === null) return null;
  const lineOf = keyLines(text);
  return Object.entries({ ...object(root.develop), ...object(root.default) }).map(([name, value]) => {
    const entry = object(value);
    const hashes = array(entry.hashes).map(string);
    const source = string(entry.git) === '' ? (entry.path === undefined ? '' : 'local') : sourceOf(`git+${string(entry.git)}`);
    return locked({ name, version: string(entry.version).replace(/^==/, ''), hashes, source, line: lineOf(name) });
  });
}

/** `name==1.0 --hash=sha256:...`, continued over lines; a name alone is no pin. */
export function readRequirements(text: string): readonly Locked[] {
  const out: Growing[] = [];
  let open = false;
  for (const [i, line] of text.split('\n').entries()) {
    const pin = open ? null : /^\s*([\w.-]+)(?:\[[^\]]*\])?\s*(?:===?\s*([^\s;\\#]+)|@\s*(\S+))/.exec(line);
    if (pin !== null) out.push(growing({ name: (pin[1] ?? '').toLowerCase().replace(/[._]/g, '-'), version: pin[2] ?? '', source: sourceOf(pin[3] ?? ''), line: i + 1 }));
    const last = out.at(-1);
    if (last !== undefined && (open || pin !== null)) for (const [, hash = ''] of line.matchAll(/--hash=(\w+:[0-9a-f]+)/g)) last.hashes.push(hash);
    open = line.trimEnd().endsWith('\\');
  }
  return out;
}
