/**
 * `countersign authority`: who may sign, said by the people who may say so. A proposal is a file; each trustee reads it in words and
 * signs it with a security key; whoever likes submits it. The server only keeps what enough people signed.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { base64, fromBase64, utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { lengthOf } from '../core/policy/time.ts';
import type { Authority } from '../core/signoff/authority.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { type Envelope, formatEnvelope, pae, parseEnvelope } from '../core/signoff/dsse.ts';
import { enrolmentStatement, termFrom } from '../core/signoff/enrolment.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { latest } from '../core/signoff/fold.ts';
import { publicKeyLine } from '../core/signoff/keys.ts';
import { erasureStatement, kindOfWord, type Revoked, type RosterAction, revocationStatement, rosterStatement } from '../core/signoff/roster-word.ts';
import { NAMES, type Statement } from '../core/signoff/statement.ts';
import { TRUST_TYPE, type TrustBundle } from '../core/signoff/trust-file.ts';
import type { Taken } from '../flows/receipt.ts';
import { type Shown, shownBefore, shownLines } from './authority-shown.ts';
import { peopleWords } from './authority-words.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileAt, type KnownOfTrust, trustAt } from './named-file.ts';
import { readSecurityKey, signWithKey, subjectOf } from './security-key.ts';
import { callServer } from './server-call.ts';
import { visible, visibleLines } from './terminal.ts';

interface Common {
  readonly json?: boolean;
}

interface Trusting extends Common, KnownOfTrust {
  readonly trust: string;
}

export interface ShowOptions extends Trusting {
  /** A file of `propose`, signed or not. */
  readonly proposal?: string;
  readonly allowedSigners?: boolean;
}

/** Who may sign, who may say so, and what a verifier pins; of a proposal, all that it says. */
export async function showAuthority({ trust: file, proposal, allowedSigners, json, ...known }: ShowOptions): Promise<Answer> {
  const trust = await trustAt(file, known);
  if (!trust.ok) return refusal(trust.error, json);
  if (proposal !== undefined) return showProposal(proposal, trust.value, json);
  const authority = latest(trust.value.states);
  if (allowedSigners === true) return said(allowedLines(authority).join(''));
  if (json === true) return said(`${JSON.stringify({ version: 1, ...asJson(trust.value, authority) })}\n`);
  return said(shown(trust.value, authority));
}

async function showProposal(file: string, trust: TrustBundle, json?: boolean): Promise<Answer> {
  const bytes = await fileAt('file', file);
  if (!bytes.ok) return refusal([bytes.error], json);
  const { payload, payloadType, signatures } = draftIn(new Uint8Array(bytes.value.bytes));
  const words = shownBefore(payload, trust);
  if (!words.ok) return refusal([words.error], json);
  const print = fingerprintOf(pae(payloadType, payload)).join(' ');
  if (json === true) return said(`${JSON.stringify({ version: 1, file, ...words.value, fingerprint: print.split(' '), signatures: signatures.length })}\n`);
  return said(`${told(words.value, print)}signatures   ${signatures.length}, which nobody looked into here\n`);
}

/** Lines for `ssh-keygen -Y verify`, whose "Good" says which key signed and nothing of presence. Keys taken back are left out. */
const allowedLines = ({ keys }: Authority): readonly string[] =>
  keys.filter((k) => k.revokedAt === undefined).map((k) => `urn:person:${k.person} namespaces="${NAMES.namespace}" ${publicKeyLine(fromBase64(k.blob) ?? new Uint8Array(0))}\n`);

const asJson = ({ origin, size, logKeys, ladder, signers, states, gates, expires, witnesses, authenticators }: TrustBundle, authority: Authority) => ({
  ...{ origin, size, pin: authority.pin, mode: authority.genesis.mode, solo: authority.genesis.solo, ladder, signers, gates, expires },
  witnesses: witnesses?.quorum == null ? null : witnesses.witnesses.map((w) => w.name),
  authenticators: authenticators ?? null,
  logKeys: logKeys.map((k) => Buffer.from(k.id).toString('hex')),
  statements: states.length - 1,
  trustees: [...authority.trustees],
  keys: authority.keys.map(({ person, level, keyid, kind, since, revokedAt, founder }) => ({
    person,
    level,
    keyid,
    kind,
    since,
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(founder ? { founder } : {}),
  })),
});

