/** The tier as four steps filled by rank: read at a glance, and without colour. */
import type { Tier } from '../api/generated.ts';

const TIERS: readonly Tier[] = ['routine', 'elevated', 'high', 'critical'];

export function TierMark({ tier, quiet = false }: { tier: Tier; quiet?: boolean }) {
  const rank = TIERS.indexOf(tier);
  return (
    <span className={`tier tier-${tier}`}>
      <span className="tier-steps" aria-hidden="true">
        {TIERS.map((t, i) => (
          <i key={t} className={i <= rank ? 'on' : undefined} />
        ))}
      </span>
      <span className={quiet ? 'visually-hidden' : 'tier-word'}>{tier}</span>
    </span>
  );
}
