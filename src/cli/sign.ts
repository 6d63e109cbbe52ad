/**
 * `countersign sign`: recomputes the change from the signer's own clone, shows the fingerprint of exactly what will be
 * signed, and signs with the person's `sk-` key; where there is none it opens the sign page. What the server sends is checked here before
 * anybody touches a key: a server that shows one change and asks to sign another is refused.
 */
import { spawnSync } from 'node:child_process';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Question } from '../core/dossier/questions.ts';
import { type Finding, findingKey } from '../core/risk/risk.ts';
import { parseStatement } from '../core/signoff/parse.ts';
import type { SignedReceipt } from '../core/signoff/receipt.ts';
import type { Statement } from '../core/signoff/statement.ts';
import { openClone } from '../world.ts';
import { readAnswers } from './answers-file.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { keepReceipt, receiptProblems } from './receipt-file.ts';
import { readSecurityKey, type SecurityKey, usualSecurityKey } from './security-key.ts';
import { callServer } from './server-call.ts';
import { disagreements } from './sign-check.ts';
import { enter } from './sign-in.ts';
import { type Place, type Signed, signPrepared } from './sign-prepared.ts';
import { visibleLines } from './terminal.ts';

export interface SignOptions {
  readonly repo: string;
  readonly as?: string;
  readonly key?: string;
  /** Never a security key: the page, and the passkey there. */
  readonly page?: boolean;
  readonly answers?: string;
  /** Where to keep the receipt. */
  readonly receipt?: string;
  readonly floor?: readonly string[];
  readonly json?: boolean;
}

export async function sign(url: string, options: SignOptions): Promise<Answer> {
  const full = receiptProblems(options.receipt);
  if (full.length > 0) return refusal(full, options.json);
  const found = await signerFor(url, options);
  if ('code' in found) return found;
  const { place, key, person } = found;
  const shown = await callServer<Shown>(place.origin, `/changes/${place.id}`, undefined, place.cookie);
  if (!shown.ok) return refusal(shown.error, options.json);
  if (options.answers === undefined) return askForAnswers(shown.value.body, options.json);
  const signed = await signHere(place, { person, key, repo: options.repo, answers: options.answers, floors: options.floor }, shown.value.body);
  if (!signed.ok) return refusal(signed.error, options.json);
  const lost = keepReceipt(options.receipt, signed.value.receipt.receipt, signed.value.words);
  return lost.length > 0 ? refusal(lost, options.json) : told(signed.value, options.json);
}

/** Where, with which key, and who: or the answer that says why nobody signs here. Without a key of their own it is the page. */
export async function signerFor(
  url: string,
  options: Pick<SignOptions, 'key' | 'page' | 'as' | 'json'>,
): Promise<Answer | { readonly place: Place; readonly key: SecurityKey; readonly person: string }> {
  const place = pageOf(url);
  if (place === undefined)
    return refusal([problem('USAGE', 'this is not the address of a change', { place: url, remedy: 'give the link the push printed: http://<host>/changes/<id>' })], options.json);
  const file = options.key ?? (options.page === true ? undefined : usualSecurityKey());
  if (file === undefined) return openPage(url, options);
  const key = readSecurityKey(file);
  if (!key.ok) return refusal(key.error, options.json);
  const entered = await enter(place.origin, key.value);
  if (!entered.ok) return options.key === undefined && entered.error[0]?.code === 'KEY_UNKNOWN' ? openPage(url, options) : refusal(entered.error, options.json);
  const { cookie, person: holder } = entered.value;
  const person = options.as !== undefined ? ok(options.as) : holder !== null ? ok(holder) : await holderOf(place, key.value);
  if (!person.ok) return refusal(person.error, options.json);
  // A key that is merely lying there and that nobody enrolled is none to sign with.
  if (person.value === undefined) return options.key === undefined ? openPage(url, options) : refusal([notEnrolled(key.value, file)], options.json);
  return { place: { ...place, cookie }, key: key.value, person: person.value };
}

/** Whose key the server says it is. A lie only spoils the signature: what is signed names the person, and the key is somebody's. */
async function holderOf({ origin }: Place, key: SecurityKey): Promise<Result<string | undefined, readonly Problem[]>> {
  const people = await callServer<{ items: readonly { readonly id: string; readonly keys: readonly { readonly keyid: string }[] }[] }>(origin, '/people');
  return people.ok ? ok(people.value.body.items.find((p) => p.keys.some((k) => k.keyid === key.keyid))?.id) : people;
}

const notEnrolled = ({ keyid }: SecurityKey, file: string): Problem =>
  problem('KEY_UNKNOWN', `nobody enrolled the key ${keyid}`, { place: file, remedy: 'enrol it first (countersign enrol), or name another with --key' });

