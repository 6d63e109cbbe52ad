/**
 * Who stood where, for whoever has to know it after something went wrong: from the log and the bodies beside it, and from nothing else.
 * No projection, no roster file, no repository is asked, and every signature is verified again. What cannot be shown is said.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type PresentedReview, reviewProblems, termsOfReview } from '../core/gate/break-glass-review.ts';
import type { Decision } from '../core/policy/decision.ts';
import { parseCarry } from '../core/signoff/carry.ts';
import { openVsa } from '../core/signoff/vsa.ts';
import { type DecidedBefore, decisionsOf, textOf } from './account-decided.ts';
import { gateFaults } from './account-gate.ts';
import { type AccountLog, type Collected, changesNamed, collect, entryAt, jsonBody, type Placed, provenBodies, violationWords } from './account-log.ts';
import { type People, peopleOf } from './account-people.ts';
import { type At, atOf, type GlassSaid, glassWord, type OwnershipSaid, ownershipWord, type Read, type Reading, type SignoffSaid, signoffWord } from './account-words.ts';
import { countedIn } from './counted.ts';

export interface Verdict extends At {
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly mode: string;
  readonly would: string;
  readonly old: string;
  readonly new: string;
}

export interface LandedAt extends At {
  readonly repo: string;
  readonly ref: string;
  readonly old: string;
  readonly new: string;
  readonly breakGlass: boolean;
  /** What the gate said of it; null: nothing. */
  readonly summary: Summary | null;
}

/** The gate's word. Its key is in no log: without a trust file nobody can say whose signature it is. */
export interface Summary extends At {
  readonly result: string;
  /** null: not judged. */
  readonly verified: boolean | null;
  readonly why: string | null;
  /** Of one that was verified. */
  readonly levels: readonly string[];
}

export interface CarriedAt extends At {
  readonly signoff: string;
  readonly from: string;
  readonly to: string;
  readonly rules: readonly string[];
  readonly why: readonly string[];
}

/** Who decided how it was judged. */
export interface PolicyInForce {
  readonly digest: string;
  readonly roster: string;
  /** As whoever signed under it has it; null: nobody did. */
  readonly uri: string | null;
  /** The landing that brought it, and who signed that; null: it was in force before the log says so. */
  readonly landed: (At & { readonly commit: string; readonly signoffs: readonly Read<SignoffSaid>[]; readonly others: readonly string[] }) | null;
}

export interface Decided extends At {
  readonly title: string;
  readonly pusher: string | null;
  readonly behind: readonly string[];
  readonly decision: Decision;
}

export interface TakenBackAt extends At {
  readonly type: string;
  readonly of: string;
}

export interface Account {
  readonly change: string;
  /** The one it landed by, the last one where it has not; null: its bytes are gone. */
  readonly decided: Decided | null;
  /** Entries that decided about it. */
  readonly decisions: readonly At[];
  readonly ownership: readonly Read<OwnershipSaid>[];
  readonly signoffs: readonly Read<SignoffSaid>[];
  readonly carries: readonly CarriedAt[];
  readonly breakGlass: readonly Read<GlassSaid>[];
  readonly policy: PolicyInForce | null;
  readonly verdicts: readonly Verdict[];
  readonly landings: readonly LandedAt[];
  /** What was taken back after it landed: keys and people that signed it, or their sign-offs. */
  readonly takenBack: readonly TakenBackAt[];
  /** What does not hold, or cannot be shown. Empty: the account is whole. */
  readonly faults: readonly string[];
}

export interface Accounts {
  readonly log: { readonly origin: string; readonly size: number; readonly root: Uint8Array };
  readonly mode: 'production' | 'demo' | 'unknown';
  readonly organisation: string;
  readonly pin: string | null;
  /** A trust file said who makes keys, who gates are, and which level is above which; else none of that was judged. */
  readonly trusted: boolean;
  /** How people are called, by id, as enrolments have it. */
  readonly names: ReadonlyMap<string, string>;
  readonly accounts: readonly Account[];
}

