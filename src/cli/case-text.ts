/** An answer to a case in a terminal: what is open first, why, and what would help. Words of cases are somebody else's. */
import type { CaseAnswer, PassIf, RuleAnswer } from '../core/simulate/case-answer.ts';
import { type Ink, visible } from './terminal.ts';

export function caseText(answer: CaseAnswer, paper: Ink, indent = ''): string {
  const words = { allow: paper.green('allow'), pending: paper.yellow('pending'), deny: paper.red('deny') }[answer.result];
  const watched = answer.mode === 'enforce' ? '' : ` (${answer.mode}: the gate says ${answer.verdict})`;
  const open = answer.rules.filter((r) => r.state !== 'not-applicable');
  const lines = [
    `${paper.bold(words)}  ${visible(answer.summary)}${watched}`,
    ...answer.refusals.flatMap((r) => [`  refused: ${visible(r.text)} [${r.code}]`, ...(r.remedy === undefined ? [] : [`    remedy: ${visible(r.remedy)}`])]),
    ...open.flatMap(ruleLines),
    ...answer.ignored.map((i) => `  does not count: ${visible(i.person)}: ${visible(i.detail)}${i.paths.length === 0 ? '' : ` (${visible(i.paths.join(', '))})`} [${i.reason}]`),
    ...answer.would_pass_if.map((edit) => `  would pass if ${visible(editWords(edit))}`),
  ];
  return lines.map((line) => `${indent}${line}\n`).join('');
}

function ruleLines(rule: RuleAnswer): readonly string[] {
  const have = rule.have.map((h) => `${h.person}${h.signed === null ? '' : ` (${h.signed})`}`);
  return [
    `  ${rule.state}: ${visible(rule.id)}`,
    ...rule.because.map((why) => `    ${visible(why)}`),
    ...(have.length === 0 ? [] : [`    have: ${visible(have.join(', '))}`]),
    ...rule.missing.map((m) => `    missing: ${visible(m.asks)}: ${m.any_of.length === 0 ? 'nobody can' : `any of ${visible(m.any_of.join(', '))}`}`),
    ...(rule.answered_by.length === 0 ? [] : [`    answered by the seats of ${visible(rule.answered_by.join(', '))}`]),
  ];
}

function editWords(edit: PassIf): string {
  if ('add' in edit) return [...(edit.owned_by === undefined ? [] : [`${edit.owned_by} owns it`]), ...(edit.add.length === 0 ? [] : [signWords(edit.add)])].join(', and ');
  return 'remove_path' in edit ? `${edit.remove_path} is left out` : `the policy says ${edit.policy}`;
}

const signWords = (add: Extract<PassIf, { add: unknown }>['add']): string =>
  `${add.map((a) => `${a.person}${a.stage === 'implementation' ? '' : ` (${a.stage})`}`).join(' and ')} ${add.length === 1 ? 'signs' : 'sign'}`;
