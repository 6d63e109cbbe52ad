/** What a test expected and did not get. Only what it names is compared. */
import type { Expected, ExpectedMissing } from '../policy/case.ts';
import type { CaseAnswer, MissingSeat } from './case-answer.ts';

export interface Difference {
  /** `result`, `missing`, ... */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export function differences({ result, tier, mode, missing, ignored, codes, rules }: Expected, answer: CaseAnswer): readonly Difference[] {
  const same = (what: string, expected: string | null, got: string): readonly Difference[] => (expected === null || expected === got ? [] : [{ what, expected, got }]);
  return [
    ...same('result', result, answer.result),
    ...same('tier', tier, answer.tier),
    ...same('mode', mode, answer.mode),
    ...(missing === null || sameMissing(missing, answer.missing)
      ? []
      : [{ what: 'missing', expected: listed(missing.map(expectedWords)), got: listed(answer.missing.map(missingWords)) }]),
    ...(ignored ?? [])
      .filter((e) => !answer.ignored.some((i) => i.person === e.by && i.reason === e.reason))
      .map((e) => ({ what: 'ignored', expected: `${e.by} (${e.reason})`, got: listed(answer.ignored.map((i) => `${i.person} (${i.reason})`)) })),
    ...(codes ?? []).filter((code) => !codesOf(answer).includes(code)).map((code) => ({ what: 'codes', expected: code, got: listed(codesOf(answer)) })),
    ...same('rules', rules === null ? null : listed([...new Set(rules)].sort()), listed(asking(answer))),
  ];
}

/** Rules that ask, whether they are answered or not. */
export const asking = ({ rules }: CaseAnswer): readonly string[] =>
  rules
    .filter((r) => r.asks)
    .map((r) => r.id)
    .sort();

const codesOf = (answer: CaseAnswer): readonly string[] => [...new Set([...answer.codes, ...answer.refusals.map((r) => r.code), ...answer.ignored.map((i) => i.reason)])];

function sameMissing(expected: readonly ExpectedMissing[], got: readonly MissingSeat[]): boolean {
  const fits = (e: ExpectedMissing, m: MissingSeat): boolean =>
    e.rule === m.rule && (e.humans === null || e.humans === m.humans) && (e.anyOf === null || listed([...e.anyOf].sort()) === listed(m.any_of));
  return expected.length === got.length && paired(expected, got, fits);
}

/** Is there a way to give each expected seat one of its own? There are few, so every way is tried. */
function paired(expected: readonly ExpectedMissing[], got: readonly MissingSeat[], fits: (e: ExpectedMissing, m: MissingSeat) => boolean): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return true;
  return got.some((m, i) => fits(first, m) && paired(rest, got.toSpliced(i, 1), fits));
}

const listed = (names: readonly string[]): string => names.join(', ') || 'nothing';
const missingWords = (m: MissingSeat): string => `${m.humans} for ${m.rule} (any of ${m.any_of.join(', ') || 'nobody'})`;
const expectedWords = (e: ExpectedMissing): string => `${e.humans ?? 'some'} for ${e.rule}${e.anyOf === null ? '' : ` (any of ${e.anyOf.join(', ') || 'nobody'})`}`;
