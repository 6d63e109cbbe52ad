/**
 * Runs a program as if it were us: with our input and output, our signals, and its exit code for ours. Whoever ends us means
 * what we run, for npm and service managers know no process but this one.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Resolves the exit code. Where we were told to end meanwhile, we end with it and never resolve. Rejects where it cannot be started. */
export function runChild(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    let told = false;
    const handOn = (signal) => {
      told = true;
      child.kill(signal);
    };
    for (const signal of ENDING) process.on(signal, handOn);
    const watch = whenOrphaned(() => handOn('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      const status = code ?? 128 + constants.signals[signal];
      if (told) process.exit(status);
      for (const name of ENDING) process.removeListener(name, handOn);
      resolve(status);
    });
  });
}

/** Under npm there is a shell between npm and us, and some shells (dash) end on the signal npm hands them without handing it on. */
function whenOrphaned(then) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    then();
  }, 250);
  return watch;
}
