/** Copies objects from one repository to another: `pack-objects | index-pack`, counted and timed on the way. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { type Environment, failure, type GitChild, startGit, tail } from './run.ts';

export interface Caps {
  /** Of the pack. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface Copy {
  readonly from: Environment;
  readonly to: Environment;
  readonly tips: readonly Oid[];
  /** Everything reachable from these is there already. */
  readonly without: readonly Oid[];
  /** Check the objects as `fsck` would, and that all they point to is there. */
  readonly strict: boolean;
  readonly caps: Caps;
}

/** Resolves when the pack is on disk and indexed. Problems: PUSH_TOO_LARGE, CONTENT_UNSEEN, GIT_FAILED. */
export async function copyObjects(copy: Copy): Promise<Result<void>> {
  const pair = startPair(copy);
  if (!pair.ok) return pair;
  const { source, sink } = pair.value;
  let over: Problem | undefined;
  const stop = (why: string): void => {
    over ??= problem('PUSH_TOO_LARGE', why, { remedy: 'push less at a time, or ask the operator to raise the cap' });
    source.kill('SIGKILL');
    sink.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(`keeping the pushed objects took more than ${copy.caps.seconds} s`), copy.caps.seconds * 1_000);
  source.stdin.end([...copy.tips, ...copy.without.map((id) => `^${id}`)].map((line) => `${line}\n`).join(''));
  sink.stdout.resume();
  const ends = Promise.all([ended(source, 'pack-objects'), ended(sink, 'index-pack')]);
  await pipeline(source.stdout, counted(copy.caps.bytes, stop), sink.stdin).catch(() => undefined);
  const problems = await ends;
  clearTimeout(timer);
  const wrong = over ?? problems.find((p) => p !== undefined);
  return wrong === undefined ? ok(undefined) : err(wrong);
}

function startPair(copy: Copy): Result<{ readonly source: GitChild; readonly sink: GitChild }> {
  let source: GitChild | undefined;
  try {
    source = startGit(['pack-objects', '--revs', '--stdout', '--delta-base-offset', '-q'], { env: copy.from });
    return ok({ source, sink: startGit(['index-pack', '--stdin', ...(copy.strict ? ['--strict'] : [])], { env: copy.to }) });
  } catch (error) {
    source?.kill('SIGKILL');
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  }
}

function counted(cap: number, stop: (why: string) => void): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (chunks) {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > cap) return stop(`the pushed objects are more than ${cap} bytes packed`);
      yield chunk;
    }
  };
}

function ended(child: GitChild, name: string): Promise<Problem | undefined> {
  const stderr = tail(child.stderr);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(problem('GIT_FAILED', `git cannot be started: ${error.message}`)));
    child.on('close', (code) => resolve(code === 0 ? undefined : failure(name, code, stderr())));
  });
}

/** A copy that was ended leaves its half-written pack. Nobody else may be writing there. */
export async function removeLeftovers(objectFolder: string): Promise<void> {
  const packs = join(objectFolder, 'pack');
  const names = await readdir(packs).catch(() => []);
  await Promise.all(names.filter((name) => name.startsWith('tmp_')).map((name) => rm(join(packs, name), { force: true })));
}