function shown(trust: TrustBundle, authority: Authority): string {
  const { genesis, pin } = authority;
  const { gates, witnesses, expires, authenticators } = trust;
  const alone = genesis.solo ? 'one founder confirms alone, for ever' : 'two trustees confirm, other than the person concerned';
  // Levels and names are what somebody typed: each is one line, whatever is in it.
  const rows: readonly (readonly [string, string])[] = [
    ['pin', pin],
    ['confirmed by', alone],
    ['signed by', trust.signers.join(', ') || 'nobody: trust it for the road it came by'],
    ['levels', trust.ladder.join(', ')],
    ...trust.logKeys.map((k) => ['log key', Buffer.from(k.id).toString('hex')] as const),
    ['witnesses', witnesses?.quorum == null ? 'none asked for' : witnesses.witnesses.map((w) => w.name).join(', ')],
    ...gates.map((g) => ['gate', g.id] as const),
    [
      'makers',
      authenticators === undefined ? 'none pinned: no key counts as attested' : `${authenticators.roots.length} pinned, ${authenticators.models?.join(', ') ?? 'any model'}`,
    ],
    ['expires', expires === null ? 'never' : new Date(expires).toISOString()],
  ];
  const lines = [
    `${trust.origin}, ${genesis.mode}, ${trust.size} entries`,
    ...rows.map(([name, value]) => `${name.padEnd(13)}${value}`),
    ...peopleWords(authority).map((w) => `  ${w}`),
  ];
  return lines.map((l) => `${visible(l)}\n`).join('');
}

const said = (stdout: string): Answer => ({ code: EXIT.ok, stdout, stderr: '' });

export interface ProposeOptions extends Trusting {
  readonly out: string;
  readonly reason?: string;
  readonly level?: string;
  readonly name?: string;
  readonly key?: string;
  readonly from?: string;
  readonly expires?: string;
  readonly within?: string;
}

/** Writes what trustees are to sign. Problems: USAGE, TRUST_*, KEY_*. */
export async function propose(what: string, whom: readonly string[], options: ProposeOptions): Promise<Answer> {
  const trust = await trustAt(options.trust, options);
  if (!trust.ok) return refusal(trust.error, options.json);
  const statement = statementFor(what, whom, options, latest(trust.value.states));
  if (!statement.ok) return refusal(statement.error, options.json);
  const payload = statementBytes(statement.value);
  const words = shownBefore(payload, trust.value);
  if (!words.ok) return refusal([words.error], options.json);
  writeFileSync(options.out, payload);
  const print = fingerprintOf(pae(NAMES.payloadType, payload)).join(' ');
  if (options.json === true) return said(`${JSON.stringify({ version: 1, file: options.out, ...words.value, fingerprint: print.split(' ') })}\n`);
  return said(
    visibleLines(
      `${told(words.value, print)}written to   ${options.out}\nnext         each trustee: countersign authority sign ${options.out} --trust ${options.trust} --key <sk- key>\n`,
    ),
  );
}

const told = (shown: Shown, print: string): string => `${shownLines(shown)}fingerprint  ${print}\n`;

const ACTIONS: readonly RosterAction[] = ['level', 'trustee', 'no-trustee', 'leave'];

function statementFor(
  what: string,
  whom: readonly string[],
  { reason, level, name, key, from, expires, within = '7d' }: ProposeOptions,
  { genesis }: Authority,
): Result<Statement<unknown>, readonly Problem[]> {
  const nonce = randomBytes(16).toString('hex');
  const { origin, rpId } = genesis;
  const [one = ''] = whom;
  const why = reason ?? '';
  const term = lengthOf(within);
  if (term === undefined) return err([problem('USAGE', `${within} is no time`, { place: '--within', remedy: 'for example 24h or 7d' })]);
  const until = termFrom(Date.now(), term);
  if (what === 'enrol') return enrol({ person: one, name: name ?? one, level, key, expires }, rpId, nonce, until);
  if (why.trim() === '') return err([problem('USAGE', 'a reason is missing', { place: '--reason', remedy: 'say why, in a sentence: it stays in the log' })]);
  const action = ACTIONS.find((a) => a === what);
  if (action !== undefined) return ok(rosterStatement({ person: one, action, reason: why, ...(level === undefined ? {} : { level }) }, origin, nonce, until));
  if (what === 'erase') return ok(erasureStatement({ bodies: whom, reason: why }, origin, nonce));
  const at = from === undefined ? Date.now() : Date.parse(from);
  const of = what === 'revoke' ? revokedOf(one) : undefined;
  if (of !== undefined && !Number.isNaN(at)) return ok(revocationStatement({ of, from: at, reason: why }, origin, nonce));
  const remedy = 'enrol, level, trustee, no-trustee, leave, revoke (a person, SHA256:<key>, or the digest of a sign-off) or erase';
  return err([problem('USAGE', `nothing is called ${what} ${one}`, { remedy })]);
}

