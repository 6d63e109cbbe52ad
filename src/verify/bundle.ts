/**
 * A bundle under a trust file, from bytes to a verdict: docs/spec/bundle.md. What landed is the caller's own word, from their own clone
 * (`countersign manifest`); who stands behind the change and what policy asked is judged as far as the caller says it.
 */

import { ok, type Result } from '../core/base/result.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '../core/log/witness-policy.ts';
import { parseBundle } from '../core/signoff/bundle.ts';
import { CHECKS, checksOf } from '../core/signoff/checks.ts';
import { examineBundle, type OfflineReport } from '../core/signoff/offline.ts';
import type { Landed } from '../core/signoff/offline-terms.ts';
import { type Answer, answering, type Reason, refused, unless } from './answer.ts';
import type { Check } from './checks.ts';
import { trustOf } from './trust.ts';
import type { TrustInput } from './trust-input.ts';

export interface BundleInput extends TrustInput {
  /** The exact bytes of the bundle. The attacker may have written them. */
  readonly bundle: Uint8Array;
  readonly change: ChangeInput;
  readonly required?: RequiredInput;
  /** Milliseconds: what was taken back has to be known as of no longer before `now`, which has to be given too. */
  readonly maxAge?: number;
  /** Text of a C2SP tlog-policy: the caller's own, in the place of the trust file's. */
  readonly witnesses?: string;
  /** Takes evidence of demo data, which proves nothing. */
  readonly demo?: boolean;
}

/** What landed, by the caller's own clone. */
export interface ChangeInput {
  readonly repo: string;
  /** `refs/heads/main`. */
  readonly targetRef: string;
  /** Lowercase hex SHA-256, as `countersign manifest` prints them. */
  readonly manifest: string;
  readonly manifest256: string;
  /** Moves of the ref that brought the change, as full commit ids. A bundle that shows its landing is refused unless it is one of these. */
  readonly moves?: readonly { readonly old: string; readonly new: string }[];
  /** Persons who stand behind the change and may not sign it. Absent: nobody is known to. */
  readonly excluded?: { readonly [person: string]: readonly PartInput[] };
}

/** How a person stands behind a change. */
export type PartInput = 'author' | 'committer' | 'co-author' | 'pusher' | 'prompter' | 'agent-owner' | 'token-owner' | 'deploy-starter';

export interface SeatInput {
  readonly humans: number;
  /** Lowest level that fills it; null: any. */
  readonly level: string | null;
  /** Absent: anyone of the level. */
  readonly candidates?: readonly string[];
  /** Absent: implementation. Seats of a deployment are not asked for at a landing. */
  readonly stage?: 'intent' | 'implementation' | 'deploy';
  /** `hardware`: a key of a maker that the trust file pins. Absent: any enrolled authenticator. */
  readonly presence?: 'passkey' | 'hardware';
}

/** What policy asked, as far as the caller knows it. What is absent is not checked; an absent tier counts as critical. */
export interface RequiredInput {
  readonly stage?: 'intent' | 'implementation' | 'deploy';
  readonly policyDigest?: string;
  readonly tier?: 'routine' | 'elevated' | 'high' | 'critical';
  /** Seats to fill, each person one. Absent: one human of any level. */
  readonly seats?: readonly SeatInput[];
  /** One person may sign their own change after a wait of so many milliseconds: no bundle shows the wait, so none is proven. Null or absent: nobody may. */
  readonly soloAfter?: number | null;
  /** The author has to have spoken first: how many files the change has. */
  readonly ownership?: { readonly files: number };
  /** What policy asks of signers' keys beyond what is built in; milliseconds. */
  readonly authenticators?: {
    readonly synced: 'none' | 'elevated' | 'high';
    readonly attestedFrom: Exclude<RequiredInput['tier'], undefined> | null;
    readonly coolDown: number | null;
  };
}

export interface BundleSignoff {
  readonly person: string;
  readonly level: string;
  readonly keyid: string;
  readonly stage: string;
  readonly tier: string;
  readonly decision: string;
  readonly conditions: readonly string[];
  /** What the person wrote that they did not check. */
  readonly notChecked: string;
  /** The signer's own word of the time; the log's bounds it. */
  readonly signedAt: string;
}

export interface ProvenBundle {
  readonly signoffs: readonly BundleSignoff[];
  /** Why other sign-offs of the bundle do not count: enough good ones are enough. */
  readonly setAside: readonly Reason[];
  /** Whether the bundle shows the landing; without it nobody can tell where the sign-off was spent. */
  readonly landed: boolean;
}

