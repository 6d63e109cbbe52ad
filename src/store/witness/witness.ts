/**
 * A witness over one folder: `witness.pem`, its key; `witness.json`, what it has seen; a lock that keeps a second process out. Looking
 * at what was seen, judging, and writing down what is seen now is one synchronous step: no second request comes in between, and no
 * cosignature exists before the disk has what it promises. Two cosignatures over trees that contradict each other would be the end of it.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { type Judgement, judgeCheckpoint, SIZE_TYPE } from '../../core/log/add-checkpoint.ts';
import { cosignatureLine, cosignedMessage, formatWitnessVkey, type WitnessKey, witnessKey } from '../../core/log/cosignature.ts';
import { isKeyName, type NoteKey, parseNote, signatureLine } from '../../core/log/note.ts';
import type { Witness, WitnessAnswer } from '../../flows/ports-witness.ts';
import { openSigningKey, type SigningKey } from '../keys/keys.ts';
import { lock } from '../lock.ts';
import { DISK, type Disk } from './disk.ts';
import { type Kept, keptBy, readState, writeState } from './state.ts';

export interface WitnessOptions {
  /** Made when absent; its owner's alone. */
  readonly dir: string;
  /** The key's name; fixed at the first start, and this machine's name where none is given then. */
  readonly name?: string;
  /** Keys of the logs it watches; several of one origin during a rotation. */
  readonly logs: readonly NoteKey[];
  /** Milliseconds since 1970. */
  clock(): number;
  /** Told of a log that contradicts what was seen, and of a clock that stands behind. */
  warn(problem: Problem): void;
  readonly disk?: Disk;
}

export interface OpenWitness extends Witness {
  /** Lets the folder go; a second time does nothing. */
  close(): void;
}

const STATE = 'witness.json';
const KEY = 'witness.pem';

/** Problems: DATA_LOCKED, DATA_INVALID, USAGE (another name than at the first start). */
export function openWitness(options: WitnessOptions): Result<OpenWitness> {
  let release = (): void => undefined;
  try {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    const locked = lock(options.dir);
    if (!locked.ok) return locked;
    let held = true;
    release = () => {
      if (held) locked.value.release();
      held = false;
    };
    const opened = open(options, release);
    if (!opened.ok) release();
    return opened;
  } catch (cause) {
    release();
    const words = cause instanceof Error ? cause.message : String(cause);
    return err(problem('DATA_INVALID', `${options.dir} cannot be used: ${words}`, { place: options.dir, remedy: 'the folder must be writable, and its owner alone may read it' }));
  }
}

function open(options: WitnessOptions, close: () => void): Result<OpenWitness> {
  const { dir, disk = DISK } = options;
  const file = join(dir, STATE);
  const said = readState(file);
  if (!said.ok) return said;
  if (said.value === null && existsSync(join(dir, KEY))) return forgotten(file);
  const name = said.value?.name ?? options.name ?? `${hostname()}/witness`;
  if (!isKeyName(name))
    return err(problem('USAGE', `${JSON.stringify(name)} is no name of a key`, { place: '--name', remedy: 'letters, digits, dots and slashes, such as witness.example/ci' }));
  if (options.name !== undefined && options.name !== name)
    return err(problem('USAGE', `this witness is called ${name}`, { place: '--name', remedy: 'leave --name away, or use another --data folder' }));
  // The state before the key: a key without one is taken for a witness that has forgotten.
  if (said.value === null) writeState(disk, file, { name, notes: [] });
  const signer = openSigningKey(join(dir, KEY), (said.value?.notes.length ?? 0) === 0);
  if (!signer.ok) return signer;
  const key = witnessKey(name, signer.value.publicKey) as WitnessKey;
  const kept = keptBy(file, key, said.value?.notes ?? []);
  return kept.ok ? ok(witnessOver(options, { file, disk, key, signer: signer.value, kept: kept.value, close })) : kept;
}

const forgotten = (place: string): { readonly ok: false; readonly error: Problem } =>
  err(
    problem('DATA_INVALID', 'the key of the witness is here and what it has seen is not: it could cosign a fork', {
      place,
      remedy: 'put the file back, or start a new witness, with a new key, in another folder',
    }),
  );

interface Parts {
  readonly file: string;
  readonly disk: Disk;
  readonly key: WitnessKey;
  readonly signer: SigningKey;
  /** By origin. */
  readonly kept: Map<string, Kept>;
  close(): void;
}

function witnessOver({ logs, clock, warn }: WitnessOptions, { file, disk, key, signer, kept, close }: Parts): OpenWitness {
  /** Never before a time it cosigned: what it promised then was the largest tree. Too late proves nothing that is not so. */
  const time = (): number => {
    const last = Math.max(1, ...[...kept.values()].map((k) => k.time));
    const now = Math.floor(clock() / 1000);
    if (now < last - MINUTE) warn(problem('DATA_INVALID', `the clock stands ${last - now} seconds behind the last cosignature, whose time is used`, { remedy: 'set the clock' }));
    return Math.max(last, now);
  };
  const cosign = ({ checkpoint, text }: Extract<Judgement, { status: 200 }>, body: string): WitnessAnswer => {
    const at = time();
    const line = cosignatureLine(key, at, signer.sign(cosignedMessage(at, text)));
    const note = `${text}\n${logLines(body, logs)}${line}`;
    const next = new Map(kept).set(checkpoint.origin, { size: checkpoint.size, root: checkpoint.root, time: at, note });
    writeState(disk, file, { name: key.name, notes: [...next.values()].map((k) => k.note) });
    kept.set(checkpoint.origin, { size: checkpoint.size, root: checkpoint.root, time: at, note });
    return plain(200, line);
  };
  return {
    vkey: formatWitnessVkey(key),
    add: (body) => {
      const judged = judgeCheckpoint(body, logs, (origin) => kept.get(origin));
      if (judged.status === 200) return cosign(judged, body);
      if (judged.status === 409) return { status: 409, type: SIZE_TYPE, body: `${judged.size}\n` };
      if (judged.status === 422) warn(judged.problem);
      return plain(judged.status, `${judged.problem.message}\n`);
    },
    checkpoint: (originHash) => [...kept].find(([origin]) => sha256Hex(origin) === originHash)?.[1].note ?? null,
    close,
  };
}

const MINUTE = 60;

/** The signature lines of the log itself: what others signed was not verified here. `body` was judged, so they verify. */
function logLines(body: string, logs: readonly NoteKey[]): string {
  const note = parseNote(body.slice(body.indexOf('\n\n') + 2));
  const origin = note.ok ? note.value.text.split('\n', 1)[0] : '';
  const ours = note.ok ? note.value.signatures.filter((s) => s.name === origin && logs.some((k) => k.name === s.name && Buffer.compare(k.id, s.id) === 0)) : [];
  return [...new Set(ours.map(signatureLine))].join('');
}

const plain = (status: number, body: string): WitnessAnswer => ({ status, type: 'text/plain; charset=utf-8', body });