/** @param word an id, a commit or a manifest. Problems: USAGE, NOT_FOUND, those of a log. */
export async function accountsOf(kept: AccountLog, word: string): Promise<Result<Accounts, readonly Problem[]>> {
  const log = provenBodies(kept);
  const ids = await changesNamed(log, word);
  const collected = ids.ok ? await collect(log, ids.value) : ids;
  if (!collected.ok) return err([collected.error]);
  const people = await peopleOf(log, collected.value.authority);
  const names = [...new Set(collected.value.about.map((e) => String(e.fields.change)))];
  const decided = decisionsOf(log, collected.value);
  const accounts: Account[] = [];
  for (const id of names) accounts.push(await accountOf({ log, people, decided, all: collected.value, own: collected.value.about.filter((e) => e.fields.change === id), id }));
  const { origin, size, root } = collected.value.checkpoint;
  return ok({
    log: { origin, size, root },
    mode: people?.mode ?? 'unknown',
    organisation: people?.organisation ?? '',
    pin: people?.pin ?? null,
    trusted: log.trust !== undefined,
    names: people?.now.names ?? new Map(),
    accounts,
  });
}

/** One change, and the log around it. */
interface Desk {
  readonly log: AccountLog;
  readonly people: People | undefined;
  readonly decided: DecidedBefore;
  readonly all: Collected;
  readonly own: readonly Placed[];
  readonly id: string;
}

async function accountOf(desk: Desk): Promise<Account> {
  const { log, people, own, id, all } = desk;
  const landings = await landingsOf(desk);
  const { counted, by, twice } = await countedFor(desk, landings);
  const reading: Reading = { log, people, decided: desk.decided, counted, carried: all.carried };
  const decided = await decidedOf(desk, landings);
  const words = [...ofType(own, 'signoff'), ...(await signoffsElsewhere(desk, counted))].sort((a, b) => a.index - b.index);
  const signoffs = await each(words, (e) => signoffWord(reading, e, id));
  const account = {
    change: id,
    decided,
    decisions: ofType(own, 'decision').map(atOf),
    ownership: await each(ofType(own, 'ownership'), (e) => ownershipWord(reading, e)),
    signoffs,
    carries: await carriesOf(desk),
    breakGlass: await glassOf(desk, reading),
    policy: await policyOf(desk, decided, signoffs),
    verdicts: ofType(own, 'verdict').map(verdictAt),
    landings,
    takenBack: takenBackAfter(desk, landings, signoffs),
  };
  const faults = [...faultsOf(account, people, by), ...twice, ...ungated(desk, landings), ...bypassed(desk, decided, landings)];
  // A word that does not hold is said already, and what a gate makes of the others is no news.
  const again = faults.length > 0 ? [] : await rejudged(desk, reading, account, by, words);
  return { ...account, faults: [...faults, ...again] };
}

async function rejudged(desk: Desk, reading: Reading, account: Omit<Account, 'faults'>, by: CountedBy, signoffs: readonly Placed[]): Promise<readonly string[]> {
  const { change, landings, carries, ownership } = account;
  const faults = await each(landings, async (landing) => {
    const verdict = verdictFor(desk.own, landing);
    // A use of break-glass fills no seats: what it rests on is judged by itself.
    if (verdict === undefined || landing.breakGlass) return [];
    const carried = new Map(carries.filter((c) => c.entry < verdict.index).map((c) => [c.signoff, c.rules]));
    const owned = ownership.flatMap((o) => (o.person === null || o.entry > verdict.index ? [] : [{ digest: '', author: o.person, index: o.entry, problems: [] }]));
    const since = ofType(desk.own, 'decision')[0]?.at;
    return gateFaults(reading, { change, verdict, inputs: by.get(landing.entry) ?? [], signoffs, carried, owned, since });
  });
  return faults.flat();
}

