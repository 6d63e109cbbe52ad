/**
 * A use of break-glass written without a server: out of the person's own clone, for exactly the commit that will be pushed. What it says
 * is what a server would have written, but for the log: nothing of that is at hand but what the trust file knows.
 */
import type { Bytes } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { barsTo, glassRulesOf, mayUse } from '../core/gate/break-glass.ts';
import { wordStatement } from '../core/gate/break-glass-words.ts';
import type { SaidUse } from '../core/gate/glass-files.ts';
import { type PassedUse, unattended } from '../core/gate/unattended.ts';
import type { Decision } from '../core/policy/decision.ts';
import { signingTrust } from '../core/signoff/authority.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { authorityAt, type TrustBundle } from '../core/signoff/trust-file.ts';
import { type CheckedClone, checkChange } from './check.ts';
import { type Governance, governanceAt } from './governance.ts';

/** The change of a clone, as the hook will see it. */
export interface OfflineChange {
  readonly decision: Decision;
  readonly governance: Governance;
  readonly trust: TrustBundle;
  /** Subject of its commit. */
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface OfflineAsk {
  /** Repository as policy names it; null: taken from the address of `origin`. */
  readonly repo: string | null;
  /** null: the remote's default branch. */
  readonly target: string | null;
  readonly trust: TrustBundle;
  readonly at: number;
}

/** Problems: those of a check, and BG_SCOPE where it is not one commit on the target. */
export async function offlineChange(clone: CheckedClone, { repo, target, trust, at }: OfflineAsk): Promise<Result<OfflineChange, readonly Problem[]>> {
  const checked = await checkChange(clone, { repo, range: '', target, at });
  if (!checked.ok) return checked;
  const { decision, title, problems } = checked.value;
  const { base, head } = decision.change;
  if (problems.length > 0) return err(problems);
  const steps = base === null ? undefined : await clone.repository.steps(base, head);
  if (base === null || steps?.length !== 1)
    return err([
      problem('BG_SCOPE', `it takes one commit on ${checked.value.target}, and HEAD is ${steps?.length ?? 'not a number of'} ahead of it`, {
        remedy: 'fetch, then squash what is to be pushed into one commit on top',
      }),
    ]);
  const governance = await governanceAt(clone.repository, base, clone.floors);
  return governance.ok ? ok({ decision, governance: governance.value, trust, title, at }) : governance;
}

export interface OfflineWords {
  readonly person: string;
  /** Of the `sk-` key that will sign, `SHA256:...`. */
  readonly keyid: string;
  readonly reason: string;
  readonly incident: string;
  /** 32 lowercase hex digits. */
  readonly nonce: string;
}

/** The statement to sign. Problems: BG_*, PERSON_UNKNOWN, KEY_UNKNOWN: why this person's signature could not count. */
export function offlineUse({ decision, governance, trust, at }: OfflineChange, words: OfflineWords): Result<Bytes, readonly Problem[]> {
  const { policy, roster } = governance;
  const rules = glassRulesOf(policy);
  const { person, keyid, reason, incident, nonce } = words;
  const { keys, genesis } = authorityAt(trust, Number.MAX_SAFE_INTEGER);
  const key = keys.find((k) => k.keyid === keyid && k.person === person);
  const listed = roster.people.find((p) => p.id === person);
  const wrong = [
    ...barsTo(rules, decision, at, []),
    ...(listed === undefined ? [problem('PERSON_UNKNOWN', `${person} is not on the roster of the target ref`)] : mayUse(rules, person, listed.level, [], at)),
    ...(key === undefined
      ? [problem('KEY_UNKNOWN', `the trust file knows no key ${keyid} of ${person}`, { remedy: 'export the trust file again, or sign with the key that was enrolled' })]
      : []),
    ...(reason.trim() === '' || incident.trim() === '' ? [problem('BG_REASON', 'a break-glass names its reason and its incident', { remedy: 'say it in a few words' })] : []),
  ];
  if (wrong.length > 0 || rules.terms === null) return err(wrong);
  const { reviewWithin, reviewLevel, expires } = rules.terms;
  const said = {
    ...{ kind: 'use' as const, reason, incident },
    policy: { uri: `git+${genesis.origins[0] ?? ''}/git/${decision.change.repo}.git#countersign.yml`, digest: { sha256: decision.policyDigest }, tier: decision.tier },
    review: { withinSeconds: Math.ceil(reviewWithin / 1_000), level: reviewLevel },
    expires: new Date(at + expires).toISOString(),
  };
  // Of the log this machine knows how long it was when the trust file was written, and no checkpoint.
  const seen = { origin: trust.origin, size: trust.size, root: '' };
  return ok(statementBytes(wordStatement(said, { change: decision.change, person, credential: { id: keyid, type: 'sk-ssh' }, seen, nonce })));
}

/** What the hook would say of these, as far as a clone shows. */
export function offlineStands({ decision, governance, trust, at }: OfflineChange, uses: readonly SaidUse[], allowDemo: boolean): Result<readonly PassedUse[], readonly Problem[]> {
  const { policy, roster } = governance;
  const asked = {
    rules: glassRulesOf(policy),
    ...{ change: decision, roster, tier: decision.tier, authenticators: decision.authenticators, allowDemo, at, history: [] },
  };
  return unattended(asked, uses, signingTrust(authorityAt(trust, Number.MAX_SAFE_INTEGER), policy.ladder.values));
}
