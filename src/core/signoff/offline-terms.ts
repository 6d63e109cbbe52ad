/** What an offline verifier knows by itself, from a clone of their own: what landed, and what policy asked of it. */
import type { Seat } from '../policy/decision.ts';
import type { AuthenticatorTerms } from '../policy/document.ts';
import type { Tier } from '../risk/risk.ts';
import type { PersonId, PrincipalRole } from '../roster/roster.ts';
import type { CarryExpectation } from './carry.ts';
import type { Move, PlacedLanding } from './landing.ts';
import type { Placing } from './logged.ts';
import type { FillableSeat } from './people.ts';
import type { Stage } from './statement.ts';
import type { TrustBundle } from './trust-file.ts';

/** What landed, as the verifier's own repository says. */
export interface Landed {
  readonly repo: string;
  readonly targetRef: string;
  readonly manifest: string;
  readonly manifest256: string;
  /** Moves of the ref that brought the commit, in this repository: a landing in the bundle has to be one of them. */
  readonly moves?: readonly Move[];
  /** Absent: nobody is known to stand behind the change, so nobody is excluded here. */
  readonly excluded?: ReadonlyMap<PersonId, readonly PrincipalRole[]>;
}

/** Candidates absent: anyone of the level. Stage absent: implementation. Presence absent: any enrolled authenticator. */
export type AskedSeat = FillableSeat & Pick<Seat, 'humans'> & Partial<Pick<Seat, 'rule' | 'answers' | 'stage' | 'presence'>>;

/** What policy asked, where the verifier knows it. */
export interface Required extends Pick<CarryExpectation, 'provenance' | 'covers'> {
  readonly stage?: Stage;
  readonly policyDigest?: string;
  readonly tier?: Tier;
  readonly seats?: readonly AskedSeat[];
  /** One person may sign their own change after a wait of so many milliseconds; null or absent: nobody may. */
  readonly soloAfter?: number | null;
  readonly allowDemo?: boolean;
  /** What policy asks of signers' keys beyond what is built in. */
  readonly authenticators?: AuthenticatorTerms;
  /** The author has to have spoken first: changed files of the change. A pusher is in no clone, so any author counts who signed nothing here. */
  readonly ownership?: { readonly files: number };
  /** What was taken back has to be known as of at most so many milliseconds before `now`. */
  readonly fresh?: { readonly now: number; readonly maxAge: number };
  /** At a gate nothing has landed yet: when it would, milliseconds since 1970, which expiry is held against. Absent: the landing's time, else that of signing. */
  readonly at?: number;
  /** Nonces that were spent on other landings. */
  readonly spent?: ReadonlySet<string>;
}

/** What each step of a verification works with. */
export interface Proving {
  readonly trust: TrustBundle;
  readonly placing: Placing;
  readonly landed: Landed;
  readonly required: Required;
  /** What the bundle says it landed by, where that holds. */
  readonly landing: PlacedLanding | undefined;
}
