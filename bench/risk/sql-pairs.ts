/**
 * How many unsafe migrations the SQL detector finds, and how many safe ones it flags, on pairs that others wrote.
 *
 *     COUNTERSIGN_SQL_PAIRS=folder node bench/risk/sql-pairs.ts [-v]
 *
 * The folder holds `<set>/<case>/unsafe/**` and `<set>/<case>/safe/**`: the files a change adds, under the paths it adds them
 * at; `base/**`, or `base-unsafe/**` and `base-safe/**` where they differ: files that stood there before; `about`: the rules
 * that name the danger the case is about, by whoever made the folder. A case may have one side only.
 *
 * What counts is said twice, for neither says all. *File*: a file is flagged at `high` when it has a finding that is high or
 * critical, of any rule; the same at `elevated`, and at `any` (notes that force nothing included). A safe file that shows how
 * to avoid one danger and walks into another is flagged, rightly, and counts against us here. *Hazard*: only findings of the
 * rules in `about` count, and only cases that have one. *Safe as a whole* leaves out safe files with a `partly-safe` beside
 * them: whoever made the folder says that their author claims them to be safe of one rule only, or mutes others in them.
 *
 * Baselines: a file is flagged when it has the word ALTER or DROP; no file is flagged.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { languages } from '../../src/adapters/languages/index.ts';
import { detect } from '../../src/core/risk/detect.ts';
import type { Finding, Tier } from '../../src/core/risk/risk.ts';
import { TIERS } from '../../src/core/risk/risk.ts';
import { sql } from '../../src/core/risk/sql/sql.ts';
import { sampleTree } from '../../src/testing/tree.ts';

interface Judged {
  readonly set: string;
  readonly name: string;
  readonly side: 'unsafe' | 'safe';
  readonly about: readonly string[];
  /** Not only claimed to be safe of what the case is about. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
  readonly text: string;
}

const folder = process.env.COUNTERSIGN_SQL_PAIRS;
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write('COUNTERSIGN_SQL_PAIRS names no folder of pairs\n');
  process.exit(2);
}
const judged = await all(folder);
for (const set of [...new Set(judged.map((j) => j.set))])
  table(
    set,
    judged.filter((j) => j.set === set),
  );
table('all sets', judged);
if (process.argv.includes('-v')) for (const j of judged) verbose(j);

async function all(root: string): Promise<readonly Judged[]> {
  const out: Judged[] = [];
  for (const set of readdirSync(root).sort())
    for (const name of readdirSync(join(root, set)).sort())
      for (const side of ['unsafe', 'safe'] as const) if (existsSync(join(root, set, name, side))) out.push(await judge(root, set, name, side));
  return out;
}

async function judge(root: string, set: string, name: string, side: 'unsafe' | 'safe'): Promise<Judged> {
  const at = join(root, set, name);
  const added = filesIn(join(at, side)).map(([path, text]) => [path, [null, text]] as const);
  const stood = ['base', `base-${side}`].flatMap((b) => filesIn(join(at, b))).map(([path, text]) => [path, [text, text]] as const);
  const { records, read } = sampleTree(Object.fromEntries([...stood, ...added]));
  const { findings } = detect([sql], { files: await languages().parse(records, read), plan: null });
  const about = existsSync(join(at, 'about')) ? readFileSync(join(at, 'about'), 'utf8').split(/\s+/).filter(Boolean) : [];
  return { set, name, side, about, whole: side === 'unsafe' || !existsSync(join(at, 'partly-safe')), findings, text: added.map(([, [, text]]) => text).join('\n') };
}

function filesIn(at: string): readonly (readonly [string, string])[] {
  if (!existsSync(at)) return [];
  const paths = readdirSync(at, { recursive: true, encoding: 'utf8' }).map((p) => join(at, p));
  return paths
    .filter((p) => statSync(p).isFile())
    .sort()
    .map((p) => [relative(at, p), readFileSync(p, 'utf8')]);
}

function table(title: string, judged: readonly Judged[]): void {
  const sides = (flagged: (j: Judged) => boolean, among: (j: Judged) => boolean = () => true): string => {
    const share = (side: Judged['side']): string => {
      const of = judged.filter((j) => j.side === side && among(j));
      const n = of.filter(flagged).length;
      return of.length === 0 ? '-' : `${n}/${of.length} ${((100 * n) / of.length).toFixed(0)} %`;
    };
    return `${share('unsafe').padStart(14)}  ${share('safe').padStart(14)}`;
  };
  const over =
    (floor: Tier, of: (j: Judged) => readonly Finding[]) =>
    (j: Judged): boolean =>
      of(j).some((f) => TIERS.rank(f.severity) >= TIERS.rank(floor));
  const hazard = (j: Judged): readonly Finding[] => j.findings.filter((f) => j.about.includes(f.rule));
  const said = (j: Judged): boolean => j.about.length > 0;
  const whole = (j: Judged): boolean => j.whole;
  const rows: readonly (readonly [string, (j: Judged) => boolean, ((j: Judged) => boolean)?])[] = [
    ['file, high or critical', over('high', (j) => j.findings)],
    ['file, elevated and up', over('elevated', (j) => j.findings)],
    ['file, any finding', over('routine', (j) => j.findings)],
    ['safe as a whole, high', over('high', (j) => j.findings), whole],
    ['safe as a whole, any', over('routine', (j) => j.findings), whole],
    ['hazard, high or critical', over('high', hazard), said],
    ['hazard, elevated and up', over('elevated', hazard), said],
    ['hazard, any finding', over('routine', hazard), said],
    ['baseline: ALTER or DROP', (j) => /\b(?:alter|drop)\b/i.test(j.text)],
    ['baseline: nothing', () => false],
  ];
  process.stdout.write(`\n${title}\n${''.padEnd(26)}${'unsafe found'.padStart(14)}  ${'safe flagged'.padStart(14)}\n`);
  for (const [name, flagged, among] of rows) process.stdout.write(`${name.padEnd(26)}${sides(flagged, among)}\n`);
}

function verbose(j: Judged): void {
  const said = j.findings.map((f) => `${f.rule}:${f.severity}`).join(' ');
  process.stdout.write(`${j.set}/${j.name} ${j.side} [${j.about.join(' ')}] ${said}\n`);
}
