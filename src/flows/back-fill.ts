/**
 * A server is back: what hooks let pass while none lived goes into the ledger, in order, as if it had been judged then. What people
 * signed is appended, then decision and verdict, and what holds lands as everything else does; its review is owed from then on.
 *
 * The attacker is whoever can write beside the repository: they invent pushes, dates and orders. They cannot sign for people, so every
 * push is judged again, by what the ledger remembers too, and what does not hold is a violation.
 */
import { utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../core/base/crypto.ts';
import { reason } from '../core/base/reasons.ts';
import { err, ok, type Problem, problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { type VerifiedWord, verifyWord } from '../core/gate/break-glass-verify.ts';
import { exactly, pusherUnknown } from '../core/gate/unattended.ts';
import type { Decision } from '../core/policy/decision.ts';
import { usedBefore } from './arrival.ts';
import { glassRules } from './break-glass-facts.ts';
import { orBreakGlass } from './break-glass-verdict.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { EntryDraft, Projections } from './ports.ts';
import type { KeptPush } from './ports-spool.ts';
import { type Bench, signoffTrust } from './presented.ts';
import { type Judged, type Judging, type Move, recordMove } from './push-record.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { deny, type Outcome } from './verdict.ts';

/** Ours and the hook's clock may differ by so much. */
const CLOCKS_APART = 60_000;
/** So long git may take between the hook's yes and the ref. */
const UNDER_WAY = 60_000;
/** Something else was appended meanwhile. */
const TRIES = 3;

/** Idempotent. What cannot be decided now is left for the next time. Answers how many are told. */
export async function backFill(world: GateWorld, served: ServedRepository): Promise<number> {
  const spool = world.spool?.(served.id);
  const waiting = await spool?.waiting();
  let told = 0;
  for (const push of waiting?.ok ? inOrder(waiting.value) : []) {
    if (!(await isTold(world, served, push))) continue;
    await spool?.filled(push.name);
    told += 1;
  }
  return told;
}

/** By their dates; and whatever those say, a move stands behind the one that brought the ref to where it starts. */
function inOrder(pushes: readonly KeptPush[]): readonly KeptPush[] {
  const brought = new Map(pushes.map((p) => [`${p.ref} ${p.new}`, p]));
  const order = new Set<KeptPush>();
  for (const push of pushes) {
    const chain: KeptPush[] = [];
    for (let at: KeptPush | undefined = push; at !== undefined && !order.has(at) && !chain.includes(at); at = brought.get(`${at.ref} ${at.old}`)) chain.push(at);
    for (const one of chain.reverse()) order.add(one);
  }
  return [...order];
}

async function isTold(world: GateWorld, served: ServedRepository, push: KeptPush): Promise<boolean> {
  if (push.repo !== served.id) return false;
  if (await recorded(world.projections, push)) return true;
  const gone = (await served.repository.resolve(`${push.new}^{commit}`)) === null;
  // The hook said yes a moment ago: git brings the objects in and moves the ref only now, and what it will have been is not known yet.
  if (isYoung(push, world.now()) && (gone || !(await hasLanded(served, push)))) return false;
  // Git gave up after the hook said yes, and its objects are gone: nothing landed, and the nonces stay spent.
  if (gone) return true;
  for (let tries = 0; tries < TRIES; tries++) {
    const judged = await tell(world, served, push);
    if (judged?.decision != null) return true;
    if (await recorded(world.projections, push)) return true;
    if (judged?.verdict.codes[0] !== 'REF_CHANGED') return false;
  }
  return false;
}

/** By its own date, which may be invented: one after now is no push that is under way. */
const isYoung = ({ at }: KeptPush, now: number): boolean => at > now - UNDER_WAY && at <= now + CLOCKS_APART;

/** The ledger allowed this move by a nonce of its own, or has its violation. */
async function recorded(state: Projections, push: KeptPush): Promise<boolean> {
  const { repo, ref, old, new: head, said } = push;
  const known = await Promise.all(said.map((u) => state.landings({ nonce: u.predicate.nonce })));
  const allowed = known.flat().some((l) => l.repo === repo && l.targetRef === ref && l.old === old && l.head === head);
  return allowed || state.memory.violation({ body: sha256Hex(violationBody(push)) });
}

/** undefined: it cannot be decided. */
async function tell(world: GateWorld, served: ServedRepository, push: KeptPush): Promise<Judged | undefined> {
  const update = { ref: push.ref, old: push.old, new: push.new };
  const kept = await world.objects.keep(push.repo, [push.new], undefined);
  const governance = kept.ok ? await governanceAt(served.repository, push.old, world.floors) : kept;
  if (!governance.ok) return undefined;
  const steps = await world.objects.open(push.repo).steps(push.old, push.new);
  if (steps === undefined) return undefined;
  // As it stood when the push came: keys, terms and incidents.
  const then: GateWorld = { ...world, now: () => push.at };
  const move: Move = { repo: push.repo, quarantine: undefined, pusher: null, update, updates: [update], governance: governance.value, steps };
  const ahead = push.at > world.now() + CLOCKS_APART ? [problem('BG_EXPIRED', 'it is dated after now')] : [];
  return recordMove(then, move, afterwards(then, push, governance.value, { ahead, landed: await hasLanded(served, push) }));
}

/** Git can give up after the hook said yes: then nothing stands where it should not. */
async function hasLanded({ repository }: ServedRepository, push: KeptPush): Promise<boolean> {
  const tip = await repository.resolve(push.ref);
  const steps = tip === null ? [] : await repository.steps(push.old, tip);
  return steps?.some((s) => s.commit === push.new) !== false;
}

interface Known {
  /** What is wrong with its date. */
  readonly ahead: readonly Problem[];
  readonly landed: boolean;
}

function afterwards(world: GateWorld, push: KeptPush, governance: Governance, { ahead, landed }: Known): Judging {
  return {
    see: pusherUnknown,
    // In an append of their own, before: the verdict is asked of the ledger as it stands then.
    prepare: (decision) => logUses(world, push, governance, decision),
    stale: (state) => recorded(state, push),
    outcome: async (bench, whole, parts) => {
      const wrong = [...ahead, ...(await notThen(bench, push)), ...push.said.flatMap((u) => exactly({ rules: glassRules(bench), change: whole, at: push.at }, u))];
      const refused: Outcome = { verdict: deny('GATE_UNAVAILABLE', 'no server answered this push'), nonces: [] };
      return wrong.length > 0 ? against(wrong) : orBreakGlass(bench, whole, parts, refused);
    },
    beside: (outcome) => ({
      fields: { unattended: true },
      body: { unattended: { at: push.at, uses: push.uses.map((u) => sha256Hex(u)) } },
      drafts: outcome.verdict.verdict === 'allow' || !landed ? [] : [violation(push)],
    }),
  };
}

function against(wrong: readonly Problem[]): Outcome {
  const [first] = wrong;
  const verdict = deny(first?.code ?? 'INTERNAL', 'what was kept of this push does not hold');
  return {
    verdict: {
      ...verdict,
      reasons: reason(
        'no',
        verdict.codes[0] ?? 'INTERNAL',
        verdict.reasons.text,
        wrong.map((p) => reason('no', p.code, p.remedy === undefined ? p.message : `${p.message}; ${p.remedy}`)),
      ),
    },
    nonces: [],
  };
}

/**
 * A server that saw this ref move, or answered any push to the repository, was not dead: whoever dates a push back wants a break-glass that
 * had expired to hold. What waits is told before a push is answered, all but one that git was moving just then.
 */
async function notThen({ state }: Bench, { repo, ref, at }: KeptPush): Promise<readonly Problem[]> {
  const [moved, answered] = await Promise.all([state.memory.landed({ repo, targetRef: ref, since: at }), state.memory.attended({ repo, since: at + UNDER_WAY + CLOCKS_APART })]);
  if (moved.length > 0) return [problem('BG_EXPIRED', 'it is dated before a landing that the log holds already', { remedy: CLOCK })];
  return answered ? [problem('BG_EXPIRED', 'it is dated before a push to this repository that a server answered', { remedy: CLOCK })] : [];
}

const CLOCK = 'review what landed as the violation it is; where nobody dated it back, set the clock of the machine that ran the hook';

/** Each use that holds is an entry, as if it had come to a server. One that does not lets nothing pass: the verdict misses it. */
async function logUses(world: GateWorld, push: KeptPush, governance: Governance, decision: Decision): Promise<void> {
  await world.ledger.append(async (state) => {
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: push.at };
    const drafts: EntryDraft[] = [];
    for (const { envelope } of push.said) {
      const word = await accepted(bench, decision, envelope);
      if (word !== undefined) drafts.push(draftOf(decision, word, envelope));
    }
    return drafts.length > 0 ? ok(drafts) : err(problem('BG_APPROVERS', 'nothing new was signed'));
  });
}

async function accepted(bench: Bench, { tier, authenticators }: Decision, envelope: Bytes): Promise<VerifiedWord | undefined> {
  const expect = { tier, authenticators, now: bench.now, counters: 'logged', allowDemo: bench.site.mode === 'demo', roster: bench.governance.roster } as const;
  const word = verifyWord(envelope, await signoffTrust(bench), expect);
  if (!word.ok || word.value.kind !== 'use') return undefined;
  return (await usedBefore(bench.state, word.value.predicate.nonce)).length === 0 ? word.value : undefined;
}

function draftOf({ change, tier }: Decision, word: VerifiedWord, envelope: Uint8Array): EntryDraft {
  const signer = sha256Hex(`${word.predicate.nonce}\0${word.person}`);
  return { type: 'break-glass', fields: { change: changeId(change), repo: change.repo, ref: change.targetRef, signer, tier }, body: envelope };
}

const WHY = 'a push passed while no server answered, and the break-glass kept of it does not hold';

/** The same bytes whenever it is told: by them it is known again. */
const violationBody = ({ old, at, uses }: KeptPush): Bytes => utf8(JSON.stringify({ v: 1, why: WHY, from: old, at, uses: uses.map((u) => sha256Hex(u)) }));

/** Of the ref and no change, as for every ref that stands where it should not: so it is not found there once more. */
const violation = (push: KeptPush): EntryDraft => ({ type: 'violation', fields: { repo: push.repo, ref: push.ref, new: push.new }, body: violationBody(push) });
