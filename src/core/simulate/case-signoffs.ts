/**
 * The sign-offs of a case, each weighed: who gave it, whether they may, whether it still holds, and which seats it can fill.
 * What does not count says why. A record that nothing is known of but a name never counts.
 */
import { problem } from '../base/result.ts';
import type { PresentedSignoff } from '../gate/judge.ts';
import type { Case, CaseSignoff } from '../policy/case.ts';
import type { Decision, Seat } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import type { Person, PersonId, Roster } from '../roster/roster.ts';
import { SOD } from '../signoff/people.ts';
import type { Ignored } from './case-answer.ts';
import { misfits } from './misfits.ts';
import { staleFor } from './stale.ts';

/** A sign-off that counts, at least for some seat. */
export interface Counted {
  readonly person: PersonId;
  readonly signoff: CaseSignoff;
  /** Seats it can fill. */
  readonly seats: readonly Seat[];
}

export interface WeighedSignoffs {
  readonly counted: readonly Counted[];
  /** People whose last word asks for changes. */
  readonly objecting: readonly PersonId[];
  readonly ignored: readonly Ignored[];
  /** The same, as a gate is shown them. */
  readonly presented: readonly PresentedSignoff[];
}

interface Weighing {
  readonly policy: Policy;
  readonly decision: Decision;
  readonly roster: Roster;
  readonly given: Case;
}

/** One sign-off on its way: whose it is, and what speaks against it. */
interface Word {
  readonly index: number;
  readonly signoff: CaseSignoff;
  readonly person: Person | null;
  readonly against: readonly Ignored[];
  /** Seats it can fill; undefined: it does not count. */
  readonly seats?: readonly Seat[];
}

export function weighSignoffs(weighing: Weighing): WeighedSignoffs {
  const read = weighing.given.signoffs.map((signoff, index) => wordOf(weighing, signoff, index));
  const words = read.map((word) => (word.against.length > 0 ? word : { ...word, against: superseded(word, read) }));
  const objecting = words.flatMap((w) => (w.person !== null && w.against.length === 0 && w.signoff.decision === 'changes' ? [w.person.id] : []));
  const seated = words.map((word) => (word.against.length > 0 || word.person === null || word.signoff.decision === 'changes' ? word : seatedWord(weighing, word, word.person)));
  const shown = seated.map((w) => presented(weighing, w, standsIn(seated, w)));
  return {
    counted: seated.flatMap((w) => (w.seats !== undefined && w.person !== null ? [{ person: w.person.id, signoff: w.signoff, seats: w.seats }] : [])),
    objecting: [...new Set(objecting)].sort(),
    ignored: seated.flatMap((w) => w.against),
    presented: shown,
  };
}

/** Of several approvals of one person at one stage a gate is shown the one that fills most: signing again takes nothing away. */
function standsIn(all: readonly Word[], word: Word): readonly Ignored[] {
  if (word.seats === undefined || word.person === null) return word.against;
  const same = all.filter((w) => w.person?.id === word.person?.id && w.signoff.stage === word.signoff.stage && w.seats !== undefined);
  const best = same.reduce((a, b) => ((b.seats?.length ?? 0) > (a.seats?.length ?? 0) ? b : a));
  return best === word ? [] : [against(word.person.id, 'REV_REVOKED', `${word.person.id} signed at this stage more than once`)];
}

const against = (person: string, reason: Ignored['reason'], detail: string, paths: readonly string[] = []): Ignored => ({ person, reason, detail, paths });

function wordOf(weighing: Weighing, signoff: CaseSignoff, index: number): Word {
  const { roster } = weighing;
  const named = <T extends { readonly id: string; readonly emails: readonly string[]; readonly accounts: readonly string[] }>(list: readonly T[]): T | undefined =>
    list.find((one) => one.id === signoff.by) ?? list.find((one) => [...one.emails, ...one.accounts].some((name) => name.toLowerCase() === signoff.by.toLowerCase()));
  const person = named(roster.people) ?? null;
  const agent = person === null ? named(roster.agents) : undefined;
  const { by } = signoff;
  if (agent !== undefined) return { index, signoff, person: null, against: [against(by, 'WA_UP', `${agent.id} is an agent of ${agent.owner}: agents never fill a seat`)] };
  if (person === null) return { index, signoff, person, against: [against(by, 'PERSON_UNKNOWN', `${by} is nobody on the roster`)] };
  return { index, signoff, person, against: barred(weighing, signoff, person) };
}

/** What voids a sign-off whatever seats there are. An objection needs a present person outside the change, and nothing else. */
function barred({ policy, decision, given }: Weighing, signoff: CaseSignoff, { id }: Person): readonly Ignored[] {
  if (signoff.presence === null) return [against(id, 'WA_UP', `no human was proved to be present when ${id} said so`)];
  const roles = decision.excluded.find((e) => e.person === id)?.roles ?? [];
  if (roles.length > 0)
    return SOD_CODES.filter((code) => roles.some((r) => SOD[r] === code)).map((code) => against(id, code, `${id} stands behind this change: ${roles.join(', ')}`));
  if (signoff.decision === 'changes') return [];
  if (expired(signoff, given.at, decision.terms.ttl))
    return [against(id, 'ST_EXPIRED', given.at === null ? `whether it has expired cannot be told: the time is not known` : `the sign-off of ${id} has expired`)];
  if (tooEarly(signoff, given, decision)) return [against(id, 'SOLO', `${id} is alone, and signed before the wait was over`)];
  const asked = new Set(decision.seats.map((s) => s.stage));
  if (asked.size > 0 && !asked.has(signoff.stage)) return [against(id, 'ST_STAGE', `no rule asks at the stage ${signoff.stage}; asked: ${[...asked].join(', ')}`)];
  const level = signoff.level;
  return level !== null && !policy.ladder.has(level) ? [against(id, 'QUAL_LEVEL', `${level} is not a level of the ladder`)] : [];
}