/** Where its commit was found past the gate. */
const bypassed = ({ all }: Desk, decided: Decided | null, landings: readonly LandedAt[]): readonly string[] => {
  const commits = new Set([...landings.map((l) => l.new), ...(decided === null ? [] : [decided.decision.change.head])]);
  const repo = decided?.decision.change.repo;
  const found = all.violations.filter(({ fields }) => fields.repo === repo && commits.has(textOf(fields.new)));
  return found.map((v) => violationWords(v));
};

/** Uses first: whether a review closes a landing is asked of what it was allowed by. */
async function glassOf({ own, decided, log, id }: Desk, reading: Reading): Promise<readonly Read<GlassSaid>[]> {
  const entries = own.filter((e) => e.type.startsWith('break-glass'));
  const uses = await each(ofType(entries, 'break-glass'), (e) => glassWord(reading, e, () => []));
  const behind = ((await decided(id, Number.POSITIVE_INFINITY))?.decision.excluded ?? []).map((e) => e.person);
  const acts = actsIn(uses, reading, log.trust?.ladder ?? []);
  const others = await each(
    entries.filter((e) => e.type !== 'break-glass'),
    (e) => glassWord(reading, e, (review) => closesNone(acts, review, log.trust?.ladder ?? [], behind)),
  );
  return [...uses, ...others].sort((a, b) => a.entry - b.entry);
}

type Act = Parameters<typeof reviewProblems>[0];

/** What landed by break-glass, by the verdict that let it: who signed, what, and who has to review it. */
export function actsIn(uses: readonly Read<GlassSaid>[], { counted }: Reading, ladder: readonly string[]): readonly Act[] {
  const spent = uses.flatMap((u) => (u.said === null || !u.said.counted ? [] : [{ ...u.said, person: u.person, verdict: counted.get(u.said.envelope)?.index }]));
  return [...Map.groupBy(spent, (u) => u.verdict).values()].map((of) =>
    termsOfReview(
      of.map((u) => ({ person: u.person, digest: u.envelope, review: u.due })),
      ladder,
    ),
  );
}

/** Levels are compared where somebody said how: the ladder is in the trust file, and in no log. */
export function closesNone(acts: readonly Act[], review: PresentedReview, ladder: readonly string[], behind: readonly string[]): readonly Problem[] {
  const wrong = acts.map((act) => reviewProblems(act, review, ladder, behind).filter((p) => ladder.length > 0 || p.code !== 'QUAL_LEVEL'));
  if (acts.length === 0) return [problem('BG_SCOPE', 'nothing landed by break-glass that it could be about')];
  return wrong.find((w) => w.length === 0) ?? wrong.find((w) => !w.some((p) => p.code === 'BG_SCOPE')) ?? wrong[0] ?? [];
}

/** What landed though nothing in the log let it. */
const ungated = ({ own }: Desk, landings: readonly LandedAt[]): readonly string[] =>
  landings.flatMap((l) => (verdictFor(own, l) === undefined ? [`entry ${l.entry}: it landed, and no verdict of the gate had let that move pass`] : []));

async function each<T, W>(all: readonly T[], read: (one: T) => Promise<W>): Promise<readonly W[]> {
  const words: W[] = [];
  for (const one of all) words.push(await read(one));
  return words;
}

const ofType = (own: readonly Placed[], type: string): readonly Placed[] => own.filter((e) => e.type === type);

const verdictAt = (entry: Placed): Verdict => {
  const { verdict, codes, mode, would, old, new: head } = entry.fields;
  const said = textOf(verdict);
  return {
    ...atOf(entry),
    verdict: said,
    codes: Array.isArray(codes) ? codes.map(String) : [],
    mode: textOf(mode) || 'enforce',
    would: textOf(would) || said,
    old: textOf(old),
    new: textOf(head),
  };
};

