/** Exports what proves a change years later: the bundle with its log proofs, and the trust it is verified against. */
import { base64 } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { claimedCheckpoint } from '../core/log/checkpoint.ts';
import type { Said } from '../core/signoff/authority.ts';
import { type BundleParts, formatBundle, type SnapshotParts } from '../core/signoff/bundle.ts';
import { statementsDigest } from '../core/signoff/snapshot.ts';
import { formatTrust, type TrustParts } from '../core/signoff/trust-file.ts';
import { knownAuthority } from './authority.ts';
import type { GlassRow, LandingRow, Ledger, Projections, SignoffRow } from './ports.ts';
import type { GateWorld } from './site.ts';
import { vsaIndex } from './vsa.ts';

/**
 * One change as a bundle file: exact bytes, log entries, inclusion proofs. Of a change that landed: the landing, and the
 * sign-offs it was allowed by, so that expiry is judged at that moment and nothing said later is mixed in. Of one that has
 * not: every sign-off of it. Of one that landed by break-glass: what was said about that. With what its author said, the gate's summary, and how fresh all this is.
 * @param now milliseconds since 1970. Problems: NOT_FOUND, SIGNOFF_MISSING, CONTENT_UNSEEN, DATA_INVALID.
 */
export async function exportBundle(ledger: Ledger, state: Projections, id: string, now: number): Promise<Result<string>> {
  const [row] = await state.changes({ id, limit: 1 });
  if (row === undefined) return err(problem('NOT_FOUND', `there is no change ${id}`));
  const { repo, targetRef, manifest } = row.decision.change;
  const exact = (await state.signoffs({ repo, manifest })).filter((s) => s.targetRef === targetRef);
  const carried = await carriedTo(state, id);
  const given = [...exact, ...carried.map((c) => c.signoff)];
  const glass = await state.breakGlass({ change: id });
  if (given.length + glass.length === 0) return err(problem('SIGNOFF_MISSING', 'nobody has signed this change yet', { remedy: 'a bundle exists once somebody has' }));
  const landing = await latestLanding(
    state,
    [...exact, ...glass.filter(isUse)],
    carried.map((c) => c.signoff),
    id,
  );
  const counted = landing === undefined ? given : given.filter((s) => landing.nonces.includes(s.nonce));
  const signoffs = await Promise.all(counted.map((s) => partsAt(ledger, s.index)));
  const landed = landing === undefined ? null : await partsAt(ledger, landing.index);
  const whole = signoffs.filter((s) => s !== undefined);
  const carries = await Promise.all(carryOf(carried, counted, landing?.index).map((index) => partsAt(ledger, index)));
  const why = carries.filter((c) => c !== undefined);
  const words = await Promise.all(glassOf(glass, landing).map((w) => partsAt(ledger, w.index)));
  const glassParts = words.filter((w) => w !== undefined);
  if (landed === undefined || whole.length !== signoffs.length || why.length !== carries.length || glassParts.length !== words.length)
    return err(problem('CONTENT_UNSEEN', 'part of this evidence was erased from beside the log'));
  const snapshot = await snapshotOf(ledger, state, now);
  if (!snapshot.ok) return snapshot;
  const gate = landing === undefined ? undefined : await gateParts(ledger, landing.index);
  const ownership = await ownershipParts(ledger, state, row.decision.change, landing);
  return ok(formatBundle(whole, landed ?? undefined, { carries: why, ownership, glass: glassParts, snapshot: snapshot.value, ...(gate === undefined ? {} : { gate }) }));
}

const isUse = ({ type }: GlassRow): boolean => type === 'break-glass';

/** Of a landing the uses it spent, with every taking back and review of the change; nothing where it landed by sign-offs. */
function glassOf(glass: readonly GlassRow[], landing: LandingRow | undefined): readonly GlassRow[] {
  const counted = glass.filter((w) => !isUse(w) || landing === undefined || landing.nonces.includes(w.nonce));
  return counted.some(isUse) ? counted : [];
}

async function gateParts(ledger: Ledger, landed: number): Promise<BundleParts | undefined> {
  const index = await vsaIndex(ledger, landed);
  return index === null ? undefined : partsAt(ledger, index);
}

/** The author's words on this content: of a landing those it counted, else all. */
async function ownershipParts(
  ledger: Ledger,
  state: Projections,
  { repo, targetRef, manifest }: { readonly repo: string; readonly targetRef: string; readonly manifest: string },
  landing: LandingRow | undefined,
): Promise<readonly BundleParts[]> {
  const rows = (await state.ownerships({ repo, manifest })).filter((o) => o.targetRef === targetRef && (landing === undefined || landing.nonces.includes(o.nonce)));
  return (await Promise.all(rows.map((o) => partsAt(ledger, o.index)))).filter((parts) => parts !== undefined);
}

