/** `countersign hook post-commit`: what git's hook of that name calls. A commit is made already, so a problem is said and stops nothing. */
import { resolve } from 'node:path';
import { recordCommit } from '../flows/record-commit.ts';
import { openCommitRecording } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { version } from './version.ts';

/** Exit 0 written, 2 not. Prints nothing unless asked for JSON. */
export async function hookPostCommit(revision: string, options: { readonly repo: string; readonly gitAi?: boolean; readonly json?: boolean }): Promise<Answer> {
  process.removeAllListeners('warning');
  const world = await openCommitRecording(options.repo, version());
  const done = await recordCommit({ dir: resolve(options.repo), revision, gitAi: options.gitAi === true }, world);
  if (!done.ok) return refusal([done.error], options.json);
  const { commit, attached, trail } = done.value;
  const hands = [...attached.hands.values()];
  const json = { version: 1, exit: EXIT.ok, commit, share: attached.share, hands, cut: attached.cut, trail: trail ?? null };
  return { code: EXIT.ok, stdout: options.json ? `${JSON.stringify(json)}\n` : '', stderr: '' };
}
