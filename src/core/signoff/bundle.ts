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
const MAX_BUNDLE = 33_554_432;

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
  /** How fresh it is: the log's signed word, and statements about who may sign that a trust file may not have yet. */
  readonly snapshot?: SnapshotParts;
}

export interface SnapshotParts {
  /** Signed note of `snapshot.ts`. */
  readonly note: string;
  readonly later: readonly WrittenWord[];
}

const PARTS = object({ envelope: string, entry: string, proof: string });
const SNAPSHOT = object({ note: string, later: list(object({ index: count, entry: string, envelope: string })) });
const BUNDLE = object({ mediaType: oneOf(BUNDLE_TYPE), signoffs: list(PARTS, 1), landed: optional(PARTS), carries: optional(list(PARTS, 1)), snapshot: optional(SNAPSHOT) });

/** The file's text, LF at the end. */
export function formatBundle(signoffs: readonly BundleParts[], landed?: BundleParts, carries: readonly BundleParts[] = [], snapshot?: SnapshotParts): string {
  const more = {
    ...(landed === undefined ? {} : { landed: members(landed) }),
    ...(carries.length === 0 ? {} : { carries: carries.map(members) }),
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
  const signoffs = bundle.value.signoffs.map(decoded);
  const landed = bundle.value.landed === undefined ? undefined : decoded(bundle.value.landed);
  const carries = (bundle.value.carries ?? []).map(decoded);
  const [whole, carried] = [signoffs.filter((s) => s !== undefined), carries.filter((s) => s !== undefined)];
  const broken = whole.length !== signoffs.length || carried.length !== carries.length || (bundle.value.landed !== undefined && landed === undefined);
  if (broken) return bad('an envelope or entry is not base64');
  const { snapshot } = bundle.value;
  return ok({
    signoffs: whole,
    ...(landed === undefined ? {} : { landed }),
    ...(carried.length === 0 ? {} : { carries: carried }),
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
