/** The receipt a server hands out for a signature, kept as a file: `countersign receipt verify` proves it without the server. */
import { existsSync, writeFileSync } from 'node:fs';
import { fromBase64 } from '../core/base/bytes.ts';
import { type Problem, problem } from '../core/base/result.ts';
import { type SignedReceipt, wordsOf } from '../core/signoff/receipt.ts';
import { unreadable } from './unreadable.ts';

/** Said before anybody touches a key: a receipt that cannot be kept is noticed too late afterwards. */
export const receiptProblems = (file: string | undefined): readonly Problem[] =>
  file !== undefined && existsSync(file) ? [problem('USAGE', 'this file is there already', { place: file, remedy: 'name one that is not: receipts are never written over' })] : [];

/** Empty: kept, or not asked for. A receipt of something else than was signed is worth nothing, and says what the server did. */
export function keepReceipt(file: string | undefined, receipt: SignedReceipt | null | undefined, words: readonly string[]): readonly Problem[] {
  if (file === undefined) return [];
  const remedy = 'what you signed is in the log; save the receipt on the page';
  if (receipt === null || receipt === undefined) return [problem('LOG_FORMAT', 'the server gave no receipt', { place: file, remedy })];
  const own = wordsOf(fromBase64(String(receipt.envelope)) ?? new Uint8Array(0));
  if (own.join(' ') !== words.join(' '))
    return [problem('CONTENT_MISMATCH', 'the receipt is of another statement than you signed', { place: file, remedy: 'tell whoever runs the server' })];
  try {
    writeFileSync(file, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    return [];
  } catch (error) {
    return [problem('USAGE', `the receipt cannot be written: ${unreadable(error)}`, { place: file, remedy })];
  }
}