function landingsOf({ log, own }: Desk): Promise<readonly LandedAt[]> {
  return each(ofType(own, 'landed'), async (entry) => {
    const { repo, ref, old, new: head, breakGlass } = entry.fields;
    const next = own.find((e) => e.type === 'vsa' && e.index === entry.index + 1);
    const summary = next === undefined ? null : await summaryOf(log, next, textOf(head));
    return { ...atOf(entry), repo: textOf(repo), ref: textOf(ref), old: textOf(old), new: textOf(head), breakGlass: breakGlass === true, summary };
  });
}

async function summaryOf(log: AccountLog, entry: Placed, commit: string): Promise<Summary> {
  const result = textOf(entry.fields.result);
  const envelope = await log.body(entry.envelope, entry.index);
  const plain = { ...atOf(entry), result, levels: [] };
  if (envelope === null) return { ...plain, verified: false, why: 'its bytes are not beside the log [ERASED]' };
  if (log.trust === undefined) return { ...plain, verified: null, why: null };
  const vsa = openVsa(envelope, log.trust.gates);
  if (!vsa.ok) return { ...plain, verified: false, why: `${vsa.error.message} [${vsa.error.code}]` };
  const agrees = vsa.value.commit === commit && vsa.value.passed === (result === 'PASSED');
  return { ...plain, levels: vsa.value.levels, verified: agrees, why: agrees ? null : 'the entry in the log says something else than was signed' };
}

/** The verdict a landing rests on: the last that let exactly this move pass. */
export const verdictFor = (own: readonly Placed[], landing: { readonly entry: number; readonly old: string; readonly new: string }): Placed | undefined =>
  ofType(own, 'verdict').findLast((v) => v.index < landing.entry && v.fields.verdict === 'allow' && v.fields.old === landing.old && v.fields.new === landing.new);

/** By the entry of a landing. */
type CountedBy = ReadonlyMap<number, readonly string[]>;

/** Whatever the gate counted for a landing, with the verdict that did; and what was counted for a second move, though it was spent. */
async function countedFor(
  { log, own }: Desk,
  landings: readonly LandedAt[],
): Promise<{ readonly counted: ReadonlyMap<string, Placed>; readonly by: CountedBy; readonly twice: readonly string[] }> {
  const counted = new Map<string, Placed>();
  const by = new Map<number, readonly string[]>();
  const twice: string[] = [];
  for (const landing of landings) {
    const verdict = verdictFor(own, landing);
    const body = verdict === undefined ? null : await log.body(verdict.envelope, verdict.index);
    const digests = body === null ? [] : (countedIn(body)?.inputs ?? olderInputs(body));
    by.set(landing.entry, digests);
    const spent = digests.filter((d) => counted.has(d) && counted.get(d) !== verdict);
    if (spent.length > 0) twice.push(`entry ${landing.entry}: it landed on words that an earlier landing had spent: ${spent.map((d) => d.slice(0, 12)).join(', ')}`);
    if (verdict !== undefined) for (const digest of digests) if (!counted.has(digest)) counted.set(digest, verdict);
  }
  return { counted, by, twice };
}

/** Verdicts written before `counted` was name the sign-offs alone. */
export function olderInputs(body: Uint8Array): readonly string[] {
  const said = jsonBody(body) as { verdict?: { signoffs?: unknown } } | undefined;
  return Array.isArray(said?.verdict?.signoffs) ? said.verdict.signoffs.map(String) : [];
}

async function decidedOf({ own, id, decided }: Desk, landings: readonly LandedAt[]): Promise<Decided | null> {
  const [last] = landings.slice(-1);
  const told = await decided(id, (last === undefined ? undefined : verdictFor(own, last)?.index) ?? Number.POSITIVE_INFINITY);
  if (told === undefined || told === null) return null;
  const { entry, ...rest } = told;
  return { ...atOf(entry), ...rest };
}

