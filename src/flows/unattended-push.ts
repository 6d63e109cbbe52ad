/**
 * A push that came while no server lived: it passes where people signed a break-glass for exactly this move beforehand, and then alone.
 * Runs inside the hook, with what a machine has that keeps the repository: policy and roster at the old tip, the trust file, the spool.
 *
 * The attacker is whoever can push: they choose the updates and what they hand over. What only a server remembers (overdue reviews, what
 * was taken back, who pushed before) cannot be asked here; it is asked when one is back, and what does not hold becomes a violation.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { glassRulesOf } from '../core/gate/break-glass.ts';
import type { Act } from '../core/gate/break-glass-review.ts';
import { parseHanded, type SaidUse } from '../core/gate/glass-files.ts';
import { type PassedUse, unattended } from '../core/gate/unattended.ts';
import type { Decision } from '../core/policy/decision.ts';
import { signingTrust } from '../core/signoff/authority.ts';
import { authorityAt, type TrustBundle } from '../core/signoff/trust-file.ts';
import { considerChange } from './gather.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { KeptPush, Spool } from './ports-spool.ts';
import type { Trains } from './ports-train.ts';
import { recordsOf } from './records.ts';
import { isZero, type RefUpdate, reserved } from './ref-update.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { windowOfClone } from './train.ts';
import { MOST_FILES } from './weigh.ts';

export interface UnattendedWorld extends Pick<GateWorld, 'parsers' | 'records' | 'floors'> {
  /** Its reader sees the objects of this push. */
  readonly served: Pick<ServedRepository, 'id' | 'repository' | 'aliases'>;
  readonly trains: Trains;
  readonly trust: TrustBundle;
  readonly spool: Spool;
  readonly allowDemo: boolean;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface HandedFile {
  /** What it is called in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface UnattendedPush {
  readonly updates: readonly RefUpdate[];
  /** Folder git holds the new objects in. */
  readonly quarantine: string | undefined;
  /** Of push options. */
  readonly handed: readonly HandedFile[];
}

export interface Passed {
  readonly update: RefUpdate;
  readonly uses: readonly PassedUse[];
  readonly review: { readonly withinMs: number; readonly level: string };
}

/** Kept durably before it answers yes. Problems say why nothing passes. */
export async function passUnattended(world: UnattendedWorld, push: UnattendedPush): Promise<Result<Passed, readonly Problem[]>> {
  const [update, ...more] = push.updates;
  if (update === undefined || more.length > 0)
    return refuse('BG_SCOPE', 'break-glass lets one move of one ref pass, and this push has another number of them', 'push that ref alone');
  const uses = await usesFor(world, push, update);
  if (!uses.ok) return uses;
  const pushes = await world.spool.pushes();
  if (!pushes.ok) return err([pushes.error]);
  const found = await decided(world, push, update);
  if (!found.ok) return found;
  const { governance, decision } = found.value;
  const { policy, roster } = governance;
  const at = world.now();
  const asked = {
    rules: glassRulesOf(policy),
    ...{ change: decision, roster, tier: decision.tier, authenticators: decision.authenticators },
    ...{ allowDemo: world.allowDemo, at, history: pushes.value.map(actOf) },
  };
  const trust = signingTrust(authorityAt(world.trust, Number.MAX_SAFE_INTEGER), policy.ladder.values);
  const passed = unattended(asked, uses.value, trust);
  const spent = spentIn(pushes.value, uses.value);
  if (!passed.ok || spent.length > 0) return err([...spent, ...(passed.ok ? [] : passed.error)]);
  const kept = await world.spool.keep(
    { repo: world.served.id, ref: update.ref, old: update.old, new: update.new, at, uses: uses.value.map((u) => u.envelope) },
    uses.value.map((u) => u.predicate.nonce),
  );
  const review = { withinMs: policy.breakGlass?.reviewWithin ?? 0, level: policy.breakGlass?.reviewLevel ?? '' };
  return kept.ok ? ok({ update, uses: passed.value, review }) : err([kept.error]);
}

const refuse = (code: Problem['code'], message: string, remedy?: string): Result<never, readonly Problem[]> =>
  err([problem(code, message, remedy === undefined ? {} : { remedy })]);

