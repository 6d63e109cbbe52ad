/**
 * Reads objects by id through one `git cat-file --batch`: thousands of objects for one spawn. Answers come in the order
 * of the asks: `<id> SP <type> SP <size> LF <bytes> LF`, or `<id> SP missing LF`.
 */
import { createHash, type Hash } from 'node:crypto';
import { concat, text } from '../../core/base/bytes.ts';
import type { Oid } from '../../core/change/change.ts';
import { type Lingering, lingering } from './lingering.ts';
import { type Environment, failure, type GitChild, startGit, tail } from './run.ts';
import { slots } from './slots.ts';

export interface ObjectRead {
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly size: number;
  /** Undefined where the object is larger than the cap. */
  readonly bytes: Uint8Array | undefined;
}

/** Every promise rejects where git itself fails; an object that is not there is undefined. */
export interface ObjectReader {
  /** @param id a full object id. @param cap bytes of content to hold at most. */
  read(id: Oid, cap: number): Promise<ObjectRead | undefined>;
  /** Lowercase hex SHA-256 of a blob's content, of any size, held nowhere. Undefined where there is no such blob. */
  digest(id: Oid): Promise<string | undefined>;
  /** Always call it: git ends, or reads for another in a moment. */
  close(): void;
}

type Answer = ObjectRead & { readonly sha256: string | undefined };

interface Request {
  readonly cap: number;
  readonly hash: Hash | undefined;
  readonly answer: (found: Answer | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** Readers at once: one is open while other gits run for the same change, so they have a bound of their own. */
const open = slots(16);

/** Those whose readers are done with, by what they read: the next may want the same. */
const idle = lingering<Batch>({ most: 8, ms: 1_000 });

/** @param seconds after which git is ended, however many objects were asked for. Rejects where git cannot be started. */
export async function openObjects(env: Environment, seconds = 120): Promise<ObjectReader> {
  const done = await open.take();
  try {
    const key = JSON.stringify(env);
    return readerOver(idle.take(key) ?? batchOf(startGit(['cat-file', '--batch'], { env })), seconds, { done, leave: (batch) => idle.leave(key, batch) });
  } catch (error) {
    done();
    throw error;
  }
}

/** One git, and what it was asked. */
interface Batch extends Lingering {
  readonly answers: AnswerStream;
}

function batchOf(child: GitChild): Batch {
  const stderr = tail(child.stderr);
  const answers = new AnswerStream();
  child.stdout.on('data', (chunk: Uint8Array) => answers.take(chunk));
  child.on('error', (error) => answers.fail(error));
  child.on('close', (code) => answers.fail(new Error(failure('cat-file', code, stderr()).message)));
  return { child, answers };
}

function readerOver(batch: Batch, seconds: number, { done, leave }: { done(): void; leave(batch: Batch): void }): ObjectReader {
  const { child, answers } = batch;
  const timer = setTimeout(() => answers.fail(new Error(`reading objects took more than ${seconds} s`), () => child.kill('SIGKILL')), seconds * 1_000);
  const over = (): void => {
    clearTimeout(timer);
    done();
  };
  child.once('close', over);
  let closed = false;
  const ask = (id: Oid, cap: number, hash?: Hash): Promise<Answer | undefined> => {
    // Anything but a full id could name a ref, a path or two requests.
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return Promise.resolve(undefined);
    const answer = answers.expect(cap, hash);
    child.stdin.write(`${id}\n`);
    return answer;
  };
  return {
    read: (id, cap) => ask(id, cap),
    digest: async (id) => (await ask(id, 0, createHash('sha256')))?.sha256,
    close: () => {
      if (closed) return;
      closed = true;
      // Somebody waits still: it ends by itself once it has answered.
      if (!answers.quiet) return void child.stdin.end();
      child.off('close', over);
      over();
      leave(batch);
    },
  };
}

const HEADER = /^[0-9a-f]+ (blob|tree|commit|tag) ([0-9]+)$/;
const LONGEST_HEADER = 200;
const LF = 0x0a;

/** Cuts the stream into answers, however its chunks fall. */
class AnswerStream {
  readonly #waiting: Request[] = [];
  #header: Uint8Array = new Uint8Array();
  #body: { type: ObjectRead['type']; size: number; left: number; chunks: Uint8Array[] } | undefined;
  #broken: Error | undefined;

  expect(cap: number, hash: Hash | undefined): Promise<Answer | undefined> {
    return new Promise((answer, fail) => {
      if (this.#broken === undefined) this.#waiting.push({ cap, hash, answer, fail });
      else fail(this.#broken);
    });
  }

  /** Whole, and nobody waits. */
  get quiet(): boolean {
    return this.#broken === undefined && this.#waiting.length === 0 && this.#header.length === 0 && this.#body === undefined;
  }

  fail(error: Error, then: () => void = () => undefined): void {
    this.#broken ??= error;
    for (const request of this.#waiting.splice(0)) request.fail(this.#broken);
    then();
  }

  take(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0 && this.#broken === undefined; ) rest = this.#body === undefined ? this.#takeHeader(rest) : this.#takeBody(rest);
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const end = chunk.indexOf(LF);
    this.#header = concat(this.#header, end < 0 ? chunk : chunk.subarray(0, end));
    if (this.#header.length > LONGEST_HEADER) this.fail(new Error('git cat-file answered something else'));
    if (end < 0) return new Uint8Array();
    const line = text(this.#header) ?? '';
    this.#header = new Uint8Array();
    const [, type, size] = HEADER.exec(line) ?? [];
    if (isType(type)) this.#body = { type, size: Number(size), left: Number(size) + 1, chunks: [] };
    else if (line.endsWith(' missing')) this.#waiting.shift()?.answer(undefined);
    else this.fail(new Error(`git cat-file answered ${JSON.stringify(line)}`));
    return chunk.subarray(end + 1);
  }

  /** The last byte of a body is the line feed after it. */
  #takeBody(chunk: Uint8Array): Uint8Array {
    const [body, request] = [this.#body, this.#waiting[0]];
    if (body === undefined || request === undefined) {
      this.fail(new Error('git cat-file answered what nobody asked'));
      return new Uint8Array();
    }
    const content = chunk.subarray(0, Math.min(body.left - 1, chunk.length));
    if (body.size <= request.cap) body.chunks.push(content);
    request.hash?.update(content);
    const taken = Math.min(body.left, chunk.length);
    body.left -= taken;
    if (body.left === 0) this.#finish(request, body);
    return chunk.subarray(taken);
  }

  #finish(request: Request, body: { type: ObjectRead['type']; size: number; chunks: readonly Uint8Array[] }): void {
    this.#body = undefined;
    this.#waiting.shift();
    const bytes = body.size <= request.cap ? joined(body.chunks) : undefined;
    request.answer({ type: body.type, size: body.size, bytes, sha256: body.type === 'blob' ? request.hash?.digest('hex') : undefined });
  }
}

const isType = (type: string | undefined): type is ObjectRead['type'] => type !== undefined;

/** A copy of its own, not a view into a chunk of the stream. */
const joined = (chunks: readonly Uint8Array[]): Uint8Array => concat(...chunks);
