/** `countersign policy diff`: what one policy asks that another does not, field by field and case by case. */
import { ok } from '../core/base/result.ts';
import { type PolicyChange, policyDiff as structure } from '../core/policy/policy-diff.ts';
import { type CaseChange, caseChanges } from '../core/simulate/case-diff.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { openPolicy, openScenarios } from './policy-files.ts';
import { visible } from './terminal.ts';

export interface DiffOptions {
  readonly facts?: string;
  readonly roster?: string;
  /** With one of these: what both ask of everything that landed in that clone. */
  readonly repo?: string;
  readonly since?: string;
  readonly json?: boolean;
}

/** Exit 0 nothing asks for less, 1 something does or may, 2 one of them cannot be read. */
export async function policyDiff(a: string, b: string, options: DiffOptions): Promise<Answer> {
  const [before, after] = await Promise.all([openPolicy({ policy: a, roster: options.roster }), openPolicy({ policy: b, roster: options.roster })]);
  const problems = [before, after].flatMap((r) => (r.ok ? [] : r.error));
  if (!before.ok || !after.ok) return refusal(problems, options.json);
  const cases =
    options.facts === undefined ? ok([]) : openScenarios([options.facts], { ...after.value.policy, rules: [...after.value.policy.rules, ...before.value.policy.rules] });
  if (!cases.ok) return refusal(cases.error, options.json);
  const changes = structure(before.value.policy, after.value.policy);
  const answers = caseChanges(before.value.policy, after.value.policy, cases.value, before.value.roster);
  const code = changes.every((c) => c.direction === 'stricter') && answers.every((c) => c.direction !== 'weaker') ? EXIT.ok : EXIT.signoff;
  const history = options.repo === undefined && options.since === undefined ? null : await replayed(a, b, options);
  if (history !== null && history.code !== EXIT.ok) return history;
  if (options.json === true) {
    const past: unknown = history === null ? undefined : JSON.parse(history.stdout);
    return { code, stdout: `${JSON.stringify({ version: 1, exit: code, changes, cases: answers, history: past }, null, 2)}\n`, stderr: '' };
  }
  return { code, stdout: `${diffText(changes, answers, cases.value.length)}${history === null ? '' : `\n${history.stdout}`}`, stderr: history?.stderr ?? '' };
}

/** The same as `simulate --policy A --against B`: history is replayed in one place only. */
async function replayed(a: string, b: string, { repo = '.', since, roster, json = false }: DiffOptions): Promise<Answer> {
  const { simulateCommand } = await import('./simulate.ts');
  return simulateCommand({ repo, policy: a, against: b, json, ...(since === undefined ? {} : { since }), ...(roster === undefined ? {} : { roster }) });
}

function diffText(changes: readonly PolicyChange[], cases: readonly CaseChange[], asked: number): string {
  const count = (direction: PolicyChange['direction']): number => changes.filter((c) => c.direction === direction).length;
  const lines = [
    ...changes.map((c) => `${c.direction}: ${visible(changeWords(c))}`),
    ...cases.map((c) => `${c.direction}: ${visible(c.name === '' ? c.place : c.name)}: ${c.from} to ${c.to}; ${visible(c.asked.from)}, then ${visible(c.asked.to)}`),
    changes.length === 0 ? 'the same' : `${changes.length} changes: ${count('stricter')} stricter, ${count('weaker')} weaker, ${count('different')} that may be either`,
    ...(asked === 0 ? [] : [`${cases.length} of ${asked} cases are answered otherwise`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function changeWords({ where, field, from, to }: PolicyChange): string {
  const what = field === '' ? where : `${where}.${field}`;
  if (from === null) return `${what} is new: ${to}`;
  return to === null ? `${what} is gone: ${from}` : `${what}: ${from} to ${to}`;
}