function carriesOf({ log, own }: Desk): Promise<readonly CarriedAt[]> {
  return each(ofType(own, 'carry'), async (entry) => {
    const body = await log.body(entry.envelope, entry.index);
    const carry = body === null ? undefined : parseCarry({ entry, index: entry.index }, body);
    const why = body === null ? ['its bytes are not beside the log [ERASED]'] : carry?.ok === false ? [`${carry.error.message} [${carry.error.code}]`] : [];
    const { signoff, from, to } = entry.fields;
    return { ...atOf(entry), signoff: textOf(signoff), from: textOf(from), to: textOf(to), rules: carry?.ok ? carry.value.rules : [], why };
  });
}

/** Entries of other changes: an earlier form that was carried here, and commits inside the push that were signed by themselves. */
async function signoffsElsewhere({ log, all, own }: Desk, counted: ReadonlyMap<string, Placed>): Promise<readonly Placed[]> {
  const digests = new Set([...ofType(own, 'carry').map((e) => textOf(e.fields.signoff)), ...counted.keys()]);
  return signoffEntries(
    { log, all },
    [...digests].filter((digest) => !own.some((e) => e.type === 'signoff' && e.envelope === digest)),
  );
}

async function signoffEntries({ log, all }: Pick<Desk, 'log' | 'all'>, digests: readonly string[]): Promise<readonly Placed[]> {
  const found: Placed[] = [];
  for (const digest of digests) {
    const index = all.signoffs.get(digest);
    const entry = index === undefined ? undefined : await entryAt(log, index, all.checkpoint.size);
    if (entry?.ok === true) found.push(entry.value);
  }
  return found;
}

async function policyOf(desk: Desk, decided: Decided | null, signoffs: readonly Read<SignoffSaid>[]): Promise<PolicyInForce | null> {
  if (decided === null) return null;
  const { policyDigest: digest, rosterDigest: roster, change } = decided.decision;
  const uri = signoffs.find((s) => s.verified && s.said?.policy.digest === digest)?.said?.policy.uri ?? null;
  const brought = desk.all.policies.findLast((e) => e.index < decided.entry && e.fields.repo === change.repo && e.fields.ref === change.targetRef && e.fields.to === digest);
  return { digest, roster, uri, landed: brought === undefined ? null : await broughtBy(desk, brought) };
}

/** @param entry stands behind the landing it speaks of, in one append: whose change that was, and what had been counted for it. */
async function broughtBy(desk: Desk, entry: Placed): Promise<PolicyInForce['landed']> {
  const body = jsonBody(await desk.log.body(entry.envelope, entry.index)) as { allowed?: unknown } | null | undefined;
  const allowed = Array.isArray(body?.allowed) ? body.allowed.map(String) : [];
  const commit = textOf(entry.fields.commit);
  const landing = await landingBefore(desk, entry);
  const change = landing === undefined ? '' : textOf(landing.fields.change);
  const entries = await signoffEntries(desk, allowed);
  const counted = new Map(landing === undefined ? [] : allowed.map((digest) => [digest, landing] as const));
  const reading: Reading = { log: desk.log, people: desk.people, decided: desk.decided, carried: desk.all.carried, counted };
  const words = await each(entries, (e) => signoffWord(reading, e, change));
  const signoffs = landing === undefined ? words.map((w) => ({ ...w, verified: false, why: [...w.why, 'no landing in the log brought this policy'] })) : words;
  return { ...atOf(entry), commit, signoffs, others: allowed.filter((digest) => !entries.some((e) => e.envelope === digest)) };
}

/** The landing a `policy` speaks of: of the same move, with nothing between but the gate's summary. */
async function landingBefore({ log, all }: Desk, { index, fields }: Placed): Promise<Placed | undefined> {
  for (const at of [index - 1, index - 2]) {
    const found = at < 0 ? undefined : await entryAt(log, at, all.checkpoint.size);
    if (found?.ok !== true || (found.value.type !== 'landed' && found.value.type !== 'vsa')) return undefined;
    const { type, fields: said } = found.value;
    if (type === 'landed') return said.repo === fields.repo && said.ref === fields.ref && said.new === fields.commit ? found.value : undefined;
  }
  return undefined;
}

