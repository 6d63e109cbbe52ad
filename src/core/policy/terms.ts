/** Terms by tier, and how two layers' terms join: the stricter of each, so that a floor holds whatever a repository says. */
import { TIERS } from '../risk/risk.ts';
import type { AuthenticatorTerms, BreakGlassTerms, Modes, OnChangeTerms, Sample, TierTerms } from './document.ts';
import { CARRY_WORDS, CHANGE_CLASS_NAMES, MODES, type Mode, PRESENCES, type Presence } from './words.ts';

export const NO_TERMS: TierTerms = { onChange: {}, ttl: null, sla: null, presence: 'passkey' };

export const strictest = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) >= order.indexOf(b) ? a : b);

export function joinOnChange(a: OnChangeTerms, b: OnChangeTerms): OnChangeTerms {
  const pairs = CHANGE_CLASS_NAMES.flatMap((name) => {
    const [x, y] = [a[name], b[name]];
    const both = x === undefined ? y : y === undefined ? x : strictest(CARRY_WORDS, x, y);
    return both === undefined ? [] : [[name, both] as const];
  });
  return Object.fromEntries(pairs);
}

const shorter = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

export const joinPresence = (a: Presence, b: Presence): Presence => strictest(PRESENCES, a, b);

export const joinTier = (a: TierTerms, b: TierTerms): TierTerms => ({
  onChange: joinOnChange(a.onChange, b.onChange),
  ttl: shorter(a.ttl, b.ttl),
  sla: shorter(a.sla, b.sla),
  presence: joinPresence(a.presence, b.presence),
});

/** @param rank of a level in the ladder. */
export const joinBreakGlass = (a: BreakGlassTerms, b: BreakGlassTerms, rank: (level: string) => number): BreakGlassTerms => ({
  humans: Math.max(a.humans, b.humans),
  level: rank(a.level) >= rank(b.level) ? a.level : b.level,
  aloneAfter: a.aloneAfter === null || b.aloneAfter === null ? null : Math.max(a.aloneAfter, b.aloneAfter),
  expires: Math.min(a.expires, b.expires),
  reviewWithin: Math.min(a.reviewWithin, b.reviewWithin),
  reviewLevel: rank(a.reviewLevel) >= rank(b.reviewLevel) ? a.reviewLevel : b.reviewLevel,
  perMonth: shorter(a.perMonth, b.perMonth),
});

/** Least strict first. */
export const SYNCED = ['high', 'elevated', 'none'] as const;

const both = <T>(a: T | null, b: T | null, join: (a: T, b: T) => T): T | null => (a === null || b === null ? (a ?? b) : join(a, b));

export const joinAuthenticators = (a: AuthenticatorTerms, b: AuthenticatorTerms): AuthenticatorTerms => ({
  synced: strictest(SYNCED, a.synced, b.synced),
  attestedFrom: both(a.attestedFrom, b.attestedFrom, (x, y) => (TIERS.atLeast(x, y) ? y : x)),
  coolDown: both(a.coolDown, b.coolDown, Math.max),
});

export const joinSample = (a: Sample, b: Sample): Sample => ({
  share: Math.max(a.share, b.share),
  closeAfter: { escapes: Math.min(a.closeAfter.escapes, b.closeAfter.escapes), of: Math.max(a.closeAfter.of, b.closeAfter.of) },
});

/** The strictest mode of the systems touched, and of the paths outside them; once `until` has passed, or may have, enforce. */
export function modeUnder(modes: Modes, systems: readonly string[], outside: boolean, at: number | null): Mode {
  if (modes.until !== null && (at === null || at >= modes.until)) return 'enforce';
  const asked = [...systems.map((id) => modes.systems.get(id) ?? modes.default), ...(outside || systems.length === 0 ? [modes.default] : [])];
  return asked.reduce<Mode>((most, mode) => strictest(MODES, most, mode), 'observe');
}
