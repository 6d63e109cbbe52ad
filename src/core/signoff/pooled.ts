/**
 * Several bundles about one content, read as one. Whoever keeps them chooses which are there: they can withhold some, keep old ones beside
 * new ones, and add what verifies nowhere. So every bundle that is whole is heard, an objection in any of them among the rest, and who may
 * sign is as the latest of their snapshots says: an older bundle beside it brings nothing back. Bytes: docs/spec/signoff-ref.md.
 */
import { base64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import type { Problem } from '../base/result.ts';
import { parseEntry } from '../log/entry.ts';
import { type Bundle, type Evidence, parseBundle } from './bundle.ts';
import { type Landing, landingOf, type Move } from './landing.ts';
import { placed } from './logged.ts';
import { claimedBy, snapshotIn, startProving } from './offline.ts';
import type { Landed } from './offline-terms.ts';
import type { TrustBundle } from './trust-file.ts';

/** A bundle as it was found. */
export interface FoundBundle {
  /** Where, for messages. */
  readonly name: string;
  readonly bytes: Bytes;
}

export interface Pool {
  /** null: not one of them is whole. It shows no landing: nothing has landed yet. */
  readonly bundle: Bundle | null;
  /** Nonces that landings in them spent, on another move than this one. */
  readonly spent: ReadonlySet<string>;
  /** Why others were left out. */
  readonly aside: readonly Problem[];
}

/** @param at what is about to land. @param move of its ref: a landing of exactly this spends nothing, so that asking again is asking the same. */
export function pooled(found: readonly FoundBundle[], trust: TrustBundle, at: Landed, move: Move): Pool {
  const read = found.map(({ name, bytes }) => ({ name, bundle: parseBundle(bytes) }));
  const parsed = read.flatMap(({ name, bundle }) => (bundle.ok ? [{ name, bundle: bundle.value, strays: placed(bundle.value, trust).strays }] : []));
  const whole = parsed.filter((p) => p.strays.length === 0).map((p) => p.bundle);
  const aside = [
    ...read.flatMap(({ name, bundle }) => (bundle.ok ? [] : [{ ...bundle.error, place: name }])),
    ...parsed.flatMap(({ name, strays }) => strays.map((p) => ({ ...p, place: `${name} ${p.place ?? ''}`.trim() }))),
  ];
  if (whole.length === 0) return { bundle: null, spent: new Set(), aside };
  const spent = whole.flatMap((b) => landingIn(b, trust)).filter((l) => !isOf(l, at, move));
  return { bundle: together(whole, latestSnapshot(whole, trust, at)), spent: new Set(spent.flatMap((l) => [...l.nonces])), aside };
}

function together(whole: readonly Bundle[], snapshot: Bundle['snapshot']): Bundle {
  const all = (of: (b: Bundle) => readonly Evidence[] | undefined): readonly Evidence[] => distinct(whole.flatMap((b) => of(b) ?? []));
  const [carries, ownership] = [all((b) => b.carries), all((b) => b.ownership)];
  return {
    signoffs: all((b) => b.signoffs),
    ...(carries.length === 0 ? {} : { carries }),
    ...(ownership.length === 0 ? {} : { ownership }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** The same object under the same proof. Under another one it stands again: the first may lack witnesses. */
const distinct = (evidence: readonly Evidence[]): readonly Evidence[] => [...new Map(evidence.map((e) => [`${base64(e.envelope)} ${base64(e.entry)} ${e.proof}`, e])).values()];

/** Of those that hold, the newest. Where none does, the first that was given is kept for its reasons. */
function latestSnapshot(whole: readonly Bundle[], trust: TrustBundle, at: Landed): Bundle['snapshot'] {
  const given = whole.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]));
  const holding = given.filter((snapshot) => startProving({ signoffs: [], snapshot }, trust, at).problems.length === 0);
  const time = ({ note }: NonNullable<Bundle['snapshot']>): number => {
    const opened = snapshotIn(note, trust);
    return opened.ok ? opened.value.at : Number.NEGATIVE_INFINITY;
  };
  return [...holding].sort((a, b) => time(b) - time(a))[0] ?? given[0];
}

function landingIn({ landed, ...bundle }: Bundle, trust: TrustBundle): readonly Landing[] {
  if (landed === undefined) return [];
  const entry = placed({ ...bundle, landed }, trust).of(landed);
  const landing = entry.ok ? landingOf(entry.value.entry, landed.envelope) : entry;
  return landing.ok ? [landing.value] : [];
}

const isOf = (landing: Landing, at: Landed, move: Move): boolean =>
  landing.repo === at.repo && landing.targetRef === at.targetRef && landing.old === move.old && landing.new === move.new;

/** The manifests of what a bundle speaks of, as it says itself: of what was signed, and of what that was counted for. Nothing of it is verified. */
export function contentsOf({ signoffs, carries = [] }: Bundle): readonly string[] {
  const signed = signoffs.map((s) => claimedBy(s)?.predicate.change.manifest.sha256);
  const carried = carries.map(({ entry }) => {
    const read = parseEntry(entry);
    return read.ok ? read.value.fields.to : undefined;
  });
  return [...new Set([...signed, ...carried].flatMap((m) => (typeof m === 'string' && MANIFEST.test(m) ? [m] : [])))];
}

const MANIFEST = /^[0-9a-f]{64}$/;