/** The parts of a dossier that are read here. */
interface Shown {
  readonly presented: string;
  readonly questions: readonly Question[];
  readonly files: readonly unknown[];
  readonly decision: { readonly findings: readonly Finding[] };
}

function pageOf(url: string): Place | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const id = /^\/changes\/([0-9a-f]{16})$/.exec(parsed?.pathname ?? '')?.[1];
  return parsed === undefined || id === undefined || !/^https?:$/.test(parsed.protocol) ? undefined : { origin: parsed.origin, id };
}

/** No security key: the page is where a passkey is. */
function openPage(url: string, options: Pick<SignOptions, 'json'>): Answer {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const opened = process.env.DISPLAY !== undefined || process.platform === 'darwin' ? spawnSync(opener, [url], { stdio: 'ignore' }).status === 0 : false;
  const text = `${opened ? 'opened' : 'open'} ${url}\nto sign here instead, name an enrolled security key: --key <file>\n`;
  return { code: EXIT.signoff, stdout: options.json ? `${JSON.stringify({ version: 1, opened, url })}\n` : text, stderr: '' };
}

/** Nothing said yet: the form to fill in, on standard output, so that it can be kept as a file. */
function askForAnswers(shown: Shown, json: boolean | undefined): Answer {
  const remedy = 'keep what standard output says as a file, fill every empty text in, and name it with --answers; or sign on the page';
  const asked = refusal([problem('ST_UNCHECKED', 'the answers are missing', { place: '--answers', remedy })], json);
  const form = {
    decision: 'approve | approve_with_conditions | changes | cannot_judge',
    dispositions: shown.decision.findings.map((f) => ({ finding: findingKey(f), disposition: 'accepted | mitigated | mistaken', note: '' })),
    answers: shown.questions.map((q) => ({ question: q.id, answer: '' })),
    notChecked: '',
    assumptions: [],
    conditions: [],
  };
  return json ? asked : { ...asked, stdout: `${JSON.stringify(form, null, 2)}\n` };
}

interface Signer {
  readonly person: string;
  readonly key: SecurityKey;
  readonly repo: string;
  readonly answers: string;
  readonly floors: readonly string[] | undefined;
}

interface Receipt {
  readonly index: number;
  readonly complete: boolean;
  readonly missing: string;
  readonly receipt?: SignedReceipt | null;
}

async function signHere(place: Place, { person, key, repo, answers, floors }: Signer, shown: Shown): Promise<Result<Signed<Receipt>, readonly Problem[]>> {
  const read = readAnswers(answers, { answers: [], assumptions: [], conditions: [], dispositions: [] }, ['decision', 'notChecked']);
  if (!read.ok) return read;
  const given = await floorsAt(floors);
  if (!given.ok) return given;
  const { review: _, ...said } = read.value;
  // A terminal does not see what anybody looks at.
  const review = { openedAt: new Date().toISOString(), activeSeconds: 0, filesViewed: 0, filesTotal: shown.files.length };
  return signPrepared(place, 'signoffs', { ...said, review, person, presented: shown.presented }, key, async (bytes) => {
    const statement = parseStatement(bytes);
    if (!statement.ok) return err([statement.error]);
    const meant = { id: place.id, person, keyid: key.keyid, application: key.application, said, review, now: Date.now() };
    const wrong = await disagreements(statement.value, meant, await openClone(repo, given.value), repo);
    return wrong.length > 0 ? err(wrong) : ok(aboutToSign(statement.value));
  });
}

/** What the key is about to say, before it is touched. */
const aboutToSign = ({ predicate: { change, decision, policy, presented, provenance, signer, expires, statement } }: Statement): readonly string[] => [
  `change       ${change.repo} ${change.targetRef}, commit ${change.head.gitCommit.slice(0, 12)}, tier ${policy.tier}`,
  ...listed('behind it   ', provenance.authors),
  ...listed(
    'beside it   ',
    presented.context.map(({ type, id }) => `${type} ${id}`),
  ),
  `you          ${signer.id} say: ${decision}, valid until ${expires}`,
  `             "${statement}"`,
];

/** Everything in it: a statement says no more than it shows. */
const listed = (name: string, words: readonly string[]): readonly string[] => (words.length === 0 ? [] : [`${name} ${words.join(', ')}`]);

function told({ words, receipt }: Signed<Receipt>, json: boolean | undefined): Answer {
  const outcome = receipt.complete ? 'every seat is filled: push again' : visibleLines(String(receipt.missing));
  const text = `fingerprint  ${words.join(' ')}\nsigned       log entry ${Number(receipt.index)}, ${outcome}\n`;
  return { code: receipt.complete ? EXIT.ok : EXIT.signoff, stdout: json ? `${JSON.stringify({ version: 1, fingerprint: words, ...receipt })}\n` : text, stderr: '' };
}
