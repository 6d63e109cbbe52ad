/**
 * Whether one landing rests on something: a verdict that let exactly that move pass, content that is what was decided about, and words
 * that held as of then, each verified again from the bytes. What was taken back later is hindsight, and no fault of the landing.
 *
 * The attacker is whoever can append: an administrator with the log's key writes a landing, a verdict and a decision that say anything.
 * They cannot sign for people, and cannot make another content have the same manifest.
 */
import { changeId } from '../core/change/change-id.ts';
import { termsOfReview } from '../core/gate/break-glass-review.ts';
import type { Fault, Held, Landing, Signer } from '../core/gate/population.ts';
import type { Tier } from '../core/risk/risk.ts';
import { parseCarry } from '../core/signoff/carry.ts';
import { decisionsOf, type Told, textOf } from './account-decided.ts';
import { gateFaults } from './account-gate.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { openedBy, type People } from './account-people.ts';
import { type GlassSaid, glassWord, ownershipWord, type Read, type Reading, type SignoffSaid, signoffWord } from './account-words.ts';
import { actsIn, closesNone, olderInputs, verdictFor } from './accountability.ts';
import { countedIn } from './counted.ts';
import { entriesAt, type LandedEntry, type ScannedLog } from './scan-log.ts';

export interface Judging {
  readonly log: AccountLog;
  readonly people: People | undefined;
  readonly all: ScannedLog;
  /** Digests of bodies that people's word took away. */
  readonly erased: ReadonlySet<string>;
  /** Of what was counted, by digest: the verdict that did. Filled in the order of the log. */
  readonly spent: Map<string, number>;
  readonly now: number;
}

/** What one landing rests on, as the log has it. */
interface Ground {
  readonly own: readonly Placed[];
  readonly verdict: Placed;
  readonly inputs: readonly string[];
  readonly counted: ReadonlyMap<string, Placed>;
  readonly brokeGlass: boolean;
  /** What the gate took it for; undefined: an earlier version did not say. */
  readonly tier: Tier | undefined;
}

/** In the order of the log, of every landing: also where it is not judged, what it spent is. */
export async function groundOf({ log, all, spent }: Judging, landing: LandedEntry): Promise<Ground | readonly Fault[]> {
  const own = await entriesAt(log, all.ofChange.get(landing.change) ?? [], all.checkpoint.size);
  const verdict = verdictFor(own, landing.pending ? { ...landing, entry: landing.entry + 1 } : landing);
  if (verdict === undefined) return [ungated('no verdict of the gate had let that move pass')];
  const body = await log.body(verdict.envelope, verdict.index);
  if (body === null) return [{ code: 'ERASED', text: `the bytes of the verdict that let it pass (entry ${verdict.index}) are not beside the log` }];
  const said = countedIn(body);
  const inputs = said?.inputs ?? olderInputs(body);
  const twice = inputs.filter((digest) => (spent.get(digest) ?? verdict.index) !== verdict.index);
  for (const digest of inputs) if (!spent.has(digest)) spent.set(digest, verdict.index);
  if (twice.length > 0) return [{ code: 'ST_NONCE', text: `it landed on words that an earlier landing had spent: ${twice.map((d) => d.slice(0, 12)).join(', ')}` }];
  return { own, verdict, inputs, counted: new Map(inputs.map((d) => [d, verdict])), brokeGlass: landing.breakGlass || said?.brokeGlass === true, tier: said?.tier };
}

const ungated = (text: string): Fault => ({ code: 'UNGATED', text });

/** @param manifest of the move as git has it; null: git has no such move any more, and its content cannot be compared. */
export async function heldBy(judging: Judging, at: { readonly repo: string; readonly ref: string }, landing: LandedEntry, manifest: string | null): Promise<Landing['held']> {
  const ground = await groundOf(judging, landing);
  if (!('verdict' in ground)) return { how: 'violation', faults: ground };
  if (manifest !== null && changeId({ repo: at.repo, targetRef: at.ref, manifest }) !== landing.change)
    return { how: 'violation', faults: [{ code: 'CONTENT_MISMATCH', text: `what stands there is not what change ${landing.change} is about` }] };
  const decided = decisionsOf(judging.log, judging.all);
  const told = await decided(landing.change, ground.verdict.index);
  const reading: Reading = { log: judging.log, people: judging.people, decided, counted: ground.counted, carried: judging.all.carried };
  if (told === undefined) return { how: 'violation', faults: [ungated('the log never decided about it')] };
  if (told === null) return wasErased(judging, ground) ? unread(judging, ground) : { how: 'violation', faults: [GONE] };
  return ground.brokeGlass ? byGlass(judging, reading, landing, ground) : bySeats(judging, reading, landing, ground, told);
}

const GONE: Fault = { code: 'ERASED', text: 'what was decided of it is not beside the log, and nobody who may had it erased' };

const decisionBefore = ({ own, verdict }: Ground): Placed | undefined => own.findLast((e) => e.type === 'decision' && e.index < verdict.index);

const wasErased = ({ erased }: Judging, ground: Ground): boolean => erased.has(decisionBefore(ground)?.envelope ?? '');

