/**
 * Gits that answer one question after another, and stay a moment for the next. Starting one is what costs: a server of some hundred
 * megabytes stands still while it is copied for a new process. They hold nobody up: a process whose work is done ends under them.
 */
import { Socket } from 'node:net';
import type { GitChild } from './run.ts';

export interface Lingering {
  readonly child: GitChild;
}

export interface Idle<T extends Lingering> {
  /** One that lives and that nobody has; undefined: start one. */
  take(key: string): T | undefined;
  /** Whoever leaves one asks it nothing more. */
  leave(key: string, git: T): void;
}

/** @param most so many stay; the one that waited longest makes room. @param ms for so long. */
export function lingering<T extends Lingering>({ most, ms }: { most: number; ms: number }): Idle<T> {
  const waiting = new Map<T, { readonly key: string; readonly timer: NodeJS.Timeout }>();
  const end = (git: T): void => {
    forget(git);
    git.child.stdin.end();
  };
  const forget = (git: T): void => {
    clearTimeout(waiting.get(git)?.timer);
    waiting.delete(git);
  };
  return {
    take: (key) => {
      const [git] = [...waiting].find(([one, at]) => at.key === key && alive(one.child)) ?? [];
      if (git === undefined) return undefined;
      forget(git);
      hold(git.child, true);
      return git;
    },
    leave: (key, git) => {
      if (!alive(git.child)) return;
      const [oldest] = waiting.keys();
      if (waiting.size >= most && oldest !== undefined) end(oldest);
      hold(git.child, false);
      waiting.set(git, { key, timer: setTimeout(() => end(git), ms).unref() });
    },
  };
}

const alive = (child: GitChild): boolean => child.exitCode === null && child.signalCode === null && child.stdin.writable;

/** Whether this process stays for it. */
export function hold(child: GitChild, held: boolean): void {
  for (const end of [child, child.stdin, child.stdout, child.stderr]) {
    if (!(end === child || end instanceof Socket)) continue;
    if (held) end.ref();
    else end.unref();
  }
}
