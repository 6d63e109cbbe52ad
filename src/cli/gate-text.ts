/** The answer of `gate`, for a terminal and for programs. */
import { reasonLines } from '../core/base/reasons.ts';
import { neededBy } from '../core/gate/verdict.ts';
import { seatText } from '../core/policy/seats.ts';
import type { CloneGateAnswer } from '../flows/gate-clone.ts';
import { type Ink, ink, visibleWithin } from './terminal.ts';

export const HEADLINES = {
  allow: 'may land',
  wait: 'waits for people',
  deny: 'may not land',
} as const;

/** docs/guides/ci.md. */
export const gateJson = ({ names: _, decision, verdict, ...answer }: CloneGateAnswer, exit: number) => ({
  version: 1,
  exit,
  ...answer,
  mode: verdict.mode,
  would: verdict.would,
  codes: verdict.codes,
  signoffs: verdict.signoffs,
  reasons: verdict.reasons,
  repo: decision.change.repo,
  target: decision.change.targetRef,
  manifest: decision.change.manifest,
  tier: decision.tier,
  policyDigest: decision.policyDigest,
  seats: neededBy({ decision, verdict }),
});

export function gateText(dirty: CloneGateAnswer, { colour }: { readonly colour: boolean }): string {
  const { names } = dirty;
  const answer: CloneGateAnswer = { ...visibleWithin({ ...dirty, names: new Map() }), names };
  const paper = ink(colour);
  const { decision, verdict, changeId, base, head } = answer;
  const blocks = [
    [`${paper.bold(headline(answer, paper))}  ${answer.title}  ${paper.dim(`${base.slice(0, 12)}..${head.slice(0, 12)}`)}`, '', decision.summary],
    [
      ...neededBy(answer).map((s) => row('needs', `${seatText(s)} (${s.rule}): ${s.candidates.map((c) => calledBy(answer, c)).join(', ') || 'nobody on the roster can'}`)),
      row('change', `${changeId}  ${decision.change.repo} ${decision.change.targetRef}`),
      row('manifest', decision.change.manifest),
      row('risk', decision.tier),
      ...answer.notes.map((n) => row('note', n)),
    ],
    ['why', ...reasonLines(verdict.reasons, 1)],
  ];
  return `${blocks.map((b) => b.join('\n')).join('\n\n')}\n`;
}

const calledBy = ({ names }: CloneGateAnswer, person: string): string => visibleWithin(names.get(person) ?? person);

function headline({ answer, verdict }: CloneGateAnswer, paper: Ink): string {
  const words = { allow: paper.green(HEADLINES.allow), wait: paper.yellow(HEADLINES.wait), deny: paper.red(HEADLINES.deny) }[answer];
  return verdict.would === answer ? words : `${words} (${verdict.mode}: it would be denied)`;
}

const row = (name: string, text: string): string => `  ${name.padEnd(9)} ${text}`;