async function bySeats(judging: Judging, reading: Reading, { change }: LandedEntry, ground: Ground, told: Told): Promise<Landing['held']> {
  const { own, verdict, inputs } = ground;
  const ofChange = own.filter((e) => e.type === 'signoff');
  const elsewhere = await entriesAt(
    judging.log,
    inputs.flatMap((d) => (ofChange.some((e) => e.envelope === d) ? [] : (judging.all.signoffs.get(d) ?? []))),
    judging.all.checkpoint.size,
  );
  const signoffs = [...ofChange, ...elsewhere].sort((a, b) => a.index - b.index);
  const words: Read<SignoffSaid>[] = [];
  for (const entry of signoffs.filter((e) => inputs.includes(e.envelope))) words.push(await signoffWord(reading, entry, change));
  const wrong = words.filter((w) => !w.verified).map((w) => ungated(`the sign-off of ${w.name} (entry ${w.entry}) does not hold: ${w.why.join('; ')}`));
  const owned = await ownedIn(reading, own, verdict);
  const carried = await carriedIn(judging, own, verdict);
  const since = own.find((e) => e.type === 'decision')?.at;
  const again = wrong.length > 0 ? [] : await gateFaults(reading, { change, verdict, inputs, signoffs, carried, owned, since });
  const faults = [...wrong, ...again.map(ungated)];
  if (faults.length > 0) return { how: 'violation', faults };
  const signers = words.map((w) => signerOf(w, told));
  const would = textOf(verdict.fields.would) || 'allow';
  const watched = (textOf(verdict.fields.mode) || 'enforce') !== 'enforce' && would !== 'allow';
  return { how: watched ? 'watched' : signers.length > 0 ? 'signed' : 'passed', signers, would: watched ? would : null, review: null, erased: false };
}

const signerOf = ({ person, enrolled, said }: Read<SignoffSaid>, { decision }: Told): Signer => ({
  person: person ?? '',
  level: said?.level ?? enrolled,
  seats: [...new Set(decision.seats.filter((s) => person !== null && s.candidates.includes(person)).map((s) => s.rule))],
});

async function ownedIn(reading: Reading, own: readonly Placed[], verdict: Placed) {
  const owned = [];
  for (const entry of own.filter((e) => e.type === 'ownership' && e.index < verdict.index)) {
    const word = await ownershipWord(reading, entry);
    if (word.person !== null && word.verified) owned.push({ digest: '', author: word.person, index: entry.index, problems: [] });
  }
  return owned;
}

async function carriedIn({ log }: Judging, own: readonly Placed[], verdict: Placed): Promise<ReadonlyMap<string, readonly string[]>> {
  const carried = new Map<string, readonly string[]>();
  for (const entry of own.filter((e) => e.type === 'carry' && e.index < verdict.index)) {
    const body = await log.body(entry.envelope, entry.index);
    const carry = body === null ? undefined : parseCarry({ entry, index: entry.index }, body);
    if (carry?.ok) carried.set(textOf(entry.fields.signoff), carry.value.rules);
  }
  return carried;
}

async function byGlass(judging: Judging, reading: Reading, landing: LandedEntry, { own, inputs }: Ground): Promise<Landing['held']> {
  const ladder = judging.log.trust?.ladder ?? [];
  const uses: Read<GlassSaid>[] = [];
  for (const entry of own.filter((e) => e.type === 'break-glass' && inputs.includes(e.envelope))) uses.push(await glassWord(reading, entry, () => []));
  const wrong = uses.filter((u) => !u.verified).map((u) => ungated(`the break-glass of ${u.name} (entry ${u.entry}) does not hold: ${u.why.join('; ')}`));
  if (uses.length === 0) return { how: 'violation', faults: [ungated('it says it landed by break-glass, and nobody signed one')] };
  if (wrong.length > 0) return { how: 'violation', faults: wrong };
  const behind = ((await reading.decided(landing.change, landing.entry))?.decision.excluded ?? []).map((e) => e.person);
  const acts = actsIn(uses, reading, ladder);
  let reviewed = false;
  for (const entry of own.filter((e) => e.type === 'break-glass-review' && e.index > landing.entry))
    reviewed ||= (await glassWord(reading, entry, (review) => closesNone(acts, review, ladder, behind))).verified;
  const { withinMs } = termsOfReview(
    uses.map((u) => ({ person: u.person, digest: u.said?.envelope ?? '', review: u.said?.due ?? null })),
    ladder,
  );
  const review = reviewed ? 'reviewed' : judging.now < landing.at + withinMs ? 'owed' : 'overdue';
  return { how: 'break-glass', signers: uses.map((u) => ({ person: u.person ?? '', level: u.enrolled, seats: [] })), would: null, review, erased: false };
}

/** What was decided is gone by people's word. What they signed is not, so that whose signatures those were is still asked. */
async function unread({ log, people }: Judging, { own, inputs, brokeGlass, tier }: Ground): Promise<Landing['held']> {
  const signers: Signer[] = [];
  for (const entry of own.filter((e) => inputs.includes(e.envelope) && (e.type === 'signoff' || e.type === 'break-glass'))) {
    const { person, level, problems } = await openedBy(log, people, entry, tier);
    if (person === null || problems.length > 0)
      return { how: 'violation', faults: [ungated(`the signature of entry ${entry.index} does not hold: ${problems.map((p) => `${p.message} [${p.code}]`).join('; ')}`)] };
    signers.push({ person, level, seats: [] });
  }
  const how: Held['how'] = brokeGlass ? 'break-glass' : signers.length > 0 ? 'signed' : 'passed';
  return { how, signers, would: null, review: null, erased: true };
}
