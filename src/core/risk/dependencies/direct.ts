/**
 * Manifests, base against head: a major step or a step back of what runs (DEP104), a dependency that is new (DEP105), and scripts
 * that run when the package is installed (DEP103). How old a published version is cannot be known without asking a registry.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { linesOf, newLines, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isRehearsal } from '../source/files.ts';
import { json, keyLines, object, string } from './lock.ts';
import { type Asked, ecosystemOf, type Manifest, readManifest } from './manifests.ts';
import { nearName } from './near-names.ts';
import { compareVersions, versionOf } from './versions.ts';

const DEP103 = rule('DEP103', 'install-script', 'high', 'exact', ['the script was read', 'install scripts stay off']);
const DEP104 = rule('DEP104', 'major-or-down', 'elevated', 'exact', ['the notes of every version between were read']);
const DEP105 = rule('DEP105', 'new-dependency', 'elevated', 'exact', ['somebody chose it and knows who publishes it']);

export const direct: Detector = {
  id: 'direct-dependencies',
  detect: ({ files }) => files.flatMap((f) => [...manifest(f, files), ...npmScripts(f), ...scriptsAllowed(f), ...buildHooks(f)]),
};

function manifest(file: FileEvidence, files: readonly FileEvidence[]): readonly Finding[] {
  if (ecosystemOf(file.path) === undefined || file.base === undefined) return [];
  const [base, head] = [readManifest(file.path, file.base), readManifest(file.path, file.head)];
  if (base === null || head === null) return [];
  const elsewhere = new Set(
    files.filter((f) => f !== file && f.base !== undefined && ecosystemOf(f.path) === head.ecosystem).flatMap((f) => readManifest(f.path, f.base)?.asked.map((a) => a.name) ?? []),
  );
  const before = new Map(base.asked.map((a) => [a.name, a]));
  const steps = head.asked.flatMap((a) => step(file, a, before.get(a.name)));
  const added = head.asked.filter((a) => !before.has(a.name)).map((a) => added1(file, head, a, elsewhere.has(a.name)));
  const kept = new Set(head.held.map((h) => h.name));
  const freed = base.held
    .filter((h) => !kept.has(h.name))
    .map((h) => DEP104({ place: at(file, h, 'base'), what: `${h.name} is no longer held at ${h.range}: whichever version its users ask for comes in` }));
  return [...steps, ...added, ...freed];
}

const at = (file: FileEvidence, a: Asked, side: 'base' | 'head' = 'head') => ({ path: file.path, side, line: a.line, object: a.name });

function step(file: FileEvidence, now: Asked, was: Asked | undefined): readonly Finding[] {
  const [a, b] = [versionOf(was?.range ?? ''), versionOf(now.range)];
  if (was === undefined || a === undefined || b === undefined || !now.runtime) return [];
  const down = compareVersions(b, a) < 0;
  // below 1.0 the second number is the one that breaks
  const major = a[0] !== b[0] || (a[0] === 0 && a[1] !== b[1]);
  if (!down && !major) return [];
  return [
    DEP104({
      place: at(file, now),
      because: [
        ['before', was.range],
        ['now', now.range],
      ],
      what: `${now.name} goes ${down ? 'back' : 'a major version on'}, from ${was.range} to ${now.range}`,
    }),
  ];
}

function added1(file: FileEvidence, { ecosystem }: Manifest, a: Asked, known: boolean): Finding {
  const near = known ? undefined : nearName(ecosystem, a.name);
  const facts = [
    ['version', a.range || 'any'],
    ['published', 'not known here'],
  ] as const;
  if (near !== undefined)
    return DEP105({ place: at(file, a), severity: 'high', because: [['close to', near], ...facts], what: `the new dependency ${a.name} is one slip away from ${near}` });
  return DEP105({ place: at(file, a), because: facts, what: `${a.name} is a new dependency: its code runs with the rights of this one` });
}

/** npm runs these on whoever installs the package; `prepare` only where it is built. */
const RUNS = ['preinstall', 'install', 'postinstall', 'prepare'];

function npmScripts(file: FileEvidence): readonly Finding[] {
  if (baseName(file.path) !== 'package.json' || file.head === undefined) return [];
  const [before, root] = [object(json(textOf(file.base))?.scripts), json(textOf(file.head))];
  const lineOf = keyLines(textOf(file.head));
  const scripts = object(root?.scripts);
  return RUNS.flatMap((name) => {
    const now = string(scripts[name]);
    if (now === '' || now === string(before[name])) return [];
    const severity = name === 'prepare' || isRehearsal(file.path) ? 'elevated' : 'high';
    return [
      DEP103({
        place: { path: file.path, side: 'head', line: lineOf(name), object: name },
        severity,
        because: [['script', now]],
        what: `${file.path} runs ${name} on every machine that installs it: ${now.slice(0, 120)}`,
      }),
    ];
  });
}

const LISTS = /"(?:onlyBuiltDependencies|trustedDependencies)"|^\s*(?:onlyBuiltDependencies|enableScripts|allowBuilds|dangerouslyAllowAllBuilds)\b/;

/** Install scripts are off by one line; it goes, or says otherwise. */
function scriptsAllowed(file: FileEvidence): readonly Finding[] {
  const base = baseName(file.path);
  if (!/^(?:\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml|pnpm-workspace\.yaml|package\.json)$/.test(base)) return [];
  const off = (text: string): boolean => /^\s*(?:ignore-scripts\s*=\s*true|--install\.ignore-scripts true|enableScripts:\s*false)/m.test(text);
  if (off(textOf(file.base)) && !off(textOf(file.head)))
    return [
      DEP103({
        place: { path: file.path, side: file.head === undefined ? 'base' : 'head' },
        what: `${file.path} lets dependencies run scripts when they are installed, which was off`,
      }),
    ];
  const line = newLines(file).find((l) => LISTS.test(l.text) && !/:\s*(?:false|\[\s*\])/.test(l.text));
  return line === undefined || file.base === undefined
    ? []
    : [
        DEP103({
          place: { path: file.path, side: 'head', line: line.line },
          because: [['line', line.text]],
          what: `${file.path} lets more dependencies run scripts when they are installed`,
        }),
      ];
}

/** Programs of the build itself: they run wherever the package is built from source. */
const HOOKS = /^(?:build\.rs|binding\.gyp|setup\.py|extconf\.rb)$/;

function buildHooks(file: FileEvidence): readonly Finding[] {
  if (file.status !== 'A' || isRehearsal(file.path) || !HOOKS.test(baseName(file.path)) || /(?:^|\/)src\/build\.rs$/.test(file.path) || linesOf(file.head).length === 0) return [];
  return [DEP103({ place: { path: file.path, side: 'head' }, what: `${file.path} is new and runs on every machine that builds this package` })];
}
