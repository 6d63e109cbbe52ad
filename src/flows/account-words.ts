/** What people said of a change, each word read from the bytes they signed. */
import type { Problem } from '../core/base/result.ts';
import { ownChange } from '../core/change/change-id.ts';
import type { VerifiedWord } from '../core/gate/break-glass-verify.ts';
import { parseWord } from '../core/gate/break-glass-words.ts';
import type { Decision } from '../core/policy/decision.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import { personOf } from '../core/signoff/build.ts';
import { parseOwnership } from '../core/signoff/ownership.ts';
import { parseStatement } from '../core/signoff/parse.ts';
import { isApproval, type SignoffPredicate } from '../core/signoff/statement.ts';
import { type DecidedBefore, type Told, textOf } from './account-decided.ts';
import { answering, type Court, glassProblems, type Moment, ownershipProblems, signoffProblems } from './account-judged.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { type Opened, openedBy, type People } from './account-people.ts';

/** Where something stands in the log. */
export interface At {
  readonly entry: number;
  /** RFC 3339, UTC, by the clock of the log. */
  readonly time: string;
}

export interface Word extends At {
  readonly person: string | null;
  readonly name: string;
  /** The signature was verified again, with a key that people had enrolled by then. */
  readonly verified: boolean;
  /** Why not. */
  readonly why: readonly string[];
  /** Level by enrolment, when it was signed. */
  readonly enrolled: string | null;
  readonly since: readonly string[];
}

type Review = SignoffPredicate['review'];

export interface SignoffWord extends Word, Pick<SignoffPredicate, 'answers' | 'dispositions' | 'assumptions' | 'conditions' | 'notChecked' | 'stage'> {
  readonly envelope: string;
  readonly decision: SignoffPredicate['decision'];
  readonly sentence: string;
  readonly level: string;
  readonly domains: readonly string[];
  readonly tier: string;
  readonly policy: { readonly uri: string; readonly digest: string };
  readonly key: SignoffPredicate['signer']['credential']['type'];
  readonly review: Review;
  readonly presented: string;
  readonly expires: string;
  /** It signed another form of the content than the one here. */
  readonly earlier: boolean;
  /** The gate counted it for a landing. */
  readonly counted: boolean;
}

/** A word nobody can read is still a word: `said` is null, and why. */
export type Read<W> = Word & { readonly said: W | null };

export const atOf = ({ index, at }: Placed): At => ({ entry: index, time: new Date(at).toISOString() });

const asTier = (value: unknown): Tier | undefined => TIERS.values.find((t) => t === value);

function wordOf(entry: Placed, opened: Opened, people: People | undefined, more: readonly string[]): Word {
  const why = [...new Set([...opened.problems.map(said), ...more])];
  const name = opened.person === null ? 'somebody unknown' : (people?.name(opened.person) ?? opened.person);
  return { ...atOf(entry), person: opened.person, name, verified: why.length === 0, why, enrolled: opened.level, since: opened.since };
}

export type SignoffSaid = Omit<SignoffWord, keyof Word>;

/** What the words of a change are read with. */
export interface Reading {
  readonly log: AccountLog;
  readonly people: People | undefined;
  readonly decided: DecidedBefore;
  /** By the digest of an envelope the gate counted for a landing: the verdict that counted it. */
  readonly counted: ReadonlyMap<string, Placed>;
  /** As `Collected` has it. */
  readonly carried: ReadonlySet<string>;
}