/** The plainest first. */
const SOD_CODES = ['SOD_AUTHOR', 'SOD_PROMPTER', 'SOD_PUSHER', 'SOD_OWNER'] as const;

function expired({ at, expires }: CaseSignoff, now: number | null, ttl: number | null): boolean {
  const ends = [expires, at !== null && ttl !== null ? at + ttl : null].filter((e) => e !== null);
  return ends.length > 0 && (now === null || now >= Math.min(...ends));
}

const tooEarly = ({ at }: CaseSignoff, { firstSeen }: Case, { soloAfter }: Decision): boolean =>
  soloAfter !== null && !(firstSeen !== null && at !== null && at >= firstSeen + soloAfter);

/** A person's last word holds: at every stage for an objection, at its own stage for an approval. */
function superseded({ index, signoff, person }: Word, all: readonly Word[]): readonly Ignored[] {
  const later = all.filter((w) => w.index > index && w.person !== null && w.person.id === person?.id && w.against.length === 0);
  const name = person?.id ?? '';
  const last = later.at(-1);
  if (signoff.decision === 'changes') return last === undefined ? [] : [against(name, 'REV_REVOKED', `${name} asked for changes, and took it back later`)];
  if (last?.signoff.decision === 'changes') return [against(name, 'REV_CHANGES', `${name} asked for changes later`)];
  const again = later.filter((w) => w.signoff.stage === signoff.stage).at(-1);
  if (again?.signoff.decision === 'cannot_judge') return [against(name, 'REV_REVOKED', `${name} could not judge it later`)];
  return signoff.decision === 'cannot_judge' ? [against(name, 'ST_DECISION', `${name} could not judge it`)] : [];
}

/** The seats it fills; where it fills none, the reason it comes nearest to filling one. What moved too far is said in any case. */
function seatedWord({ policy, decision, roster, given }: Weighing, word: Word, person: Person): Word {
  const { signoff } = word;
  const due = decision.seats.filter((s) => s.stage === signoff.stage);
  const absorbed = decision.rules.filter((r) => (r.state === 'asks' || r.state === 'may-ask') && !decision.seats.some((s) => s.rule === r.id)).map((r) => r.id);
  const looked = due.map((seat) => {
    const stale = [seat.rule, ...absorbed].map((rule) => staleFor(policy, decision, signoff, rule)).find((s) => s !== undefined);
    const wrong = misfits(policy, roster, seat, person, signoff, given.at);
    return { seat, stale, wrong };
  });
  const seats = looked.filter((l) => l.stale === undefined && l.wrong.length === 0).map((l) => l.seat);
  const stale = looked.flatMap((l) =>
    l.stale !== undefined && l.wrong.length === 0 ? [against(person.id, l.stale.code, staleWords(person.id, l.stale.code), l.stale.paths)] : [],
  );
  const [nearest] = looked.filter((l) => l.wrong.length > 0).sort((a, b) => a.wrong.length - b.wrong.length);
  const unfit = seats.length > 0 || stale.length > 0 || due.length === 0 ? [] : (nearest?.wrong ?? []).slice(0, 1).map(({ code, detail }) => against(person.id, code, detail));
  const said = [...distinct(stale), ...unfit];
  return seats.length > 0 || due.length === 0 ? { ...word, seats, against: said } : { ...word, against: said };
}

const staleWords = (person: string, code: Ignored['reason']): string =>
  code === 'STALE_REWORK' ? `what ${person} signed was reworked since` : `what ${person} signed moved with its base since, and has to be confirmed`;

const distinct = (all: readonly Ignored[]): readonly Ignored[] => [...new Map(all.map((i) => [JSON.stringify(i), i])).values()];

function presented({ policy, given }: Weighing, { index, signoff, person }: Word, wrong: readonly Ignored[]): PresentedSignoff {
  const at = signoff.at ?? given.at;
  return {
    digest: index.toString(16).padStart(64, '0'),
    signer: person?.id ?? signoff.by,
    level: lower(policy, person?.level ?? '', signoff.level),
    decision: signoff.decision,
    stage: signoff.stage,
    ...(signoff.presence === null ? {} : { presence: signoff.presence }),
    index,
    ...(at === null ? {} : { at }),
    problems: wrong.map(({ reason, detail }) => problem(reason, detail)),
  };
}

const lower = ({ ladder }: Policy, roster: string, signed: string | null): string =>
  signed === null || ladder.values.indexOf(signed) >= ladder.values.indexOf(roster) ? roster : signed;
