/**
 * `countersign own`: the author says what they read, ran and do not understand of their own change, and signs it with their `sk-` key as
 * `sign` does; where there is none it opens the page. What the server sends is held against this machine's own clone, the
 * address and the words given, before anybody touches a key.
 */
import { fromBase64 } from '../core/base/bytes.ts';
import { digest, type Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { personUrn } from '../core/signoff/build.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { OWNERSHIP_SENTENCE, type OwnershipPredicate, parseOwnership } from '../core/signoff/ownership.ts';
import { NAMES } from '../core/signoff/statement.ts';
import type { OwnershipReceipt } from '../flows/ownership.ts';
import type { Repository } from '../flows/ports.ts';
import { VALID_MS } from '../flows/prepare.ts';
import { openClone } from '../world.ts';
import { readAnswers, type Said } from './answers-file.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { keepReceipt, receiptProblems } from './receipt-file.ts';
import { type SecurityKey, signWithKey } from './security-key.ts';
import { callServer } from './server-call.ts';
import { type Place, signerFor } from './sign.ts';
import { CLOCKS_APART, changedContent, mismatch } from './sign-check.ts';
import { visibleLines } from './terminal.ts';

export interface OwnOptions {
  readonly repo: string;
  readonly as?: string;
  readonly key?: string;
  readonly page?: boolean;
  readonly answers?: string;
  readonly receipt?: string;
  readonly json?: boolean;
}

export async function own(url: string, options: OwnOptions): Promise<Answer> {
  const full = receiptProblems(options.receipt);
  if (full.length > 0) return refusal(full, options.json);
  const found = await signerFor(url, options);
  if ('code' in found) return found;
  const { place, key, person } = found;
  if (options.answers === undefined) return askForAnswers(place, options.json);
  const signed = await signHere(place, { person, key, repo: options.repo, answers: options.answers });
  if (!signed.ok) return refusal(signed.error, options.json);
  const lost = keepReceipt(options.receipt, signed.value.receipt.receipt, signed.value.words);
  return lost.length > 0 ? refusal(lost, options.json) : told(signed.value, options.json);
}

/** Nothing said yet: the form to fill in, on standard output, so that it can be kept as a file. */
async function askForAnswers({ origin, id }: Place, json: boolean | undefined): Promise<Answer> {
  const shown = await callServer<{ readonly files: readonly unknown[] }>(origin, `/changes/${id}`);
  if (!shown.ok) return refusal(shown.error, json);
  const remedy = `keep what standard output says as a file, fill it in (filesRead: how many of the ${shown.value.body.files.length} files you read; "nothing" is an answer; an assumption is {"text", "holds": "true", "false" or "unknown"}), and name it with --answers`;
  const asked = refusal([problem('OWNERSHIP_MISSING', 'the answers are missing', { place: '--answers', remedy })], json);
  const form = { filesRead: null, ran: [''], notUnderstood: [''], assumptions: [] };
  return json ? asked : { ...asked, stdout: `${JSON.stringify(form, null, 2)}\n` };
}

interface Author {
  readonly person: string;
  readonly key: SecurityKey;
  readonly repo: string;
  readonly answers: string;
}

interface Signed {
  readonly words: readonly string[];
  readonly receipt: OwnershipReceipt;
}

async function signHere({ origin, id }: Place, { person, key, repo, answers }: Author): Promise<Result<Signed, readonly Problem[]>> {
  const said = readAnswers(answers, { assumptions: [] }, ['filesRead', 'ran', 'notUnderstood']);
  if (!said.ok) return said;
  const asked = { ...said.value, person, credential: { kind: 'sk-ssh', keyid: key.keyid } };
  const prepared = await callServer<{ ticket: string; statement: string }>(origin, `/changes/${id}/ownership/prepare`, asked);
  if (!prepared.ok) return prepared;
  const bytes = fromBase64(String(prepared.value.body.statement)) ?? new Uint8Array(0);
  const statement = parseOwnership(bytes);
  if (!statement.ok) return err([statement.error]);
  const { predicate } = statement.value;
  const { repository } = await openClone(repo);
  const wrong = await disagreements(predicate, { id, said: said.value, person, keyid: key.keyid, now: Date.now() }, repository, repo);
  if (wrong.length > 0) return err(wrong);
  const signed = pae(NAMES.payloadType, bytes);
  const words = fingerprintOf(signed);
  process.stderr.write(`${visibleLines(aboutToSign(predicate))}\nfingerprint  ${words.join(' ')}\n             of exactly these bytes; touch your key\n`);
  const sshsig = signWithKey(key, signed);
  if (!sshsig.ok) return sshsig;
  const receipt = await callServer<OwnershipReceipt>(origin, `/changes/${id}/ownership`, { ticket: prepared.value.body.ticket, sshsig: sshsig.value });
  return receipt.ok ? ok({ words, receipt: receipt.value.body }) : receipt;
}

export interface Meant {
  /** The change of the address the person gave. */
  readonly id: string;
  readonly said: Said;
  readonly person: string;
  readonly keyid: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Problems: CONTENT_MISMATCH, CONTENT_UNSEEN. Empty: the statement says what this person means, of what this clone holds. */
export async function disagreements(predicate: OwnershipPredicate, meant: Meant, repository: Repository, place: string): Promise<readonly Problem[]> {
  const { author, ran, notUnderstood, assumptions, read, statement, expires } = predicate;
  const same = (given: unknown, words: Json | undefined): boolean => words !== undefined && digest(given as Json) === digest(words);
  const rules: readonly (readonly [string, boolean])[] = [
    ['filesRead', same(read.files, meant.said.filesRead)],
    ['ran', same(ran, meant.said.ran)],
    ['notUnderstood', same(notUnderstood, meant.said.notUnderstood)],
    ['assumptions', same(assumptions, meant.said.assumptions)],
    ['statement', statement === OWNERSHIP_SENTENCE],
    ['author', author.id === personUrn(meant.person)],
    ['credential', author.credential.type === 'sk-ssh' && author.credential.id === meant.keyid],
    ['expires', Date.parse(expires) <= meant.now + VALID_MS + CLOCKS_APART],
  ];
  const wrong = rules.filter(([, holds]) => !holds).map(([name]) => name);
  if (wrong.length > 0) return [mismatch(`the server asks to sign something else than you said: ${wrong.join(', ')}`, place)];
  return changedContent({ predicate }, meant, repository, place);
}

/** What the key is about to say, before it is touched. */
function aboutToSign({ change, author, statement, read, ran, notUnderstood, expires }: OwnershipPredicate): string {
  return [
    `change       ${change.repo} ${change.targetRef}, commit ${change.head.gitCommit.slice(0, 12)}`,
    `you          ${author.id} own it, until ${expires}`,
    `             "${statement}"`,
    `read         ${read.files} of ${read.filesTotal} files`,
    ...ran.map((line) => `ran          ${line}`),
    ...notUnderstood.map((line) => `unclear      ${line}`),
  ].join('\n');
}

function told({ words, receipt }: Signed, json: boolean | undefined): Answer {
  const text = `fingerprint  ${words.join(' ')}\nsigned       log entry ${Number(receipt.index)}: whoever reviews it can sign now\n`;
  return { code: EXIT.ok, stdout: json ? `${JSON.stringify({ version: 1, words, ...receipt })}\n` : text, stderr: '' };
}
