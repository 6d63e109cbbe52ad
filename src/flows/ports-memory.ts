/** What the projections remember of refs: moves, marks, people, verdicts. */
import type { Oid } from '../core/change/change.ts';
import type { Watched } from '../core/gate/ramp.ts';
import type { StickyMark } from '../core/provenance/provenance.ts';

/** What was seen before and counts still, whoever comes with it now. */
export interface Memory {
  marks(where: { repo: string; targetRef: string; since: number }): Promise<readonly StickyMark[]>;
  /** Sorted: whom a transport put behind any of these before, as `remembered`. `contents`: manifests and commit ids. */
  pushers(where: { repo: string; contents: readonly string[] }): Promise<readonly string[]>;
  /** Whether a server answered a push to this repository since then, by the ledger's clock: what was told afterwards is no answer. */
  attended(where: { repo: string; since: number }): Promise<boolean>;
  /** Verdicts of gates that only watched, oldest first. */
  watched(where: { since: number }): Promise<readonly Watched[]>;
  /** Moves of a ref that happened since then by the ledger's clock, oldest first. */
  landed(where: { repo: string; targetRef: string; since: number }): Promise<readonly { readonly old: Oid; readonly head: Oid }[]>;
  /** Where the last landing left each ref on which anything landed, and where a violation since then found it; that of a break-glass review found nothing. */
  standing(where: { repo: string; targetRef?: string }): Promise<readonly { readonly targetRef: string; readonly head: Oid; readonly violated: Oid | null }[]>;
  /** Whether a violation of this body (its digest) was told. */
  violation(where: { body: string }): Promise<boolean>;
  /** Places of every `violation`, of one repository or of all, oldest first: by the entries themselves, whatever any row or column says. */
  violations(where: { repo?: string }): Promise<readonly number[]>;
  /** The last landing that brought the ref to this commit. */
  reached(where: { repo: string; targetRef: string; head: Oid }): Promise<{ readonly index: number; readonly old: Oid; readonly change: string } | null>;
  /** The verdict that let this move pass, the last one: its place, the digest of its body, and when; null where there is none. */
  allowed(move: Pick<LandingRow, 'change' | 'repo' | 'targetRef' | 'old' | 'head'>): Promise<{ readonly index: number; readonly body: string; readonly at: number } | null>;
  /** Places of the entries by which people signed this change, oldest first: by the entries themselves, whatever any row says. */
  signed(where: { change: string }): Promise<readonly number[]>;
  /** The same of all changes, behind this entry. */
  signedAfter(where: { index: number }): Promise<readonly number[]>;
  /** Sign-offs of earlier forms that were counted for this change, oldest first. */
  carries(where: { change: string }): Promise<readonly CarryRow[]>;
}

/** `index`: the entry that says so. `signoff`: the digest of the envelope. */
export interface CarryRow {
  readonly index: number;
  readonly signoff: string;
}

/** One allowed move of a protected ref. */
export interface LandingRow {
  readonly change: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly old: string;
  readonly head: string;
  readonly nonces: readonly string[];
  readonly index: number | null;
}
