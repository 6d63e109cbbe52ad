/**
 * Reading a whole log for what it says of one change. Every entry is hashed on the way and the root compared with the signed one, so
 * that no entry was left out or put in; bodies are what their digests say or are not there. Memory is what concerns the change.
 */
import { equal, text } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { type Entry, parseEntry } from '../core/log/entry.ts';
import type { NoteKey } from '../core/log/note.ts';
import { tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH } from '../core/log/tiles.ts';
import { AUTHORITY_TYPES } from '../core/signoff/authority.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { ahead } from './ahead.ts';
import { bodyPath, MAX_BODY } from './log-bodies.ts';
import { checkpointOf, readBundle, type SignedCheckpoint } from './log-read.ts';
import type { LogSource } from './ports-log.ts';

/** A log, and the bodies beside it. */
export interface AccountLog {
  readonly source: LogSource;
  readonly keys: readonly NoteKey[];
  /** null where it was erased or never was. @param index of an entry that may have brought it: a store finds it there at once. */
  body(sha256: string, index?: number): Promise<Uint8Array | null>;
  /** What no log holds: gates, makers of authenticators, the order of levels. Absent: their part is not judged, and said to be so. */
  readonly trust?: Pick<TrustBundle, 'gates' | 'authenticators'> & Partial<Pick<TrustBundle, 'ladder'>>;
  progress(words: string, share: number): void;
}

export interface Placed extends Entry {
  readonly index: number;
}

/** What one pass keeps. */
export interface Collected {
  readonly checkpoint: SignedCheckpoint;
  /** Of the changes asked about, oldest first. */
  readonly about: readonly Placed[];
  /** Genesis, and every statement about who may sign. */
  readonly authority: readonly Placed[];
  readonly policies: readonly Placed[];
  readonly erasures: readonly Placed[];
  /** Refs found past the gate: those name no change. */
  readonly violations: readonly Placed[];
  /** Every sign-off, by the digest of its envelope: a carry and a policy name them. */
  readonly signoffs: ReadonlyMap<string, number>;
  /** Where each change was decided about, oldest first: an earlier form and a commit inside a push are changes of their own. */
  readonly decisions: ReadonlyMap<string, readonly number[]>;
  /** Where a sign-off was counted for another content: `<change> <digest of the envelope>`. */
  readonly carried: ReadonlySet<string>;
}

/** Bodies are what their digests say, whoever keeps them. */
export const provenBodies = (log: AccountLog): AccountLog => ({
  ...log,
  body: async (sha256, index) => {
    const body = await log.body(sha256, index);
    return body !== null && sha256Hex(body) === sha256 ? body : null;
  },
});

/** A body as JSON; undefined where it is none. What it says is still to be checked. */
export function jsonBody(body: Uint8Array | null): Json | undefined {
  try {
    return body === null ? undefined : (JSON.parse(text(body) ?? '') as Json);
  } catch {
    return undefined;
  }
}

/** Bodies beside an exported log, as `log export --envelopes` lays them. */
export const bodiesOf =
  (source: LogSource): AccountLog['body'] =>
  async (sha256) => {
    const read = await source.read(bodyPath(sha256), MAX_BODY);
    return read.ok && read.value !== null && sha256Hex(read.value) === sha256 ? read.value : null;
  };

const AHEAD = 6;

