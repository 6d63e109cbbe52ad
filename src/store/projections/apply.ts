/** Carries effects out, inside the transaction that appends their entry. Reads nothing but projections and entries, so a replay repeats it. */
import { TIERS } from '../../core/risk/risk.ts';
import { isApproval } from '../../core/signoff/statement.ts';
import { entriesNaming } from '../envelopes/envelopes.ts';
import { asker, inserter } from '../insert.ts';
import type { Reading } from '../schema.ts';
import { type Effect, ERASED_CHANGE } from './effects.ts';

type Do<K extends Effect['do']> = Extract<Effect, { do: K }>;
/** Effects that only ever add rows, which no other effect reads: they can be written last, and all at once. */
type Added = Do<'mark' | 'remember' | 'carry' | 'violate'>;

/** In order, as far as one effect sees what another did. */
export async function applyAll(db: Reading, effects: readonly Effect[]): Promise<void> {
  const decided: Do<'decide'>[] = [];
  const added: Added[] = [];
  const counted = new Map<string, Do<'count'>>();
  for (const effect of effects) {
    if (isAdded(effect)) added.push(effect);
    else if (effect.do === 'count') counted.set(effect.keyid, effect);
    else if (effect.do === 'decide' && !decided.some((d) => d.row.id === effect.row.id)) decided.push(effect);
    else {
      await decide(db, decided.splice(0));
      if (effect.do === 'erase') await add(db, added.splice(0));
      // Of a key that is not enrolled yet nothing is counted.
      if (effect.do === 'key') await countAll(db, counted);
      if (effect.do === 'decide') decided.push(effect);
      else await apply(db, effect);
    }
  }
  await decide(db, decided);
  await add(db, added);
  await countAll(db, counted);
}

/** The last count of each key: a row that is written again for every signature of a long replay is found slower each time. */
async function countAll(db: Reading, counted: Map<string, Do<'count'>>): Promise<void> {
  for (const effect of counted.values()) await count(db, effect);
  counted.clear();
}

const isAdded = (effect: Effect): effect is Added => effect.do === 'mark' || effect.do === 'remember' || effect.do === 'carry' || effect.do === 'violate';

const marks = inserter('sticky', ['idx', 'repo', 'target_ref', 'level', 'paths', 'head', 'tool', 'at']);
const pushers = inserter('pushers', ['idx', 'repo', 'content', 'person'], (q) => q.onConflict((c) => c.doNothing()));
const carries = inserter('carries', ['idx', 'change', 'signoff', 'body', 'at']);
const violations = inserter('violations', ['idx', 'repo', 'ref', 'new', 'change', 'body', 'at']);

async function add(db: Reading, effects: readonly Added[]): Promise<void> {
  await marks(
    db,
    effects.flatMap((e) => (e.do === 'mark' ? [e.row] : [])),
  );
  await pushers(
    db,
    effects.flatMap((e) => (e.do === 'remember' ? e.rows : [])),
  );
  await carries(
    db,
    effects.flatMap((e) => (e.do === 'carry' ? [e.row] : [])),
  );
  await violations(
    db,
    effects.flatMap((e) => (e.do === 'violate' ? [e.row] : [])),
  );
}

function apply(db: Reading, effect: Exclude<Effect, Added | Do<'decide'> | Do<'count'>>): Promise<void> {
  switch (effect.do) {
    case 'key':
      return enrol(db, effect);
    case 'sign':
      return sign(db, effect);
    case 'own':
      return insertOwnerships(db, [effect.row]);
    case 'judge':
      return judge(db, effect);
    case 'land':
      return land(db, effect);
    case 'glass':
      return glass(db, [effect.row]);
    case 'erase':
      return erase(db, effect);
  }
}

const glass = inserter('break_glass', ['idx', 'type', 'change', 'body', 'repo', 'target_ref', 'signer', 'nonce', 'at', 'landed', 'landed_at']);

async function count(db: Reading, { keyid, counter }: Do<'count'>): Promise<void> {
  await db.updateTable('keys').set({ counter }).where('keyid', '=', keyid).execute();
}

/**
 * A key enrolled again is that key with new words. Its counter is kept, because the authenticator goes on counting; its person
 * is kept, because a key that moved from one person to another would let one human be two.
 */
async function enrol(db: Reading, { row }: Do<'key'>): Promise<void> {
  const { counter: _, ...words } = row;
  await db
    .insertInto('keys')
    .values(row)
    .onConflict((c) => c.column('keyid').doUpdateSet(words).where('keys.person', '=', row.person))
    .execute();
}

const SAID = ['idx', 'state', 'repo', 'target_ref', 'manifest', 'manifest256', 'tier', 'decision', 'title', 'pusher', 'updated_at'] as const;
const upsertChanges = inserter('changes', ['id', 'created_at', ...SAID], (q) =>
  q.onConflict((c) => c.column('id').doUpdateSet((e) => Object.fromEntries(SAID.map((column) => [column, e.ref(`excluded.${column}`)])))),
);

/** The latest decision of a change is the change; its first date stays. Changes of one statement are different ones. */
async function decide(db: Reading, decided: readonly Do<'decide'>[]): Promise<void> {
  const waiting = decided.filter((d) => d.outcome === 'signoff').map((d) => d.row);
  const signed = waiting.length === 0 ? new Set() : await alreadySigned(db, waiting);
  await upsertChanges(
    db,
    decided.map(({ row, outcome }) => ({ ...row, state: outcome === 'pass' ? 'passed' : outcome === 'refused' ? 'refused' : signed.has(row.id) ? 'signed' : 'open' })),
  );
}

const insertVerdicts = inserter('verdicts', ['idx', 'change', 'repo', 'ref', 'old', 'new', 'verdict', 'codes', 'mode', 'would', 'body', 'unattended', 'at']);