function revokedOf(name: string): Revoked | undefined {
  if (name.startsWith('SHA256:')) return { key: name };
  if (/^[0-9a-f]{64}$/.test(name)) return { signoff: name };
  return /^[a-z0-9._-]+$/.test(name) ? { person: name } : undefined;
}

function enrol(
  of: { readonly person: string; readonly name: string; readonly level: string | undefined; readonly key: string | undefined; readonly expires: string | undefined },
  rpId: string,
  nonce: string,
  until: string,
): Result<Statement<unknown>, readonly Problem[]> {
  const { person, name, level } = of;
  if (level === undefined || of.key === undefined)
    return err([problem('USAGE', 'a level and the public line of a security key are missing', { remedy: '--level L6 --key id_ed25519_sk.pub' })]);
  const key = subjectOf(of.key);
  if (!key.ok) return key;
  const ends = of.expires === undefined ? undefined : Date.parse(of.expires);
  if (Number.isNaN(ends)) return err([problem('USAGE', `${of.expires} is no time`, { place: '--expires', remedy: 'for example 2027-11-20T00:00:00Z' })]);
  return ok(enrolmentStatement({ person, name, level, ...key.value, expires: ends === undefined ? undefined : new Date(ends).toISOString() }, rpId, nonce, until));
}

export interface SignOptions extends Trusting {
  readonly key: string;
}

/** Adds one signature to the file, in place. Problems: USAGE, TRUST_*, ST_TYPE, KEY_*, SIG_INVALID. */
export async function signAuthority(file: string, { trust: trustFile, key: keyFile, json, ...known }: SignOptions): Promise<Answer> {
  const [bytes, trust, key] = [await fileAt('file', file), await trustAt(trustFile, known), readSecurityKey(keyFile)];
  if (!bytes.ok) return refusal([bytes.error], json);
  if (!trust.ok) return refusal(trust.error, json);
  if (!key.ok) return refusal(key.error, json);
  const draft = draftIn(new Uint8Array(bytes.value.bytes));
  const type = typeOf(draft.payload);
  if (draft.payloadType !== type)
    return refusal([problem('ST_TYPE', `the envelope calls it ${draft.payloadType}, and it is ${type}`, { place: file, remedy: 'propose it again' })], json);
  const words = shownBefore(draft.payload, trust.value);
  if (!words.ok) return refusal([words.error], json);
  const encoded = pae(draft.payloadType, draft.payload);
  const print = fingerprintOf(encoded).join(' ');
  // Before the key blinks, whatever standard output is for: what is about to be signed, and the words that any other screen must show alike.
  process.stderr.write(visibleLines(`about to sign\n${told(words.value, print)}`));
  const sig = signWithKey(key.value, encoded, draft.payloadType === TRUST_TYPE ? NAMES.trustNamespace : NAMES.namespace);
  if (!sig.ok) return refusal(sig.error, json);
  const signatures = [...draft.signatures.filter((s) => s.keyid !== key.value.keyid), { keyid: key.value.keyid, sig: utf8(sig.value) }];
  writeFileSync(file, formatEnvelope({ ...draft, signatures }));
  if (json === true) return said(`${JSON.stringify({ version: 1, file, ...words.value, fingerprint: print.split(' '), signatures: signatures.length })}\n`);
  return said(`signed       ${file}, ${signatures.length} ${signatures.length === 1 ? 'signature' : 'signatures'}\n`);
}

/** An envelope with some signatures, or the bare bytes before the first. */
function draftIn(bytes: Uint8Array): Envelope {
  const envelope = parseEnvelope(bytes);
  if (envelope.ok) return envelope.value;
  return { payloadType: typeOf(bytes), payload: bytes, signatures: [] };
}

const typeOf = (payload: Uint8Array): string => (kindOfWord(payload) === undefined ? TRUST_TYPE : NAMES.payloadType);

/** Hands it to the server, which keeps it only where it holds. */
export async function submit(file: string, url: string, { json }: Common): Promise<Answer> {
  const bytes = await fileAt('file', file);
  if (!bytes.ok) return refusal([bytes.error], json);
  if (!URL.canParse(url)) return refusal([problem('USAGE', 'this is not the address of a server', { place: url, remedy: 'for example http://localhost:4180' })], json);
  const kept = await callServer<Taken & { readonly type: string }>(new URL(url).origin, '/authority', { envelope: base64(bytes.value.bytes) });
  if (!kept.ok) return refusal(kept.error, json);
  const { index, type, digest, entry, proof } = kept.value.body;
  return said(json === true ? `${JSON.stringify({ version: 1, index, type, digest, entry, proof })}\n` : `kept         as entry ${index} (${type})\n`);
}