/** Ids of the changes that a word names: an id, a commit, or a manifest. Problems: USAGE, NOT_FOUND, those of a log. */
export async function changesNamed(log: AccountLog, word: string): Promise<Result<ReadonlySet<string>>> {
  if (!/^(?:[0-9a-f]{16}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(word))
    return err(problem('USAGE', `${word.slice(0, 80)} names no change`, { place: 'CHANGE', remedy: 'an id of 16 hex digits, a whole commit id, or a manifest' }));
  if (word.length === 16) return ok(new Set([word]));
  const found = new Set<string>();
  const decisions: Placed[] = [];
  const past: Placed[] = [];
  const walked = await walk(log, (entry) => {
    if (isBypass(entry) && entry.fields.new === word) past.push(entry);
    const { change } = entry.fields;
    if (typeof change !== 'string') return;
    if (named(entry, word)) found.add(change);
    if (entry.type === 'decision') decisions.push(entry);
  });
  if (!walked.ok) return walked;
  // A commit inside a push is in no entry: the decisions have them.
  if (found.size === 0) for (const entry of decisions) if (await decides(log, entry, word)) found.add(String(entry.fields.change));
  if (found.size > 0) return ok(found);
  const [bypass] = past;
  return err(bypass === undefined ? notThere(word, walked.value) : pastTheGate(bypass));
}

const isBypass = ({ type, fields }: Placed): boolean => type === 'violation' && fields.change === undefined;

/** Of a ref that was found past the gate, or put back. */
export const violationWords = ({ index, fields }: Placed): string =>
  `entry ${index}: a violation says that ${String(fields.ref)} of ${String(fields.repo)} was found at ${String(fields.new)}`;

const pastTheGate = (bypass: Placed): Problem =>
  problem('NOT_FOUND', `it went past the gate, and nothing was ever decided about it: ${violationWords(bypass)}`, {
    place: 'CHANGE',
    remedy: 'whoever can write to the served repository put it there: ask them, and have the content pushed and signed',
  });

export const notThere = (word: string, { origin, size }: SignedCheckpoint): Problem =>
  problem('NOT_FOUND', `none of the ${size} entries of ${origin} is about ${word}`, {
    place: 'CHANGE',
    remedy: 'it may have landed past the gate, or in another log; git log says the whole commit id',
  });

/** Moves name their new commit; and from repository, ref and manifest follows the change. */
function named({ fields }: Placed, word: string): boolean {
  const { change, repo, ref } = fields;
  if (fields.new === word) return true;
  return word.length === 64 && typeof repo === 'string' && typeof ref === 'string' && changeId({ repo, targetRef: ref, manifest: word }) === change;
}

async function decides(log: AccountLog, { envelope, index }: Placed, word: string): Promise<boolean> {
  const body = jsonBody(await log.body(envelope, index)) as { decision?: { change?: { head?: Json; manifest?: Json; commits?: Json } } } | null | undefined;
  const change = body?.decision?.change;
  return change?.head === word || change?.manifest === word || (Array.isArray(change?.commits) && change.commits.includes(word));
}

/** Problems: NOT_FOUND, those of a log. */
export async function collect(log: AccountLog, ids: ReadonlySet<string>): Promise<Result<Collected>> {
  const [about, authority, policies, erasures, violations]: [Placed[], Placed[], Placed[], Placed[], Placed[]] = [[], [], [], [], []];
  const signoffs = new Map<string, number>();
  const decisions = new Map<string, number[]>();
  const carried = new Set<string>();
  const ofPeople: ReadonlySet<string> = new Set(['genesis', ...AUTHORITY_TYPES]);
  const walked = await walk(log, (entry) => {
    const { type, fields, envelope, index } = entry;
    if (typeof fields.change === 'string' && ids.has(fields.change)) about.push(entry);
    if (ofPeople.has(type)) authority.push(entry);
    if (type === 'policy') policies.push(entry);
    if (type === 'erasure') erasures.push(entry);
    if (isBypass(entry)) violations.push(entry);
    if (type === 'signoff') signoffs.set(envelope, index);
    if (type === 'decision') decisions.set(String(fields.change), [...(decisions.get(String(fields.change)) ?? []), index]);
    if (type === 'carry') carried.add(`${String(fields.change)} ${String(fields.signoff)}`);
  });
  if (!walked.ok) return walked;
  return about.length > 0
    ? ok({ checkpoint: walked.value, about, authority, policies, erasures, violations, signoffs, decisions, carried })
    : err(notThere([...ids].join(', '), walked.value));
}

/** Every entry, in order. Problems: LOG_FORMAT, LOG_INCLUSION, LOG_SIG, LOG_ORIGIN, NOT_FOUND, LOG_UNREACHABLE. */
export async function walk(log: AccountLog, visit: (entry: Placed) => void): Promise<Result<SignedCheckpoint>> {
  const now = await checkpointOf(log.source, log.keys);
  if (!now.ok) return now;
  const { size, root } = now.value;
  const count = Math.ceil(size / TILE_WIDTH);
  const builder = tileBuilder();
  let index = 0;
  for await (const bundle of ahead(0, count, AHEAD, (i) => readBundle(log.source, i, Math.min(TILE_WIDTH, size - i * TILE_WIDTH)))) {
    if (!bundle.ok) return bundle;
    for (const bytes of bundle.value) {
      const entry = parseEntry(bytes);
      if (!entry.ok) return err({ ...entry.error, place: `entry ${index}` });
      builder.add(bytes);
      visit({ ...entry.value, index: index++ });
    }
    log.progress('the log', index / size);
  }
  if (!equal(builder.root(), root)) return err(problem('LOG_INCLUSION', `the ${size} entries do not have the root that was signed`, { place: log.source.name }));
  return now;
}

/** Entries by their place. Problems: those of a log. */
export async function entryAt(log: AccountLog, index: number, size: number): Promise<Result<Placed>> {
  const tile = Math.floor(index / TILE_WIDTH);
  const bundle = await bundleAt(log.source, tile, Math.min(TILE_WIDTH, size - tile * TILE_WIDTH));
  if (!bundle.ok) return bundle;
  const entry = parseEntry(bundle.value[index % TILE_WIDTH] ?? new Uint8Array(0));
  return entry.ok ? ok({ ...entry.value, index }) : err({ ...entry.error, place: `entry ${index}` });
}

type Bundle = ReturnType<typeof readBundle>;

/** Read and taken apart once for entries that stand near each other: of each log the newest few. */
const bundles = new WeakMap<LogSource, Map<string, Bundle>>();
const KEPT = 64;

async function bundleAt(source: LogSource, tile: number, width: number): Promise<Awaited<Bundle>> {
  const kept = bundles.get(source) ?? new Map<string, Bundle>();
  bundles.set(source, kept);
  const name = `${tile} ${width}`;
  const bundle = kept.get(name) ?? readBundle(source, tile, width);
  kept.delete(name);
  kept.set(name, bundle);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  const read = await bundle;
  // What could not be read may be there at the next question.
  if (!read.ok) kept.delete(name);
  return read;
}
