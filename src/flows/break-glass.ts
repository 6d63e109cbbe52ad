/**
 * Break-glass, signed: a use, its taking back, the review after it. Two beats each, as in signing: everything the person says
 * becomes the statement's bytes, once; then the envelope is verified like a stranger's, held against what the server would write
 * now, and appended. Nothing has an effect before it stands in the log.
 *
 * The attacker is whoever holds the browser session or the network: they choose the words and may swap what is signed; they
 * cannot make a credential answer for other bytes, and the server never signs for a person.
 */
import { hex } from '../core/base/bytes.ts';
import { sha256, sha256Hex } from '../core/base/crypto.ts';
import { digest, type Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { barsTo, breakGlass, type GlassAnswer, mayCancel, mayUse, type Presented } from '../core/gate/break-glass.ts';
import { type Act, reviewProblems } from '../core/gate/break-glass-review.ts';
import { type VerifiedWord, verifyWord, WORDS_OWED } from '../core/gate/break-glass-verify.ts';
import { type Outcome, type Said, type Word, wordStatement } from '../core/gate/break-glass-words.ts';
import { changeOf, statementBytes } from '../core/signoff/build.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintWords } from '../core/signoff/fingerprint.ts';
import { toBeSigned } from '../core/signoff/sshsig.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { usedBefore } from './arrival.ts';
import { enrolledKeys } from './authority.ts';
import { actsOf, glassRules, presentedGlass } from './break-glass-facts.ts';
import { heldDown, under } from './ceiling.ts';
import { governanceAt } from './governance.ts';
import type { ChangeRow, EntryDraft, KeyRow, Projections } from './ports.ts';
import type { Ceiling } from './ports-login.ts';
import { type CredentialChoice, notEnrolled, PREFERENCE, type Prepared, type SigningWorld, signingKeys } from './prepare.ts';
import { type Bench, signoffTrust } from './presented.ts';
import { SIGNING_NAMESPACE } from './site.ts';

/** What a person says; the rest of the statement is the server's, and checked when it comes back. */
export type GlassWords =
  | { readonly kind: 'use'; readonly reason: string; readonly incident: string }
  | { readonly kind: 'cancel'; readonly reason: string }
  | { readonly kind: 'review'; readonly outcome: Outcome; readonly note: string };

export interface GlassReceipt {
  readonly index: number;
  readonly digest: string;
  readonly kind: Word['kind'];
  /** Of a use: what a push would meet now. null for the other kinds. */
  readonly stands: Pick<GlassAnswer, 'answer' | 'until'> | null;
  /** What is still missing, or empty. */
  readonly missing: string;
}

/** Everything that is known of one change and break-glass, as it stands. */
export interface Desk {
  readonly bench: Bench;
  readonly row: ChangeRow;
  readonly presented: Presented;
  readonly history: readonly Act[];
  /** This change's own, the first that has no review yet, else the latest: null where it did not land by break-glass. */
  readonly act: Act | null;
}

/** Policy and roster at the tip of the target ref: who reviews later need not have been there before. */
export async function glassDesk(world: SigningWorld, id: string, state: Projections = world.projections): Promise<Result<Desk, readonly Problem[]>> {
  const [row] = await state.changes({ id, limit: 1 });
  if (row === undefined) return err([problem('NOT_FOUND', `there is no change ${id}`)]);
  const { repo, targetRef } = row.decision.change;
  const served = world.repositories.get(repo);
  const tip = (await served?.repository.resolve(targetRef)) ?? null;
  if (served === undefined || tip === null) return err([problem('TARGET_MISSING', `${targetRef} of ${repo} is not there`)]);
  const governance = await governanceAt(served.repository, tip, world.floors);
  if (!governance.ok) return governance;
  const bench: Bench = { site: world.site, ledger: world.ledger, state, governance: governance.value, now: world.now() };
  const history = await actsOf(bench, repo);
  const own = history.filter((a) => a.change === id);
  const act = own.find((a) => a.reviews.length === 0) ?? own.at(-1) ?? null;
  return ok({ bench, row, presented: await presentedGlass(bench, row.decision), history, act });
}

/** @param prefer kinds of key, best first, for when nothing is chosen. */
export async function prepareGlass(
  world: SigningWorld,
  id: string,
  person: string,
  words: GlassWords,
  credential?: CredentialChoice,
  prefer: readonly KeyRow['kind'][] = PREFERENCE,
): Promise<Result<Prepared, readonly Problem[]>> {
  const found = await glassDesk(world, id);
  if (!found.ok) return found;
  const desk = found.value;
  const enrolled = await enrolledKeys(world.projections, { person });
  const keys = signingKeys(enrolled, credential, prefer);
  const level = levelOf(desk, person, keys);
  const wrong = [
    ...(level === undefined
      ? [problem('PERSON_UNKNOWN', `${person} is not on the roster of the target ref`)]
      : mayNotNow(desk, words.kind, person, level, await world.ceilings.of(person))),
    ...(keys.length === 0 ? [notEnrolled(person, credential)] : []),
    ...(wordsMissing(words) ? [problem('BG_REASON', WORDS_OWED[words.kind], { remedy: 'say it in a few words' })] : []),
  ];
  if (wrong.length > 0) return err(wrong);
  const statement = statementBytes(wordStatement(said(world, desk, words), await common(world, desk, person, keys)));
  const signed = pae(NAMES.payloadType, statement);
  return ok({ statement, words: fingerprintWords(sha256(signed)), challenge: toBeSigned(SIGNING_NAMESPACE, 'sha512', signed), keys });
}

const wordsMissing = (words: GlassWords): boolean =>
  (words.kind === 'use' ? [words.reason, words.incident] : [words.kind === 'review' ? words.note : words.reason]).some((w) => w.trim() === '');

/** The lower of roster and enrolment; undefined where the roster does not know them. */
export function levelOf({ bench: { governance } }: Desk, person: string, keys: readonly KeyRow[]): string | undefined {
  const listed = governance.roster.people.find((p) => p.id === person);
  const levels = listed === undefined ? [] : [listed.level, ...keys.map((k) => k.level)];
  return listed && (governance.policy.ladder.values.find((l) => levels.includes(l)) ?? '');
}

async function common(world: SigningWorld, { row }: Desk, person: string, keys: readonly KeyRow[]) {
  const [key, ...others] = keys;
  const [origin = '', size = '0', root = ''] = (await world.ledger.checkpoint()).split('\n');
  const credential = { id: others.length > 0 ? '' : key?.credentialId || key?.keyid || '', type: key?.kind ?? 'webauthn' };
  return { change: row.decision.change, person, credential, seen: { origin, size: Number(size), root }, nonce: hex(world.random()) };
}

function said({ site }: SigningWorld, desk: Desk, words: GlassWords): Said {
  const { row, bench } = desk;
  const { breakGlass: terms } = bench.governance.policy;
  if (words.kind === 'cancel') return { ...words, uses: unspent(desk).map((u) => u.digest) };
  if (words.kind === 'review') return { ...words, uses: desk.act?.uses ?? [] };
  return {
    ...words,
    policy: { uri: `git+${site.url}/git/${row.decision.change.repo}.git#countersign.yml`, digest: { sha256: row.decision.policyDigest }, tier: row.decision.tier },
    review: { withinSeconds: Math.ceil((terms?.reviewWithin ?? 0) / 1_000), level: terms?.reviewLevel ?? '' },
    expires: new Date(bench.now + (terms?.expires ?? 0)).toISOString(),
  };
}

/** Uses of exactly this change that may still let it pass. */
export const unspent = ({ presented, row, bench }: Desk) =>
  presented.uses.filter(
    (u) =>
      u.predicate.change.manifest.sha256 === row.decision.change.manifest &&
      !u.problems.some((p) => p.code === 'ST_NONCE') &&
      Date.parse(u.predicate.expires) > bench.now &&
      !presented.cancels.some((c) => c.uses.includes(u.digest)),
  );

/** The same, with what an identity provider leaves of the level. Taking back lets nothing pass, and is held back by no provider. */
export function mayNotNow(desk: Desk, kind: Word['kind'], person: string, level: string, ceiling: Ceiling): readonly Problem[] {
  const wrong = mayNot(desk, kind, person, level);
  const left = under(desk.bench.governance.policy.ladder.values, level, ceiling);
  if (wrong.length > 0 || kind === 'cancel' || left === level) return wrong;
  return mayNot(desk, kind, person, left).length > 0 ? [heldDown(person, level, left)] : [];
}

/** Why this person may not say such a thing about this change now; said before any minute is spent, and again of the signature. */
function mayNot(desk: Desk, kind: Word['kind'], person: string, level: string): readonly Problem[] {
  const { row, bench, history, act } = desk;
  const rules = glassRules(bench);
  if (kind === 'use') {
    const idle = row.state === 'landed' || row.state === 'passed' ? [problem('USAGE', `this change is ${row.state}: there is no glass to break`)] : [];
    return [...idle, ...barsTo(rules, row.decision, bench.now, history), ...mayUse(rules, person, level, history, bench.now)];
  }
  if (kind === 'cancel') {
    const uses = unspent(desk);
    if (uses.length === 0) return [problem('NOT_FOUND', 'no break-glass stands for this change')];
    const may = uses.every((use) => mayCancel(rules, { person, level }, use));
    return may ? [] : [problem('BG_APPROVERS', `taking a break-glass back asks for ${rules.terms?.level ?? 'its signer'} or above, and ${person} is ${level}`)];
  }
  if (act === null) return [problem('NOT_FOUND', 'this change did not land by break-glass')];
  if (act.reviews.length > 0) return [problem('USAGE', 'this break-glass was reviewed already')];
  const behind = row.decision.excluded.map((e) => e.person);
  return reviewProblems(act, { person, level, uses: act.uses }, rules.ladder, behind);
}

/** Verifies an envelope as if a stranger had sent it, and appends it. A replayed one is refused by its nonce. */
export async function recordGlass(world: SigningWorld, id: string, envelope: Uint8Array): Promise<Result<GlassReceipt, readonly Problem[]>> {
  let wrong: readonly Problem[] = [];
  let receipt: Omit<GlassReceipt, 'index' | 'digest'> = { kind: 'use', stands: null, missing: '' };
  const appended = await world.ledger.append(async (state) => {
    const found = await glassDesk(world, id, state);
    const word = found.ok ? await accept(world, found.value, envelope) : found;
    if (!found.ok || !word.ok) {
      wrong = word.ok ? [] : word.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    receipt = { kind: word.value.kind, ...standing(found.value, word.value) };
    return ok(drafts(found.value, word.value, envelope));
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  const entry = appended.value[0];
  return entry === undefined ? err([problem('INTERNAL', 'nothing was appended')]) : ok({ index: entry.index, digest: entry.body, ...receipt });
}

async function accept(world: SigningWorld, desk: Desk, envelope: Uint8Array): Promise<Result<VerifiedWord, readonly Problem[]>> {
  const { bench, row } = desk;
  const expect = {
    tier: row.decision.tier,
    authenticators: row.decision.authenticators,
    now: bench.now,
    counters: 'online',
    allowDemo: world.site.mode === 'demo',
    roster: bench.governance.roster,
  } as const;
  const trust = await signoffTrust(bench);
  // Who made a key matters for what lets a change through: any enrolled key takes it back.
  const heard = verifyWord(envelope, trust, { ...expect, tier: 'high', authenticators: undefined });
  const verified = heard.ok && heard.value.kind === 'cancel' ? heard : verifyWord(envelope, trust, expect);
  if (!verified.ok) return verified;
  const word = verified.value;
  const replayed = await usedBefore(bench.state, word.predicate.nonce);
  if (replayed.length > 0) return err(replayed);
  const wrong = [...mayNotNow(desk, word.kind, word.person, word.level, await world.ceilings.of(word.person)), ...saidOtherwise(world, desk, word)];
  return wrong.length > 0 ? err(wrong) : ok(word);
}

/** Whoever makes statements of their own may not stretch the validity, soften the review, or be about something else. */
function saidOtherwise(world: SigningWorld, desk: Desk, word: VerifiedWord): readonly Problem[] {
  const { change } = desk.row.decision;
  const now = said(
    world,
    desk,
    word.kind === 'use' ? { ...word.predicate, kind: 'use' } : word.kind === 'cancel' ? { ...word.predicate, kind: 'cancel' } : { ...word.predicate, kind: 'review' },
  );
  const same = (a: unknown, b: unknown): boolean => digest(a as Json) === digest(b as Json);
  const facts: readonly (readonly [string, boolean])[] = [
    ['the change', same(word.predicate.change, changeOf(change))],
    ...(word.kind === 'use' && now.kind === 'use'
      ? ([
          ['the policy', same(word.predicate.policy.digest, now.policy.digest) && word.predicate.policy.tier === now.policy.tier],
          ['the review', same(word.predicate.review, now.review)],
          ['the expiry', Date.parse(word.predicate.expires) <= Date.parse(now.expires)],
        ] as const)
      : []),
    ...(word.kind !== 'use' && now.kind !== 'use' ? ([['what it is about', same([...word.predicate.uses].sort(), [...now.uses].sort())]] as const) : []),
  ];
  const wrong = facts.filter(([, holds]) => !holds).map(([name]) => name);
  return wrong.length === 0
    ? []
    : [problem('BG_SCOPE', `the statement says something else than was prepared: ${wrong.join(', ')}`, { remedy: 'prepare it again, and sign what it prepares' })];
}

function standing(desk: Desk, word: VerifiedWord): Pick<GlassReceipt, 'stands' | 'missing'> {
  if (word.kind !== 'use') return { stands: null, missing: '' };
  const { bench, row, presented, history } = desk;
  const mine = { digest: word.digest, person: word.person, level: word.level, predicate: word.predicate, at: bench.now, problems: [] };
  const { answer, until, reasons } = breakGlass(glassRules(bench), row.decision, { ...presented, uses: [...presented.uses, mine] }, bench.now, history);
  return { stands: { answer, until }, missing: answer === 'allowed' ? '' : (reasons.at(-1)?.text ?? '') };
}

/** As with sign-offs, the log names nobody: the signer is hashed with the nonce, which lives in the envelope. */
function drafts({ row, bench }: Desk, word: VerifiedWord, envelope: Uint8Array): readonly EntryDraft[] {
  const { repo, targetRef, head } = row.decision.change;
  const signer = sha256Hex(`${word.predicate.nonce}\0${word.person}`);
  const fields = { change: row.id, repo, ref: targetRef, signer };
  if (word.kind === 'use') return [{ type: 'break-glass', fields: { ...fields, tier: row.decision.tier }, body: envelope }];
  if (word.kind === 'cancel') return [{ type: 'break-glass-cancel', fields, body: envelope }];
  const { outcome } = word.predicate;
  const review: EntryDraft = { type: 'break-glass-review', fields: { ...fields, outcome }, body: envelope };
  if (outcome !== 'unjustified') return [review];
  const body = new TextEncoder().encode(JSON.stringify({ v: 1, why: 'a break-glass was found unjustified', change: row.id, review: word.digest, at: bench.now }));
  return [review, { type: 'violation', fields: { repo, ref: targetRef, new: head, change: row.id }, body }];
}
