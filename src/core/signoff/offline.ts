/**
 * Verifying a bundle offline: no network, no server, no key from the bundle. The attacker wrote the bundle; the trust file
 * came another way; `landed` was computed from the verifier's own clone. Steps are those of docs/spec/bundle.md.
 */
import { sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { parseEntry } from '../log/entry.ts';
import { signingTrust, takenBack } from './authority.ts';
import { authorsWord, gateProblems } from './beside.ts';
import type { Bundle, Evidence } from './bundle.ts';
import { type Carry, checkCarry, parseCarry } from './carry.ts';
import { latest as latestOf } from './fold.ts';
import { type Landing, landingOf, landsHere, type Move, type PlacedLanding } from './landing.ts';
import { type Placing, placed } from './logged.ts';
import { seatProblems } from './offline-seats.ts';
import type { Landed, Proving, Required } from './offline-terms.ts';
import { openEnvelope } from './open.ts';
import { parseStatement } from './parse.ts';
import { checkAge, checkStatements, openSnapshot, type Snapshot } from './snapshot.ts';
import { APPROVALS, isApproval, NAMES, type Statement } from './statement.ts';
import type { SignoffTrust } from './trust.ts';
import { authorityAt, bySize, type TrustBundle, withLater } from './trust-file.ts';
import { type Expectation, objection, type VerifiedSignoff, verifySignoff } from './verify.ts';

export interface OfflineReport {
  /** Empty: proven. Otherwise all that is wrong, with `place` naming the sign-off. */
  readonly problems: readonly Problem[];
  /** The words that count: each person's latest. `rules`: it is of an earlier form, and speaks for what these cover. */
  readonly signoffs: readonly (VerifiedSignoff & { readonly rules?: readonly string[] })[];
  /** Why other sign-offs of the bundle do not count. Enough good ones are enough, as at the gate. */
  readonly setAside: readonly Problem[];
}

/** Empty means: enough humans signed exactly this, nobody's last word asks for changes, and it is all logged. */
export function verifyBundle(bundle: Bundle, trust: TrustBundle, landed: Landed, required: Required = {}): readonly Problem[] {
  return examineBundle(bundle, trust, landed, required).problems;
}

/** What a verification starts from, and what is wrong already: with the snapshot, with anything that is not of the log, with the landing. */
export function startProving(bundle: Bundle, given: TrustBundle, landed: Landed, required: Required = {}): { readonly proving: Proving; readonly problems: readonly Problem[] } {
  const { trust, stale } = freshened(bundle, given, required);
  const placing = placed(bundle, trust);
  const landing = bundle.landed === undefined ? undefined : landingIn(bundle.landed, placing, landed);
  const wrong = landing === undefined || landing.ok ? [] : landing.error.map((p) => ({ ...p, place: 'landed' }));
  const proving = { trust, placing, landed, required, landing: landing?.ok === true ? landing.value : undefined };
  return { proving, problems: distinct([...stale, ...placing.strays, ...wrong]) };
}

/** Every sign-off of a bundle, as far as the bundle alone shows: which hold, and why the others do not. */
export interface Heard {
  readonly proving: Proving;
  /** What is wrong with the bundle as a whole. */
  readonly problems: readonly Problem[];
  /** Those that hold, objections included, each with its place in the log. */
  readonly words: readonly PlacedSignoff[];
  /** `claimed`: whose it says it is; nothing of it was proved. */
  readonly aside: readonly { readonly claimed: string; readonly problems: readonly Problem[] }[];
}

export function hearBundle(bundle: Bundle, given: TrustBundle, landed: Landed, required: Required = {}): Heard {
  const { proving, problems } = startProving(bundle, given, landed, required);
  const { placing } = proving;
  const carries = carriesIn(bundle, placing);
  const results = bundle.signoffs.map((evidence, i) => {
    const carry = carries.find((c) => c.ok && c.value.signoff === sha256Hex(evidence.envelope));
    const answer = verifyEvidence(evidence, proving, carry?.ok ? carry.value : undefined);
    return answer.ok ? answer : err(answer.error.map((p) => ({ ...p, place: `signoffs[${i}]` })));
  });
  const failed = results.flatMap((r, i) => (r.ok ? [] : [{ claimed: claimedBy(bundle.signoffs[i])?.predicate.signer.id ?? '', problems: r.error }]));
  const uncarried = carries.flatMap((c) => (c.ok ? [] : [{ claimed: '', problems: [c.error] }]));
  return { proving, problems, words: results.flatMap((r) => (r.ok ? [r.value] : [])), aside: [...failed, ...uncarried] };
}

export function examineBundle(bundle: Bundle, given: TrustBundle, landed: Landed, required: Required = {}): OfflineReport {
  const { proving, problems, words: valid, aside } = hearBundle(bundle, given, landed, required);
  const { trust } = proving;
  const latest = latestWords(valid.filter((s) => s.rules === undefined));
  // What a person says of exactly this change stands in the place of all they said of earlier forms.
  const carried = latestWords(valid.filter((s) => s.rules !== undefined && !latest.some((l) => l.signer === s.signer)));
  const signoffs = [...latest, ...carried].filter((s) => isApproval(s.statement.predicate.decision));
  const setAside = aside.flatMap((a) => a.problems);
  const blocking = latest.filter((s) => s.statement.predicate.decision === 'changes').map((s) => problem('REV_CHANGES', `${s.signer} asked for changes`));
  const missing = seatProblems(signoffs, trust.ladder, required);
  const beside = [...authorsWord(bundle, proving, signoffs), ...gateProblems(bundle, proving, signoffs)];
  const all = [...problems, ...(missing.length > 0 ? setAside : []), ...glassBroken(bundle), ...blocking, ...missing, ...beside];
  return { problems: distinct(all), signoffs, setAside };
}

/**
 * The trust file with what the bundle's snapshot adds to it: statements people signed, and the log's word that they are in it. Whoever
 * made the bundle may leave the snapshot out; then nothing is added, and asked for freshness it is refused.
 */
function freshened({ snapshot }: Bundle, trust: TrustBundle, { fresh }: Required): { readonly trust: TrustBundle; readonly stale: readonly Problem[] } {
  const none = problem('REV_MISSING', 'nothing in the bundle says how fresh it is', { remedy: 'export it again' });
  if (snapshot === undefined) return { trust, stale: fresh === undefined ? [] : [none] };
  const opened = snapshotIn(snapshot.note, trust);
  if (!opened.ok) return { trust, stale: [opened.error] };
  const late = snapshot.later.find((w) => w.index >= opened.value.size);
  if (late !== undefined)
    return { trust, stale: [problem('REV_MISSING', `statement ${late.index} is later than the log's word on statements`, { remedy: 'export the bundle again' })] };
  const later = withLater(trust, snapshot.later);
  if (!later.ok) return { trust, stale: later.error.map((p) => problem('REV_MISSING', p.message)) };
  const invented = checkStatements(opened.value, later.value.said);
  if (invented.length > 0) return { trust, stale: invented };
  if (fresh === undefined) return { trust: later.value, stale: [] };
  return { trust: later.value, stale: [...byReplaced(snapshot.note, trust), ...checkAge(opened.value, fresh.now, fresh.maxAge)] };
}

/** What is wrong with an object may stop more than one step. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [...new Map(problems.map((p) => [`${p.place} ${p.code} ${p.message}`, p])).values()];

/** Sign-offs are what is asked for here; break-glass is another question (core/gate/offline-glass.ts). */
const glassBroken = ({ signoffs, glass = [] }: Bundle): readonly Problem[] =>
  signoffs.length > 0 || glass.length === 0
    ? []
    : [problem('BREAK_GLASS', 'it landed by break-glass, which no sign-off stands behind', { remedy: '--break-glass says whether the break-glass holds, and who reviewed it' })];

/**
 * Whoever stole a key that was replaced can date a snapshot of an old size as they like, that of the rotation too, which both keys sign: of
 * freshness only the key that signs now speaks.
 */
export const byReplaced = (note: string, { logKeys }: TrustBundle): readonly Problem[] =>
  openSnapshot(note, logKeys.slice(-1)).ok ? [] : [problem('REV_STALE', 'the snapshot is signed by a log key that was replaced since', { remedy: 'export the bundle again' })];

/** The log's word on statements, by the key that signed a log of that size. Problems: REV_MISSING. */
export const snapshotIn = (note: string, trust: TrustBundle): Result<Snapshot> =>
  bySize(
    trust,
    (keys) => openSnapshot(note, keys),
    ({ size }) => size,
  );

function landingIn(evidence: Evidence, placing: Placing, landed: Landed): Result<PlacedLanding, readonly Problem[]> {
  const entry = placing.of(evidence);
  if (!entry.ok) return err([entry.error]);
  const landing = landingOf(entry.value.entry, evidence.envelope);
  if (!landing.ok) return err([landing.error]);
  const elsewhere = landsHere(landing.value, landed);
  return elsewhere.length > 0 ? err(elsewhere) : ok({ ...landing.value, index: entry.value.index });
}

/** The move the bundle says it landed by, unverified: for a verifier who has to ask a clone about it. */
export const claimedMove = (bundle: Bundle): Move | undefined => claimedLanding(bundle);

/** When it says it landed, unverified like the move; null: not said, and what is time-boxed counts as holding then. */
export const claimedTime = (bundle: Bundle): number | null => claimedLanding(bundle)?.at ?? null;

function claimedLanding(bundle: Bundle): Landing | undefined {
  const entry = bundle.landed === undefined ? undefined : parseEntry(bundle.landed.entry);
  const landing = entry?.ok && bundle.landed !== undefined ? landingOf(entry.value, bundle.landed.envelope) : undefined;
  return landing?.ok ? landing.value : undefined;
}

/** `at`: when the log took it, milliseconds since 1970. `rules`: of an earlier form of what landed, the rules it still speaks for. */
export type PlacedSignoff = VerifiedSignoff & { readonly index: number; readonly at: number; readonly rules?: readonly string[] };

/** What the bundle says was carried: logged, and whole. Whether it holds is asked of each sign-off. */
const carriesIn = ({ carries = [] }: Bundle, placing: Placing): readonly Result<Carry>[] =>
  carries.map((evidence, i) => {
    const entry = placing.of(evidence);
    const carry = entry.ok ? parseCarry(entry.value, evidence.envelope) : entry;
    return carry.ok ? carry : err({ ...carry.error, place: `carries[${i}]` });
  });

/** A person's latest word in the log wins; earlier ones of the same person are forgotten. */
function latestWords(signoffs: readonly PlacedSignoff[]): readonly PlacedSignoff[] {
  return [...new Map([...signoffs].sort((a, b) => a.index - b.index).map((s) => [s.signer, s])).values()];
}

/** Steps 2 to 7 on the signature, step 8 on the log. The time that counts is the log's. @param carry by which it was counted for another content. */
function verifyEvidence(evidence: Evidence, { trust, placing, landed, required, landing }: Proving, carry: Carry | undefined): Result<PlacedSignoff, readonly Problem[]> {
  const entry = placing.of(evidence);
  if (!entry.ok) return err([...signatureProblems(evidence, signingTrust(latestOf(trust.states), trust.ladder)), entry.error]);
  // Whoever holds a revoked key and the server's clock would date a signature back: the order of the log says otherwise.
  const authority = authorityAt(trust, entry.value.index);
  if (entry.value.entry.at < authority.at) return err([problem('LOG_FORK', 'the sign-off is dated before an entry that stands above it in the log')]);
  const signing = signingTrust(authority, trust.ladder);
  const signedAt = entry.value.entry.at;
  const form = carry?.now.manifest === landed.manifest ? carry : undefined;
  const expect = {
    ...expectation(landed, required, signedAt),
    ...(form === undefined ? {} : ofForm(form)),
    takenBack: (digest: string, signer: string) => takenBack(authority, digest, signer, landing?.index),
  };
  const objects = form === undefined && claimedBy(evidence)?.predicate.decision === 'changes';
  const verified = verifySignoff(evidence.envelope, signing, objects ? objection(expect, signedAt) : expect);
  if (!verified.ok) return err(verified.problems);
  const { statement } = verified.signoff;
  const wrong = form === undefined ? [] : checkCarry(form, statement, entry.value.index, { ...required, manifest: landed.manifest, manifest256: landed.manifest256 });
  if (wrong.length > 0) return err(wrong);
  const { expires, nonce } = statement.predicate;
  // What was taken back after the landing came too late: where a landing stands is part of what it says.
  if (landing !== undefined && landing.index <= entry.value.index) return err([problem('LOG_FORK', `the landing stands before sign-off ${nonce} in the log`)]);
  if (landing?.nonces.has(nonce) === false) return err([problem('ST_NONCE', `the landing did not count sign-off ${nonce}`)]);
  // Expiry bounds the landing, not later audits, and no objection.
  const landedAt = objects ? signedAt : (landing?.at ?? Math.max(signedAt, required.at ?? signedAt));
  if (!(landedAt >= signedAt)) return err([problem('LOG_FORK', `the landing is logged before sign-off ${nonce}`)]);
  return Date.parse(expires) > landedAt
    ? ok({ ...verified.signoff, index: entry.value.index, at: signedAt, ...(form === undefined ? {} : { rules: form.rules }) })
    : err([problem('ST_EXPIRED', `the sign-off expired at ${expires}, before the landing`)]);
}

/** It has to hold for what it signed; only an approval is carried. */
const ofForm = ({ signed: { manifest, manifest256 } }: Carry) => ({ manifest, manifest256, decisions: APPROVALS });

const expectation = (landed: Landed, required: Required, now: number): Expectation => ({
  repo: landed.repo,
  targetRef: landed.targetRef,
  manifest: landed.manifest,
  manifest256: landed.manifest256,
  excluded: landed.excluded ?? new Map(),
  stage: required.stage ?? 'implementation',
  now,
  counters: 'logged',
  decisions: ['approve', 'approve_with_conditions', 'changes', 'cannot_judge'],
  allowDemo: required.allowDemo === true,
  ...(required.spent === undefined ? {} : { usedNonces: required.spent }),
  ...(required.policyDigest === undefined ? {} : { policyDigest: required.policyDigest }),
  ...(required.tier === undefined ? {} : { tier: required.tier }),
  ...(required.authenticators === undefined ? {} : { authenticators: required.authenticators }),
});

/** Without a log time nothing can be said of keys and expiry; what the bytes alone show is still reported. */
function signatureProblems({ envelope }: Evidence, trust: SignoffTrust): readonly Problem[] {
  const opened = openEnvelope(envelope, trust.namespace);
  if (!opened.ok) return [opened.error];
  const statement = parseStatement(opened.value.payload);
  return statement.ok ? [] : [statement.error];
}

/** The repository the first sign-off names, else the landing: for a verifier who knows its content but not what the server called it. */
export const namedRepository = (bundle: Bundle): string | undefined => claimedBy(bundle.signoffs[0])?.predicate.change.repo ?? claimedLanding(bundle)?.repo;

/** What a sign-off says, by whomever: nothing of it is verified. */
export function claimedBy(evidence: Pick<Evidence, 'envelope'> | undefined): Statement | undefined {
  const opened = evidence === undefined ? undefined : openEnvelope(evidence.envelope, NAMES.namespace);
  const statement = opened?.ok === true ? parseStatement(opened.value.payload) : undefined;
  return statement?.ok === true ? statement.value : undefined;
}