/**
 * What the gate said stands above what a decision could tell: a change whose sign-offs do not count any more (another policy, another
 * base) is open again, or nobody could sign it anew; one that a carried sign-off completes is signed.
 */
async function judge(db: Reading, { row }: Do<'judge'>): Promise<void> {
  await insertVerdicts(db, [row]);
  const codes: readonly unknown[] = JSON.parse(row.codes);
  const [from, to] = row.would === 'allow' && codes[0] === 'OK' ? (['open', 'signed'] as const) : codes.some((code) => LACKING.includes(code)) ? (['signed', 'open'] as const) : [];
  if (to !== undefined) await db.updateTable('changes').set({ state: to }).where('id', '=', row.change).where('state', '=', from).execute();
}

/** Somebody still has to sign, or its author to speak, before it passes. */
const LACKING: readonly unknown[] = ['SIGNOFF_MISSING', 'OWNERSHIP_MISSING'];

const approves = (s: { readonly complete: number; readonly decision: string }): boolean => s.complete === 1 && isApproval(s.decision);

const approvals = asker((db, changes) =>
  db
    .selectFrom('signoffs')
    .select(['change', 'tier', 'expires', 'complete', 'decision'])
    .where('change', 'in', changes)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('nonces')
            .innerJoin('landings', 'landings.idx', 'nonces.landing')
            .select('landings.idx')
            .whereRef('nonces.nonce', '=', 'signoffs.nonce')
            .where('landings.landed', 'is not', null),
        ),
      ),
    ),
);

/** Changes with a complete, approving sign-off, in date, for at least this tier, and not used up by a landing. */
async function alreadySigned(db: Reading, rows: readonly Do<'decide'>['row'][]): Promise<ReadonlySet<string>> {
  const given = Map.groupBy(
    await approvals(
      db,
      rows.map((r) => r.id),
    ),
    (s) => s.change,
  );
  const enough = (row: Do<'decide'>['row']): boolean =>
    (given.get(row.id) ?? []).some((s) => approves(s) && s.expires > row.updated_at && TIERS.has(s.tier) && TIERS.has(row.tier) && TIERS.atLeast(s.tier, row.tier));
  return new Set(rows.filter(enough).map((row) => row.id));
}

const SIGNOFF = ['idx', 'change', 'body', 'repo', 'target_ref', 'manifest', 'manifest256', 'signer', 'decision', 'tier', 'nonce', 'expires', 'at', 'complete'] as const;
const OWNERSHIP = ['idx', 'change', 'body', 'repo', 'target_ref', 'manifest', 'author', 'nonce', 'at'] as const;
const insertOwnerships = inserter('ownerships', OWNERSHIP);

const insertSignoffs = inserter('signoffs', SIGNOFF);

async function sign(db: Reading, { row }: Do<'sign'>): Promise<void> {
  await insertSignoffs(db, [row]);
  if (!approves(row)) return;
  await db.updateTable('changes').set({ state: 'signed', updated_at: row.at }).where('id', '=', row.change).where('state', '=', 'open').execute();
}

/**
 * The same move allowed or landed again is the same row, and a landing never becomes pending again, nor its change open. Nonces only ever add up:
 * every one named for a move that happened is spent.
 */
async function land(db: Reading, { row, nonces, at }: Do<'land'>): Promise<void> {
  const { idx, landed } = await db
    .insertInto('landings')
    .values(row)
    .onConflict((c) => c.columns(['repo', 'target_ref', 'old', 'head']).doUpdateSet((e) => ({ change: row.change, landed: e.fn.coalesce('landings.landed', 'excluded.landed') })))
    .returning(['idx', 'landed'])
    .executeTakeFirstOrThrow();
  for (const nonce of nonces) {
    await db
      .insertInto('nonces')
      .values({ nonce, landing: idx })
      .onConflict((c) => c.doNothing())
      .execute();
  }
  if (landed === null) return;
  await broken(db, { landing: idx, landed, at });
  await forget(db, row);
  await db.updateTable('changes').set({ state: 'landed', updated_at: at }).where('id', '=', row.change).execute();
}

/** The uses of break-glass it spent: the clock of their review starts here, once. */
async function broken(db: Reading, { landing, landed, at }: { readonly landing: number; readonly landed: number; readonly at: number }): Promise<void> {
  const spent = db.selectFrom('nonces').select('nonce').where('landing', '=', landing);
  await db.updateTable('break_glass').set({ landed, landed_at: at }).where('type', '=', 'break-glass').where('landed', 'is', null).where('nonce', 'in', spent).execute();
}

/** A ref leaves a place once: other moves that were allowed from there will not happen any more. */
async function forget(db: Reading, { repo, target_ref, old }: Do<'land'>['row']): Promise<void> {
  const lost = db.selectFrom('landings').select('idx').where('repo', '=', repo).where('target_ref', '=', target_ref).where('old', '=', old).where('landed', 'is', null);
  await db.deleteFrom('nonces').where('landing', 'in', lost).execute();
  await db.deleteFrom('landings').where('idx', 'in', lost).execute();
}

/** What a replay without the bodies would not know either. A later decision of the same change has its own words, and keeps them. */
async function erase(db: Reading, { bodies, before }: Do<'erase'>): Promise<void> {
  for (const digest of bodies) {
    for (const { idx } of (await entriesNaming(db, digest)).filter((named) => named.idx < before)) {
      await db.updateTable('changes').set(ERASED_CHANGE).where('idx', '=', idx).execute();
      await db.deleteFrom('sticky').where('idx', '=', idx).execute();
      await db.deleteFrom('pushers').where('idx', '=', idx).execute();
    }
  }
}
