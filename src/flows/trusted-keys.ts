/**
 * Whose keys count. A row of the key table says where to look; the right to sign comes from signatures of humans: genesis
 * pins the founders' keys, and every later key needs an enrolment that founders signed. What the server, or an
 * administrator with its database, appended alone is passed over.
 */

import { text } from '../core/base/bytes.ts';
import type { Json } from '../core/base/json.ts';
import { verifyEnrolment } from '../core/signoff/enrolment.ts';
import type { SignoffTrust, TrustedKey } from '../core/signoff/trust.ts';
import type { KeyRow, Ledger, Projections } from './ports.ts';
import { SIGNING_NAMESPACE, type Site } from './site.ts';

/** Distinct founders, other than the person enrolled, who must sign. */
export const ENROLMENT_QUORUM = 2;

export interface TrustSource {
  readonly site: Site;
  readonly ledger: Ledger;
  readonly state: Projections;
}

/** Every key that may sign now, in the order of the log. */
export async function trustedKeys(source: TrustSource): Promise<readonly TrustedKey[]> {
  const trusted: TrustedKey[] = [];
  for (const row of [...(await source.state.keys({}))].sort((a, b) => a.index - b.index)) {
    if (await vouched(source, row, trusted)) trusted.push(keyOf(row));
  }
  return trusted;
}

/** The trust an enrolment is judged by: founders' keys alone. */
export const foundersTrust = ({ rpId, origins, mode, founders }: Site, keys: readonly TrustedKey[]): SignoffTrust => ({
  keys: keys.filter((k) => founders.includes(k.person)),
  namespace: SIGNING_NAMESPACE,
  rpId,
  origins,
  mode,
  ladder: [],
});

/** Entries never change, so an answer holds for the life of the ledger. Keyed by log index and every word of the row. */
const known = new WeakMap<Ledger, Map<string, boolean>>();

async function vouched(source: TrustSource, row: KeyRow, earlier: readonly TrustedKey[]): Promise<boolean> {
  const answers = known.get(source.ledger) ?? new Map<string, boolean>();
  known.set(source.ledger, answers);
  const { counter: _counter, ...words } = row;
  const name = JSON.stringify([words, earlier.map((k) => k.keyid)]);
  const answer = answers.get(name) ?? (row.index === 0 ? await pinned(source, row) : await enrolled(source, row, earlier));
  answers.set(name, answer);
  return answer;
}

async function pinned({ ledger }: TrustSource, row: KeyRow): Promise<boolean> {
  const body = await bodyOf(ledger, 0);
  const genesis = body === null ? null : (JSON.parse(text(body) ?? 'null') as { founders?: readonly { readonly [name: string]: Json }[] } | null);
  return genesis?.founders?.some((f) => f.person === row.person && f.keyid === row.keyid && f.blob === row.blob && f.level === row.level && f.kind === row.kind) ?? false;
}

async function enrolled({ site, ledger }: TrustSource, row: KeyRow, earlier: readonly TrustedKey[]): Promise<boolean> {
  const body = await bodyOf(ledger, row.index);
  if (body === null) return false;
  const verified = verifyEnrolment(body, foundersTrust(site, earlier), ENROLMENT_QUORUM, { now: row.since, allowDemo: site.mode === 'demo' });
  if (!verified.ok) return false;
  const { person, level, keyid, blob, kind, credentialId, backupEligible } = verified.value;
  return (
    person === row.person &&
    level === row.level &&
    keyid === row.keyid &&
    blob === row.blob &&
    kind === row.kind &&
    credentialId === row.credentialId &&
    backupEligible === row.backupEligible
  );
}

async function bodyOf(ledger: Ledger, index: number): Promise<Uint8Array | null> {
  const [entry] = await ledger.entries(index, 1);
  return entry === undefined ? null : ledger.body(entry.body);
}

const keyOf = ({ person, level, keyid, blob, kind, backupEligible, counter, since }: KeyRow): TrustedKey => ({
  person,
  level,
  keyid,
  blob,
  kind,
  backupEligible,
  counter,
  since,
});