/** Every statement about who may sign, and the log's word that there is no other: a trust file may be older than what was taken back. */
async function snapshotOf(ledger: Ledger, state: Projections, now: number): Promise<Result<SnapshotParts>> {
  const known = await knownAuthority(state);
  if (!known.ok) return known;
  const { said } = known.value;
  const later = await writtenWords(ledger, said);
  const note = await ledger.snapshot(now, statementsDigest(later));
  return ok({ note, later: later.map(({ index, entry, envelope }) => ({ index, entry: base64(entry), envelope: base64(envelope) })) });
}

/** Statements with their exact entries. */
async function writtenWords(ledger: Ledger, said: readonly Said[]): Promise<readonly { readonly index: number; readonly entry: Uint8Array; readonly envelope: Uint8Array }[]> {
  const words = said.map(async ({ index, body }) => (await ledger.entries(index, 1)).map((entry) => ({ index, entry: entry.bytes, envelope: body })));
  return (await Promise.all(words)).flat();
}

interface CarriedTo {
  readonly signoff: SignoffRow;
  /** Entries that say so, oldest first. */
  readonly entries: readonly number[];
}

/** Sign-offs of earlier forms that a gate counted for this change. */
async function carriedTo(state: Projections, change: string): Promise<readonly CarriedTo[]> {
  const rows = Map.groupBy(await state.memory.carries({ change }), (c) => c.signoff);
  const found = await Promise.all([...rows].map(async ([body, said]) => (await state.signoffs({ body })).map((signoff) => ({ signoff, entries: said.map((c) => c.index) }))));
  return found.flat();
}

/** The last entry before the landing that carries each sign-off. */
const carryOf = (carried: readonly CarriedTo[], counted: readonly SignoffRow[], landed = Number.POSITIVE_INFINITY): readonly number[] =>
  carried.filter((c) => counted.includes(c.signoff)).flatMap((c) => c.entries.filter((index) => index < landed).slice(-1));

/** By nonce and not by change: a commit signed on its own may have landed inside a larger push. What was carried may have landed as it was signed instead. */
async function latestLanding(
  state: Projections,
  exact: readonly Pick<SignoffRow, 'nonce'>[],
  carried: readonly SignoffRow[],
  id: string,
): Promise<(LandingRow & { readonly index: number }) | undefined> {
  const own = await Promise.all(exact.map((s) => state.landings({ nonce: s.nonce })));
  const others = await Promise.all(carried.map((s) => state.landings({ nonce: s.nonce })));
  const found = [...own.flat(), ...others.flat().filter((l) => l.change === id)];
  const landed = found.flatMap((l) => (l.index === null ? [] : [{ ...l, index: l.index }]));
  return landed.sort((a, b) => a.index - b.index).at(-1);
}

async function partsAt(ledger: Ledger, index: number): Promise<BundleParts | undefined> {
  const [entry] = await ledger.entries(index, 1);
  const [body, proof] = await Promise.all([entry === undefined ? null : ledger.body(entry.body), ledger.proof(index)]);
  return entry === undefined || body === null || proof === null ? undefined : { envelope: base64(body), entry: base64(entry.bytes), proof };
}

/**
 * The trust file as of now: the log's keys, genesis, and every statement that holds. Carry it by another road than the evidence.
 * Problems: DATA_INVALID.
 */
export async function exportTrust(
  world: Pick<GateWorld, 'ledger' | 'projections' | 'gate'> & Partial<Pick<GateWorld, 'site'>>,
  { vkeys, ladder, rotations = [], witnesses = null }: Pick<TrustParts, 'vkeys' | 'ladder'> & Partial<Pick<TrustParts, 'witnesses' | 'rotations'>>,
): Promise<Result<string>> {
  const known = await knownAuthority(world.projections);
  if (!known.ok) return known;
  const [genesis] = await world.ledger.entries(0, 1);
  const body = genesis === undefined ? null : await world.ledger.body(genesis.body);
  if (genesis === undefined || body === null) return err(problem('DATA_INVALID', 'the log has no genesis'));
  const said = await writtenWords(world.ledger, known.value.said);
  const checkpoint = claimedCheckpoint(await world.ledger.checkpoint());
  if (!checkpoint.ok) return checkpoint;
  const { authenticators } = world.site ?? {};
  const beside = { witnesses, gates: gatesOf(world), expires: null, ...(authenticators === undefined ? {} : { authenticators }) };
  return ok(formatTrust({ vkeys, rotations, ladder, size: checkpoint.value.size, genesis: { entry: genesis.bytes, body }, said, ...beside }));
}

const gatesOf = ({ gate }: Pick<GateWorld, 'gate'>) => (gate === undefined ? [] : [{ id: gate.id, key: base64(gate.publicKey) }]);
