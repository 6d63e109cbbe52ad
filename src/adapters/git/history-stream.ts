/**
 * Cuts the output of `git log -z --raw` into commits as its bytes come, wherever chunks fall. One commit is
 * `<field> NUL` for each of FIELDS, the message last, then, where it changes something, `LF` and records as `diff-tree -z`
 * prints them: `:<modes> <ids> <letter> NUL <path> NUL`. No header of a commit can hold a NUL and git ends a message at one,
 * so fields are counted and nothing an author writes can pass for a field or a record.
 */
import { concat } from '../../core/base/bytes.ts';
import type { Commit } from '../../core/change/change.ts';

/** No mailmap is asked. Git brings what declares another encoding to UTF-8; whatever else is not UTF-8 comes as it is. */
const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'] as const;
export const LOG_FORMAT = `tformat:${FIELDS.join('%x00')}`;

/**
 * @param diff the raw difference against the first parent (all of it for a root), empty where nothing changes. It is copied
 * when asked for, and can be asked for only during the call.
 */
export type EachCommit = (commit: Commit, diff: () => Uint8Array) => void;

export interface LogStream {
  /** False: this is not such an output, and nothing more will be taken. */
  take(chunk: Buffer): boolean;
  /** The output ended as it should: the last commit is whole. */
  end(): void;
}

const [NUL, LF, COLON] = [0, 0x0a, 0x3a];

export const logStream = (idLength: number, each: EachCommit): LogStream => new Cutter(idLength, each);

class Cutter implements LogStream {
  readonly #idLength: number;
  readonly #each: EachCommit;
  /** From the start of a record's header to the NUL behind it. */
  readonly #header: number;
  #fields: string[] = [];
  #message: Buffer = Buffer.alloc(0);
  /** Of the field that is not whole yet. */
  #pending: Buffer[] = [];
  #diff: Buffer[] = [];
  #state: 'field' | 'after' | 'record' | 'header' | 'path' = 'field';
  #broken = false;

  constructor(idLength: number, each: EachCommit) {
    this.#idLength = idLength;
    this.#each = each;
    this.#header = 2 * idLength + 17;
  }

  take(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length && !this.#broken; ) at = this.#step(chunk, at);
    return !this.#broken;
  }

  end(): void {
    if (!this.#broken && (this.#state === 'after' || this.#state === 'record')) this.#emit();
  }

  #step(chunk: Buffer, at: number): number {
    if (this.#state === 'field') return this.#field(chunk, at);
    return this.#state === 'after' ? this.#after(chunk, at) : this.#records(chunk, at);
  }

  #field(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(NUL, at);
    if (end < 0) {
      this.#pending.push(chunk.subarray(at));
      return chunk.length;
    }
    const whole = this.#pending.length === 0 ? undefined : Buffer.concat([...this.#pending.splice(0), chunk.subarray(at, end)]);
    const count = this.#fields.length;
    if (count === FIELDS.length - 1) {
      this.#message = whole ?? chunk.subarray(at, end);
      this.#state = 'after';
    } else {
      this.#fields.push(whole === undefined ? chunk.toString('utf8', at, end) : whole.toString());
      if (count === 0 && this.#fields[0]?.length !== this.#idLength) this.#broken = true;
    }
    return end + 1;
  }

  #after(chunk: Buffer, at: number): number {
    if (chunk[at] === LF) {
      this.#state = 'record';
      return at + 1;
    }
    this.#emit();
    return at;
  }

  /** Over as many records as the chunk holds; they are kept as one piece of it. */
  #records(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; ) {
      if (this.#state === 'record') {
        if (chunk[at] !== COLON) {
          this.#diff.push(chunk.subarray(from, at));
          this.#emit();
          return at;
        }
        this.#state = 'header';
        // Almost always the header ends where headers end, and need not be searched.
        if (chunk[at + this.#header] === NUL) at += this.#header;
      }
      const end = chunk.indexOf(NUL, at);
      if (end < 0) break;
      this.#state = this.#state === 'header' ? 'path' : 'record';
      at = end + 1;
    }
    this.#diff.push(chunk.subarray(from));
    return chunk.length;
  }

  #emit(): void {
    const [id = '', tree = '', parents = '', authorName = '', authorEmail = '', authorAt = '', name = '', email = '', at = ''] = this.#fields;
    const message = this.#message.toString();
    const author = { name: authorName.trim(), email: authorEmail.trim(), at: milliseconds(authorAt) };
    const committer = { name: name.trim(), email: email.trim(), at: milliseconds(at) };
    const diff = this.#diff;
    this.#each({ id, tree, parents: parents === '' ? [] : parents.split(' '), author, committer, message }, () => concat(...diff));
    this.#fields = [];
    this.#diff = [];
    this.#state = 'field';
  }
}

/** As `parseIdent` reads them: what is no number of at most twelve digits is 0. */
const milliseconds = (seconds: string): number => (/^\d{1,12}$/.test(seconds) ? Number(seconds) * 1_000 : 0);
