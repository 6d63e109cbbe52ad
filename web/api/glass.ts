/** How break-glass stands with one change, and the shapes of signing it. */
import { useQuery } from '@tanstack/react-query';
import { get } from './http.ts';
import type { Named } from './types.ts';

export type Outcome = 'justified' | 'unjustified' | 'tighten';
export type GlassKind = 'use' | 'cancel' | 'review';

/** Lengths of time in milliseconds. */
export interface GlassTerms {
  readonly humans: number;
  readonly level: string;
  readonly aloneAfter: number | null;
  readonly expires: number;
  readonly reviewWithin: number;
  readonly reviewLevel: string;
  readonly perMonth: number | null;
}

interface SaidUse {
  readonly person: string;
  readonly reason: string;
  readonly incident: string;
}

export interface Glass {
  /** null: policy offers none. */
  readonly terms: GlassTerms | null;
  /** What was signed and still may let it pass. */
  readonly uses: readonly (SaidUse & { readonly at: number; readonly expires: string; readonly problems: readonly { readonly message: string }[] })[];
  /** What a push would meet now; null where nobody has used it. */
  readonly stands: { readonly answer: 'allowed' | 'waiting' | 'denied'; readonly until: number | null; readonly missing: string } | null;
  /** How it landed, where it did by break-glass. */
  readonly act: {
    readonly people: readonly string[];
    readonly landedAt: number;
    readonly due: number;
    readonly overdue: boolean;
    readonly reviewLevel: string;
    readonly said: readonly SaidUse[];
    readonly reviews: readonly { readonly person: string; readonly outcome: Outcome; readonly note: string; readonly at: number }[];
  } | null;
  readonly mine: Readonly<Record<GlassKind, { readonly can: boolean; readonly why: string }>>;
  readonly people: Readonly<Record<string, Named>>;
}

export type GlassBody = (
  | { readonly kind: 'use'; readonly reason: string; readonly incident: string }
  | { readonly kind: 'cancel'; readonly reason: string }
  | { readonly kind: 'review'; readonly outcome: Outcome; readonly note: string }
) & { readonly credential?: { readonly kind: 'demo' } | undefined };

export const useGlass = (id: string) => useQuery({ queryKey: ['glass', id], queryFn: () => get<Glass>(`/changes/${encodeURIComponent(id)}/break-glass`), refetchInterval: 15_000 });

export const useLandedByGlass = (id: string): boolean => (useGlass(id).data?.act ?? null) !== null;
