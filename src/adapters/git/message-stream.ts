/**
 * Cuts the output of `git log -z` into commits as its bytes come, wherever chunks fall. One commit is `<field> NUL` for each
 * of FIELDS; no header of a commit can hold a NUL and git ends a message at one, so fields are counted and nothing an author
 * writes can pass for a field. What makes it fast: a chunk is decoded once and cut as a string, and a person is one object
 * however many commits are theirs.
 */
import type { CommitMessage } from '../../flows/ports.ts';

/** No mailmap is asked. Git brings what declares another encoding to UTF-8; whatever else is not UTF-8 comes as it is. */
const FIELDS = ['%H', '%an', '%ae', '%cn', '%ce', '%at', '%B'] as const;
export const MESSAGE_FORMAT = `tformat:${FIELDS.join('%x00')}`;

/** Bytes of one field that are held: core reads fewer characters of a message and says so, and more would only be kept for nothing. */
const MOST_FIELD = 256 << 10;
/** Different people that are remembered at once. */
const MOST_PEOPLE = 50_000;

export type TakeMessages = (commits: readonly CommitMessage[]) => void | Promise<void>;

export interface MessageStream {
  /** False: this is not such an output, and nothing more will be taken. */
  take(chunk: Buffer): Promise<boolean>;
}

type Person = CommitMessage['author'];

const NUL = 0;

export const messageStream = (idLength: number, take: TakeMessages): MessageStream => new Cutter(idLength, take);

class Cutter implements MessageStream {
  readonly #idLength: number;
  readonly #take: TakeMessages;
  readonly #people = new Map<string, Person>();
  /** Whole fields of a commit that is not whole yet. */
  #fields: string[] = [];
  /** Of the field that is not whole yet. */
  #pending: Buffer[] = [];
  #held = 0;

  constructor(idLength: number, take: TakeMessages) {
    this.#idLength = idLength;
    this.#take = take;
  }

  async take(chunk: Buffer): Promise<boolean> {
    const last = chunk.lastIndexOf(NUL);
    if (last < 0) {
      this.#hold(chunk);
      return true;
    }
    const first = this.#held === 0 ? -1 : chunk.indexOf(NUL);
    const commits: CommitMessage[] = [];
    if (first >= 0) this.#fields.push(this.#finish(chunk.subarray(0, first)));
    let good = this.#fields.length < FIELDS.length || this.#emit(commits);
    if (good && last > first) good = this.#cut(chunk.toString('utf8', first + 1, last + 1), commits);
    this.#hold(chunk.subarray(last + 1));
    if (commits.length > 0) await this.#take(commits);
    return good;
  }

  #hold(part: Buffer): void {
    const room = MOST_FIELD - this.#held;
    // A copy: the chunk of a pipe is a piece of a larger buffer.
    if (room > 0 && part.length > 0) this.#pending.push(Buffer.from(part.subarray(0, room)));
    this.#held += Math.min(room, part.length);
  }

  #finish(part: Buffer): string {
    this.#hold(part);
    const whole = Buffer.concat(this.#pending).toString();
    this.#pending = [];
    this.#held = 0;
    return whole;
  }

  /** @param text ends with NUL. */
  #cut(text: string, commits: CommitMessage[]): boolean {
    let at = 0;
    for (let end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0', at)) {
      this.#fields.push(text.slice(at, end));
      at = end + 1;
      if (this.#fields.length === FIELDS.length && !this.#emit(commits)) return false;
    }
    return true;
  }

  #emit(commits: CommitMessage[]): boolean {
    const [id = '', authorName = '', authorEmail = '', name = '', email = '', at = '', message = ''] = this.#fields;
    this.#fields = [];
    if (id.length !== this.#idLength) return false;
    const author = this.#person(authorName, authorEmail);
    const committer = name === authorName && email === authorEmail ? author : this.#person(name, email);
    commits.push({ id, author, committer, at: milliseconds(at), message });
    return true;
  }

  #person(name: string, email: string): Person {
    const key = `${name}\0${email}`;
    const known = this.#people.get(key);
    if (known !== undefined) return known;
    if (this.#people.size >= MOST_PEOPLE) this.#people.clear();
    // Copies: a piece of a string keeps the whole chunk it was cut from.
    const person = { name: copied(name.trim()), email: copied(email.trim()) };
    this.#people.set(copied(key), person);
    return person;
  }
}

const copied = (text: string): string => Buffer.from(text).toString();

/** What is no number of at most twelve digits is 0. */
const milliseconds = (seconds: string): number => (seconds.length <= 12 && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0);
