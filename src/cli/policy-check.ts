/** `countersign policy check`: whether a file is a policy, and what in it is hardly meant. */
import { problemText } from '../core/base/result.ts';
import { lint, type Warning } from '../core/policy/lint.ts';
import { type Placed, placedWarnings } from '../core/policy/warning-places.ts';
import { coverOf } from '../core/simulate/cover.ts';
import { testsOf } from '../core/simulate/test-policy.ts';
import { filesAtHead } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { type OpenedPolicy, openPolicy } from './policy-files.ts';
import { visibleLines } from './terminal.ts';

export interface PolicyCheckOptions {
  readonly roster?: string;
  readonly floor?: readonly string[];
  readonly repo: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Exit 0 a policy, 1 warnings where --strict says that they fail, 2 no policy. */
export async function policyCheck(file: string | undefined, options: PolicyCheckOptions): Promise<Answer> {
  const opened = await openPolicy({ policy: file, roster: options.roster, floor: options.floor });
  if (!opened.ok) return refusal(opened.error, options.json);
  const { policy, roster, staffed, bytes } = opened.value;
  const files = await filesAtHead(options.repo);
  const found = lint(policy, { roster: staffed ? roster : null, files: files.ok ? files.value : null, at: Date.now() });
  const warnings = placedWarnings(bytes, opened.value.file, [...found, ...untested(opened.value)]);
  const notes = [
    ...(files.ok ? [] : [`paths were compared with no files: ${files.error.message}`]),
    ...(staffed ? [] : ['there is no roster, so it is not known who could sign: name one with --roster']),
  ];
  const code = warnings.length > 0 && options.strict === true ? EXIT.signoff : EXIT.ok;
  const { rules, forbid, tests, layers, digest } = policy;
  const json = { version: 1, exit: code, file: opened.value.file, layers, digest, rules: rules.length, forbid: forbid.length, tests: tests.length, warnings, notes };
  return { code, stdout: options.json === true ? `${JSON.stringify(json, null, 2)}\n` : checkText(opened.value, warnings, notes), stderr: '' };
}

/** Rules of the file that none of its tests makes ask. */
function untested({ policy, roster }: OpenedPolicy): readonly Warning[] {
  const own = policy.layers[0] ?? '';
  const asking = coverOf(policy, testsOf(policy), roster).filter((c) => c.layer === own && c.never.includes('asks'));
  const [first, ...more] = asking;
  if (first === undefined) return [];
  const at = { list: 'rules' as const, id: first.rule, field: [] };
  const rest = more.length === 0 ? '' : `, nor ${more.map((m) => m.rule).join(', ')}`;
  return [{ layer: own, at, message: `no test makes ${first.rule} ask${rest}`, remedy: 'write one under tests:, and run countersign policy test --cover' }];
}

function checkText({ file, policy }: OpenedPolicy, warnings: readonly Placed[], notes: readonly string[]): string {
  const layers = policy.layers.length === 1 ? '' : `, with ${policy.layers.slice(1).join(', ')}`;
  const lines = [
    ...warnings.map((w) => `warning: ${visibleLines(textOf(w))}\n`),
    ...notes.map((n) => `note: ${visibleLines(n)}\n`),
    `${file} is a policy: ${policy.rules.length} rules, ${policy.forbid.length} forbids, ${policy.tests.length} tests${layers}; ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}\n`,
  ];
  return lines.join('');
}

/** As a problem is printed, without a code: nothing is refused for it. */
const textOf = (w: Placed): string => problemText({ code: 'OK', ...w }).replace(' [OK]', '');
