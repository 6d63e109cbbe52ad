/**
 * Lockfiles, base against head: the same version with other content or outside what was asked (DEP101), another source (DEP102), a
 * script that runs on whoever installs it (DEP103). When a version was published is not in a lockfile and is not looked up.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isRehearsal } from '../source/files.ts';
import type { Locked } from './lock.ts';
import { type Lockfile, lockfileOf } from './lockfiles.ts';
import { within } from './versions.ts';

const DEP101 = rule('DEP101', 'integrity-changed', 'critical', 'exact', ['the manifest asks for it', 'the publisher says why the content of this version changed']);
const DEP102 = rule('DEP102', 'source-changed', 'critical', 'exact', ['the new source is one the organisation runs or has read']);
const DEP103 = rule('DEP103', 'install-script', 'high', 'exact', ['the script was read', 'install scripts stay off']);

/** Of one kind and file: whoever replaces a registry changes every line, and reads about it once. */
const MOST = 5;
/** Versions of one name that are compared; no tree has so many. */
const MOST_SAME = 50;

export const locks: Detector = { id: 'locks', detect: ({ files }) => files.flatMap((f) => ofFile(f, files)) };

function ofFile(file: FileEvidence, files: readonly FileEvidence[]): readonly Finding[] {
  const lock = lockfileOf(file);
  if (lock === undefined || file.head === undefined) return [];
  const [base, head] = [readSide(lock, file.base), readSide(lock, file.head)];
  if (head === null || (base === null && file.base !== undefined)) return [unread(file)];
  if (base === null) return [];
  const before = new Map<string, Locked[]>();
  for (const entry of base) {
    const same = before.get(entry.name);
    if (same === undefined) before.set(entry.name, [entry]);
    else if (same.length < MOST_SAME) same.push(entry);
  }
  return [...contents(file, lock, before, head, alone(lock, files)), ...sources(file, base, before, head), ...scripts(file, before, head)].map((f) => rehearsed(file, f));
}

const readSide = (lock: Lockfile, side: Parsed | undefined): readonly Locked[] | null => (side === undefined || !('text' in side) ? null : lock.read(textOf(side)));
const alone = (lock: Lockfile, files: readonly FileEvidence[]): boolean => !files.some((f) => lock.manifest.test(baseName(f.path)));
/** Lockfiles of tests and examples are installed too, by those who run them. */
const rehearsed = (file: FileEvidence, f: Finding): Finding => (isRehearsal(file.path) && f.severity === 'critical' ? { ...f, severity: 'high' } : f);
const place = (file: FileEvidence, entry: Locked) => ({ path: file.path, side: 'head' as const, line: entry.line, object: entry.name });

const unread = (file: FileEvidence): Finding =>
  DEP101({ place: { path: file.path, side: 'head' }, severity: 'high', what: `${file.path} cannot be read as a lockfile: what it pins is unknown` });

function contents(file: FileEvidence, lock: Lockfile, before: ReadonlyMap<string, readonly Locked[]>, head: readonly Locked[], withoutManifest: boolean): readonly Finding[] {
  const changed = head.flatMap((entry) => {
    const old = before.get(entry.name)?.find((o) => o.version === entry.version);
    const hash = old === undefined ? undefined : otherHash(old, entry);
    if (hash !== undefined)
      return [DEP101({ place: place(file, entry), because: hash, what: `${entry.name} ${entry.version} is pinned to other content than before under the same version` })];
    if (old !== undefined && old.hashes.length > 0 && entry.hashes.length === 0 && entry.source !== 'local')
      return [DEP101({ place: place(file, entry), severity: 'high', what: `${entry.name} ${entry.version} is no longer pinned to its content` })];
    return [];
  });
  const moved = head.filter((e) => !before.get(e.name)?.some((o) => o.version === e.version));
  const outside = !withoutManifest ? [] : moved.filter((e) => e.asked.length > 0 && e.asked.every((range) => within(range, e.version) === false));
  const asked = outside.map((e) =>
    DEP101({
      place: place(file, e),
      because: [
        ['asked', e.asked.join(', ')],
        ['locked', e.version],
      ],
      what: `${e.name} is locked at ${e.version}, which no manifest asks for`,
    }),
  );
  const [first] = moved;
  const edited =
    withoutManifest && first !== undefined && asked.length === 0 && lock.tool !== 'python'
      ? [
          DEP101({
            place: place(file, first),
            severity: 'elevated',
            because: [['entries', String(moved.length)]],
            what: `${file.path} moves ${moved.length} versions and no manifest changes`,
          }),
        ]
      : [];
  return [...some(changed), ...some(asked), ...edited];
}

/** Two hashes of the same thing that differ. Of labels that only one side has nothing follows. */
function otherHash(old: Locked, now: Locked): readonly (readonly [string, string])[] | undefined {
  const [was, is] = [byLabel(old.hashes), byLabel(now.hashes)];
  for (const [label, hashes] of is) {
    const before = was.get(label);
    if (before !== undefined && !hashes.some((h) => before.includes(h)))
      return [
        [`${label} before`, before.join(' ')],
        [`${label} now`, hashes.join(' ')],
      ];
  }
  return undefined;
}

function byLabel(hashes: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const text of hashes) {
    const at = text.indexOf(':');
    const known = out.get(text.slice(0, at));
    if (known === undefined) out.set(text.slice(0, at), [text.slice(at + 1)]);
    else known.push(text.slice(at + 1));
  }
  return out;
}

function sources(file: FileEvidence, base: readonly Locked[], before: ReadonlyMap<string, readonly Locked[]>, head: readonly Locked[]): readonly Finding[] {
  const usual = new Set(base.map((e) => e.source).filter((s) => s.startsWith('registry ')));
  const found = head.flatMap((entry) => {
    const old = before.get(entry.name);
    if (entry.source === '' || entry.source === 'local' || old?.some((o) => o.source === entry.source)) return [];
    const was = old?.map((o) => o.source).find((s) => s !== '');
    // a name that is new and comes from where the others come from is no other source
    if (was === undefined && (usual.has(entry.source) || usual.size === 0) && entry.source.startsWith('registry ')) return [];
    if (was === undefined && old !== undefined) return [];
    const from = was === undefined ? `is new and comes from ${entry.source}` : `comes from ${entry.source} and came from ${was}`;
    // back to where the others come from is less than away from it
    const back = usual.has(entry.source) && was?.startsWith('git ') === true ? { severity: 'high' as const } : {};
    return [
      DEP102({
        ...back,
        place: place(file, entry),
        because: [
          ['before', was ?? 'not there'],
          ['now', entry.source],
        ],
        what: `${entry.name} ${entry.version} ${from}`,
      }),
    ];
  });
  return some(found);
}

function scripts(file: FileEvidence, before: ReadonlyMap<string, readonly Locked[]>, head: readonly Locked[]): readonly Finding[] {
  const found = head.filter((e) => e.installs && !before.get(e.name)?.some((o) => o.installs));
  return some(found.map((e) => DEP103({ place: place(file, e), what: `${e.name} ${e.version} runs a script of its own when it is installed` })));
}

function some(findings: readonly Finding[]): readonly Finding[] {
  const [first] = findings;
  if (first === undefined || findings.length <= MOST) return findings;
  return [
    ...findings.slice(0, MOST - 1),
    { ...first, place: { ...first.place, object: `${findings.length - MOST + 1} more` }, what: `${findings.length - MOST + 1} more entries of ${first.place.path}: ${first.what}` },
  ];
}
