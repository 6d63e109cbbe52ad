/**
 * The gate, asked by a program that is no hook: the same judgement of the same change, for one whose objects are here already.
 * It answers what `pre-receive` would, records it as that does, and fails closed: what is not known, not here or not answered in
 * time is a no.
 *
 * The attacker is whoever asks. They choose every word of the question: repository, ref, both commits. They do not choose who pushed
 * (the transport said so when the change came in), the policy (it is read where the ref stands), or what is in the commits.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { digest } from '../core/base/json.ts';
import { ok } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { type GateKind, waits } from '../core/gate/verdict.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import type { Decision } from '../core/policy/decision.ts';
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
}

export interface GateTerms {
  /** Milliseconds that an answer is given again without another look, while nothing is appended. A ref that is moved on the disk is seen late by no more than this. */
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
export const HOLD_MS = 30_000;

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
  /** Entries of the log when it was worked out, and those it was written down by. */
  readonly size: number;
}

interface UnderWay {
  readonly answer: Promise<GateAnswer>;
  /** It sees so many entries at least. */
  readonly size: number;
}

export interface GateWorldOver extends GateWorld {
  random(): Uint8Array;
}

/** @param heard told of every answer that was worked out, not of those remembered. */
export function gateDesk(world: GateWorldOver, { heard, terms = GATE_TERMS }: { readonly heard?: (answer: PushAnswer) => void; readonly terms?: GateTerms } = {}): GateDesk {
  const known = new Map<string, Known>();
  const underWay = new Map<string, UnderWay>();
  const turns = inTurns(terms.atOnce, terms.waiting);

  const look = async (key: string, question: GateQuestion, size: number): Promise<GateAnswer> => {
    const before = known.get(key);
    const ledger = saidOnce(world.ledger, before?.basis);
    const looked = await turns(() => bounded(lookInto({ ...world, ledger }, question, heard), terms.patience).catch(() => UNAVAILABLE));
    const same = before !== undefined && before.basis === looked.basis;
    const answer = { ...looked.answer, verdictId: same ? before.id : uuid7(world.now(), world.random()) };
    known.delete(key);
    // What was not decided is not remembered: the next one looks again. Nor is it given again where anybody else appended meanwhile.
    if (looked.basis !== UNSAID) known.set(key, { id: answer.verdictId, basis: looked.basis, answer, at: world.now(), size: size + ledger.appended });
    if (known.size > terms.most) known.delete(known.keys().next().value ?? '');
    return answer;
  };

  const begun = (key: string, question: GateQuestion, size: number): Promise<GateAnswer> => {
    const answer = look(key, question, size).finally(() => underWay.delete(key));
    underWay.set(key, { answer, size });
    return answer;
  };

  /** Whatever is appended, by whom and by whichever way, may change an answer: one is given again only where the log still stands as it did. */
  const asked = async (question: GateQuestion): Promise<GateAnswer> => {
    const key = keyOf(question);
    const standing = async (): Promise<number> => sizeIn(await bounded(world.ledger.checkpoint(), terms.patience));
    const first = await standing();
    for (let size = first; ; size = await standing()) {
      const [found, going] = [known.get(key), underWay.get(key)];
      const age = found === undefined || found.size !== size ? Number.POSITIVE_INFINITY : Math.abs(world.now() - found.at);
      // Looked into again before it is too old to be given, so that nobody who asks all the time ever waits.
      if (found !== undefined && age < terms.remembered) {
        if (age > terms.remembered / 2 && going === undefined) void begun(key, question, size);
        return found.answer;
      }
      if (going === undefined) return begun(key, question, size);
      // Begun when the log was shorter, it may not see what its asker knows is there.
      if (going.size >= first) return going.answer;
      await going.answer;
    }
  };

  return { ask: (question) => asked(question).catch(() => ({ ...UNAVAILABLE.answer, verdictId: uuid7(world.now(), world.random()) })) };
}

/** Every word of the question, and nothing beside: the subject and not who asks. */
const keyOf = ({ subject, environment, gate, planDigest, artifactDigests }: GateQuestion): string => digest([{ ...subject }, environment, gate, planDigest, artifactDigests]);

const no = (code: ReasonCode, text: string, basis = UNSAID): Looked => ({
  answer: { verdict: 'deny', policyDigest: null, reasons: [{ code, text }], change: null, validUntil: null },
  basis,
});

const UNAVAILABLE = no('GATE_UNAVAILABLE', 'the gate could not decide, or not in time, so nothing passes');

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
  if (subject.headTree !== undefined && change.value.headTree !== subject.headTree) return refuse('CONTENT_MISMATCH', 'the tree that was asked about is not that of the head');
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
        validUntil: world.now() + HOLD_MS,
      },
      basis: 'NOT_PROTECTED',
    };
  if (judged === undefined) return no(answer.problems[0]?.code ?? 'INTERNAL', answer.problems.map((p) => p.message).join('; ') || 'refused without a reason');
  const { verdict, decision, id } = judged;
  // Nothing was written down: what stands in the way may be gone the next moment.
  if (decision === null || world.ledger.said === UNSAID) return no(verdict.codes[0] ?? 'INTERNAL', verdict.reasons.text);
  // A merge queue can wait for people; a push cannot.
  const waiting = gate === 'merge' && waits(decision.outcome, verdict.codes);
  return {
    answer: {
      verdict: answer.allow ? 'allow' : waiting ? 'wait' : 'deny',
      policyDigest: `sha256:${decision.policyDigest}`,
      reasons: reasonsOf(judged, decision),
      change: id,
      validUntil: answer.allow ? world.now() + HOLD_MS : null,
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

/** Rejects where it takes longer. What was begun goes on, for nobody. */
async function bounded<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  try {
    return await Promise.race([work, late]);
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
