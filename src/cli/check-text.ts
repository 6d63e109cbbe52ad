/** The answer of `check`, for people and for programs. The first lines are the answer; nothing is said twice. */
import type { ReasonCode } from '../core/base/codes.ts';
import { type Reason, reasonLines } from '../core/base/reasons.ts';
import { problemText } from '../core/base/result.ts';
import type { Decision } from '../core/policy/decision.ts';
import { ownershipWords } from '../core/policy/ownership.ts';
import { seatText } from '../core/policy/seats.ts';
import type { CheckAnswer } from '../flows/check.ts';
import type { LinesOfChange } from '../flows/lines.ts';
import { EXIT } from './exit.ts';
import { findingLines } from './finding-text.ts';
import { linesJson, linesText } from './line-text.ts';
import { type Ink, ink, visibleWithin } from './terminal.ts';

export interface TextOptions {
  /** The tree of reasons, whole. */
  readonly explain: boolean;
  readonly colour: boolean;
  /** Whose hand made which lines, where it was asked. */
  readonly lines?: LinesOfChange | null;
}

/** Refusals that say nothing but that the roster is not there yet. */
const NOBODY_YET: readonly ReasonCode[] = ['SOD_UNRESOLVED', 'SEAT_UNFILLABLE'];

/** 0 passes, 1 needs a sign-off, 2 refused or undecidable. Without a policy or a roster nothing is decided, except about nothing. */
export function exitOf({ decision, problems }: CheckAnswer): number {
  if (problems.length > 0) return isEmpty(decision) ? EXIT.ok : EXIT.refused;
  return { pass: EXIT.ok, signoff: EXIT.signoff, refused: EXIT.refused }[decision.outcome];
}

const isEmpty = (d: Decision): boolean => d.outcome === 'pass' && d.change.paths.length === 0;

/** docs/spec/check.schema.json. */
export const checkJson = (answer: CheckAnswer) => ({
  version: 1,
  exit: exitOf(answer),
  starter: answer.starter,
  changeId: answer.changeId,
  target: answer.target,
  title: answer.title,
  notes: answer.notes,
  problems: answer.problems,
  decision: answer.decision,
  ...(answer.lines === null ? {} : { lines: linesJson(answer.lines) }),
});

export function checkText(dirty: CheckAnswer, options: TextOptions): string {
  // An excerpt is the one text of several lines; it is the policy's own.
  const answer: CheckAnswer = visibleWithin(dirty);
  const paper = ink(options.colour);
  const { decision } = answer;
  const blocks = isEmpty(decision)
    ? [headline(answer, paper), answer.notes.map((n) => row('note', n)), noRules(answer)]
    : [headline(answer, paper), facts(answer), linesOf(options, paper), findingLines(decision, paper, decision.summary), rules(decision, options), noRules(answer)];
  return `${blocks
    .filter((b) => b.length > 0)
    .map((b) => b.join('\n'))
    .join('\n\n')}\n`;
}

const linesOf = ({ lines }: TextOptions, paper: Ink): readonly string[] => (lines === undefined || lines === null ? [] : linesText(lines, paper));

function headline({ decision, starter, problems, range: judged, title }: CheckAnswer, paper: Ink): readonly string[] {
  const range = paper.dim(judged);
  if (isEmpty(decision)) return [`${paper.bold(paper.green('nothing to sign'))}  ${range} holds no change; work that is not committed is not looked at`];
  const words = { pass: paper.green('passes'), signoff: paper.yellow('needs a sign-off'), refused: paper.red('refused') }[decision.outcome];
  const said = problems.length === 0 ? words : `${starter ? 'no policy yet; the starter profile' : 'no roster yet; the policy'} would ${wouldBe(decision)}`;
  return [`${paper.bold(said)}  ${title}  ${range}`, '', decision.summary];
}

const wouldBe = (d: Decision): string => (remaining(d, true).length > 0 ? 'refuse it' : d.seats.length > 0 ? 'ask for a sign-off' : 'let it pass');

const remaining = (d: Decision, hidden: boolean): Decision['refusals'] => (hidden ? d.refusals.filter((r) => !NOBODY_YET.includes(r.code)) : d.refusals);

