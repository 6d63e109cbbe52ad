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
    // the rest of a commit that began in an earlier chunk
    for (let end = this.#fields.length === 0 ? -1 : text.indexOf('\0'); end >= 0; end = text.indexOf('\0', at)) {
      this.#fields.push(text.slice(at, end));
      at = end + 1;
      if (this.#fields.length === FIELDS.length) {
        if (!this.#emit(commits)) return false;
        break;
      }
    }
    return this.#whole(text, at, commits);
  }

  /** Commits that stand in it from end to end: a name and its address are cut as one piece. */
  #whole(text: string, from: number, commits: CommitMessage[]): boolean {
    for (let at = from; at < text.length; ) {
      const [id, name] = [at, text.indexOf('\0', at) + 1];
      const authorEnd = second(text, name);
      const committerEnd = authorEnd < 0 ? -1 : second(text, authorEnd + 1);
      const time = committerEnd < 0 ? -1 : text.indexOf('\0', committerEnd + 1);
      const end = time < 0 ? -1 : text.indexOf('\0', time + 1);
      if (name === 0 || end < 0) {
        this.#fields.push(...text.slice(at, -1).split('\0'));
        return true;
      }
      if (name - 1 - id !== this.#idLength) return false;
      const author = this.#person(text.slice(name, authorEnd));
      const committer = this.#person(text.slice(authorEnd + 1, committerEnd));
      commits.push({ id: text.slice(id, name - 1), author, committer, at: milliseconds(text.slice(committerEnd + 1, time)), message: text.slice(time + 1, end) });
      at = end + 1;
    }
    return true;
  }

  #emit(commits: CommitMessage[]): boolean {
    const [id = '', authorName = '', authorEmail = '', name = '', email = '', at = '', message = ''] = this.#fields;
    this.#fields = [];
    if (id.length !== this.#idLength) return false;
    commits.push({ id, author: this.#person(`${authorName}\0${authorEmail}`), committer: this.#person(`${name}\0${email}`), at: milliseconds(at), message });
    return true;
  }

  /** @param key name, NUL, address. */
  #person(key: string): Person {
    const known = this.#people.get(key);
    if (known !== undefined) return known;
    if (this.#people.size >= MOST_PEOPLE) this.#people.clear();
    // Copies: a piece of a string keeps the whole chunk it was cut from.
    const own = copied(key);
    const [name = '', email = ''] = own.split('\0');
    const person = { name: name.trim(), email: email.trim() };
    this.#people.set(own, person);
    return person;
  }
}

/** Where the second NUL from here is. */
function second(text: string, from: number): number {
  const first = text.indexOf('\0', from);
  return first < 0 ? -1 : text.indexOf('\0', first + 1);
}

const copied = (text: string): string => Buffer.from(text).toString();

/** What is no number of at most twelve digits is 0. */
const milliseconds = (seconds: string): number => (seconds.length <= 12 && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0);
