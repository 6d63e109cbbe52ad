/** The name of a finding within one change: dispositions are given by it. */
import type { Finding } from '../api/generated.ts';

export const findingKey = (f: Pick<Finding, 'rule' | 'place'>): string => `${f.rule}:${f.place.path}:${f.place.object ?? ''}:${f.place.line ?? 0}`;
