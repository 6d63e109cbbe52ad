/** `countersign init --starter`: writes the starter policy and roster, and looks at nothing. Never overwrites: what decides about changes is changed by people, in a change. */
import { join } from 'node:path';
import { problem } from '../core/base/result.ts';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { POLICY_FILE, ROSTER_FILE } from '../flows/governance.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { isThere, notTheTop, unwritable, writeNew } from './init-place.ts';

export interface StarterOptions {
  /** Top folder of a clone. */
  readonly repo: string;
  readonly json?: boolean;
}

const FILES = [
  [POLICY_FILE, STARTER_POLICY],
  [ROSTER_FILE, STARTER_ROSTER],
] as const;

/** Writes whichever of the two is not there. Exit 0 written, 2 nothing written. */
export async function initStarter({ repo, json = false }: StarterOptions): Promise<Answer> {
  if (!isThere(join(repo, '.git'))) return refusal([notTheTop(repo)], json);
  const absent = FILES.filter(([name]) => !isThere(join(repo, name)));
  if (absent.length === 0)
    return refusal([problem('USAGE', 'policy and roster are there already', { place: repo, remedy: 'edit them, and land the edit like any other change' })], json);
  try {
    for (const [name, text] of absent) writeNew(repo, name, text);
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
