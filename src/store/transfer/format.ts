/**
 * The bytes of a whole store: docs/spec/store-export.md. One stream, in one order, so that the same store is the same bytes wherever it was kept:
 *
 *     countersign.dev/store/v1                     1 magic
 *     countersign.example/log                      2 origin
 *     81234                                        3 entries
 *     entry 187                                    4 bytes of the entry that follow, and a newline; from 0 on, in order
 *     {"v":1,"type":"genesis",...}
 *     body 412                                     5 of the entry before; none where it was erased
 *     ...
 *     checkpoint 203                               6 signed note, of as many entries as stand before it
 *     ...
 *     cosignature 215                              7 of the checkpoint before: the witness's vkey, a newline, its line of the note
 *     ...
 *     sha256 5feceb66...                           8 hex SHA-256 of every byte before this line
 *
 * The digest tells a torn file from a whole one and nothing else: what is true of it the checkpoints say, which the log signed.
 */
import { createHash } from 'node:crypto';
import { text, utf8 } from '../../core/base/bytes.ts';
import type { Bytes } from '../../core/base/crypto.ts';
import { problem } from '../../core/base/result.ts';
import { MAX_ENTRY } from '../../core/log/entry.ts';
import { isKeyName } from '../../core/log/note.ts';
import { Refused } from '../refused.ts';

const MAGIC = 'countersign.dev/store/v1';

/** Bytes each kind of record may have. */
const MOST = { entry: MAX_ENTRY, body: 1 << 28, checkpoint: 1_000_000, cosignature: 1_000_000 } as const;

type Kind = keyof typeof MOST;

export interface Part {
  readonly kind: Kind;
  readonly bytes: Bytes;
}

export interface Head {
  readonly origin: string;
  readonly size: number;
}

/** Bytes handed on at once. */
const CHUNK = 65_536;

/** A writer of the stream: what it answers is to be written, in order. */
export function writing({ origin, size }: Head): { readonly begin: Bytes; part(part: Part): void; full(): boolean; take(): Bytes; end(): Bytes } {
  const hash = createHash('sha256');
  let waiting: Bytes[] = [];
  let length = 0;
  const add = (bytes: Bytes): void => {
    waiting.push(bytes);
    length += bytes.length;
  };
  const take = (): Bytes => {
    const bytes = new Uint8Array(Buffer.concat(waiting));
    [waiting, length] = [[], 0];
    hash.update(bytes);
    return bytes;
  };
  const begin = utf8(`${MAGIC}\n${origin}\n${size}\n`);
  hash.update(begin);
  return {
    begin,
    part: ({ kind, bytes }) => {
      add(utf8(`${kind} ${bytes.length}\n`));
      add(bytes);
      add(NEWLINE);
    },
    full: () => length >= CHUNK,
    take,
    end: () => utf8(`sha256 ${hash.digest('hex')}\n`),
  };
}

const NEWLINE = utf8('\n');

/** The head, and then its parts as they come. Throws `Refused` with DATA_INVALID, naming the byte, for anything `writing` would not have written. */
export async function reading(source: AsyncIterable<Uint8Array>): Promise<{ readonly head: Head; readonly parts: AsyncGenerator<Part> }> {
  const bytes = counted(source);
  const magic = await bytes.line();
  if (magic !== MAGIC) throw bytes.refused(magic?.startsWith('countersign.dev/store/') ? 'it is an export of a version this program does not read' : 'it is no export of a store');
  const origin = (await bytes.line()) ?? '';
  const size = numberIn((await bytes.line()) ?? '');
  if (!isKeyName(origin) || size === undefined) throw bytes.refused('its head is torn or malformed');
  return { head: { origin, size }, parts: partsOf(bytes) };
}

async function* partsOf(bytes: Counted): AsyncGenerator<Part> {
  for (;;) {
    const line = await bytes.line();
    if (line === undefined) throw bytes.refused('it ends before its digest: it was torn');
    const [, kind, length] = /^(\w+) (\w+)$/.exec(line) ?? [];
    if (kind === 'sha256') {
      if (length !== bytes.digest()) throw bytes.refused('its digest is another: a byte of it was changed');
      if (!(await bytes.done())) throw bytes.refused('something follows its digest');
      return;
    }
    const count = numberIn(length ?? '');
    if (!isKind(kind) || count === undefined || count > MOST[kind]) throw bytes.refused('a line of it is no entry, body, checkpoint or cosignature');
    const part = await bytes.take(count);
    if (part === undefined || (await bytes.take(1))?.[0] !== 10) throw bytes.refused('it ends, or goes on, where a newline has to be: it was torn or changed');
    yield { kind, bytes: part };
  }
}

const isKind = (kind: string | undefined): kind is Kind => kind !== undefined && Object.hasOwn(MOST, kind);

/** Spelled the one way. */
const numberIn = (said: string): number | undefined => (/^(?:0|[1-9]\d{0,14})$/.test(said) ? Number(said) : undefined);

interface Counted {
  /** Without its newline; undefined at the end, and for what is no line of at most 1,024 bytes of text. */
  line(): Promise<string | undefined>;
  /** undefined where there are fewer. */
  take(count: number): Promise<Bytes | undefined>;
  /** Whether nothing is left. */
  done(): Promise<boolean>;
  /** Hex, of all bytes before the line that was read last. Asked once. */
  digest(): string;
  refused(message: string): Refused;
}

const LONGEST_LINE = 1_024;

/** Bytes as they come, counted and hashed as they are taken. */
function counted(source: AsyncIterable<Uint8Array>): Counted {
  const chunks = source[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  let before = 0;
  /** Hashed with what is taken next: the digest's own line is not part of what it is of. */
  let last: Bytes = new Uint8Array(0);
  /** Until there are as many, or nothing comes any more. */
  const fill = async (count: number): Promise<void> => {
    if (held.length - at >= count) return;
    const parts = [held.subarray(at)];
    for (let length = held.length - at; length < count; ) {
      const next = await chunks.next();
      if (next.done === true) break;
      parts.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
      length += next.value.length;
    }
    before += at;
    [held, at] = [Buffer.concat(parts), 0];
  };
  const took = (count: number): Bytes => {
    const bytes = new Uint8Array(held.subarray(at, at + count));
    at += count;
    hash.update(last);
    last = bytes;
    return bytes;
  };
  const take = async (count: number): Promise<Bytes | undefined> => {
    await fill(count);
    return held.length - at < count ? undefined : took(count);
  };
  return {
    line: async () => {
      let end = held.indexOf(10, at);
      if (end < 0) {
        await fill(LONGEST_LINE);
        end = held.indexOf(10, at);
      }
      if (end < 0 || end - at > LONGEST_LINE) return undefined;
      return text(took(end + 1 - at).subarray(0, -1));
    },
    take,
    done: async () => {
      await fill(1);
      return held.length === at;
    },
    digest: () => hash.digest('hex'),
    refused: (message) =>
      new Refused(problem('DATA_INVALID', message, { place: `byte ${before + at}`, remedy: 'export again, or take another copy; nothing was kept of this one' })),
  };
}