/** Of what people said after the first landing, what is about those who signed, or the sign-offs. */
function takenBackAfter({ people }: Desk, [first]: readonly LandedAt[], signoffs: readonly Read<SignoffSaid>[]): readonly TakenBackAt[] {
  if (first === undefined || people === undefined) return [];
  const ours = new Set(signoffs.flatMap((s) => (s.person === null ? [] : [s.person])));
  return people.said.flatMap((entry) => {
    if (entry.index < first.entry || (entry.type !== 'revocation' && entry.fields.action !== 'leave')) return [];
    const [before, after] = [people.at(entry.index), people.at(entry.index + 1)];
    const voided = after.keys.filter((k) => ours.has(k.person) && k.revokedAt !== before.keys.find((b) => b.keyid === k.keyid)?.revokedAt);
    const back = signoffs.filter((s) => s.said !== null && after.revoked.get(s.said.envelope)?.length !== before.revoked.get(s.said.envelope)?.length);
    const of = [
      ...new Set([
        ...voided.map((k) => `${people.name(k.person)}'s key ${k.keyid}, from ${new Date(k.revokedAt ?? 0).toISOString()} on`),
        ...back.map((s) => `the sign-off of ${s.name}, entry ${s.entry}`),
      ]),
    ];
    return of.map((what) => ({ ...atOf(entry), type: entry.type, of: what }));
  });
}

function faultsOf(account: Omit<Account, 'faults'>, people: People | undefined, by: CountedBy): readonly string[] {
  const { decided, decisions, signoffs, breakGlass, ownership, carries, landings, policy } = account;
  const words: readonly Read<unknown>[] = [...signoffs, ...breakGlass, ...ownership, ...(policy?.landed?.signoffs ?? [])];
  return [
    ...(people === undefined
      ? ['the genesis has lost its bytes or cannot be read: no key can be looked up']
      : people.lost.map((l) => `entry ${l.index} (${l.type}) about who may sign has lost its bytes`)),
    ...(decided === null && decisions.length > 0 ? ['what was decided has lost its bytes: who was behind the change cannot be shown'] : []),
    ...(decisions.length === 0 ? ['the log never decided about it'] : []),
    ...words.filter((w) => !w.verified).map((w) => `entry ${w.entry}: the signature does not count: ${w.why.join('; ')}`),
    ...words.flatMap((w) => w.since.map((s) => `entry ${w.entry}: ${s}`)),
    ...landings.flatMap((l) => (l.summary?.verified === false ? [`entry ${l.summary.entry}: the gate's summary: ${l.summary.why}`] : [])),
    ...carries.flatMap((c) => c.why.map((why) => `entry ${c.entry}: ${why}`)),
    ...landings.filter((l) => l.breakGlass && !reviewed(by.get(l.entry) ?? [], breakGlass)).map((l) => `entry ${l.entry}: it landed by break-glass, and nobody has reviewed that`),
    ...landings.filter((l) => l.breakGlass && !breakGlass.some(letItPass)).map((l) => `entry ${l.entry}: it says it landed by break-glass, and nobody's use of one holds`),
    ...(landings.length > 0 && !signoffs.some((s) => s.verified && s.said?.counted) && decided?.decision.outcome === 'signoff' && !landings.some((l) => l.breakGlass)
      ? ['it landed, and no sign-off it needed can be shown to hold: see the verdicts']
      : []),
  ];
}

const letItPass = (g: Read<GlassSaid>): boolean => g.verified && g.said?.kind === 'use' && g.said.counted;

/** Each landing has a review of its own: of the uses that let it. */
const reviewed = (uses: readonly string[], words: readonly Read<GlassSaid>[]): boolean =>
  words.some((g) => g.verified && g.said?.kind === 'review' && g.said.uses.some((use) => uses.includes(use)));
