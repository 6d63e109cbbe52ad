/** `countersign policy explain`: the policy in plain words; with paths, what a change of them would need, and why. */

import { reasonLines } from '../core/base/reasons.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Case } from '../core/policy/case.ts';
import { type Complain, readCase } from '../core/policy/case-shape.ts';
import { policyWords, type RuleWords } from '../core/policy/rule-words.ts';
import { settingWords } from '../core/policy/setting-words.ts';
import { hint } from '../core/policy/suggest.ts';
import { remedyOf } from '../core/policy/yaml-file.ts';
import type { Ran } from '../core/simulate/case-answer.ts';
import { runCase } from '../core/simulate/run-case.ts';
import { caseText } from './case-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { profileNamed } from './named-file.ts';
import { type OpenedPolicy, openPolicy } from './policy-files.ts';
import { ink, visible, wantsColour } from './terminal.ts';

export interface ExplainOptions {
  readonly rule?: string;
  readonly author?: string;
  readonly level?: string;
  readonly tier?: string;
  readonly at?: string;
  readonly roster?: string;
  readonly floor?: readonly string[];
  readonly json?: boolean;
}

/** A first word that neither ends in .yml or .yaml nor names a profile is a path already. Exit 0 explained, 2 cannot be read; with paths, 1 where it needs a signature and 2 where it is refused. */
export async function policyExplain(first: string | undefined, more: readonly string[], options: ExplainOptions): Promise<Answer> {
  const isFile = first === undefined || /\.ya?ml$/.test(first) || profileNamed(first) !== null;
  const paths = isFile ? more : [first, ...more];
  const opened = await openPolicy({ policy: isFile ? first : undefined, roster: options.roster, floor: options.floor });
  if (!opened.ok) return refusal(opened.error, options.json);
  if (paths.length > 0) return change(opened.value, paths, options);
  const words = policyWords(opened.value.policy).filter((w) => options.rule === undefined || w.id === options.rule);
  if (words.length === 0) return refusal([noRule(opened.value, options.rule ?? '')], options.json);
  const stdout =
    options.json === true
      ? `${JSON.stringify({ version: 1, exit: EXIT.ok, settings: settingWords(opened.value.policy), rules: words }, null, 2)}\n`
      : `${options.rule === undefined ? preface(opened.value) : ''}${words.map(ruleText).join('\n')}`;
  return { code: EXIT.ok, stdout, stderr: '' };
}

/** What holds for all of the rules, said once. */
function preface({ file, policy }: OpenedPolicy): string {
  const layers = policy.layers.slice(1).join(', ');
  return `${visible(file)}${layers === '' ? '' : `, with ${visible(layers)}`}: every changed file has to fall under a rule, and every rule that applies asks.
One signature may answer several rules. In brackets: the condition as it is written.
${settingWords(policy)
  .map((line) => `  ${visible(line)}\n`)
  .join('')}
`;
}

function noRule({ policy }: OpenedPolicy, rule: string): Problem {
  const remedy = hint(
    rule,
    policyWords(policy).map((w) => w.id),
  );
  return problem('NOT_FOUND', `there is no rule ${rule}`, { place: '--rule', ...(remedy === undefined ? {} : { remedy }) });
}

const ruleText = ({ id, layer, title, lines }: RuleWords): string =>
  `${visible(id)}${title === '' ? '' : `: ${visible(title)}`}${layer === 'built in' ? ' (built in)' : ''}\n${lines.map((line) => `  ${visible(line)}\n`).join('')}`;

/** What is not said is assumed, and said to be. */
function change(opened: OpenedPolicy, paths: readonly string[], options: ExplainOptions): Answer {
  const made = caseOf(opened, paths, options);
  if (!made.ok) return refusal(made.error, options.json);
  const ran = runCase(opened.policy, made.value.given, opened.roster);
  const code = { allow: EXIT.ok, pending: EXIT.signoff, deny: EXIT.refused }[ran.answer.result];
  if (options.json === true) return { code, stdout: `${JSON.stringify({ ...ran.answer, exit: code, assumed: made.value.assumed, reasons: ran.reasons }, null, 2)}\n`, stderr: '' };
  return { code, stdout: changeText(ran, made.value.assumed, options.rule), stderr: '' };
}

function changeText({ answer, reasons }: Ran, assumed: readonly string[], rule: string | undefined): string {
  const shown = rule === undefined ? answer : { ...answer, rules: answer.rules.filter((r) => r.id === rule) };
  const tree = reasonLines(reasons).map((line) => `  ${visible(line)}\n`);
  return `${caseText(shown, ink(wantsColour(process.stdout, process.env)))}\nwhy\n${tree.join('')}\n${assumed.map((a) => `assumed: ${visible(a)}\n`).join('')}`;
}

interface Made {
  readonly given: Case;
  readonly assumed: readonly string[];
}

function caseOf({ policy, roster }: OpenedPolicy, paths: readonly string[], options: ExplainOptions): Result<Made, readonly Problem[]> {
  const [lowest = ''] = policy.ladder.values;
  const author = options.author ?? 'somebody';
  const problems: Problem[] = [];
  const complain: Complain = (path, message, more) => {
    const remedy = remedyOf(more?.remedy);
    problems.push(problem('USAGE', message, { place: OPTIONS[String(path[0])] ?? 'paths', ...(remedy === undefined ? {} : { remedy }) }));
  };
  const said = {
    ...{ paths, author, pusher: author, incidents: [], lane: { sampled: 0, escapes: 0 }, at: options.at ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z') },
    ...(options.level === undefined ? {} : { provenance: { level: options.level } }),
    ...(options.tier === undefined ? {} : { risk: { tier: options.tier } }),
  };
  const [given] = readCase(said, complain);
  if (given === undefined) return err(problems);
  const somebody = { id: author, name: author, level: lowest, teams: [], domains: [], emails: [], accounts: [] };
  const people = options.author === undefined ? [...roster.people, somebody] : null;
  const assumed = [
    ...(options.author === undefined ? [`the author is somebody at ${lowest}, the lowest level; --author names one`] : []),
    ...(options.level === undefined ? ['its commits say nothing about AI; --level says what is known'] : []),
    ...(options.tier === undefined ? ['nothing dangerous is found; --tier says otherwise'] : []),
    'no incident is open, and no plan is handed in',
  ];
  return ok({ given: { ...given, people }, assumed });
}

const OPTIONS: { readonly [field: string]: string } = { provenance: '--level', risk: '--tier', at: '--at', author: '--author', pusher: '--author' };
