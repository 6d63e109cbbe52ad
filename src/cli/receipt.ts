/** `countersign receipt verify`: shows offline that what somebody signed was in the log, as the log's own signature says. */
import { err, ok, type Problem, problem, problemText, type Result } from '../core/base/result.ts';
import { type VerifiedReceipt, verifyReceipt } from '../core/signoff/receipt.ts';
import { parseTrust } from '../core/signoff/trust-file.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileOf } from './named-file.ts';
import { visibleLines } from './terminal.ts';

export interface ReceiptOptions {
  readonly trust: string;
  readonly demo?: boolean;
  readonly json?: boolean;
}

/** 0 it holds, 1 it does not, 2 a file cannot be read: treat it as a no. */
export async function receiptVerify(file: string, { trust, demo, json }: ReceiptOptions): Promise<Answer> {
  const answer = await verified(file, trust, demo === true);
  if (answer.ok) return told(answer.value, json === true);
  if (answer.error.some((p) => UNREAD.test(p.code))) return refusal(answer.error, json);
  const stderr = answer.error.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('');
  return { code: EXIT.signoff, stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.signoff, problems: answer.error })}\n` : '', stderr: json ? '' : stderr };
}

const UNREAD = /^(?:BUNDLE_FORMAT|TRUST_FORMAT|USAGE)$/;

async function verified(file: string, trustFile: string, allowDemo: boolean): Promise<Result<VerifiedReceipt, readonly Problem[]>> {
  const [receipt, trust] = [await fileOf('receipt', file), await fileOf('--trust', trustFile)];
  if (!receipt.ok || !trust.ok) return err([receipt, trust].flatMap((r) => (r.ok ? [] : [r.error])));
  if (receipt.value === null || trust.value === null) return err([problem('USAGE', 'name the receipt and the trust file')]);
  const trusted = parseTrust(trust.value.bytes);
  if (!trusted.ok) return trusted;
  const answer = verifyReceipt(receipt.value.bytes, trusted.value, { allowDemo });
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
