/** Writes the starter policy and roster. Never overwrites: what decides about changes is changed by people, in a change. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, problem } from '../core/base/result.ts';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { POLICY_FILE, ROSTER_FILE } from '../flows/governance.ts';
import { type Answer, EXIT, refusal } from './exit.ts';

export interface InitOptions {
  /** Top folder of a clone. */
  readonly repo: string;
  readonly json?: boolean;
}

const FILES = [
  [POLICY_FILE, STARTER_POLICY],
  [ROSTER_FILE, STARTER_ROSTER],
] as const;

/** Writes whichever of the two is not there. Exit 0 written, 2 nothing written. */
export async function init({ repo, json = false }: InitOptions): Promise<Answer> {
  if (!isThere(join(repo, '.git'))) return refusal([problem('USAGE', 'this is not the top folder of a clone', { place: repo, remedy: 'go there, or name it with --repo' })], json);
  const absent = FILES.filter(([name]) => !isThere(join(repo, name)));
  if (absent.length === 0)
    return refusal([problem('USAGE', 'policy and roster are there already', { place: repo, remedy: 'edit them, and land the edit like any other change' })], json);
  try {
    for (const [name, text] of absent) write(repo, name, text);
  } catch (error) {
    return refusal([unwritable(repo, error)], json);
  }
  return {
    code: EXIT.ok,
    stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.ok, wrote: absent.map(([name]) => name) })}\n` : next(absent.map(([name]) => name)),
    stderr: '',
  };
}

const next = (wrote: readonly string[]): string =>
  `wrote ${wrote.join(' and ')}\nnext: put your people into ${ROSTER_FILE}, commit, land it on the target branch, then run countersign check\n`;

/** Links are not followed: a link in a clone may lead out of it. */
function write(repo: string, name: string, text: string): void {
  const folder = join(repo, dirname(name));
  if (!isThere(folder)) mkdirSync(folder);
  if (!lstatSync(folder).isDirectory() && folder !== repo) throw new Error(`${dirname(name)} is no folder`);
  writeFileSync(join(repo, name), text, { flag: 'wx' });
}

/** Also where a file stands in the place of a folder above it: then it is not there. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

const unwritable = (repo: string, error: unknown): Problem =>
  problem('USAGE', error instanceof Error ? error.message : String(error), { place: repo, remedy: 'make the folder writable, then run this again' });
