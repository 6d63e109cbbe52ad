/**
 * `countersign own`: the author says what they read, ran and do not understand of their own change, and signs it with their `sk-` key as
 * `sign` does; where there is none it opens the page. What the server sends is held against this machine's own clone, the
 * address and the words given, before anybody touches a key.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type OwnershipPredicate, parseOwnership } from '../core/signoff/ownership.ts';
import type { OwnershipReceipt } from '../flows/ownership.ts';
import { openClone } from '../world.ts';
import { readAnswers } from './answers-file.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { keepReceipt, receiptProblems } from './receipt-file.ts';
import type { SecurityKey } from './security-key.ts';
import { callServer } from './server-call.ts';
import { signerFor } from './sign.ts';
import { ownershipDisagreements } from './sign-check.ts';
import { type Place, type Signed, signPrepared } from './sign-prepared.ts';

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
async function askForAnswers({ origin, id, cookie }: Place, json: boolean | undefined): Promise<Answer> {
  const shown = await callServer<{ readonly files: readonly unknown[] }>(origin, `/changes/${id}`, undefined, cookie);
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

async function signHere(place: Place, { person, key, repo, answers }: Author): Promise<Result<Signed<OwnershipReceipt>, readonly Problem[]>> {
  const said = readAnswers(answers, { assumptions: [] }, ['filesRead', 'ran', 'notUnderstood']);
  if (!said.ok) return said;
  return signPrepared(place, 'ownership', { ...said.value, person }, key, async (bytes) => {
    const statement = parseOwnership(bytes);
    if (!statement.ok) return err([statement.error]);
    const { predicate } = statement.value;
    const { repository } = await openClone(repo);
    const wrong = await ownershipDisagreements(
      predicate,
      { id: place.id, said: said.value, person, keyid: key.keyid, application: key.application, now: Date.now() },
      repository,
      repo,
    );
    return wrong.length > 0 ? err(wrong) : ok(aboutToSign(predicate));
  });
}

/** What the key is about to say, before it is touched. */
function aboutToSign({ change, author, statement, read, ran, notUnderstood, expires }: OwnershipPredicate): readonly string[] {
  return [
    `change       ${change.repo} ${change.targetRef}, commit ${change.head.gitCommit.slice(0, 12)}`,
    `you          ${author.id} own it, until ${expires}`,
    `             "${statement}"`,
    `read         ${read.files} of ${read.filesTotal} files`,
    ...ran.map((line) => `ran          ${line}`),
    ...notUnderstood.map((line) => `unclear      ${line}`),
  ];
}

function told({ words, receipt }: Signed<OwnershipReceipt>, json: boolean | undefined): Answer {
  const text = `fingerprint  ${words.join(' ')}\nsigned       log entry ${Number(receipt.index)}: whoever reviews it can sign now\n`;
  return { code: EXIT.ok, stdout: json ? `${JSON.stringify({ version: 1, fingerprint: words, ...receipt })}\n` : text, stderr: '' };
}
