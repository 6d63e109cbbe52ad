/** The recorder of one repository: its log, the calls that are under way, and the texts kept beside. */
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok, type Result } from '../../core/base/result.ts';
import type { Run } from '../../core/provenance/lines/fingerprint.ts';
import { type Draft, type Entry, runsOf } from '../../core/provenance/session/entry.ts';
import type { RecordedLog, Recorder } from '../../flows/ports.ts';
import { faultsOf, parseLine } from './chain.ts';
import { beat, beatSince, dropOld, heldNow, hold, keepText, take, textOf } from './held.ts';
import { appendTo, linesOfLog, readHead, restOf } from './log.ts';
import { layPlace, logPlace, stateFolder } from './place.ts';
import { LOG_CAPS, type LogCaps, prune } from './prune.ts';
import { openRecorderKey, type RecorderKey } from './signer.ts';

export interface RecorderOptions {
  /** The recorder's folder; `stateFolder()` unless told. */
  readonly state?: string;
  readonly version: string;
  readonly clock: () => number;
  readonly caps?: LogCaps;
}

/** Milliseconds. A live recorder says so this often while anything happens, and calls older than a day ended without a word. */
const BEAT = 15 * 60_000;
const DAY = 86_400_000;

/** As records of lines name a key. */
const keyId = (publicKey: Uint8Array): string => sha256Hex(publicKey).slice(0, 16);

/** Opening costs nothing; folders and key are made when something is written. @param common as `WorkTree.common`; empty outside any repository. */
export function openRecorder(common: string, { state = stateFolder(), version, clock, caps = LOG_CAPS }: RecorderOptions): Recorder {
  const place = logPlace(state, common);
  let opened: Result<RecorderKey> | undefined;
  const key = (): Result<RecorderKey> => {
    if (opened === undefined) layPlace(state, place, common);
    opened ??= openRecorderKey(state);
    return opened;
  };
  const heartbeat = (signer: RecorderKey, now: number): readonly Draft[] => {
    if (now - beatSince(place, now) < BEAT) return [];
    prune(place, now, signer, caps);
    const dropped = dropOld(place, now - DAY, now - caps.age);
    beat(place, now);
    const gap: readonly Draft[] = dropped === 0 ? [] : [{ what: 'gap', why: `${dropped} calls began and their end was never seen` }];
    return [...gap, { what: 'heartbeat', version, key: keyId(signer.publicKey) }];
  };
  return {
    append: async (drafts, texts = new Map()) => {
      const signer = key();
      if (!signer.ok) return signer;
      const now = clock();
      for (const [sha256, text] of texts) keepText(place, sha256, text);
      const all = [...heartbeat(signer.value, now), ...drafts];
      return all.length === 0 ? ok(undefined) : appendTo(place, all, now, signer.value);
    },
    hold: (id, held) => {
      layPlace(state, place, common);
      return hold(place, id, held);
    },
    take: (id) => take(place, id),
    held: () => heldNow(place),
  };
}

export function openRecordedLog(common: string, state = stateFolder()): RecordedLog {
  const place = logPlace(state, common);
  const entries = async (since: number): Promise<readonly Entry[]> =>
    linesOfLog(place.log)
      .flatMap((line) => parseLine(line) ?? [])
      .filter((e) => e.at >= since);
  return {
    entries,
    runs: async (since): Promise<readonly Run[]> => (await entries(since)).flatMap(runsOf),
    text: (sha256) => textOf(place, sha256),
  };
}

export interface LogState {
  readonly folder: string;
  readonly entries: number;
  /** First 16 hex digits of SHA-256 of the recorder's public key, and the key in hex: what a registry lists. */
  readonly keyId: string;
  readonly publicKey: string;
  /** In words; nothing where the log holds. */
  readonly faults: readonly string[];
}

/** Proves the log against the recorder's key, end to end. Problem: DATA_INVALID where the key cannot be used. */
export function verifyLog(common: string, state = stateFolder()): Result<LogState> {
  const place = logPlace(state, common);
  const key = openRecorderKey(state);
  if (!key.ok) return key;
  const lines = linesOfLog(place.log);
  const rest = restOf(place.log);
  const last = lines.map(parseLine).findLast((entry) => entry !== undefined)?.seq ?? 0;
  const head = readHead(place);
  const cut = head !== undefined && head.seq > last ? [`the log ends at entry ${last}, and ended at ${head.seq} before`] : [];
  const torn = rest === '' ? [] : [`${rest.length} characters at the end are half an entry: a writer was ended in the middle, and the next one will say so`];
  const { publicKey } = key.value;
  return ok({
    folder: place.folder,
    entries: last,
    keyId: keyId(publicKey),
    publicKey: Buffer.from(publicKey).toString('hex'),
    faults: [...faultsOf(lines, publicKey), ...cut, ...torn],
  });
}
