/**
 * Our own record of a commit's lines, kept under `refs/notes/countersign`: `docs/spec/lines.md` shows its bytes. One line of
 * canonical JSON and, where a recorder signed it, one line with the signature over those very bytes. It holds no text: a
 * digest of every range and two hashes of every line, by which squash, rebase and cherry-pick are survived.
 */
import { base64, concat, hex, utf8 } from '../../base/bytes.ts';
import { type Bytes, sha256, sha256Hex } from '../../base/crypto.ts';
import type { Oid } from '../../change/change.ts';
import type { Trust } from '../trust.ts';
import type { Attached, AttachedFile, Matched } from './attach.ts';
import type { Hand } from './attribution.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import type { ChangedLines, Hunk } from './hunk.ts';
import { textHash } from './text-hash.ts';

export const LINES_REF = 'refs/notes/countersign';
export const FORMAT = 'countersign/lines/1';

/** What a record says beside what was attached. */
export interface RecordOf {
  readonly commit: Oid;
  /** Milliseconds since 1970: when the commit was made. */
  readonly at: number;
  /** As `Change.manifest` of the commit against its first parent. */
  readonly manifest: string;
  /** What the commit changes. */
  readonly changed: readonly ChangedLines[];
  /** Blob ids of the new files, by path. */
  readonly blobs: ReadonlyMap<string, Oid>;
  /** The text of git-ai's note of the commit, if there is one: ours stands beside it and names its digest. */
  readonly gitAi?: string;
  /** The agent that made the commit itself, as a recorder saw. */
  readonly madeBy?: Hand;
  /** SHA-256 of the list of what the agents said and ran, kept by the recorder that signs this. */
  readonly trail?: string;
}

/** The line of JSON, without its end. The same facts give the same bytes: every object's keys are in order. */
export function writeRecord({ commit, at, manifest, changed, blobs, gitAi, madeBy, trail }: RecordOf, attached: Attached): string {
  const byPath = new Map(changed.map((c) => [c.path, c]));
  return JSON.stringify({
    at,
    commit,
    cut: attached.cut,
    files: attached.files.map((file) => fileJson(file, byPath.get(file.path), blobs.get(file.path) ?? null)),
    format: FORMAT,
    gitAi: gitAi === undefined ? null : sha256Hex(gitAi),
    hands: Object.fromEntries([...attached.hands].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, hand]) => [key, handJson(hand)])),
    ...(madeBy === undefined ? {} : { madeBy: handJson(madeBy) }),
    manifest,
    share: { edited: attached.share.edited, exact: attached.share.exact, loose: attached.share.loose, none: attached.share.none },
    ...(trail === undefined ? {} : { trail }),
    trust: attached.trust,
  } satisfies RecordJson);
}

export interface RecordJson {
  readonly at: number;
  readonly commit: Oid;
  readonly cut: readonly string[];
  readonly files: readonly FileJson[];
  readonly format: typeof FORMAT;
  readonly gitAi: string | null;
  readonly hands: { readonly [key: string]: Hand };
  readonly madeBy?: Hand;
  readonly manifest: string;
  readonly share: Attached['share'];
  readonly trail?: string;
  readonly trust: Trust;
}

interface FileJson {
  readonly blob: Oid | null;
  readonly path: string;
  readonly ranges: readonly RangeJson[];
  readonly removed: readonly RemovedJson[];
}

interface SpanJson {
  readonly from: readonly string[];
  readonly hand: string;
  /** `lineJson` of each. */
  readonly lines: readonly string[];
  readonly matched: Matched;
  readonly sha256: string;
  readonly start: number;
}

interface RangeJson extends SpanJson {
  readonly end: number;
}

interface RemovedJson extends SpanJson {
  readonly count: number;
}

function fileJson({ path, ranges, removed }: AttachedFile, changed: ChangedLines | undefined, blob: Oid | null): FileJson {
  const [added, gone] = [textsOf(changed?.added ?? []), textsOf(changed?.removed ?? [])];
  return {
    blob,
    path,
    ranges: ranges.map(({ start, end, hand, matched, sources }) => {
      const { lines, sha256 } = spanOf(added, start, end);
      return { end, from: sources, hand, lines, matched: matchedJson(matched), sha256, start };
    }),
    removed: removed.map(({ start, count, hand, matched, sources }) => {
      const { lines, sha256 } = spanOf(gone, start, start + count - 1);
      return { count, from: sources, hand, lines, matched: matchedJson(matched), sha256, start };
    }),
  };
}

const textsOf = (hunks: readonly Hunk[]): ReadonlyMap<number, string> => new Map(hunks.flatMap((h) => h.lines.map((line, i) => [h.start + i, line] as const)));

function spanOf(texts: ReadonlyMap<number, string>, start: number, end: number): { readonly lines: readonly string[]; readonly sha256: string } {
  const lines = Array.from({ length: end - start + 1 }, (_, i) => texts.get(start + i) ?? '');
  return { lines: lines.map((line) => lineJson(fingerprint(line))), sha256: textHash(lines) };
}

/** Both hashes, and a tilde where the line is weak. */
const lineJson = ({ exact, loose, weak }: Fingerprint): string => `${exact}${loose}${weak ? '~' : ''}`;
const matchedJson = ({ edited, exact, loose }: Matched): Matched => ({ edited, exact, loose });
const handJson = ({ by, model, person, session, tool }: Hand): Hand => ({ by, ...(model && { model }), ...(person && { person }), ...(session && { session }), tool });

/** What a recorder's key signs: the name of the format goes before, so that no other signature of that key can pass for this. */
export const signedBytes = (json: string): Bytes => utf8(`${FORMAT}\n${json}`);
/** First 16 hex digits of SHA-256 of the raw public key. */
export const keyIdOf = (key: Bytes): string => hex(sha256(key)).slice(0, 16);

/** The note. @param signed by Ed25519 over `signedBytes(json)`, with the raw public key. */
export const noteOf = (json: string, signed?: { readonly key: Bytes; readonly signature: Bytes }): string =>
  `${json}\n${signed === undefined ? '' : `signed ${keyIdOf(signed.key)} ${base64(concat(signed.signature))}\n`}`;
