/**
 * `countersign break-glass offline`: signs a break-glass for when no server lives, out of the person's own clone and the trust file, into
 * a file that the next person adds theirs to. Every word of it is written on this machine.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { base64, utf8 } from '../core/base/bytes.ts';
import type { Bytes } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { GLASS_SENTENCES } from '../core/gate/break-glass-words.ts';
import { handedBytes, parseHanded, readUse, type SaidUse } from '../core/gate/glass-files.ts';
import { formatEnvelope, pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { authorityAt, type TrustBundle } from '../core/signoff/trust-file.ts';
import { type OfflineChange, offlineChange, offlineStands, offlineUse } from '../flows/offline-use.ts';
import { openClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { trustAt } from './named-file.ts';
import { readSecurityKey, type SecurityKey, signWithKey, usualSecurityKey } from './security-key.ts';
import { visible, visibleLines } from './terminal.ts';
import { unreadable } from './unreadable.ts';

export interface OfflineOptions {
  readonly trust: string;
  readonly out: string;
  readonly reason: string;
  readonly incident: string;
  readonly repo: string;
  readonly target?: string;
  readonly name?: string;
  readonly as?: string;
  readonly key?: string;
  readonly floor?: readonly string[];
  readonly json?: boolean;
}

export async function breakGlassOffline(options: OfflineOptions): Promise<Answer> {
  const signed = await sign(options);
  return signed.ok ? told(signed.value, options) : refusal(signed.error, options.json);
}

interface Signed {
  readonly change: OfflineChange;
  readonly uses: readonly SaidUse[];
  readonly words: readonly string[];
}

async function sign(options: OfflineOptions): Promise<Result<Signed, readonly Problem[]>> {
  const file = options.key ?? usualSecurityKey();
  if (file === undefined) return err([problem('USAGE', 'there is no security key to sign with', { place: '--key', remedy: 'name an sk- key enrolled for you' })]);
  const [key, trust, floors, before] = [readSecurityKey(file), await trustAt(options.trust), await floorsAt(options.floor), await signedBefore(options.out)];
  if (!key.ok) return key;
  if (!trust.ok) return trust;
  if (!floors.ok) return floors;
  if (!before.ok) return err([before.error]);
  const person = options.as ?? holderOf(trust.value, key.value);
  if (person === undefined)
    return err([problem('KEY_UNKNOWN', `the trust file knows no key ${key.value.keyid}`, { place: file, remedy: 'export the trust file again, or name another key with --key' })]);
  const clone = await openClone(options.repo, floors.value);
  const change = await offlineChange(clone, { repo: options.name ?? null, target: options.target ?? null, trust: trust.value, at: Date.now() });
  if (!change.ok) return change;
  const other = before.value.find((u) => u.predicate.change.head.gitCommit !== change.value.decision.change.head);
  if (other !== undefined)
    return err([
      problem('BG_SCOPE', `this file is for commit ${other.predicate.change.head.gitCommit.slice(0, 12)}, and HEAD is another`, {
        place: options.out,
        remedy: 'name another file with --out',
      }),
    ]);
  const { reason, incident } = options;
  const statement = offlineUse(change.value, { person, keyid: key.value.keyid, reason, incident, nonce: randomBytes(16).toString('hex') });
  if (!statement.ok) return statement;
  return seal(change.value, { statement: statement.value, person, key: key.value, before: before.value, out: options.out });
}

const holderOf = (trust: TrustBundle, { keyid }: SecurityKey): string | undefined => authorityAt(trust, Number.MAX_SAFE_INTEGER).keys.find((k) => k.keyid === keyid)?.person;

/** What others signed in this file before. Problems: USAGE, BG_SCOPE. */
async function signedBefore(out: string): Promise<Result<readonly SaidUse[]>> {
  if (!existsSync(out)) return ok([]);
  try {
    const uses = parseHanded(new Uint8Array(await readFile(out)));
    return uses.ok ? uses : err({ ...uses.error, place: out });
  } catch (error) {
    return err(problem('USAGE', `${out} cannot be read: ${unreadable(error)}`, { place: '--out', remedy: 'name another file' }));
  }
}

interface Sealing {
  readonly statement: Bytes;
  readonly person: string;
  readonly key: SecurityKey;
  readonly before: readonly SaidUse[];
  readonly out: string;
}

async function seal(change: OfflineChange, { statement, person, key, before, out }: Sealing): Promise<Result<Signed, readonly Problem[]>> {
  const message = pae(NAMES.payloadType, statement);
  const words = fingerprintOf(message);
  process.stderr.write(`${aboutToSign(change, person).map(visible).join('\n')}\nfingerprint  ${words.join(' ')}\n             of exactly these bytes; touch your key\n`);
  const sshsig = signWithKey(key, message);
  if (!sshsig.ok) return sshsig;
  const envelope = formatEnvelope({ payloadType: NAMES.payloadType, payload: statement, signatures: [{ keyid: key.keyid, sig: utf8(sshsig.value) }] });
  const mine = readUse(base64(envelope));
  if (mine === undefined) return err([problem('INTERNAL', 'what was signed cannot be read again')]);
  const uses = [...before, mine];
  try {
    // Renamed into place: what others signed is never lost to half a file.
    await writeFile(`${out}.new`, handedBytes(uses.map((u) => u.envelope)), { mode: 0o600 });
    await rename(`${out}.new`, out);
  } catch (error) {
    return err([problem('USAGE', `${out} cannot be written: ${unreadable(error)}`, { place: '--out', remedy: 'name another file' })]);
  }
  return ok({ change, uses, words });
}

function aboutToSign({ decision: { change }, governance, title, at }: OfflineChange, person: string): readonly string[] {
  const terms = governance.policy.breakGlass;
  return [
    `change       ${change.repo} ${change.targetRef}, commit ${change.head.slice(0, 12)} "${title}"`,
    `you          ${person} break the glass, for when no server lives`,
    `             "${GLASS_SENTENCES.use}"`,
    `             it holds until ${new Date(at + (terms?.expires ?? 0)).toISOString()}; somebody at ${terms?.reviewLevel} or above reviews it within ${(terms?.reviewWithin ?? 0) / 3_600_000} hours of the server's return`,
  ];
}

/** 0: the hook would let it pass. 1: more people have to sign. */
function told({ change, uses, words }: Signed, { out, json }: OfflineOptions): Answer {
  const demo = authorityAt(change.trust, 0).genesis.mode === 'demo';
  const stands = offlineStands({ ...change, at: Date.now() }, uses, demo);
  const code = stands.ok ? EXIT.ok : EXIT.signoff;
  const missing = stands.ok ? [] : stands.error;
  if (json) return { code, stdout: `${JSON.stringify({ version: 1, fingerprint: words, file: out, uses: uses.length, passes: stands.ok, missing })}\n`, stderr: '' };
  const ref = change.decision.change.targetRef;
  const next = stands.ok
    ? `passes while no server lives: git push -o "break-glass=$(cat ${out})" <remote> HEAD:${ref}\n`
    : `not enough   ${missing.map((p) => p.message).join('; ')}\n             the next person runs the same command with this file\n`;
  return { code, stdout: visibleLines(`fingerprint  ${words.join(' ')}\nsigned       ${uses.length} in ${out}\n${next}`), stderr: '' };
}