/** @param change it is told for: its own, the one it was carried to, or the one whose push held its commit. */
export async function signoffWord(reading: Reading, entry: Placed, change: string): Promise<Read<SignoffSaid>> {
  const { log, people, decided, counted } = reading;
  const asked = await decided(textOf(entry.fields.change), entry.index);
  const opened = await openedBy(log, people, entry, asked?.decision.tier ?? asTier(entry.fields.tier));
  const statement = opened.payload === null ? undefined : parseStatement(opened.payload);
  if (statement?.ok !== true) return { ...wordOf(entry, opened, people, statement === undefined ? [] : [said(statement.error)]), said: null };
  const { predicate } = statement.value;
  const own = ownChange(predicate.change);
  const verdict = counted.get(entry.envelope);
  const judge: SignoffJudge = (court, envelope, decision, into) => signoffProblems(court, envelope, predicate, opened.level, decision, into);
  const wrong = [
    ...otherSigner(opened, predicate.signer.id),
    ...(predicate.decision !== entry.fields.decision || predicate.policy.tier !== entry.fields.tier ? ['the entry in the log says something else than was signed'] : []),
    ...(own !== entry.fields.change ? ['the entry names another change than was signed'] : []),
    ...(await heldAt(reading, entry, entry, (court, envelope) => answering(asked, (d) => judge(court, envelope, d)))),
    ...(verdict === undefined ? [] : await countedRightly(reading, entry, predicate, verdict, judge)),
  ];
  const more = { envelope: entry.envelope, earlier: own !== change, counted: verdict !== undefined };
  return { ...wordOf(entry, opened, people, wrong), said: { ...signoffSaid(predicate), ...more } };
}

type SignoffJudge = (court: Court, envelope: Uint8Array, decision: Decision, into?: Decision) => readonly Problem[];

const otherSigner = ({ person }: Opened, claimed: string): readonly string[] => (person !== null && personOf(claimed) !== person ? [`it says it is of ${claimed}`] : []);

/** Why it did not hold at some entry; nothing where bytes or genesis are gone, which is said of the signature itself. */
async function heldAt(
  { log, people }: Reading,
  { envelope, index }: Placed,
  moment: Moment,
  judge: (court: Court, envelope: Uint8Array) => readonly Problem[],
): Promise<readonly string[]> {
  const bytes = await log.body(envelope, index);
  return bytes === null || people === undefined ? [] : judge({ log, people, moment }, bytes).map(said);
}

/** It let something pass: so it approves, held at that verdict too, and is of what that verdict was about, or was carried there. */
async function countedRightly(reading: Reading, entry: Placed, predicate: SignoffPredicate, verdict: Placed, judge: SignoffJudge): Promise<readonly string[]> {
  const into = textOf(verdict.fields.change);
  const own = ownChange(predicate.change);
  const whole = await reading.decided(into, verdict.index);
  const asked = own === into ? whole : await reading.decided(own, entry.index);
  const inside = whole?.decision.change.commits.includes(predicate.change.head.gitCommit) === true;
  const why = [
    ...(isApproval(predicate.decision) ? [] : ['it approves nothing']),
    ...(own === into || inside || reading.carried.has(`${into} ${entry.envelope}`) ? [] : ['it is of another change, and nothing in the log carries it here']),
    ...(await heldAt(reading, entry, verdict, (court, envelope) => answering(whole, (w) => answering(asked, (d) => judge(court, envelope, d, w))))),
  ];
  return why.map((w) => `when the gate counted it (entry ${verdict.index}): ${w}`);
}

const said = (p: Problem): string => `${p.message} [${p.code}]`;

const signoffSaid = (p: SignoffPredicate): Omit<SignoffSaid, 'envelope' | 'earlier' | 'counted'> => ({
  decision: p.decision,
  stage: p.stage,
  sentence: p.statement,
  level: p.signer.qualification.level,
  domains: p.signer.qualification.domains,
  key: p.signer.credential.type,
  tier: p.policy.tier,
  policy: { uri: p.policy.uri, digest: p.policy.digest.sha256 },
  conditions: p.conditions,
  answers: p.answers,
  dispositions: p.dispositions,
  assumptions: p.assumptions,
  notChecked: p.notChecked,
  review: p.review,
  presented: p.presented.sha256,
  expires: p.expires,
});

export interface GlassSaid {
  readonly kind: 'use' | 'cancel' | 'review';
  readonly reason: string;
  readonly incident: string | null;
  readonly outcome: string | null;
  readonly sentence: string;
  /** Of a use: until when the review was due, in seconds after the landing, and from whom. */
  readonly due: { readonly withinSeconds: number; readonly level: string } | null;
  readonly counted: boolean;
  readonly envelope: string;
  /** Digests of the uses it takes back or reviews. */
  readonly uses: readonly string[];
}

