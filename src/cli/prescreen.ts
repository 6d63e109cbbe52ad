/** `countersign prescreen`: questions of a language model about the change in a clone, for whoever will judge it. It decides nothing. */

import { problem } from '../core/base/result.ts';
import type { ShownFile } from '../core/dossier/dossier.ts';
import { checkChange } from '../flows/check.ts';
import { shownFiles } from '../flows/dossier.ts';
import { prescreen as ask } from '../flows/prescreen.ts';
import { openClone, readerFrom } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible } from './terminal.ts';

export interface PrescreenOptions {
  readonly repo: string;
  readonly target?: string;
  readonly json?: boolean;
}

export async function prescreen(range: string, options: PrescreenOptions): Promise<Answer> {
  const reader = await readerFrom(process.env);
  if (!reader.ok) return refusal([reader.error], options.json);
  if (reader.value === null)
    return refusal(
      [problem('USAGE', 'no language model is configured, and none is asked unless one is', { place: 'COUNTERSIGN_READER', remedy: 'see docs/guides/prescreen.md' })],
      options.json,
    );
  const clone = await openClone(options.repo);
  const checked = await checkChange(clone, { repo: null, range, target: options.target ?? null, at: Date.now() });
  if (!checked.ok) return refusal(checked.error, options.json);
  const { decision } = checked.value;
  const files = await shownFiles(clone.repository, decision);
  const answer = await ask(reader.value, decision, files ?? NONE);
  if (!answer.ok) return refusal([answer.error], options.json);
  const { value } = answer;
  const lines = [
    ...value.notes.map((n) => `  ${n.path === null ? '' : `${n.path}${n.line === null ? '' : `:${n.line}`}  `}${n.text}`),
    ...(value.notes.length === 0 ? ['  it has no question'] : []),
    ...value.left.map((path) => `  not seen whole: ${path}`),
  ];
  const text = `${visible(value.model)} read this change. It decides nothing, and may say what the author wants it to say.\n${lines.map(visible).join('\n')}\n`;
  return { code: EXIT.ok, stdout: options.json ? `${JSON.stringify({ version: 1, exit: EXIT.ok, ...value }, null, 2)}\n` : text, stderr: '' };
}

const NONE: readonly ShownFile[] = [];
