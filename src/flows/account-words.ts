/** What people said of a change, each word read from the bytes they signed. */
import type { problem } from '../core/base/result.ts';
import { parseWord } from '../core/gate/break-glass-words.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import { personOf } from '../core/signoff/build.ts';
import { parseOwnership } from '../core/signoff/ownership.ts';
import { parseStatement } from '../core/signoff/parse.ts';
import type { SignoffPredicate } from '../core/signoff/statement.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { type Opened, openedBy, type People } from './account-people.ts';
import { changeId } from './identity.ts';

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
  const why = [...opened.problems.map((p) => `${p.message} [${p.code}]`), ...more];
  const name = opened.person === null ? 'somebody unknown' : (people?.name(opened.person) ?? opened.person);
  return { ...atOf(entry), person: opened.person, name, verified: why.length === 0, why, enrolled: opened.level, since: opened.since };
}

export type SignoffSaid = Omit<SignoffWord, keyof Word>;

/** @param counted digests the gate counted. */
export async function signoffWord(log: AccountLog, people: People | undefined, entry: Placed, change: string, counted: ReadonlySet<string>): Promise<Read<SignoffSaid>> {
  const opened = await openedBy(log, people, entry, asTier(entry.fields.tier));
  const statement = opened.payload === null ? undefined : parseStatement(opened.payload);
  if (statement?.ok !== true) return { ...wordOf(entry, opened, people, statement === undefined ? [] : [said(statement.error)]), said: null };
  const { predicate } = statement.value;
  const own = changeId({ repo: predicate.change.repo, targetRef: predicate.change.targetRef, manifest: predicate.change.manifest.sha256 });
  const wrong = [
    ...(opened.person !== null && personOf(predicate.signer.id) !== opened.person ? [`it says it is of ${predicate.signer.id}`] : []),
    ...(predicate.decision !== entry.fields.decision || predicate.policy.tier !== entry.fields.tier ? ['the entry in the log says something else than was signed'] : []),
    ...(own !== entry.fields.change ? ['the entry names another change than was signed'] : []),
  ];
  return { ...wordOf(entry, opened, people, wrong), said: { ...signoffSaid(predicate), envelope: entry.envelope, earlier: own !== change, counted: counted.has(entry.envelope) } };
}

const said = (p: ReturnType<typeof problem>): string => `${p.message} [${p.code}]`;

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
}

export async function glassWord(log: AccountLog, people: People | undefined, entry: Placed, counted: ReadonlySet<string>): Promise<Read<GlassSaid>> {
  // A key that may sign a sign-off below the top tier may say this.
  const opened = await openedBy(log, people, entry, 'high');
  const parsed = opened.payload === null ? undefined : parseWord(opened.payload);
  if (parsed?.ok !== true) return { ...wordOf(entry, opened, people, parsed === undefined ? [] : [said(parsed.error)]), said: null };
  const { kind, predicate } = parsed.value;
  const { change, signer, statement: sentence } = predicate;
  const own = changeId({ repo: change.repo, targetRef: change.targetRef, manifest: change.manifest.sha256 });
  const wrong = [
    ...(opened.person !== null && personOf(signer.id) !== opened.person ? [`it says it is of ${signer.id}`] : []),
    ...(own !== entry.fields.change || KINDS[kind] !== entry.type ? ['the entry in the log says something else than was signed'] : []),
  ];
  const what = {
    kind,
    sentence,
    reason: kind === 'review' ? predicate.note : predicate.reason,
    incident: kind === 'use' ? predicate.incident : null,
    outcome: kind === 'review' ? predicate.outcome : null,
    due: kind === 'use' ? predicate.review : null,
    counted: counted.has(entry.envelope),
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
export async function ownershipWord(log: AccountLog, people: People | undefined, entry: Placed): Promise<Read<OwnershipSaid>> {
  const opened = await openedBy(log, people, entry, 'high');
  const statement = opened.payload === null ? undefined : parseOwnership(opened.payload);
  if (statement?.ok !== true) return { ...wordOf(entry, opened, people, statement === undefined ? [] : [said(statement.error)]), said: null };
  const { author, change, read, ran, notUnderstood, assumptions } = statement.value.predicate;
  const own = changeId({ repo: change.repo, targetRef: change.targetRef, manifest: change.manifest.sha256 });
  const wrong = [
    ...(opened.person !== null && personOf(author.id) !== opened.person ? [`it says it is of ${author.id}`] : []),
    ...(own !== entry.fields.change ? ['the entry names another change than was signed'] : []),
  ];
  return { ...wordOf(entry, opened, people, wrong), said: { filesRead: read.files, filesTotal: read.filesTotal, ran, notUnderstood, assumptions } };
}
