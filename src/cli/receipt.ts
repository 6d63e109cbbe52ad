/** `countersign receipt verify`: shows offline that what somebody signed was in the log, as the log's own signature says. */
import { err, ok, type Problem, problemText, type Result } from '../core/base/result.ts';
import { type VerifiedReceipt, verifyReceipt } from '../core/signoff/receipt.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileAt, type KnownOfTrust, trustAt } from './named-file.ts';
import { visibleLines } from './terminal.ts';

export interface ReceiptOptions extends KnownOfTrust {
  readonly trust: string;
  readonly demo?: boolean;
  readonly json?: boolean;
}

/** 0 it holds, 1 it does not, 2 a file cannot be read: treat it as a no. */
export async function receiptVerify(file: string, { trust, demo, json, ...known }: ReceiptOptions): Promise<Answer> {
  const answer = await verified(file, trust, known, demo === true);
  if (answer.ok) return told(answer.value, json === true);
  if (answer.error.some((p) => UNREAD.test(p.code))) return refusal(answer.error, json);
  const stderr = answer.error.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('');
  return { code: EXIT.signoff, stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.signoff, problems: answer.error })}\n` : '', stderr: json ? '' : stderr };
}

const UNREAD = /^(?:BUNDLE_FORMAT|TRUST_FORMAT|USAGE)$/;

async function verified(file: string, trustFile: string, known: KnownOfTrust, allowDemo: boolean): Promise<Result<VerifiedReceipt, readonly Problem[]>> {
  const [receipt, trust] = [await fileAt('receipt', file), await trustAt(trustFile, known)];
  if (!receipt.ok) return err([receipt.error, ...(trust.ok ? [] : trust.error)]);
  if (!trust.ok) return trust;
  const answer = verifyReceipt(new Uint8Array(receipt.value.bytes), trust.value, { allowDemo });
  return answer.ok ? ok(answer.value) : err(answer.error.map((p) => ({ place: file, ...p })));
}

function told(receipt: VerifiedReceipt, json: boolean): Answer {
  const { person, type, index, at, size, words, keyid } = receipt;
  const what = type === 'ownership' ? 'ownership statement' : 'sign-off';
  const text = [
    `verified: ${what} of ${person}, log entry ${index} of at least ${size}, taken ${new Date(at).toISOString()}`,
    `  fingerprint  ${words.join(' ')}`,
    `  key          ${keyid}`,
  ];
  return { code: EXIT.ok, stdout: json ? `${JSON.stringify({ version: 1, ...receipt, at: new Date(at).toISOString() })}\n` : `${visibleLines(text.join('\n'))}\n`, stderr: '' };
}