/** What is needed and of whom; what it is about. */
function facts(answer: CheckAnswer): readonly string[] {
  const { decision: d, notes, problems } = answer;
  const undecided = problems.length > 0;
  const tools = [...new Set(d.provenance.evidence.map((e) => e.tool))].join(', ');
  const systems = d.systems.map((s) => `, touches ${s.name} (criticality ${s.criticality})`).join('');
  return [
    ...remaining(d, undecided).flatMap((r) => [row('refused', `${r.text} [${r.code}]`), ...(r.remedy === undefined ? [] : [row('', `remedy: ${r.remedy}`)])]),
    ...(d.mode === 'enforce' ? [] : [row('mode', `${d.mode}: a gate lets it pass and counts what it would have denied`)]),
    ...(d.ownership === null ? [] : [row('first', undecided ? 'its author says what they read, ran and do not understand' : ownershipWords(d.ownership))]),
    ...d.seats.map((s) => row('needs', `${seatText(s)} (${s.rule})${undecided ? '' : `: ${anyOf(s.candidates)}`}`)),
    ...d.excluded.map((e) => row('may not', `${e.person} (${e.roles.join(', ')})`)),
    row(
      'change',
      `${answer.changeId === null ? '' : `${answer.changeId}  `}${count(d.change.paths.length, 'file')}, ${count(d.change.commits.length, 'commit')} for ${where(d.change)}`,
    ),
    row('manifest', d.change.manifest),
    row('AI', `${assistance(d)}${tools === '' ? '' : ` (${tools})`}`),
    ...d.provenance.contradictions.map((c) => row('', c)),
    row('risk', `${d.tier}${systems}`),
    ...scoreRows(d.score),
    ...notes.map((n) => row('note', n)),
  ];
}

const scoreRows = (score: Decision['score']): readonly string[] =>
  score === null ? [] : [row('history', `riskier than ${score.percentile} of 100 changes here`), ...score.reasons.map((r) => row('', r.text))];

/** The names a change id is made of: in a clone they may be others than on the server. */
const where = ({ repo, targetRef }: Decision['change']): string => `${repo} ${targetRef}`;

/** The level, and what policy counts it as where that is more. */
const assistance = (d: Decision): string => d.reasons.children.find((r) => r.code === 'PROVENANCE')?.text.replace(/^AI assistance: /, '') ?? d.provenance.level;

const anyOf = (people: readonly string[]): string => (people.length < 2 ? (people[0] ?? 'nobody on the roster can') : `${people.slice(0, -1).join(', ')} or ${people.at(-1)}`);

/** Said above already, once. */
const SAID: readonly ReasonCode[] = ['SIGNOFF_MISSING', 'PROVENANCE', 'SOD_AUTHOR', 'FINDING', 'SYSTEM_TOUCHED'];

/** The rules that ask for something, or the whole tree. */
function rules(d: Decision, { explain }: TextOptions): readonly string[] {
  if (explain) return ['why  (+ holds, - does not, ? unknown: asks for more, . for information)', ...reasonLines(d.reasons, 1)];
  const asking = d.reasons.children.filter((r) => (r.state === 'yes' || r.state === 'unknown') && !SAID.includes(r.code));
  return asking.length === 0 ? [] : ['why  (--explain shows the whole tree of reasons)', ...asking.flatMap(ruleLines)];
}

function ruleLines(rule: Reason): readonly string[] {
  const because = rule.children.filter((r) => r.state !== 'note').map((r) => (r.state === 'unknown' ? `${r.text} (unknown asks for more)` : r.text));
  return [`  ${rule.state === 'yes' ? '+' : '?'} ${rule.text.replace(/^rule /, '')}`, ...(because.length === 0 ? [] : [`      ${because.join('; ')}`])];
}

/** The one command that adds what is missing, unless the change brings it itself. */
function noRules({ problems, decision: { change }, target }: CheckAnswer): readonly string[] {
  if (problems.length === 0) return [];
  const branch = change.targetRef.startsWith('refs/heads/') ? change.targetRef.slice('refs/heads/'.length) : target;
  const brought = problems.every((p) => p.place !== undefined && change.paths.includes(p.place));
  const next = brought
    ? `this change adds it: land it on ${branch}, and it decides about what comes after`
    : `add it:  countersign init   (then, or where it is written already, land it on ${branch})`;
  return [...problems.map((p) => problemText({ ...p, remedy: undefined })), next];
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
const row = (name: string, text: string): string => `  ${name.padEnd(9)} ${text}`;
