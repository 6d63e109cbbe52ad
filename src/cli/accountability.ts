/** `countersign accountability`: who stood where for one change, from a log and the bodies beside it alone. */
import { base64 } from '../core/base/bytes.ts';
import { bodiesOf } from '../flows/account-log.ts';
import { type Accounts, accountsOf } from '../flows/accountability.ts';
import { accountsText } from './accountability-text.ts';
import { type Answer, EXIT } from './exit.ts';
import { logAt, notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { visibleLines, visibleWithin } from './terminal.ts';

export interface AccountabilityFlags {
  readonly data?: string;
  readonly log?: string;
  readonly vkey?: readonly string[];
  readonly json?: boolean;
}

export async function accountability(change: string, { json = false, ...flags }: AccountabilityFlags): Promise<Answer> {
  const at = await logAt(flags, '--log');
  if (!at.ok) return notProven(at.error, json);
  const { source, keys, body = bodiesOf(source), close } = at.value;
  const line = progressLine(process.stderr);
  try {
    const found = await accountsOf({ source, keys, body, progress: line.show }, change.toLowerCase());
    line.clear();
    return found.ok ? answer(found.value, json) : notProven(found.error, json);
  } finally {
    line.clear();
    await close();
  }
}

function answer(found: Accounts, json: boolean): Answer {
  const code = found.accounts.every((a) => a.faults.length === 0) ? EXIT.ok : EXIT.signoff;
  if (!json) return { code, stdout: visibleLines(accountsText(found)), stderr: '' };
  const { log, names, ...rest } = found;
  const plain = { version: 1, exit: code, ...rest, names: Object.fromEntries(names), log: { ...log, root: base64(log.root) } };
  return { code, stdout: `${JSON.stringify(visibleWithin(plain))}\n`, stderr: '' };
}
