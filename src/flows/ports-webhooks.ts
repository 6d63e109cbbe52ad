/** What the ledger tells others of: who asked to be told, what of is secret, and the way out. */
import type { Problem } from '../core/base/result.ts';
import type { JobDraft } from './ports-jobs.ts';

export const WEBHOOK_EVENTS = ['change.decided', 'signoff.asked', 'change.signed', 'change.landed', 'violation.opened', 'break-glass.used'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export interface Subscription {
  readonly org: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** Log index from which on it is told. */
  readonly since: number;
  readonly created: number;
  /** Person who asked for it; empty where nobody was signed in. */
  readonly by: string;
  /** Sealed for this subscription. */
  readonly secret: Uint8Array;
  /** The one before, which signs too until then. */
  readonly previous: { readonly secret: Uint8Array; readonly until: number } | null;
  /** How the last call ended, in words. */
  readonly last: { readonly at: number; readonly said: string } | null;
}

/** Implemented by store/webhooks. Changes are durable when they resolve, but for `said`. */
export interface Subscriptions {
  /** Oldest first. */
  list(org: string): Promise<readonly Subscription[]>;
  /** False: the organisation has as many as it may. */
  add(subscription: Subscription, most: number): Promise<boolean>;
  /** The old secret signs beside the new one until then. False: there is none. */
  rotate(org: string, id: string, secret: Uint8Array, until: number): Promise<boolean>;
  drop(org: string, id: string): Promise<boolean>;
  said(org: string, id: string, last: { readonly at: number; readonly said: string }): Promise<void>;
}

/** How far the log was told. Implemented by store/webhooks. */
export interface Announcements {
  /** Index of the first entry that was not; 0 before any. */
  next(org: string): Promise<number>;
  /** Puts the jobs down and goes on to `to`, both or neither. False: somebody else went on from there meanwhile, and nothing was put down. */
  advance(org: string, from: number, to: number, jobs: readonly JobDraft[]): Promise<boolean>;
}

/** Seals secrets under the installation's key. Implemented by store/keys. */
export interface Vault {
  /** A new one: as its receiver is given it (`whsec_` and base64), and sealed for this place and no other. */
  make(place: string): { readonly shown: string; readonly sealed: Uint8Array };
  /** base64 of the HMAC-SHA256 by the sealed secret; null: it was sealed for another place, or by another installation. */
  sign(place: string, sealed: Uint8Array, message: string): string | null;
}

/** What came of a call. `retryAfter`: milliseconds. */
export type Called = { readonly status: number; readonly retryAfter: number | null } | { readonly failed: string };

/** Calls to addresses that a user of the server chose. Implemented by adapters/http. */
export interface OutgoingCalls {
  /** Why this address is never called; null: it is, where its name leads to where it may. */
  refused(url: string): Problem | null;
  /** One POST: to what its name leads to now and may lead to, following nobody, for 10 s at most. Never rejects. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Called>;
}
