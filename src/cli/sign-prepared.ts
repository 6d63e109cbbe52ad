/**
 * Signing what a server prepared, for every statement somebody signs in the terminal. The server may lie: it could show one thing and
 * ask to sign another. So nothing is signed but the bytes that `check` read, and what the person is shown is read from these bytes alone.
 */
import { fromBase64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { type SecurityKey, signWithKey } from './security-key.ts';
import { callServer } from './server-call.ts';
import { visible } from './terminal.ts';

/** A change on a server. */
export interface Place {
  readonly origin: string;
  readonly id: string;
  /** Of whoever signed in there; absent where nobody has to. */
  readonly cookie?: string;
}

/** What is wrong with the statement, or the lines that say what the key is about to: each is one line, whatever is in it. */
export type Check = (statement: Uint8Array) => Promise<Result<readonly string[], readonly Problem[]>>;

export interface Signed<Receipt> {
  /** The fingerprint of what was signed. */
  readonly words: readonly string[];
  /** As the server says. */
  readonly receipt: Receipt;
}

/**
 * Has the server write the statement, and hands it the signature. @param path below the change: `signoffs`, `ownership`, `break-glass`.
 * @param asked what the person says, and who they are. Problems: what the server refused with, GATE_UNAVAILABLE, ST_TYPE, those of `check`,
 * SIG_INVALID.
 */
export async function signPrepared<Receipt>(
  { origin, id, cookie }: Place,
  path: string,
  asked: object,
  key: SecurityKey,
  check: Check,
): Promise<Result<Signed<Receipt>, readonly Problem[]>> {
  const body = { ...asked, credential: { kind: 'sk-ssh', keyid: key.keyid } };
  const prepared = await callServer<{ ticket: string; statement: string }>(origin, `/changes/${id}/${path}/prepare`, body, cookie);
  if (!prepared.ok) return prepared;
  const { ticket, statement } = prepared.value.body;
  const bytes = fromBase64(String(statement));
  if (bytes === undefined) return err([problem('ST_TYPE', 'the server sent nothing to sign', { place: origin })]);
  const says = await check(bytes);
  if (!says.ok) return says;
  const signed = pae(NAMES.payloadType, bytes);
  const words = fingerprintOf(signed);
  process.stderr.write(`${says.value.map(visible).join('\n')}\nfingerprint  ${words.join(' ')}\n             of exactly these bytes; touch your key\n`);
  const sshsig = signWithKey(key, signed);
  if (!sshsig.ok) return sshsig;
  const receipt = await callServer<Receipt>(origin, `/changes/${id}/${path}`, { ticket, sshsig: sshsig.value }, cookie);
  return receipt.ok ? ok({ words, receipt: receipt.value.body }) : receipt;
}
