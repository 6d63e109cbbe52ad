/** What a signer is asked, by tier. The last question of every tier is what was not checked: it is never penalised. */
import type { Tier } from '../risk/risk.ts';
import { TIERS } from '../risk/risk.ts';

export interface Question {
  readonly id: string;
  readonly text: string;
  readonly required: boolean;
}

const REVERSAL: Question = { id: 'reversal', text: 'How is this undone: which command, how long, what is lost, and was it rehearsed?', required: true };

const HIGH: readonly Question[] = [
  { id: 'topology', text: 'Which running things does this touch that the diff does not show (consumers, DNS, queues, other regions)?', required: true },
  { id: 'invariants', text: 'Which rule kept by people does it rely on (runbook, quota, maintenance window), and who keeps it?', required: false },
];

export const questionsFor = (tier: Tier): readonly Question[] => (TIERS.atLeast(tier, 'high') ? [...HIGH, REVERSAL] : [{ ...REVERSAL, required: false }]);