/** Either way every check is listed by name. Reasons: all of docs/spec/bundle.md. */
export type BundleAnswer = Answer<ProvenBundle> & { readonly checks: readonly Check[] };

export function verifyBundle(input: BundleInput): BundleAnswer {
  let checks: readonly Check[] = [];
  const answer = answering(() => {
    const seen = examine(input);
    checks = checksOf({ ...seen, unasked: [...unaskedIn(input), ...(seen.witnessed ? [] : ['LOG_QUORUM']), ...(seen.summed ? [] : ['VSA_INVALID'])] });
    return unless(seen.problems, () => ({ signoffs: seen.report.signoffs.map(signoffOf), setAside: told(seen.setAside), landed: seen.landed }));
  });
  return { ...answer, checks };
}

const SEEN_BY_A_CLONE = CHECKS.find((c) => c.codes.includes('CONTENT_UNSEEN'))?.codes ?? [];

/** Codes nothing can fail with, because the caller gave nothing to compare with. */
function unaskedIn({ pin, atLeast, now, maxAge, change, required = {} }: BundleInput): readonly string[] {
  const given: readonly (readonly [unknown, readonly string[]])[] = [
    [pin, ['TRUST_SIG']],
    [atLeast, ['TRUST_ROLLBACK']],
    [now, ['TRUST_EXPIRED']],
    [maxAge, ['REV_STALE', 'REV_MISSING']],
    [change.excluded, ['SOD_AUTHOR', 'SOD_PUSHER', 'SOD_PROMPTER', 'SOD_OWNER']],
    [required.policyDigest, ['ST_POLICY']],
    [required.ownership, ['OWNERSHIP_MISSING', 'OWNERSHIP_INVALID']],
  ];
  // No clone is read here: what landed is the caller's own word.
  return [...SEEN_BY_A_CLONE, ...given.flatMap(([value, codes]) => (value === undefined ? codes : []))];
}

interface Seen {
  readonly problems: readonly Reason[];
  readonly setAside: readonly Reason[];
  readonly signoffs: number;
  readonly landed: boolean;
  /** Cosignatures were asked for. */
  readonly witnessed: boolean;
  /** There is a summary of the gate, and a gate to know it by. */
  readonly summed: boolean;
  readonly report: OfflineReport;
}

const NOTHING: OfflineReport = { problems: [], signoffs: [], setAside: [] };

function examine(input: BundleInput): Seen {
  const [bundle, trust, own] = [parseBundle(input.bundle), trustOf(input), ownWitnesses(input)];
  if (!bundle.ok || !trust.ok || !own.ok) {
    const problems = [...(trust.ok ? [] : trust.error), ...(bundle.ok ? [] : [bundle.error]), ...(own.ok ? [] : [own.error])];
    return { problems, setAside: [], signoffs: 0, landed: false, witnessed: false, summed: false, report: NOTHING };
  }
  const witnesses = own.value ?? trust.value.witnesses;
  const report = examineBundle(bundle.value, { ...trust.value, witnesses }, landedOf(input.change), {
    ...input.required,
    ...(input.maxAge === undefined ? {} : { fresh: { now: input.now ?? Number.NaN, maxAge: input.maxAge } }),
    allowDemo: input.demo === true,
  });
  const summed = bundle.value.gate !== undefined && trust.value.gates.length > 0;
  return { ...report, signoffs: bundle.value.signoffs.length, landed: bundle.value.landed !== undefined, witnessed: (witnesses?.quorum ?? null) !== null, summed, report };
}

const ownWitnesses = ({ witnesses, demo }: BundleInput): Result<WitnessPolicy | undefined> =>
  witnesses === undefined ? ok(undefined) : parseWitnessPolicy(witnesses, demo === true);

const landedOf = ({ repo, targetRef, manifest, manifest256, moves, excluded = {} }: ChangeInput): Landed => {
  return { repo, targetRef, manifest, manifest256, ...(moves === undefined ? {} : { moves }), excluded: new Map(Object.entries(excluded)) };
};

function signoffOf({ signer, level, keyid, statement: { predicate } }: OfflineReport['signoffs'][number]): BundleSignoff {
  const { stage, decision, conditions, notChecked } = predicate;
  return { person: signer, level, keyid, stage, tier: predicate.policy.tier, decision, conditions, notChecked, signedAt: predicate.review.signedAt };
}

const told = (problems: readonly Reason[]): readonly Reason[] => {
  const [first, ...more] = problems;
  return first === undefined ? [] : refused(first, more).reasons;
};
