/**
 * Cuts the output of `git diff-tree -z --raw --numstat` into commits as its bytes come, wherever chunks fall. One commit is
 * `<field> NUL` for each of FIELDS, then, where it changes something, `LF` and its records: first `:<modes> <ids> <letter> NUL <path>
 * NUL` for every file, then `<added> TAB <deleted> TAB <path> NUL`. No header of a commit can hold a NUL, git ends a message at one,
 * and the next commit begins with an id, which has neither colon nor tab: nothing an author writes can pass for a field or a record.
 */
import type { LandedCommit, TouchedFile } from '../../core/risk/score/landed.ts';

/** No mailmap is asked. Git brings what declares another encoding to UTF-8; whatever else is not UTF-8 comes as it is. */
const FIELDS = ['%H', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%ct', '%B'] as const;
export const LANDED_FORMAT = `tformat:${FIELDS.join('%x00')}`;

/** Characters of one field, and files of one commit: what is beyond is not looked at. */
const MOST_FIELD = 256 << 10;
/** Bytes of a field in pieces that are held: so many are never fewer characters, wherever the pieces were cut. */
const MOST_HELD = 4 * MOST_FIELD;
const MOST_FILES = 200_000;

export interface LandedStream {
  /** The commits that are whole now. null: this is not such an output, and nothing more will be taken. */
  take(chunk: Buffer): readonly LandedCommit[] | null;
  /** The output ended. @returns the last commit, of which the counts of lines may be missing where git ended early. */
  end(): LandedCommit | undefined;
}

type File = { -readonly [key in keyof TouchedFile]: TouchedFile[key] };

export const landedStream = (idLength: number): LandedStream => new Cutter(idLength);

class Cutter implements LandedStream {
  readonly #idLength: number;
  #pending: Buffer[] = [];
  #held = 0;
  #fields: string[] = [];
  #files: File[] = [];
  /** The header of a record whose path comes next. */
  #header: string | undefined;
  /** The file whose counts come next, almost always. */
  #counted = 0;
  #broken = false;

  constructor(idLength: number) {
    this.#idLength = idLength;
  }

  take(chunk: Buffer): readonly LandedCommit[] | null {
    const last = chunk.lastIndexOf(0);
    const whole: LandedCommit[] = [];
    if (last >= 0) {
      const first = this.#held === 0 ? -1 : chunk.indexOf(0);
      if (first >= 0) this.#token(this.#finish(chunk.subarray(0, first)), whole);
      if (last > first) this.#cut(chunk.toString('utf8', first + 1, last + 1), whole);
    }
    this.#hold(chunk.subarray(last + 1));
    return this.#broken ? null : whole;
  }

  end(): LandedCommit | undefined {
    if (this.#broken || this.#fields.length < FIELDS.length) return undefined;
    const whole: LandedCommit[] = [];
    this.#emit(whole);
    return whole[0];
  }

  #hold(part: Buffer): void {
    const room = MOST_HELD - this.#held;
    // a copy: the chunk of a pipe is a piece of a larger buffer
    if (room > 0 && part.length > 0) this.#pending.push(Buffer.from(part.subarray(0, room)));
    this.#held += Math.max(0, Math.min(room, part.length));
  }

  #finish(part: Buffer): string {
    this.#hold(part);
    const whole = Buffer.concat(this.#pending).toString();
    this.#pending = [];
    this.#held = 0;
    return whole;
  }

  /** @param text ends with NUL. */
  #cut(text: string, whole: LandedCommit[]): void {
    for (let at = 0; at < text.length && !this.#broken; ) {
      const end = text.indexOf('\0', at);
      this.#token(text.slice(at, end), whole);
      at = end + 1;
    }
  }

  #token(all: string, whole: LandedCommit[]): void {
    const token = all.length > MOST_FIELD ? all.slice(0, MOST_FIELD) : all;
    if (this.#fields.length < FIELDS.length) {
      this.#fields.push(token);
      if (this.#fields.length === 1 && token.length !== this.#idLength) this.#broken = true;
    } else if (this.#header !== undefined) this.#file(token);
    else if (token.startsWith(':') || token.startsWith('\n:')) this.#header = token;
    else if (/^\n?[\d-]{1,12}\t/.test(token)) this.#count(token);
    else {
      this.#emit(whole);
      this.#token(token, whole);
    }
  }

  #file(path: string): void {
    const header = this.#header ?? '';
    this.#header = undefined;
    if (this.#files.length < MOST_FILES) this.#files.push({ path, added: 0, deleted: 0, binary: false, how: howOf(header) });
  }

  #count(token: string): void {
    const [first, second] = [token.indexOf('\t'), token.indexOf('\t', token.indexOf('\t') + 1)];
    const path = token.slice(second + 1);
    const file = this.#files[this.#counted]?.path === path ? this.#files[this.#counted] : this.#files.find((f) => f.path === path);
    this.#counted += 1;
    if (file === undefined) return;
    const [added, deleted] = [token.slice(0, first).trim(), token.slice(first + 1, second)];
    file.binary ||= added === '-';
    file.added += lines(added);
    file.deleted += lines(deleted);
  }

  #emit(whole: LandedCommit[]): void {
    const [id = '', parents = '', name = '', email = '', written = '', committer = '', address = '', at = '', message = ''] = this.#fields;
    const [authoredAt, zone] = timeOf(written);
    whole.push({
      id,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name: name.trim(), email: email.trim() },
      committer: { name: committer.trim(), email: address.trim() },
      authoredAt,
      zone,
      committedAt: seconds(at),
      message,
      files: this.#files,
    });
    this.#fields = [];
    this.#files = [];
    this.#header = undefined;
    this.#counted = 0;
  }
}

/** `:<mode before> <mode after> ...`. */
function howOf(header: string): TouchedFile['how'] {
  const [, before = '', after = ''] = /:(\d{6}) (\d{6}) /.exec(header) ?? [];
  if (before === '000000') return 'created';
  if (after === '000000') return 'removed';
  return before === after ? 'changed' : 'mode';
}

/** `-` of a binary file is 0. */
const lines = (digits: string): number => (/^\d{1,9}$/.test(digits) ? Number(digits) : 0);
/** What is no number of at most twelve digits is 0. */
const seconds = (digits: string): number => (/^\d{1,12}$/.test(digits) ? Number(digits) : 0);

/** `<seconds> <+hhmm>`: seconds since 1970 and minutes east of UTC. */
function timeOf(raw: string): readonly [number, number] {
  const [, at = '', sign = '', hours = '', minutes = ''] = /^(\d{1,12}) ([+-])(\d\d)(\d\d)$/.exec(raw) ?? [];
  const zone = Number(hours) * 60 + Number(minutes);
  return [seconds(at), sign === '-' ? -zone : zone];
}
