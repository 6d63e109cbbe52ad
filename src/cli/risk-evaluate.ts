/** `countersign risk evaluate`: how good the score would have been on this history, beside what needs no model. */
import { type Evaluation, type EvaluationRow, evaluate } from '../core/risk/score/evaluate.ts';
import { SPACE } from '../core/risk/score/model.ts';
import { PRIOR, PRIOR_TRAINED } from '../core/risk/score/prior.ts';
import { samplesOf } from '../flows/score-history.ts';
import { openScoring } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';
import { type TrainOptions, trainingOf } from './risk-train.ts';

export async function riskEvaluate(options: TrainOptions): Promise<Answer> {
  const asked = await trainingOf(options);
  if (!asked.ok) return refusal(asked.error, options.json);
  const line = progressLine(process.stderr);
  const { landed } = await openScoring(options.repo);
  const read = await samplesOf(landed, { ...asked.value, progress: (done, all) => line.show(`${done} of ${all} commits`, done / Math.max(1, all)) });
  if (!read.ok) return refusal([read.error], options.json);
  const { samples, notSeen } = read.value;
  const evaluation = evaluate(SPACE, samples, PRIOR, { forest: options.forest === true, progress: (done, all) => line.show('fitting and scoring, block by block', done / all) });
  line.clear();
  const ids = new Set(samples.map((s) => s.id));
  const seen = PRIOR_TRAINED.filter((t) => ids.has(t.tip)).map(
    (t) => `the prior that ships learnt from ${t.repository} up to ${t.until}: its rows are better here than they would be elsewhere`,
  );
  const notes = [...notSeen, ...seen];
  if (options.json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ...evaluation, notes }, null, 2)}\n`, stderr: '' };
  return { code: EXIT.ok, stdout: `${text(evaluation, notes).join('\n')}\n`, stderr: '' };
}

const HEAD = `${'order'.padEnd(22)} ${'AUC (95 %)'.padEnd(18)} R5    R10   R20   20 % of minutes (opened)  per minute (opened)  off by`;

function text({ rows, constantError, scored }: Evaluation, notes: readonly string[]): readonly string[] {
  if (rows.length === 0) return ['nothing of the last 30 % of this history is known to have been reverted, so nothing can be measured', ...notes.map((n) => `  ${n}`)];
  const parts = (['clean', 'raw'] as const).flatMap((labels) => {
    const some = rows.filter((r) => r.labels === labels);
    const [first] = some;
    if (first === undefined) return [];
    const words = labels === 'clean' ? 'without changes that were meant to be undone' : 'with changes that were meant to be undone';
    return [`${labels}: ${words}; ${first.changes} changes, ${first.reverted} reverted within 30 days`, HEAD, ...some.map(row), ''];
  });
  const fewest = Math.min(...rows.map((r) => r.reverted));
  const few = fewest < 30 ? [`Only ${fewest} changes here are known to have been reverted: too few to tell any order from chance.`, ''] : [];
  return [
    ...few,
    'The last 30 % of history in 8 blocks, each scored by what was known when it began.',
    '',
    ...parts,
    `R5, R10, R20: share of what was reverted in the riskiest 5, 10, 20 % of changes. Minutes: min(90, 6 + lines / 10) a change; opened: share of all`,
    `changes read for it. off by: calibration error; a constant rate is off by ${constantError.toFixed(3)}. ${scored} blocks were scored.`,
    'A revert is not an outage, and what review stopped was never reverted. Under some 100 reverts, do not rank models by this.',
    ...notes.map((n) => `note: ${n}`),
  ];
}

function row({ order, auc, interval, caught, minutes, perMinute, reliability }: EvaluationRow): string {
  const n = (v: number): string => v.toFixed(3).replace(/^0/, '');
  const share = (v: number): string => `${Math.round(100 * v)} %`;
  return [
    order.padEnd(22),
    `${n(auc)} (${interval.map(n).join('-')})`.padEnd(18),
    caught.map((c) => n(c).padEnd(5)).join(' '),
    `${n(minutes.caught)} (${share(minutes.opened)})`.padEnd(24),
    `${n(perMinute.caught)} (${share(perMinute.opened)})`.padEnd(20),
    reliability === null ? '' : n(reliability.error),
  ]
    .join(' ')
    .trimEnd();
}