/** What was handed over for this very commit: files of other pushes may lie there too, and one nobody can read may be any of them. */
async function usesFor({ spool }: UnattendedWorld, push: UnattendedPush, update: RefUpdate): Promise<Result<readonly SaidUse[], readonly Problem[]>> {
  const files = await spool.handed();
  if (!files.ok) return err([files.error]);
  const read = [...push.handed, ...files.value].map(({ name, bytes }) => ({ name, uses: parseHanded(bytes) }));
  const wrong = read.flatMap(({ name, uses }) => (uses.ok ? [] : [{ ...uses.error, place: name }]));
  if (wrong.length > 0) return err(wrong);
  const meant = read.flatMap(({ uses }) => (uses.ok ? uses.value : [])).filter((u) => u.predicate.change.head.gitCommit === update.new);
  const distinct = [...new Map(meant.map((u) => [sha256Hex(u.envelope), u])).values()];
  return distinct.length > 0
    ? ok(distinct)
    : refuse('BG_SCOPE', `nothing that was handed over is signed for ${update.new.slice(0, 12)}`, 'sign for the commit that is pushed: countersign break-glass offline');
}

interface Decided {
  readonly governance: Governance;
  readonly decision: Decision;
}

/** Everything a gate refuses before it decides, then what policy at the old tip says of the change. */
async function decided(world: UnattendedWorld, push: UnattendedPush, update: RefUpdate): Promise<Result<Decided, readonly Problem[]>> {
  const { repository, aliases, id } = world.served;
  const nobodys = reserved(update.ref);
  if (nobodys !== undefined) return err([nobodys]);
  const [alias] = await aliases([update.ref]);
  if (alias !== undefined) return refuse('REF_SYMBOLIC', `${alias[0]} stands for ${alias[1]}`, 'push to the ref it stands for');
  if (isZero(update.new) || isZero(update.old)) return refuse('BG_FORBIDDEN', 'break-glass neither makes nor deletes a ref');
  if ((await repository.resolve(update.ref)) !== update.old) return refuse('REF_CHANGED', `${update.ref} does not stand where this push says`, 'fetch, sign again and push again');
  const steps = await repository.steps(update.old, update.new);
  if (steps === undefined) return refuse('REF_NON_FAST_FORWARD', `${update.ref} may not be rewritten`);
  if (steps.length !== 1) return refuse('BG_SCOPE', `break-glass is for one commit, and this push holds ${steps.length}`, 'squash the push into one, and sign that');
  const governance = await governanceAt(repository, update.old, world.floors);
  if (!governance.ok) return governance;
  const at = world.now();
  const considered = await considerChange(repository, world.parsers, governance.value, {
    ...{ repo: id, targetRef: update.ref, base: update.old, head: update.new, most: MOST_FILES, pusher: null, sticky: [], at },
    window: windowOfClone(world.trains, update.old, at),
    records: async (change) => {
      const moving = new Map([[update.ref, update.new]]);
      const open = await world.records?.({ repo: id, quarantine: push.quarantine, moving });
      return open === undefined ? undefined : recordsOf(open, change, governance.value.agents?.recorders ?? [], at);
    },
    floors: world.floors ?? [],
  });
  return considered.ok ? ok({ governance: governance.value, decision: considered.value.decision }) : considered;
}

/** For the budget alone: nobody can review while no server lives, and what was reviewed since is not known here. */
const actOf = (push: KeptPush): Act => ({
  ...{ change: '', repo: push.repo, paths: [], people: [], uses: [], landedAt: push.at },
  ...{ due: Number.POSITIVE_INFINITY, reviewLevel: '', reviews: [] },
});

function spentIn(pushes: readonly KeptPush[], uses: readonly SaidUse[]): readonly Problem[] {
  const spent = new Set(pushes.flatMap((p) => p.said.map((u) => u.predicate.nonce)));
  const again = uses.some((u) => spent.has(u.predicate.nonce));
  return again ? [problem('ST_NONCE', 'this break-glass was used before', { remedy: 'sign another: each lets one push through' })] : [];
}
