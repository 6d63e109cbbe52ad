/**
 * The sign-off bundle: one file that proves a change years later. Bytes travel as base64, so that no re-encoding of JSON
 * can change a hash. Nothing in a bundle is trusted for having been in it, keys least of all. Bytes: docs/spec/bundle.md.
 */
import { base64, fromBase64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { count, list, object, oneOf, optional, shaped, string } from './shape.ts';
import { parseStrictJson } from './strict-json.ts';
import type { WrittenWord } from './trust-file.ts';

const BUNDLE_TYPE = 'application/vnd.countersign.bundle.v1+json';

/** A bundle above this many bytes is refused unread. */
export const MAX_BUNDLE = 33_554_432;

/** One logged object as the file holds it. */
export interface BundleParts {
  /** base64 of the exact envelope bytes. */
  readonly envelope: string;
  /** base64 of the exact log entry. */
  readonly entry: string;
  /** tlog-proof text. */
  readonly proof: string;
}

/** One logged object, decoded. */
export interface Evidence {
  readonly envelope: Bytes;
  readonly entry: Bytes;
  readonly proof: string;
}

export interface Bundle {
  readonly signoffs: readonly Evidence[];
  /** The gate's own record of the landing; it bounds the time of landing. */
  readonly landed?: Evidence;
  /** Why sign-offs of an earlier form were counted. */
  readonly carries?: readonly Evidence[];
  /** What authors said of the change before anybody signed. */
  readonly ownership?: readonly Evidence[];
  /** The gate's summary of the landing. */
  readonly gate?: Evidence;
  /** Uses of break-glass that let it pass, their takings back, and the reviews after it. */
  readonly glass?: readonly Evidence[];
  /** How fresh it is: the log's signed word, and statements about who may sign that a trust file may not have yet. */
  readonly snapshot?: SnapshotParts;
}

/** What a bundle may hold beside its sign-offs and their landing. */
export interface MoreParts {
  readonly carries?: readonly BundleParts[];
  readonly ownership?: readonly BundleParts[];
  readonly gate?: BundleParts;
  readonly glass?: readonly BundleParts[];
  readonly snapshot?: SnapshotParts;
}

export interface SnapshotParts {
  /** Signed note of `snapshot.ts`. */
  readonly note: string;
  readonly later: readonly WrittenWord[];
}

const PARTS = object({ envelope: string, entry: string, proof: string });
const SNAPSHOT = object({ note: string, later: list(object({ index: count, entry: string, envelope: string })) });
const BUNDLE = object({
  mediaType: oneOf(BUNDLE_TYPE),
  signoffs: list(PARTS),
  landed: optional(PARTS),
  carries: optional(list(PARTS, 1)),
  ownership: optional(list(PARTS, 1)),
  gate: optional(PARTS),
  glass: optional(list(PARTS, 1)),
  snapshot: optional(SNAPSHOT),
});

/** The file's text, LF at the end. */
export function formatBundle(signoffs: readonly BundleParts[], landed?: BundleParts, { carries = [], ownership = [], gate, glass = [], snapshot }: MoreParts = {}): string {
  const more = {
    ...(landed === undefined ? {} : { landed: members(landed) }),
    ...(carries.length === 0 ? {} : { carries: carries.map(members) }),
    ...(ownership.length === 0 ? {} : { ownership: ownership.map(members) }),
    ...(gate === undefined ? {} : { gate: members(gate) }),
    ...(glass.length === 0 ? {} : { glass: glass.map(members) }),
    ...(snapshot === undefined ? {} : { snapshot: { note: snapshot.note, later: snapshot.later.map(({ index, entry, envelope }) => ({ index, entry, envelope })) } }),
  };
  return `${JSON.stringify({ mediaType: BUNDLE_TYPE, signoffs: signoffs.map(members), ...more })}\n`;
}

/** Problems: BUNDLE_FORMAT. */
export function parseBundle(bytes: Bytes): Result<Bundle> {
  if (bytes.length > MAX_BUNDLE) return bad(`larger than ${MAX_BUNDLE} bytes`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return bad(json.error);
  const bundle = shaped(BUNDLE, json.value);
  if (!bundle.ok) return bad(bundle.error.join(', '));
  // The LF is part of the file: without it the last byte could be cut unseen.
  if (bytes.at(-1) !== 0x0a) return bad('the last line has no end');
  const { signoffs, landed, carries = [], ownership = [], gate, glass = [], snapshot } = bundle.value;
  if (signoffs.length + glass.length === 0) return bad('nobody said anything in it');
  const given = [...signoffs, ...carries, ...ownership, ...glass, landed, gate].filter((parts) => parts !== undefined);
  if (given.some((parts) => decoded(parts) === undefined)) return bad('an envelope or entry is not base64');
  const read = (parts: readonly (BundleParts | undefined)[]): readonly Evidence[] => parts.flatMap((p) => (p && decoded(p)) ?? []);
  const [[land], [summary]] = [read([landed]), read([gate])];
  return ok({
    signoffs: read(signoffs),
    ...(land === undefined ? {} : { landed: land }),
    ...(carries.length === 0 ? {} : { carries: read(carries) }),
    ...(ownership.length === 0 ? {} : { ownership: read(ownership) }),
    ...(summary === undefined ? {} : { gate: summary }),
    ...(glass.length === 0 ? {} : { glass: read(glass) }),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
}

const members = ({ envelope, entry, proof }: BundleParts): BundleParts => ({ envelope, entry, proof });

function decoded({ envelope, entry, proof }: BundleParts): Evidence | undefined {
  const [e, l] = [fromBase64(envelope), fromBase64(entry)];
  if (e === undefined || l === undefined || base64(e) !== envelope || base64(l) !== entry) return undefined;
  return { envelope: e, entry: l, proof };
}

const bad = (why: string): Result<never> => err(problem('BUNDLE_FORMAT', `the bundle cannot be read: ${why}`, { remedy: 'export it again' }));
