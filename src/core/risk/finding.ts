/** Builders that keep detectors short: a rule's fixed part once, its place and words per finding. */
import type { Finding, Place, Tier } from './risk.ts';
import { visible } from './source/characters.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface Saying {
  readonly place: Place;
  /** One sentence a tired reader understands. */
  readonly what: string;
  readonly because?: readonly (readonly [string, string])[];
  readonly safeIf?: readonly string[];
  readonly severity?: Tier;
  readonly confidence?: Finding['confidence'];
}

/** A rule of the catalogue. `saying` may lower or raise severity only where the rule's row says so. */
export function rule(id: string, slug: string, severity: Tier, confidence: Finding['confidence'], safeIf: readonly string[] = []): (saying: Saying) => Finding {
  return (s) => ({
    rule: id,
    slug,
    version: 1,
    severity: s.severity ?? severity,
    confidence: s.confidence ?? confidence,
    place: s.place,
    // what a finding quotes comes from whoever wants to be misread
    what: visible(withoutSecrets(s.what)),
    because: (s.because ?? []).map(([name, value]) => [name, visible(withoutSecrets(value.slice(0, 300)))] as const),
    safeIf: s.safeIf ?? safeIf,
  });
}
