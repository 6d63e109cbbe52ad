/** `countersign hook post-rewrite`: line records go to the commits an amend or a rebase made. They are made already, so nothing is stopped. */
import { text } from 'node:stream/consumers';
import { carryNotes } from '../flows/declare-notes.ts';
import { openLineClone } from '../world.ts';
import { type Answer, EXIT } from './exit.ts';
import { visible } from './terminal.ts';

const LINE = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})(?: |$)/;

/** Standard input as git gives it: old and new id a line. Exit 0 always. */
export async function hookPostRewrite(repo: string, input: Promise<string> = text(process.stdin)): Promise<Answer> {
  const written = new Map(
    (await input).split('\n').flatMap((line) => {
      const [, from, to] = LINE.exec(line) ?? [];
      return from === undefined || to === undefined ? [] : [[from, to] as const];
    }),
  );
  const left = written.size === 0 ? [] : await carryNotes(await openLineClone(repo), written);
  return { code: EXIT.ok, stdout: '', stderr: left.map((words) => `countersign: ${visible(words)}\n`).join('') };
}
