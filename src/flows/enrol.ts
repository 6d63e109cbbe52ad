/**
 * Writes down what trustees signed: a key, a level, a trustee, somebody who left, something taken back, bodies to erase. The
 * server proposes, people sign, the ledger keeps: what the server appends alone changes nobody's right to sign.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type Authority, heed, type Said } from '../core/signoff/authority.ts';
import { parseEnvelope } from '../core/signoff/dsse.ts';
import { type EnrolmentSubject, enrolmentIn } from '../core/signoff/enrolment.ts';
import { parseErasure, parseRevocation, parseRosterWord } from '../core/signoff/roster-word.ts';
import { knownAuthority } from './authority.ts';
import type { EntryDraft, Projections } from './ports.ts';
import { type Taken, takenBy } from './receipt.ts';
import type { GateWorld } from './site.ts';

export interface Heeded extends Taken {
  readonly fields: EntryDraft['fields'];
}

/** Appended only where it holds. Problems: SIG_*, WA_*, KEY_*, ST_TYPE, ST_NONCE, QUORUM, TRUST_DEMO, DATA_INVALID. */
export async function recordWord(world: Pick<GateWorld, 'ledger' | 'now'>, type: Said['type'], envelope: Uint8Array): Promise<Result<Heeded, readonly Problem[]>> {
  let wrong: readonly Problem[] = [];
  let fields: EntryDraft['fields'] = {};
  const appended = await world.ledger.append(async (state) => {
    const known = await knownAuthority(state);
    if (!known.ok) return known;
    const heeded = heed(known.value.authority, { type, index: Number.MAX_SAFE_INTEGER, at: Math.max(world.now(), known.value.authority.at), body: envelope });
    if (!heeded.ok) {
      wrong = heeded.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    wrong = type === 'revocation' ? await idle(state, known.value.authority, heeded.value) : [];
    if (wrong[0] !== undefined) return err(wrong[0]);
    fields = fieldsOf(known.value.authority, type, envelope);
    return ok([{ type, fields, body: envelope }]);
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  const entry = appended.value[0];
  return entry === undefined ? err([problem('INTERNAL', 'nothing was appended')]) : ok({ ...(await takenBy(world.ledger, entry)), fields });
}

/**
 * Alone a person takes back what they themselves signed, once: a statement is never erased and travels with every bundle, so nobody
 * fills the log with words about nothing. Trustees at quorum may name what they like.
 */
async function idle(state: Projections, before: Authority, after: Authority): Promise<readonly Problem[]> {
  const named = [...after.revoked].find(([digest, words]) => words.length > (before.revoked.get(digest)?.length ?? 0));
  const word = named?.[1].at(-1);
  if (named === undefined && !changes(before, after)) return [problem('ST_NONCE', 'nothing is taken back by it that was not before')];
  if (named === undefined || word === undefined || word.atQuorum) return [];
  const [digest, words] = named;
  const signed = [...(await state.signoffs({ body: digest })).map((s) => s.signer), ...(await state.ownerships({ body: digest })).map((o) => o.author)];
  const own = signed.some((signer) => word.signers.includes(signer));
  const again = words.slice(0, -1).some((w) => w.atQuorum || w.signers.some((s) => word.signers.includes(s)));
  return [
    ...(own ? [] : [problem('NOT_FOUND', 'nothing that they signed has this digest', { remedy: 'name the envelope of a sign-off of your own' })]),
    ...(again ? [problem('ST_NONCE', 'it was taken back already')] : []),
  ];
}

const changes = (before: Authority, after: Authority): boolean =>
  after.trustees.size !== before.trustees.size || after.keys.some((key) => key.revokedAt !== before.keys.find((k) => k.keyid === key.keyid)?.revokedAt);

/** The key that was enrolled, and what the log took. Problems as `recordWord`. */
export async function recordEnrolment(
  world: Pick<GateWorld, 'ledger' | 'now'>,
  envelope: Uint8Array,
): Promise<Result<Pick<EnrolmentSubject, 'person' | 'keyid'> & Taken, readonly Problem[]>> {
  const recorded = await recordWord(world, 'enrolment', envelope);
  if (!recorded.ok) return recorded;
  const { fields, ...taken } = recorded.value;
  return ok({ person: String(fields.person), keyid: String(fields.keyid), ...taken });
}

/** What the entry says in public. It was verified before, so it can be read. */
function fieldsOf({ genesis }: Authority, type: Said['type'], envelope: Uint8Array): EntryDraft['fields'] {
  const opened = parseEnvelope(envelope);
  const payload = opened.ok ? opened.value.payload : new Uint8Array(0);
  if (type === 'enrolment') {
    const key = enrolmentIn(payload, genesis);
    return key.ok ? { person: key.value.person, keyid: key.value.keyid } : {};
  }
  if (type === 'roster') {
    const word = parseRosterWord(payload, genesis.origin);
    return word.ok ? { person: word.value.person, action: word.value.action } : {};
  }
  if (type === 'erasure') {
    const word = parseErasure(payload, genesis.origin);
    return word.ok ? { bodies: [...word.value.bodies] } : {};
  }
  const word = parseRevocation(payload, genesis.origin);
  return word.ok ? { of: Object.keys(word.value.of)[0] ?? '' } : {};
}
