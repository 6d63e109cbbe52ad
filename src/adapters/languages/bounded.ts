/**
 * Parsing with a hard bound in time: what its author chooses must not decide how long a gate is busy. Small files are parsed
 * where they are asked for, since no known input of that size takes long; larger ones in a thread that is ended when one runs over.
 * A thread costs about 50 ms to start, once.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Parsed } from '../../core/risk/evidence.ts';
import { type Language, parseLanguage } from './parse.ts';

export interface Job {
  readonly id: number;
  readonly language: Language;
  readonly text: string;
}
export type Answer = { readonly id: number; readonly began: true } | { readonly id: number; readonly parsed: Parsed };

/** Characters. The worst input known (brackets and anchors without end) takes .2 s of this many. */
export const INLINE = 32 * 1024;
/**
 * Milliseconds of work for one file, from when its grammar is loaded: several times what the largest ordinary one takes. Work and
 * not waiting, so that the same file is read the same again on a machine that is busy with others.
 */
export const FILE_TIME = 6_000;
/** So many times as long as it may work may it take in all. */
const MAX_WAIT = 5;
/** Milliseconds for all files of one change: thousands of small ones can each take what one may. */
const CHANGE_TIME = 60_000;
/** Milliseconds until a thread says that it began: loading a grammar on a busy machine is nobody's attack. */
const START_TIME = 30_000;
/** Files of one change that may run over; those after it are not tried. */
const MAX_OVERRUNS = 3;
const MEMORY = { maxOldGenerationSizeMb: 1024 };

const SLOW = 'too large or slow: the parser ran over its time';

/** One for each change. */
export interface Bounded {
  parse(language: Language, text: string): Promise<Parsed>;
}

/** @param time milliseconds for one file. */
export function bounded(time = FILE_TIME): Bounded {
  let overruns = 0;
  let left = CHANGE_TIME;
  return {
    parse: async (language, text) => {
      if (left <= 0) return { kind: 'unreadable', why: 'too large or slow: the files of this change take longer than a gate may be busy' };
      const from = performance.now();
      try {
        return await one(language, text);
      } finally {
        left -= performance.now() - from;
      }
    },
  };

  async function one(language: Language, text: string): Promise<Parsed> {
    if (text.length <= INLINE) return parseLanguage(language, text);
    if (overruns >= MAX_OVERRUNS) return { kind: 'unreadable', why: `${SLOW} with ${overruns} other files of this change` };
    const parsed = await queued({ language, text, time });
    if (parsed === undefined) overruns++;
    return parsed ?? { kind: 'unreadable', why: SLOW };
  }
}

type Task = Omit<Job, 'id'> & { readonly time: number };

/** One thread for the process: files come one after another anyway, and memory stays flat. */
let thread: Worker | undefined;
/** Who waits for what the thread says of the file it has; undefined where it ended. */
let waiting: ((answer: Answer | undefined) => void) | undefined;
let last: Promise<unknown> = Promise.resolve();
let ids = 0;

function queued(task: Task): Promise<Parsed | undefined> {
  const next = last.then(() => run(task));
  last = next;
  return next;
}

/** Undefined where it ran over time or memory. Never rejects. */
function run({ language, text, time }: Task): Promise<Parsed | undefined> {
  const worker = thread ?? start();
  thread = worker;
  const id = ids++;
  worker.ref();
  return new Promise((resolve) => {
    const done = (parsed: Parsed | undefined): void => {
      clearTimeout(timer);
      waiting = undefined;
      worker.unref();
      if (parsed === undefined) end(worker);
      resolve(parsed);
    };
    let timer = setTimeout(done, START_TIME, undefined);
    const measure = clock(worker, time);
    const look = async (): Promise<void> => {
      const left = await measure();
      if (waiting !== mine) return;
      if (left <= 0) return done(undefined);
      timer = setTimeout(look, Math.max(left, 50));
    };
    const mine = (answer: Answer | undefined): void => {
      if (answer === undefined) done(undefined);
      else if (answer.id === id && 'parsed' in answer) done(answer.parsed);
      else if (answer.id === id) {
        clearTimeout(timer);
        void look();
      }
    };
    waiting = mine;
    worker.postMessage({ id, language, text } satisfies Job);
  });
}

/**
 * Milliseconds of work that are left, at each asking; the first one starts it. A thread that says nothing of its work, as in older
 * versions of Node, is measured by the time that passes.
 */
function clock(worker: Worker, time: number): () => Promise<number> {
  let began: { readonly at: number; readonly work: number | undefined } | undefined;
  return async () => {
    const work = await workOf(worker);
    const at = performance.now();
    began ??= { at, work };
    const passed = at - began.at;
    const worked = work === undefined || began.work === undefined ? passed : work - began.work;
    return Math.min(time - worked, time * MAX_WAIT - passed);
  };
}

/** Milliseconds a thread has worked since it began. */
async function workOf(worker: Worker): Promise<number | undefined> {
  if (!('cpuUsage' in worker)) return undefined;
  const used = await Promise.race([worker.cpuUsage().catch(() => undefined), new Promise<undefined>((resolve) => setTimeout(resolve, 1_000, undefined).unref())]);
  return used === undefined ? undefined : (used.user + used.system) / 1_000;
}

/** Beside the built program, or beside this file when running from source. */
function start(): Worker {
  const built = new URL('./parse-worker.js', import.meta.url);
  const worker = new Worker(existsSync(fileURLToPath(built)) ? built : new URL('./parse-worker.ts', import.meta.url), { resourceLimits: MEMORY });
  const hear = (answer: Answer | undefined): void => {
    if (worker !== thread) return;
    // one that ended between two files is not asked again
    if (answer === undefined) thread = undefined;
    waiting?.(answer);
  };
  worker.on('message', hear);
  worker.on('error', () => hear(undefined));
  worker.on('exit', () => hear(undefined));
  return worker;
}

function end(worker: Worker): void {
  thread = undefined;
  void worker.terminate();
}
