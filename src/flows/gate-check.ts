/**
 * The gate, asked by a program that is no hook: the same judgement of the same change, for one whose objects are here already.
 * It answers what `pre-receive` would, records it as that does, and fails closed: what is not known, not here or not answered in
 * time is a no.
 *
 * The attacker is whoever asks. They choose every word of the question: repository, ref, both commits. They do not choose who pushed
 * (the transport said so when the change came in), the policy (it is read where the ref stands), or what is in the commits.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import type { GateKind } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Ledger } from './ports.ts';
import { type Judged, judgePush, type PushAnswer } from './push.ts';
import { type Recording, saidOnce, UNSAID } from './said-once.ts';
import { type GateWorld, repositoryUri } from './site.ts';

export interface GateQuestion {
  readonly subject: {
    /** An id that is served here, or its address: `git+https://countersign.example/git/infra.git`. */
    readonly repo: string;
    readonly targetRef: string;
    readonly base: string;
    readonly head: string;
    /** Where given, they have to be those of this change. */
    readonly headTree?: string;
    readonly manifest?: string;
  };
  readonly environment: string | null;
  readonly gate: GateKind;
  /** A plan or artefacts: subjects of their own, which nothing here speaks for yet. */
  readonly planDigest: string | null;
  readonly artifactDigests: readonly string[];
}

export interface GateAnswer {
  readonly verdict: 'allow' | 'wait' | 'deny';
  /** UUIDv7: the same until the answer or what it rests on changes. */
  readonly verdictId: string;
  readonly policyDigest: string | null;
  readonly reasons: readonly GateReason[];
  readonly change: string | null;
  /** Milliseconds since 1970; null: nothing may be built on it. */
  readonly validUntil: number | null;
}

export interface GateReason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly rule?: string;
  readonly need?: { readonly humans: number; readonly level: string | null; readonly domains: readonly string[] };
}

export interface GateDesk {
  /** Never rejects. */
  ask(question: GateQuestion): Promise<GateAnswer>;
  /** Told of every answer that was worked out, not of those remembered. */
  readonly heard?: (answer: PushAnswer) => void;
}

export interface GateTerms {
  /** Milliseconds that an answer is given again without another look. A revocation is late by no more than this. */
  readonly remembered: number;
  /** Questions whose answers are remembered. */
  readonly most: number;
  /** Questions looked into at once; beyond, so many wait, and the rest are denied. */
  readonly atOnce: number;
  readonly waiting: number;
  /** Milliseconds one look may take. */
  readonly patience: number;
}

export const GATE_TERMS: GateTerms = { remembered: 5_000, most: 10_000, atOnce: 4, waiting: 1_000, patience: 30_000 };
/** How long a caller may hold on to a yes. */
export const VALID_MS = 30_000;

/** What a person can still cure by signing. A merge queue can wait for that; a push cannot. */
const CURABLE: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['SIGNOFF_MISSING', 'QUORUM', 'OWNERSHIP_MISSING', 'INTERMEDIATE_UNSIGNED', 'BG_WAITING', 'SOLO']);

interface Looked {
  readonly answer: Omit<GateAnswer, 'verdictId'>;
  /** What the answer rests on: the drafts that say so. */
  readonly basis: string;
}

interface Known {
  readonly id: string;
  readonly basis: string;
  readonly answer: GateAnswer;
  readonly at: number;
  /** Appends of this process when it was worked out. */
  readonly appends: number;
}

export interface GateWorldOver extends GateWorld {
  random(): Uint8Array;
}

