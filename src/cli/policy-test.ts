/** `countersign policy test`: runs what a policy says of itself, one line a test, so that a CI log reads well. */
import { coverOf, type RuleCover } from '../core/simulate/cover.ts';
import { type Mutation, mutate } from '../core/simulate/mutants.ts';
import { runTest, type TestResult, testsOf } from '../core/simulate/test-policy.ts';
import { caseText } from './case-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { openPolicy, openScenarios } from './policy-files.ts';
import { type Ink, ink, visible, wantsColour } from './terminal.ts';

export interface TestOptions {
  readonly scenarios?: readonly string[];
  readonly roster?: string;
  readonly floor?: readonly string[];
  readonly cover?: boolean;
  readonly mutate?: boolean;
  readonly json?: boolean;
}

interface Tested {
  readonly results: readonly TestResult[];
  readonly cover: readonly RuleCover[] | null;
  /** null: not asked for, or a test fails, and then none of them notices anything. */
  readonly mutation: Mutation | null;
}

/** Exit 0 all pass, 1 some fail (or, where asked for, a mutant survives or something is never reached), 2 cannot be read. */
export async function policyTest(file: string | undefined, options: TestOptions): Promise<Answer> {
  const opened = await openPolicy({ policy: file, roster: options.roster, floor: options.floor });
  if (!opened.ok) return refusal(opened.error, options.json);
  const { policy, roster } = opened.value;
  const scenarios = openScenarios(options.scenarios ?? [], policy);
  if (!scenarios.ok) return refusal(scenarios.error, options.json);
  const tests = testsOf(policy, scenarios.value);
  const results = tests.map((test) => runTest(policy, test, roster));
  const passed = results.every((r) => r.passed);
  const tested: Tested = {
    results,
    cover: options.cover === true ? coverOf(policy, tests, roster).filter((c) => c.never.length > 0) : null,
    mutation: options.mutate === true && passed ? mutate(policy, tests, roster) : null,
  };
  const code = passed && (tested.cover ?? []).length === 0 && (tested.mutation?.survivors ?? []).length === 0 ? EXIT.ok : EXIT.signoff;
  const stdout = options.json === true ? `${JSON.stringify(testJson(tested, code), null, 2)}\n` : testText(tested, options, ink(wantsColour(process.stdout, process.env)));
  return { code, stdout, stderr: '' };
}

const testJson = ({ results, cover, mutation }: Tested, exit: number) => ({
  version: 1,
  exit,
  tests: results.map(({ place, name, passed, differences, skipped, ran }) => ({ place, name, passed, skipped, differences, answer: passed ? undefined : ran?.answer })),
  cover,
  mutation,
});

function testText({ results, cover, mutation }: Tested, options: TestOptions, paper: Ink): string {
  const failed = results.filter((r) => !r.passed).length;
  const skipped = results.filter((r) => r.skipped !== null).length;
  const lines = [
    ...results.map((r, i) => resultText(r, i + 1, paper)),
    ...(cover ?? []).map((c) => `not reached: ${visible(c.rule)}: no test makes it ${visible(c.never.join(', '))}\n`),
    ...(options.mutate === true && mutation === null ? ['not mutated: a test fails, so none of them can notice a mutant\n'] : []),
    ...(mutation?.survivors ?? []).map((s) => `survived: ${visible(s.rule)}.${visible(s.words)}: no test notices\n`),
    `${results.length} ${results.length === 1 ? 'test' : 'tests'}, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}${mutation === null ? '' : `; ${mutation.mutants} mutants, ${mutation.survivors.length} survived`}\n`,
  ];
  return lines.join('');
}

/** As the Test Anything Protocol writes it, with what differs and why below. */
function resultText({ passed, name, place, differences, skipped, ran }: TestResult, number: number, paper: Ink): string {
  const words = passed ? paper.green('ok') : paper.red('not ok');
  const head = `${words} ${number} - ${visible(name)}${skipped === null ? '' : ` # SKIP ${skipped}`}\n`;
  if (passed) return head;
  const differs = differences.map((d) => `  ${d.what}: expected ${visible(d.expected)}, got ${visible(d.got)}\n`);
  return `${head}  at ${visible(place)}\n${differs.join('')}${ran === null ? '' : caseText(ran.answer, paper, '  | ')}`;
}