/** @param reviews why this review closes no landing; asked of a review alone. */
export async function glassWord(
  reading: Reading,
  entry: Placed,
  reviews: (review: Pick<VerifiedWord, 'person' | 'level'> & { readonly uses: readonly string[] }) => readonly Problem[],
): Promise<Read<GlassSaid>> {
  const { log, people, decided, counted } = reading;
  const asked = await decided(textOf(entry.fields.change), entry.index);
  const verdict = counted.get(entry.envelope);
  const opened = await openedBy(log, people, entry, entry.type === 'break-glass' ? (asked?.decision.tier ?? undefined) : 'high');
  const parsed = opened.payload === null ? undefined : parseWord(opened.payload);
  if (parsed?.ok !== true) return { ...wordOf(entry, opened, people, parsed === undefined ? [] : [said(parsed.error)]), said: null };
  const { kind, predicate } = parsed.value;
  const { signer, statement: sentence } = predicate;
  const judge = (told: Told | null | undefined) => (court: Court, envelope: Uint8Array) => answering(told, (d) => glassProblems(court, envelope, parsed.value, d));
  const then = verdict === undefined || kind !== 'use' ? [] : await heldAt(reading, entry, verdict, judge(await decided(textOf(verdict.fields.change), verdict.index)));
  const wrong = [
    ...otherSigner(opened, signer.id),
    ...(ownChange(predicate.change) !== entry.fields.change || KINDS[kind] !== entry.type ? ['the entry in the log says something else than was signed'] : []),
    ...(await heldAt(reading, entry, entry, judge(asked))),
    ...then.map((w) => `when the gate counted it (entry ${verdict?.index}): ${w}`),
    ...(kind === 'review' && opened.person !== null ? reviews({ person: opened.person, level: opened.level ?? '', uses: predicate.uses }).map(said) : []),
  ];
  const what = {
    kind,
    sentence,
    reason: kind === 'review' ? predicate.note : predicate.reason,
    incident: kind === 'use' ? predicate.incident : null,
    outcome: kind === 'review' ? predicate.outcome : null,
    due: kind === 'use' ? predicate.review : null,
    counted: verdict !== undefined,
    envelope: entry.envelope,
    uses: kind === 'use' ? [] : predicate.uses,
  };
  return { ...wordOf(entry, opened, people, wrong), said: what };
}

const KINDS = { use: 'break-glass', cancel: 'break-glass-cancel', review: 'break-glass-review' } as const;

export interface OwnershipSaid {
  readonly filesRead: number;
  readonly filesTotal: number;
  readonly ran: readonly string[];
  readonly notUnderstood: readonly string[];
  readonly assumptions: SignoffPredicate['assumptions'];
}

/** The author's own word. */
export async function ownershipWord(reading: Reading, entry: Placed): Promise<Read<OwnershipSaid>> {
  const { log, people, decided } = reading;
  const asked = await decided(textOf(entry.fields.change), entry.index);
  const opened = await openedBy(log, people, entry, asked?.decision.tier ?? undefined);
  const statement = opened.payload === null ? undefined : parseOwnership(opened.payload);
  if (statement?.ok !== true) return { ...wordOf(entry, opened, people, statement === undefined ? [] : [said(statement.error)]), said: null };
  const { author, change, read, ran, notUnderstood, assumptions } = statement.value.predicate;
  const wrong = [
    ...otherSigner(opened, author.id),
    ...(ownChange(change) !== entry.fields.change ? ['the entry names another change than was signed'] : []),
    ...(await heldAt(reading, entry, entry, (court, envelope) => answering(asked, (d) => ownershipProblems(court, envelope, d)))),
  ];
  return { ...wordOf(entry, opened, people, wrong), said: { filesRead: read.files, filesTotal: read.filesTotal, ran, notUnderstood, assumptions } };
}