export function gateDesk(world: GateWorldOver, { heard, terms = GATE_TERMS }: { readonly heard?: (answer: PushAnswer) => void; readonly terms?: GateTerms } = {}): GateDesk {
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<GateAnswer>>();
  const turns = inTurns(terms.atOnce, terms.waiting);
  let appends = 0;
  // Whatever this process appends may change an answer. What another one appends is heard of when the answer is worked out again.
  const ledger: Ledger = {
    ...world.ledger,
    append: async (plan) => {
      const done = await world.ledger.append(plan);
      if (done.ok && done.value.length > 0) appends++;
      return done;
    },
  };

  const look = async (key: string, question: GateQuestion): Promise<GateAnswer> => {
    const before = known.get(key);
    const looked = await turns(() => bounded(lookInto({ ...world, ledger: saidOnce(ledger, before?.basis) }, question, heard), terms.patience));
    const same = before !== undefined && before.basis === looked.basis;
    const answer = { ...looked.answer, verdictId: same ? before.id : uuid7(world.now(), world.random()) };
    known.delete(key);
    // What was not decided is not remembered: the next one looks again.
    if (looked.basis !== UNSAID) known.set(key, { id: answer.verdictId, basis: looked.basis, answer, at: world.now(), appends });
    if (known.size > terms.most) known.delete(known.keys().next().value ?? '');
    return answer;
  };

  const begun = (key: string, question: GateQuestion): Promise<GateAnswer> => {
    const answer = look(key, question)
      .catch((): GateAnswer => ({ ...no('GATE_UNAVAILABLE', 'the gate could not decide, so nothing passes').answer, verdictId: uuid7(world.now(), world.random()) }))
      .finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };

  return {
    ask: (question) => {
      const key = keyOf(question);
      const found = known.get(key);
      const age = found === undefined || found.appends !== appends ? Number.POSITIVE_INFINITY : Math.abs(world.now() - found.at);
      // Looked into again before it is too old to be given, so that nobody who asks all the time ever waits.
      if (found !== undefined && age < terms.remembered) {
        if (age > terms.remembered / 2 && !underWay.has(key)) void begun(key, question);
        return Promise.resolve(found.answer);
      }
      const asked = underWay.get(key);
      return asked ?? begun(key, question);
    },
  };
}

/** Every word of the question, and nothing beside: the subject and not who asks. */
const keyOf = (q: GateQuestion): string =>
  sha256Hex(
    JSON.stringify([
      q.subject.repo,
      q.subject.targetRef,
      q.subject.base,
      q.subject.head,
      q.subject.headTree ?? null,
      q.subject.manifest ?? null,
      q.environment,
      q.gate,
      q.planDigest,
      q.artifactDigests,
    ]),
  );

const no = (code: ReasonCode, text: string, basis = UNSAID): Looked => ({
  answer: { verdict: 'deny', policyDigest: null, reasons: [{ code, text }], change: null, validUntil: null },
  basis,
});

const refuse = (code: ReasonCode, text: string): Looked => no(code, text, `${code} ${text}`);

async function lookInto(world: GateWorldOver & { readonly ledger: Recording }, question: GateQuestion, heard?: (answer: PushAnswer) => void): Promise<Looked> {
  const { subject, gate } = question;
  if (gate !== 'push' && gate !== 'merge') return refuse('GATE_REQUEST_INVALID', `nothing here answers for ${gate} yet, so it is a no`);
  if (question.planDigest !== null || question.artifactDigests.length > 0)
    return refuse('GATE_REQUEST_INVALID', 'a plan or an artefact is a subject of its own, and a sign-off of a diff is none of it');
  const repo = servedId(world, subject.repo);
  if (repo === undefined) return refuse('REPOSITORY_UNKNOWN', 'this repository is not served here');
  const { targetRef, base, head } = subject;
  const repository = world.objects.open(repo);
  const change = await repository.change({ repo, targetRef, base, head });
  if (!change.ok) return no(change.error.code, 'the objects of this change are not here, or cannot be read: push it here first');
  if (subject.manifest !== undefined && subject.manifest !== change.value.manifest256 && subject.manifest !== change.value.manifest)
    return refuse('CONTENT_MISMATCH', 'the manifest that was asked about is not that of these commits');
  if (subject.headTree !== undefined && (await repository.resolve(`${head}^{tree}`)) !== subject.headTree)
    return refuse('CONTENT_MISMATCH', 'the tree that was asked about is not that of the head');
  const [row] = await world.projections.changes({ id: changeId(change.value), limit: 1 });
  // Whoever asks could name anybody. Who stands behind a push, the transport said when it came in.
  if (row === undefined || row.pusher === null) return no('PUSHER_UNKNOWN', 'nobody pushed this change here, so nobody knows who stands behind it: push it here first');
  // All of it was read a moment ago, out of our own copy: there is nothing to bring.
  const objects = { ...world.objects, keep: async () => ok(undefined) };
  const answer = await judgePush({ ...world, objects }, { repo, quarantine: undefined, pusher: row.pusher, updates: [{ ref: targetRef, old: base, new: head }] });
  heard?.(answer);
  return told(answer, gate, world);
}

