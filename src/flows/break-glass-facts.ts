/**
 * What is known of break-glass when something is decided: the uses and takings back that speak for a change, each verified again
 * from its exact bytes, and the acts that landed with the reviews they got. A row in a table is a hint; the signature decides.
 */
import { text } from '../core/base/bytes.ts';
import { problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { type GlassRules, glassRulesOf, type Presented, type PresentedUse } from '../core/gate/break-glass.ts';
import { type Act, reviewProblems, termsOfReview } from '../core/gate/break-glass-review.ts';
import { type VerifiedWord, verifyWord } from '../core/gate/break-glass-verify.ts';
import { parseWord, type UsePredicate } from '../core/gate/break-glass-words.ts';
import type { Decision } from '../core/policy/decision.ts';
import { parseEnvelope } from '../core/signoff/dsse.ts';
import type { SignoffTrust } from '../core/signoff/trust.ts';
import type { GlassRow } from './ports.ts';
import { type Bench, signoffTrust } from './presented.ts';

export const glassRules = ({ governance: { policy } }: Bench): GlassRules => glassRulesOf(policy);

/** How far back a use for something close is worth explaining. */
const NEAR_MS = 24 * 3_600_000;

/** The uses for this change, and unspent ones for the same paths of the same ref: their reason is what the person at the terminal needs. */
export async function presentedGlass(bench: Bench, decision: Decision): Promise<Presented> {
  const id = changeId(decision.change);
  const uses = await closeBy(bench, decision, id);
  if (uses.length === 0) return { uses: [], cancels: [] };
  const trust = await signoffTrust(bench);
  const cancels = await bench.state.breakGlass({ type: 'break-glass-cancel', change: id });
  const [presented, takenBack] = await Promise.all([
    Promise.all(uses.map((row) => presentedUse(bench, trust, row, decision))),
    // What was taken back stays so, whatever became of who did it: judged as it was when it was logged.
    Promise.all(cancels.map(async (row) => verifiedRow(bench, trust, row, {}))),
  ]);
  const lost = Math.max(-1, ...cancels.filter((_, i) => takenBack[i]?.kind !== 'cancel').map((row) => row.index));
  return {
    uses: presented.flatMap((u, i) => (u === undefined ? [] : [(uses[i]?.index ?? 0) < lost ? { ...u, problems: [...u.problems, LOST] } : u])),
    cancels: takenBack.flatMap((c) => (c?.kind === 'cancel' ? [{ person: c.person, level: c.level, uses: c.predicate.uses }] : [])),
  };
}

/** Nobody can say any more what it named: everything signed before it counts as taken back. */
const LOST = problem('BG_CANCELLED', 'a taking back that came after it cannot be read any more', { remedy: 'sign again' });

async function closeBy({ state, now }: Bench, { change }: Decision, id: string): Promise<readonly GlassRow[]> {
  const rows = await state.breakGlass({ type: 'break-glass', repo: change.repo });
  const mine = new Set(change.paths);
  const keep = await Promise.all(
    rows.map(async (row) => {
      if (row.change === id) return true;
      if (row.landed !== null || row.targetRef !== change.targetRef || row.at <= now - NEAR_MS) return false;
      const [other] = await state.changes({ id: row.change, limit: 1 });
      return other?.decision.change.paths.some((p) => mine.has(p)) === true;
    }),
  );
  return rows.filter((_, i) => keep[i]);
}

/** Undefined where the body was erased or says nothing: then nobody signed anything. */
async function presentedUse(bench: Bench, trust: SignoffTrust, row: GlassRow, decision: Decision): Promise<PresentedUse | undefined> {
  const body = await bench.ledger.body(row.body);
  const predicate = body === null ? undefined : saidInUse(body);
  if (body === null || predicate === undefined) return undefined;
  const { site, governance, now } = bench;
  const word = verifyWord(body, trust, {
    tier: decision.tier,
    authenticators: decision.authenticators,
    now,
    counters: 'logged',
    allowDemo: site.mode === 'demo',
    roster: governance.roster,
  });
  const spent = row.landed === null ? [] : [problem('ST_NONCE', 'it was spent on an earlier landing of this change', { remedy: 'sign again: each counts once' })];
  return {
    digest: row.body,
    person: word.ok ? word.value.person : row.signer,
    level: word.ok ? word.value.level : '',
    predicate,
    at: row.at,
    problems: [...(word.ok ? [] : word.error), ...spent],
  };
}

async function verifiedRow(bench: Bench, trust: SignoffTrust, row: GlassRow, { tier = 'high' }: { readonly tier?: Decision['tier'] }): Promise<VerifiedWord | undefined> {
  const body = await bench.ledger.body(row.body);
  const word = body === null ? null : verifyWord(body, trust, { tier, now: row.at, counters: 'logged', allowDemo: bench.site.mode === 'demo' });
  return word?.ok && `break-glass${word.value.kind === 'use' ? '' : `-${word.value.kind}`}` === row.type ? word.value : undefined;
}

/** What a use says, unverified: for who reads what was verified before. */
function saidInUse(envelope: Uint8Array): UsePredicate | undefined {
  const parsed = parseEnvelope(envelope);
  const word = parsed.ok && text(parsed.value.payload) !== undefined ? parseWord(parsed.value.payload) : undefined;
  return word?.ok && word.value.kind === 'use' ? word.value.predicate : undefined;
}

/** Everything that landed by break-glass in this repository, oldest first, with the reviews that hold. */
export async function actsOf(bench: Bench, repo: string): Promise<readonly Act[]> {
  const rows = await bench.state.breakGlass({ type: 'break-glass', repo, landed: true });
  if (rows.length === 0) return [];
  const trust = await signoffTrust(bench);
  const groups = Map.groupBy(rows, (r) => r.landed?.index ?? -1);
  return Promise.all([...groups.values()].map((uses) => actOf(bench, trust, uses)));
}

async function actOf(bench: Bench, trust: SignoffTrust, rows: readonly GlassRow[]): Promise<Act> {
  const [first] = rows;
  const change = first?.change ?? '';
  const landedAt = first?.landed?.at ?? 0;
  const [row] = await bench.state.changes({ id: change, limit: 1 });
  const spent = rows.map(async (r) => ({ person: r.signer, digest: r.body, review: saidInUse((await bench.ledger.body(r.body)) ?? new Uint8Array(0))?.review ?? null }));
  const { withinMs, ...terms } = termsOfReview(await Promise.all(spent), bench.governance.policy.ladder.values);
  const act: Act = { change, repo: first?.repo ?? '', paths: row?.decision.change.paths ?? null, landedAt, due: landedAt + withinMs, reviews: [], ...terms };
  return { ...act, reviews: await reviewsOf(bench, trust, act) };
}

/**
 * Level and outsiders were judged by the roster when each was accepted. Here: that a human outside the act signed it, and that
 * their enrolment is not below what is asked, for as long as the ladder still knows both levels.
 */
async function reviewsOf(bench: Bench, trust: SignoffTrust, act: Act): Promise<Act['reviews']> {
  const ladder = bench.governance.policy.ladder.values;
  const rows = await bench.state.breakGlass({ type: 'break-glass-review', change: act.change });
  const words = await Promise.all(rows.map(async (row) => ({ row, word: await verifiedRow(bench, trust, row, {}) })));
  return words.flatMap(({ row, word }) => {
    if (word?.kind !== 'review') return [];
    const comparable = word.level !== '' && ladder.includes(act.reviewLevel);
    const wrong = reviewProblems(act, { person: word.person, level: word.level, uses: word.predicate.uses }, ladder).filter((p) => p.code !== 'QUAL_LEVEL' || comparable);
    return wrong.length === 0 ? [{ person: word.person, outcome: word.predicate.outcome, note: word.predicate.note, at: row.at }] : [];
  });
}
