/**
 * `countersign sign`: recomputes the change from the signer's own clone, shows the fingerprint of exactly what will be
 * signed, and signs with an `sk-` key; without one it opens the sign page. What the server sends is checked here before
 * anybody touches a key: a server that shows one change and asks to sign another is refused.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { parseStatement } from '../core/signoff/parse.ts';
import { NAMES, type Statement } from '../core/signoff/statement.ts';
import { openClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';

export interface SignOptions {
  readonly repo: string;
  readonly as?: string;
  readonly key?: string;
  readonly answers?: string;
  readonly json?: boolean;
}

interface Prepared {
  readonly ticket: string;
  readonly words: readonly string[];
  readonly statement: string;
}

export async function sign(url: string, options: SignOptions): Promise<Answer> {
  const place = pageOf(url);
  if (place === undefined)
    return refusal([problem('USAGE', 'this is not the address of a change', { place: url, remedy: 'give the link the push printed: http://<host>/changes/<id>' })], options.json);
  if (options.key === undefined) return openPage(url, options);
  const signed = await signHere(place, { ...options, key: options.key });
  if (!signed.ok) return refusal(signed.error, options.json);
  const { words, receipt } = signed.value;
  const text = `fingerprint  ${words.join(' ')}\nsigned       log entry ${receipt.index}, ${receipt.complete ? 'every seat is filled: push again' : receipt.missing}\n`;
  return { code: receipt.complete ? EXIT.ok : EXIT.signoff, stdout: options.json ? `${JSON.stringify({ version: 1, words, ...receipt })}\n` : text, stderr: '' };
}

interface Place {
  readonly origin: string;
  readonly id: string;
}

function pageOf(url: string): Place | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const id = /^\/changes\/([0-9a-f]{16})$/.exec(parsed?.pathname ?? '')?.[1];
  return parsed === undefined || id === undefined ? undefined : { origin: parsed.origin, id };
}

/** No security key named: the page is where a passkey is. */
function openPage(url: string, options: SignOptions): Answer {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const opened = process.env.DISPLAY !== undefined || process.platform === 'darwin' ? spawnSync(opener, [url], { stdio: 'ignore' }).status === 0 : false;
  const text = `${opened ? 'opened' : 'open'} ${url}\nto sign here instead, name a security key: --as <person> --key ~/.ssh/id_ed25519_sk\n`;
  return { code: EXIT.signoff, stdout: options.json ? `${JSON.stringify({ version: 1, opened, url })}\n` : text, stderr: '' };
}

interface Signed {
  readonly words: readonly string[];
  readonly receipt: { readonly index: number; readonly complete: boolean; readonly missing: string };
}

async function signHere(place: Place, options: SignOptions & { key: string }): Promise<Result<Signed, readonly Problem[]>> {
  const answers = readAnswers(options.answers);
  if (!answers.ok) return answers;
  const dossier = await call<{ presented: string }>(place, `/changes/${place.id}`);
  if (!dossier.ok) return dossier;
  const prepared = await call<Prepared>(place, `/changes/${place.id}/signoffs/prepare`, { ...answers.value, person: options.as, presented: dossier.value.presented });
  if (!prepared.ok) return prepared;
  const bytes = fromBase64(prepared.value.statement) ?? new Uint8Array(0);
  const statement = parseStatement(bytes);
  if (!statement.ok) return err([statement.error]);
  const wrong = await disagrees(statement.value, options.repo);
  if (wrong !== undefined) return err([wrong]);
  const signed = pae(NAMES.payloadType, bytes);
  const words = fingerprintOf(signed);
  process.stderr.write(`fingerprint  ${words.join(' ')}\n             compare it with the page, then touch your key\n`);
  const sshsig = sshSign(options.key, signed);
  if (!sshsig.ok) return sshsig;
  const receipt = await call<Signed['receipt']>(place, `/changes/${place.id}/signoffs`, { ticket: prepared.value.ticket, sshsig: sshsig.value });
  return receipt.ok ? ok({ words, receipt: receipt.value }) : receipt;
}

/** The statement must speak of what this clone holds: manifest and manifest256 recomputed from our own objects. */
async function disagrees({ predicate }: Statement, dir: string): Promise<Problem | undefined> {
  const { change } = predicate;
  const { repository } = await openClone(dir);
  const own = await repository.change({ repo: change.repo, targetRef: change.targetRef, base: change.base?.gitCommit ?? null, head: change.head.gitCommit });
  if (!own.ok) return { ...own.error, place: dir, remedy: 'fetch the change into this clone first, or name the clone that holds it with --repo' };
  const same = own.value.manifest === change.manifest.sha256 && own.value.manifest256 === change.manifest256.sha256;
  return same
    ? undefined
    : problem('CONTENT_MISMATCH', 'the server asks to sign other content than this clone holds', { place: dir, remedy: 'do not sign; tell whoever runs the server' });
}

function readAnswers(file: string | undefined): Result<Record<string, unknown>, readonly Problem[]> {
  if (file === undefined)
    return err([
      problem('ST_UNCHECKED', 'the answers are missing', {
        place: '--answers',
        remedy: 'write decision, dispositions, notChecked, answers, assumptions, conditions as JSON, or sign on the page',
      }),
    ]);
  try {
    const said = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const now = new Date().toISOString();
    return ok({ answers: [], assumptions: [], conditions: [], dispositions: [], review: { openedAt: now, activeSeconds: 0, filesViewed: 0, filesTotal: 0 }, ...said });
  } catch (error) {
    return err([problem('USAGE', `the answers cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: file })]);
  }
}

/** Stock OpenSSH asks for the touch and the PIN; our verifier, not this one, decides whether that was enough. */
function sshSign(key: string, message: Uint8Array): Result<string, readonly Problem[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sign-'));
  try {
    const file = join(folder, 'pae');
    writeFileSync(file, message, { mode: 0o600 });
    const done = spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', NAMES.namespace, file], { stdio: ['inherit', 'ignore', 'pipe'], encoding: 'utf8' });
    if (done.status !== 0)
      return err([
        problem('SIG_INVALID', `ssh-keygen did not sign: ${(done.stderr ?? done.error?.message ?? '').trim()}`, {
          place: key,
          remedy: 'use a key made with ssh-keygen -t ed25519-sk -O verify-required',
        }),
      ]);
    return ok(readFileSync(`${file}.sig`, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function call<T>(place: Place, path: string, body?: unknown): Promise<Result<T, readonly Problem[]>> {
  try {
    const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json', 'x-countersign': '1' }, body: JSON.stringify(body) };
    const response = await fetch(`${place.origin}/api/v1${path}`, init);
    const answer = (await response.json()) as T & { problems?: readonly Problem[] };
    return response.ok ? ok(answer) : err(answer.problems ?? [problem('INTERNAL', `the server answered ${response.status}`)]);
  } catch (error) {
    return err([
      problem('GATE_UNAVAILABLE', `the server does not answer: ${error instanceof Error ? error.message : String(error)}`, {
        place: place.origin,
        remedy: 'check that it runs, and the address',
      }),
    ]);
  }
}
