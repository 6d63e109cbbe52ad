/** Carries effects out, inside the transaction that appends their entry. Reads nothing but projections, so a replay repeats it. */
import { TIERS } from '../../core/risk/risk.ts';
import type { Writing } from '../schema.ts';
import type { Effect } from './effects.ts';

type Do<K extends Effect['do']> = Extract<Effect, { do: K }>;

export async function apply(db: Writing, effect: Effect): Promise<void> {
  switch (effect.do) {
    case 'key':
      return enrol(db, effect);
    case 'decide':
      return decide(db, effect);
    case 'mark':
      return void (await db.insertInto('sticky').values(effect.row).execute());
    case 'remember':
      return remember(db, effect);
    case 'sign':
      return sign(db, effect);
    case 'own':
      return void (await db.insertInto('ownerships').values(effect.row).execute());
    case 'count':
      return void (await db.updateTable('keys').set({ counter: effect.counter }).where('keyid', '=', effect.keyid).execute());
    case 'judge':
      return judge(db, effect);
    case 'land':
      return land(db, effect);
    case 'glass':
      return void (await db.insertInto('break_glass').values(effect.row).execute());
    case 'carry':
      return void (await db.insertInto('carries').values(effect.row).execute());
    case 'violate':
      return void (await db.insertInto('violations').values(effect.row).execute());
  }
}

/**
 * A key enrolled again is that key with new words. Its counter is kept, because the authenticator goes on counting; its person
 * is kept, because a key that moved from one person to another would let one human be two.
 */
async function enrol(db: Writing, { row }: Do<'key'>): Promise<void> {
  const { counter: _, ...words } = row;
  await db
    .insertInto('keys')
    .values(row)
    .onConflict((c) => c.column('keyid').doUpdateSet(words).where('keys.person', '=', row.person))
    .execute();
}

async function decide(db: Writing, { row, outcome }: Do<'decide'>): Promise<void> {
  const state = outcome === 'pass' ? 'passed' : outcome === 'refused' ? 'refused' : (await alreadySigned(db, row)) ? 'signed' : 'open';
  const { id: _id, created_at: _created, ...again } = row;
  await db
    .insertInto('changes')
    .values({ ...row, state })
    .onConflict((c) => c.column('id').doUpdateSet({ ...again, state }))
    .execute();
}

/**
 * What the gate said stands above what a decision could tell: a change whose sign-offs do not count any more (another policy, another
 * base) is open again, or nobody could sign it anew; one that a carried sign-off completes is signed.
 */
async function judge(db: Writing, { row }: Do<'judge'>): Promise<void> {
  await db.insertInto('verdicts').values(row).execute();
  const codes: readonly unknown[] = JSON.parse(row.codes);
  const [from, to] = row.would === 'allow' && codes[0] === 'OK' ? (['open', 'signed'] as const) : codes.some((code) => LACKING.includes(code)) ? (['signed', 'open'] as const) : [];
  if (to !== undefined) await db.updateTable('changes').set({ state: to }).where('id', '=', row.change).where('state', '=', from).execute();
}

/** Somebody still has to sign, or its author to speak, before it passes. */
const LACKING: readonly unknown[] = ['SIGNOFF_MISSING', 'OWNERSHIP_MISSING'];

/** Rows of one statement: a push may bring thousands of commits. */
const AT_ONCE = 200;

async function remember(db: Writing, { rows }: Do<'remember'>): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    await db
      .insertInto('pushers')
      .values(rows.slice(at, at + AT_ONCE))
      .onConflict((c) => c.doNothing())
      .execute();
  }
}

const APPROVING = ['approve', 'approve_with_conditions'];

/** A complete, approving sign-off of exactly this content, in date, for at least this tier, and not used up by a landing. */
async function alreadySigned(db: Writing, row: Do<'decide'>['row']): Promise<boolean> {
  const signoffs = await db
    .selectFrom('signoffs')
    .select('tier')
    .where('manifest', '=', row.manifest)
    .where('manifest256', '=', row.manifest256)
    .where('repo', '=', row.repo)
    .where('target_ref', '=', row.target_ref)
    .where('complete', '=', 1)
    .where('decision', 'in', APPROVING)
    .where('expires', '>', row.updated_at)
    .where('nonce', 'not in', spentNonces(db))
    .execute();
  return signoffs.some((s) => TIERS.has(s.tier) && TIERS.has(row.tier) && TIERS.atLeast(s.tier, row.tier));
}

async function sign(db: Writing, { row }: Do<'sign'>): Promise<void> {
  await db.insertInto('signoffs').values(row).execute();
  if (row.complete !== 1 || !APPROVING.includes(row.decision)) return;
  await db.updateTable('changes').set({ state: 'signed', updated_at: row.at }).where('id', '=', row.change).where('state', '=', 'open').execute();
}

const spentNonces = (db: Writing) =>
  db.selectFrom('nonces').innerJoin('landings', 'landings.idx', 'nonces.landing').where('landings.landed', 'is not', null).select('nonces.nonce');

/**
 * The same move allowed or landed again is the same row, and a landing never becomes pending again, nor its change open. Nonces only ever add up:
 * every one named for a move that happened is spent.
 */
async function land(db: Writing, { row, nonces, at }: Do<'land'>): Promise<void> {
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
async function broken(db: Writing, { landing, landed, at }: { readonly landing: number; readonly landed: number; readonly at: number }): Promise<void> {
  const spent = db.selectFrom('nonces').select('nonce').where('landing', '=', landing);
  await db.updateTable('break_glass').set({ landed, landed_at: at }).where('type', '=', 'break-glass').where('landed', 'is', null).where('nonce', 'in', spent).execute();
}

/** A ref leaves a place once: other moves that were allowed from there will not happen any more. */
async function forget(db: Writing, { repo, target_ref, old }: Do<'land'>['row']): Promise<void> {
  const lost = db.selectFrom('landings').select('idx').where('repo', '=', repo).where('target_ref', '=', target_ref).where('old', '=', old).where('landed', 'is', null);
  await db.deleteFrom('nonces').where('landing', 'in', lost).execute();
  await db.deleteFrom('landings').where('idx', 'in', lost).execute();
}
