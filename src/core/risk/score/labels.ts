/** What became of a change, as far as it was known at a moment. A model that is asked about a moment may know nothing later. */
import type { Sample } from './landed.ts';

const DAY = 86_400;
/** Seconds after which a revert says little about the change. */
export const SOON = 30 * DAY;

/** `clean`: without changes that were meant to be undone. `raw`: with them. */
export type Labels = 'clean' | 'raw';

export interface Labelled {
  readonly sample: Sample;
  readonly bad: boolean;
}

/** Changes a model may learn from at that time: one that is not reverted yet counts as good. Reverted late is neither. */
export function knownAt(samples: readonly Sample[], time: number, labels: Labels): readonly Labelled[] {
  return samples.flatMap((sample) => {
    if (sample.at >= time || !counts(sample, labels)) return [];
    const reverted = sample.revertedAt !== null && sample.revertedAt <= time ? sample.revertedAt : null;
    if (reverted !== null && reverted - sample.at > SOON) return [];
    return [{ sample, bad: reverted !== null }];
  });
}

/** Changes a model is measured by: what became of each in the time it had, so those of the last 30 days are left out. */
export function outcomes(samples: readonly Sample[], end: number, labels: Labels): readonly Labelled[] {
  return samples.flatMap((sample) => {
    if (sample.at > end - SOON || !counts(sample, labels)) return [];
    if (sample.revertedAt !== null && sample.revertedAt - sample.at > SOON) return [];
    return [{ sample, bad: sample.revertedAt !== null }];
  });
}

const counts = (sample: Sample, labels: Labels): boolean => sample.scored && (labels === 'raw' || !sample.planned);
