/**
 * Deciding on a large policy: all path patterns of 500 rules over 2,900 changed files, then the whole of `consider`. Beside
 * them what somebody would write by hand with no policy language at all (a loop over closures that compare the beginnings
 * and ends of paths), and Cedar, another policy language, where npm can bring it.
 */
import { utf8 } from '../src/core/base/bytes.ts';
import { matches } from '../src/core/change/glob.ts';
import { matcherOf } from '../src/core/change/matcher.ts';
import { consider } from '../src/core/policy/consider.ts';
import type { Policy } from '../src/core/policy/document.ts';
import type { Facts } from '../src/core/policy/facts.ts';
import { loadPolicy } from '../src/core/policy/load.ts';
import { sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding } from '../src/testing/sample-change.ts';
import { type Cedar, cedarOf } from './cedar.ts';
import { type Comparison, compare } from './measure.ts';
import { type BenchRule, pathsOf, rulesOf } from './policy-input.ts';

const SIZES = [
  { rules: 500, files: 2_900, turns: 9 },
  { rules: 100, files: 100, turns: 31 },
] as const;

export async function policyBench(folder: string): Promise<readonly Comparison[]> {
  const cedar = cedarOf(folder);
  if (typeof cedar === 'string') console.log(`without Cedar, which cannot be had here: ${cedar}`);
  const rows: Comparison[] = [];
  for (const size of SIZES) {
    const [rules, paths] = [rulesOf(size.rules), pathsOf(size.files)];
    const scale = `${size.rules} rules, ${size.files} files`;
    rows.push(...(await matcherRows(scale, size.turns, rules, paths)), ...(await considerRows(scale, size.turns, rules, paths, cedar)));
  }
  return rows;
}

/** Every side answers the same: for each rule, its own paths. A side that does not ends the bench. */
async function matcherRows(scale: string, turns: number, rules: readonly BenchRule[], paths: readonly string[]): Promise<readonly Comparison[]> {
  const lists = rules.map((r) => r.paths);
  const warm = matcherOf(lists);
  const pairs = () => rules.map((r) => own(paths, (p) => matches(r.paths, p)));
  const plain = () => rules.map((r) => own(paths, r.plain));
  const wanted = JSON.stringify(plain());
  for (const side of [pairs, () => warm.selectsAll(paths)]) if (JSON.stringify(side()) !== wanted) throw new Error('the sides of the bench disagree');
  const subject = () => void warm.selectsAll(paths);
  return [
    await compare({ name: `matcher: ${scale}`, baseline: 'one pattern list and one path at a time', turns, subject, against: () => void pairs() }),
    await compare({ name: `matcher: ${scale}`, baseline: 'hand-written tests, rule by rule', turns, subject, against: () => void plain() }),
    await compare({
      name: `matcher, laid anew: ${scale}`,
      baseline: 'hand-written tests, rule by rule',
      turns,
      subject: () => void matcherOf(lists).selectsAll(paths),
      against: () => void plain(),
    }),
  ];
}

async function considerRows(scale: string, turns: number, rules: readonly BenchRule[], paths: readonly string[], cedar: Cedar | string): Promise<readonly Comparison[]> {
  const [policy, facts] = [policyOf(rules), factsOf(paths)];
  const detectors = [sampleDetector(sampleFinding('high', paths[0]))];
  const decision = consider(policy, detectors, facts);
  if (decision.outcome !== 'signoff') throw new Error(`the bench is judged ${decision.outcome}: ${decision.asked}`);
  const subject = () => void consider(policy, detectors, facts);
  const name = `consider: ${scale}`;
  // A gate is warm: what the compiler has yet to do is not the decision.
  for (let i = 0; i < (paths.length > 1_000 ? 30 : 500); i++) subject();
  const rows = [await compare({ name, baseline: 'hand-written tests, rule by rule', turns, subject, against: () => void byHand(rules, paths) })];
  if (typeof cedar === 'string') return rows;
  const ask = cedar.preparse(rules);
  for (const path of paths.slice(0, 50)) sameIds(ask(path), rules, path);
  const baseline = `Cedar ${cedar.version}, policies preparsed, file by file`;
  return [...rows, await compare({ name, baseline, turns: paths.length > 1_000 ? 3 : 15, subject, against: () => void paths.map(ask) })];
}

function sameIds(said: readonly string[], rules: readonly BenchRule[], path: string): void {
  const wanted = rules.flatMap((r) => (r.plain(path) ? [r.id] : []));
  if ([...said].sort().join() !== wanted.sort().join()) throw new Error(`the sides of the bench disagree on ${path}`);
}

/** The same decision by hand: which rules apply, and whether every path has one. */
function byHand(rules: readonly BenchRule[], paths: readonly string[]): { readonly asks: readonly string[]; readonly uncovered: number } {
  const facts = { level: 3, tier: 2 };
  const covered = new Set<number>();
  const asks = rules.flatMap((rule) => {
    const found = own(paths, rule.plain);
    if (found.length === 0 || (rule.when && !(facts.level >= 3 && facts.tier >= 2))) return [];
    for (const i of found) covered.add(i);
    return [rule.id];
  });
  return { asks, uncovered: paths.length - covered.size };
}

function own(paths: readonly string[], takes: (path: string) => boolean): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < paths.length; i++) if (takes(paths[i] ?? '')) found.push(i);
  return found;
}

function policyOf(rules: readonly BenchRule[]): Policy {
  const lines = rules.map((r) => {
    const when = r.when ? 'when: provenance.level >= assisted && risk.tier >= high, ' : '';
    return `  - {id: ${r.id}, paths: ${JSON.stringify(r.paths)}, ${when}require: {humans: 1, level: L5}}`;
  });
  const file = `version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\nrules:\n${lines.join('\n')}\n`;
  const loaded = loadPolicy(utf8(file), 'countersign.yml');
  if (!loaded.ok) throw new Error(loaded.error.map((p) => `${p.place} ${p.message}`).join('\n'));
  return loaded.value;
}

/** A change an agent made, somebody known behind it, and nothing but its paths to judge: detectors are not what is measured. */
const factsOf = (paths: readonly string[]): Facts => sampleFacts(sampleChange(paths, [sampleCommit('ada', 'Change a lot\n\nAssisted-by: Claude:opus-4\n')]));
