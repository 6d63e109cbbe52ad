/** Trust files of a small log, for tests of what is verified offline: a real genesis, real statements that founders really signed. */
import { base64, fromBase64, utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../core/base/crypto.ts';
import { formatEntry } from '../core/log/entry.ts';
import { type Authority, authorityOf, type Said } from '../core/signoff/authority.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { pae } from '../core/signoff/dsse.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { formatGenesis, type Genesis } from '../core/signoff/genesis.ts';
import { NAMES, type Statement } from '../core/signoff/statement.ts';
import type { AttestationEvidence } from '../core/signoff/trust.ts';
import { formatTrust, parseTrust, type TrustBundle, type TrustParts } from '../core/signoff/trust-file.ts';
import { envelopeOf, type SoftAuthenticator } from './authenticator.ts';
import { testMaker } from './maker.ts';
import { LADDER, RP } from './signoffs.ts';

export interface Holder {
  readonly person: string;
  readonly key: { readonly blob: Bytes; readonly keyid: string; attestation?(): AttestationEvidence };
  /** L6 unless told. */
  readonly level?: string;
  readonly kind?: EnrolmentSubject['kind'];
}

export const subjectOf = ({ person, key, level = 'L6', kind = 'webauthn' }: Holder): EnrolmentSubject => ({
  ...{ person, name: person, level, keyid: key.keyid, blob: base64(key.blob), kind, credentialId: 'AQID', aaguid: '', backupEligible: false, counter: 0 },
  ...(key.attestation === undefined || kind === 'demo' ? {} : { attestation: key.attestation() }),
});

export function genesisOf(holders: readonly Holder[], origin: string, change: Partial<Genesis> = {}): Bytes {
  const solo = new Set(holders.map((h) => h.person)).size === 1;
  const body = formatGenesis({ mode: 'production', origin, rpId: RP.rpId, origins: RP.origins, organisation: 'Example', solo, founders: holders.map(subjectOf), ...change });
  if (!body.ok) throw new Error(body.error.message);
  return body.value;
}

export function authorityFrom(holders: readonly Holder[], origin: string, change: Partial<Genesis> = {}, at = 0): Authority {
  const authority = authorityOf(genesisOf(holders, origin, change), at);
  if (!authority.ok) throw new Error(authority.error.message);
  return authority.value;
}

/** A statement with the signatures of these keys, in the namespace of sign-offs. */
export function cosigned(statement: Statement<unknown>, keys: readonly Pick<SoftAuthenticator, 'keyid' | 'signPae'>[]): Bytes {
  const payload = statementBytes(statement);
  return envelopeOf(
    payload,
    keys.map((key) => ({ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, payload)) })),
  );
}

export interface TrustOptions extends Partial<Pick<TrustParts, 'ladder' | 'size' | 'witnesses' | 'gates' | 'expires' | 'vkeys' | 'rotations' | 'authenticators'>> {
  readonly genesis?: Partial<Genesis>;
  /** When the founders' keys began to count. */
  readonly at?: number;
  readonly said?: readonly Said[];
}

/** Founded by these people. */
export function trustFileOf(
  holders: readonly Holder[],
  log: { readonly origin: string; readonly vkey: string },
  { genesis, at = 0, said = [], ...more }: TrustOptions = {},
): string {
  const body = genesisOf(holders, log.origin, genesis);
  return formatTrust({
    ...{
      vkeys: [log.vkey],
      ladder: LADDER,
      size: Math.max(1, ...said.map((s) => s.index + 1)),
      witnesses: null,
      gates: [],
      expires: null,
      authenticators: { roots: [testMaker().pin] },
    },
    genesis: { entry: entry('genesis', at, body, { mode: genesis?.mode ?? 'production', origin: log.origin }), body },
    said: said.map((s) => ({ index: s.index, entry: entryOf(s), envelope: s.body })),
    ...more,
  });
}

export function trustedBy(file: string): TrustBundle {
  const trust = parseTrust(utf8(file));
  if (!trust.ok) throw new Error(trust.error.map((p) => p.message).join('; '));
  return trust.value;
}

/** The entry of a statement, as the log would write it but for its fields. */
export const entryOf = ({ type, at, body }: Said): Bytes => entry(type, at, body, {});

function entry(type: string, at: number, body: Bytes, fields: { readonly [name: string]: string }): Bytes {
  const made = formatEntry({ type, at, envelope: sha256Hex(body), fields });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

/** The file with its genesis body changed, and everything that follows from it. */
export function withGenesis(file: string, change: (body: string) => string): string {
  const parts = JSON.parse(file) as { genesis: { entry: string; body: string } };
  const body = utf8(change(new TextDecoder().decode(fromBase64(parts.genesis.body))));
  const said = JSON.parse(new TextDecoder().decode(fromBase64(parts.genesis.entry))) as { mode: string; origin: string };
  return `${JSON.stringify({ ...parts, genesis: { entry: base64(entry('genesis', 0, body, { mode: said.mode, origin: said.origin })), body: base64(body) } }, null, 2)}\n`;
}
