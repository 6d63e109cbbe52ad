/**
 * The sign-offs that bundles offer for one decision, as a gate judges them: each verified against the trust file, as of now.
 *
 * The attacker keeps the bundles, wrote the change, and can run this as often as they like. They do not choose the trust file, the
 * policy or the roster, which come from where the change is not.
 */
import { ok, type Problem, type Result } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import type { PresentedOwnership, PresentedSignoff } from '../core/gate/judge.ts';
import { coveredRules } from '../core/policy/carry.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import { authorsWords } from '../core/signoff/beside.ts';
import { type Heard, hearBundle, type PlacedSignoff } from '../core/signoff/offline.ts';
import type { Landed, Required } from '../core/signoff/offline-terms.ts';
import { type FoundBundle, pooled } from '../core/signoff/pooled.ts';
import { isApproval } from '../core/signoff/statement.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import type { SignoffSource } from './ports-carried.ts';
import { lookAgain, spentBefore } from './presented.ts';

/** What is believed, and as of when. */
export interface OfferTerms {
  readonly trust: TrustBundle;
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds that knowledge of what was taken back may be old. */
  readonly fresh: number;
  readonly demo: boolean;
}

type WithNonce<T> = T & { readonly nonce: string };

export interface Offered {
  readonly signoffs: readonly WithNonce<PresentedSignoff>[];
  readonly owned: readonly WithNonce<PresentedOwnership>[];
  /** Bundles that were left out whole. */
  readonly aside: readonly Problem[];
}

/** Sources far away are asked only where people are needed. Problems: those of the sources. */
export async function offeredFor(sources: readonly SignoffSource[], decision: Decision, terms: OfferTerms): Promise<Result<Offered>> {
  const content = { manifest: decision.change.manifest, change: changeId(decision.change) };
  const near = decision.outcome === 'signoff' ? sources : sources.filter((s) => !s.far);
  const found: FoundBundle[] = [];
  for (const source of near) {
    const bundles = await source.bundles(content);
    if (!bundles.ok) return bundles;
    found.push(...bundles.value);
  }
  return ok(offeredIn(found, decision, terms));
}

function offeredIn(found: readonly FoundBundle[], decision: Decision, terms: OfferTerms): Offered {
  const { change } = decision;
  const landed: Landed = { ...change, excluded: new Map(decision.excluded.map((e) => [e.person, e.roles])) };
  const pool = pooled(found, terms.trust, landed, { old: change.base ?? '', new: change.head });
  if (pool.bundle === null) return { signoffs: [], owned: [], aside: pool.aside };
  const heard = hearBundle(pool.bundle, terms.trust, landed, requiredBy(decision, terms, pool.spent));
  const approvals = heard.words.filter((w) => isApproval(w.statement.predicate.decision));
  const owned = authorsWords(pool.bundle, heard.proving, approvals).map((w) => ({ ...w, problems: [...heard.problems, ...w.problems] }));
  return { signoffs: [...heard.words.map((w) => presentedBy(w, decision, heard)), ...heard.aside.map(unproved)], owned, aside: pool.aside };
}

const requiredBy = (decision: Decision, { policy, now, fresh, demo }: OfferTerms, spent: ReadonlySet<string>): Required => ({
  ...{ tier: decision.tier, policyDigest: decision.policyDigest, provenance: decision.provenance.level, spent, allowDemo: demo },
  covers: (paths) => coveredRules(policy, decision, paths),
  ...(decision.authenticators === undefined ? {} : { authenticators: decision.authenticators }),
  ...(decision.ownership === null ? {} : { ownership: { files: decision.change.paths.length } }),
  ...{ at: now, fresh: { now, maxAge: fresh } },
});

/** A wish for changes blocks however old the rest is: it goes away by its author's next word alone, or taken back. */
function presentedBy(word: PlacedSignoff, decision: Decision, { problems }: Heard): WithNonce<PresentedSignoff> {
  const { digest, signer, level, statement, attested, index, at, rules } = word;
  const { decision: said, stage, conditions, nonce } = statement.predicate;
  const again = isApproval(said) && rules === undefined ? lookAgain(decision, word) : [];
  return {
    ...{ digest, signer, level, decision: said, stage, conditions, nonce, index, at },
    ...(attested === null ? {} : { presence: 'hardware' as const }),
    ...(rules === undefined ? {} : { rules }),
    problems: said === 'changes' ? [] : [...problems, ...again],
  };
}

const unproved = ({ claimed, problems }: Heard['aside'][number]): WithNonce<PresentedSignoff> => ({
  ...{ digest: '', signer: claimed === '' ? 'nobody known' : claimed, level: '', decision: 'cannot_judge', index: -1, nonce: '' },
  problems,
});

/** What earlier commits of the same move took is not there for this one. */
export const without = ({ signoffs, owned, aside }: Offered, used: ReadonlySet<string>): Offered => ({
  signoffs: signoffs.map((s) => (s.decision === 'changes' ? s : { ...s, problems: [...s.problems, ...spentBefore(s.nonce, used)] })),
  owned: owned.map((o) => ({ ...o, problems: [...o.problems, ...spentBefore(o.nonce, used)] })),
  aside,
});