const servedId = ({ site, repositories }: GateWorld, asked: string): string | undefined => [...repositories.keys()].find((id) => id === asked || repositoryUri(site, id) === asked);

function told(answer: PushAnswer, gate: GateKind, world: GateWorldOver & { readonly ledger: Recording }): Looked {
  const [judged] = answer.judged;
  if (judged === undefined && answer.allow)
    return {
      answer: {
        verdict: 'allow',
        policyDigest: null,
        reasons: [{ code: 'NOT_PROTECTED', text: 'policy does not protect this ref' }],
        change: null,
        validUntil: world.now() + VALID_MS,
      },
      basis: 'NOT_PROTECTED',
    };
  if (judged === undefined) return no(answer.problems[0]?.code ?? 'INTERNAL', answer.problems.map((p) => p.message).join('; ') || 'refused without a reason');
  const { verdict, decision, id } = judged;
  // Nothing was written down: what stands in the way may be gone the next moment.
  if (decision === null || world.ledger.said === UNSAID) return no(verdict.codes[0] ?? 'INTERNAL', verdict.reasons.text);
  const waits = gate === 'merge' && verdict.verdict === 'deny' && decision.outcome === 'signoff' && verdict.codes.every((c) => CURABLE.has(c));
  return {
    answer: {
      verdict: answer.allow ? 'allow' : waits ? 'wait' : 'deny',
      policyDigest: `sha256:${decision.policyDigest}`,
      reasons: reasonsOf(judged, decision),
      change: id,
      validUntil: answer.allow ? world.now() + VALID_MS : null,
    },
    basis: world.ledger.said,
  };
}

/** What stands in the way, and who could take it out of the way. */
function reasonsOf({ verdict }: Judged, decision: Decision): readonly GateReason[] {
  const codes = verdict.codes.map((code): GateReason => ({ code, text: code === verdict.codes[0] ? verdict.reasons.text : words(verdict.reasons, code) }));
  if (verdict.verdict === 'allow' || decision.outcome !== 'signoff') return codes;
  const seats = decision.seats.map(
    (s): GateReason => ({
      code: 'SIGNOFF_MISSING',
      rule: s.rule,
      text: `${s.humans} ${s.humans === 1 ? 'person' : 'people'}${s.level === null ? '' : ` of ${s.level} or above`}`,
      need: { humans: s.humans, level: s.level, domains: s.domains },
    }),
  );
  return [...codes.filter((c) => c.code !== 'SIGNOFF_MISSING'), ...seats];
}

function words(tree: Judged['verdict']['reasons'], code: ReasonCode): string {
  if (tree.code === code) return tree.text;
  for (const child of tree.children) {
    const found = words(child, code);
    if (found !== '') return found;
  }
  return '';
}

async function bounded(look: Promise<Looked>, ms: number): Promise<Looked> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Looked>((resolve) => {
    timer = setTimeout(() => resolve(no('GATE_UNAVAILABLE', 'the gate did not decide in time, so nothing passes')), ms);
  });
  try {
    return await Promise.race([look, late]);
  } finally {
    clearTimeout(timer);
  }
}

function inTurns(atOnce: number, waiting: number): (look: () => Promise<Looked>) => Promise<Looked> {
  const queue: (() => void)[] = [];
  let busy = 0;
  return async (look) => {
    if (busy >= atOnce) {
      if (queue.length >= waiting) return no('GATE_UNAVAILABLE', 'too much is asked at once, so this is a no: ask again in a while');
      await new Promise<void>((resolve) => queue.push(resolve));
    } else busy++;
    try {
      return await look();
    } finally {
      const next = queue.shift();
      if (next === undefined) busy--;
      else next();
    }
  };
}

/** RFC 9562, section 5.7. @param random 16 bytes. */
export function uuid7(now: number, random: Uint8Array): string {
  const at = Math.trunc(now).toString(16).padStart(12, '0').slice(-12);
  const r = [...random.subarray(6, 16)]
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('')
    .slice(1);
  const variant = (8 | (Number.parseInt(r[3] ?? '0', 16) & 3)).toString(16);
  return `${at.slice(0, 8)}-${at.slice(8)}-7${r.slice(0, 3)}-${variant}${r.slice(4, 7)}-${r.slice(7, 19).padEnd(12, '0')}`;
}
