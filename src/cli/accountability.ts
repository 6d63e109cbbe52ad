/** `countersign accountability`: who stood where for one change, from a log and the bodies beside it alone. */
import { base64 } from '../core/base/bytes.ts';
import { formatVkey } from '../core/log/note.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { bodiesOf } from '../flows/account-log.ts';
import { type Accounts, accountsOf } from '../flows/accountability.ts';
import { accountsText } from './accountability-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { type LogPlaceFlags, logAt, notProven } from './log-place.ts';
import { type KnownOfTrust, trustAt } from './named-file.ts';
import { progressLine } from './progress.ts';
import { visibleLines, visibleWithin } from './terminal.ts';

export interface AccountabilityFlags extends KnownOfTrust {
  readonly data?: string;
  readonly log?: string;
  readonly vkey?: readonly string[];
  readonly trust?: string;
  readonly json?: boolean;
}

export async function accountability(change: string, { json = false, trust: file, pin, trustSize, ...flags }: AccountabilityFlags): Promise<Answer> {
  const trust = file === undefined ? undefined : await trustAt(file, { pin, trustSize });
  if (trust?.ok === false) return refusal(trust.error, json);
  const at = await logAt(withKeys(flags, trust?.value), '--log', 'given');
  if (!at.ok) return notProven(at.error, json);
  const { source, keys, body = bodiesOf(source), close } = at.value;
  const line = progressLine(process.stderr);
  try {
    const found = await accountsOf({ source, keys, body, progress: line.show, ...(trust === undefined ? {} : { trust: trust.value }) }, change.toLowerCase());
    line.clear();
    return found.ok ? answer(found.value, json) : notProven(found.error, json);
  } finally {
    line.clear();
    await close();
  }
}

/** A trust file names the log's keys too. */
const withKeys = (flags: LogPlaceFlags, trust: TrustBundle | undefined): LogPlaceFlags =>
  flags.vkey === undefined && trust !== undefined ? { ...flags, vkey: trust.logKeys.map(formatVkey) } : flags;

function answer(found: Accounts, json: boolean): Answer {
  const code = found.accounts.every((a) => a.faults.length === 0) ? EXIT.ok : EXIT.signoff;
  if (!json) return { code, stdout: visibleLines(accountsText(found)), stderr: '' };
  const { log, names, ...rest } = found;
  const plain = { version: 1, exit: code, ...rest, names: Object.fromEntries(names), log: { ...log, root: base64(log.root) } };
  return { code, stdout: `${JSON.stringify(visibleWithin(plain))}\n`, stderr: '' };
}
