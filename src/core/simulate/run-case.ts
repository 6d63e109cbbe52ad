/** One case to one answer, with everything that explains it. Pure and total: our own bugs become a no. */
import type { ReasonCode } from '../base/codes.ts';
import { reason } from '../base/reasons.ts';
import { matches } from '../change/glob.ts';
import { underMode, type Verdict } from '../gate/verdict.ts';
import type { Case, CaseResult } from '../policy/case.ts';
import type { Decision } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import { effectiveLevel } from '../policy/facts.ts';
import { ownershipWords } from '../policy/ownership.ts';
import type { Roster } from '../roster/roster.ts';
import type { CaseAnswer, MissingSeat, Ran } from './case-answer.ts';
import { ruleAnswers } from './rule-answers.ts';
import { type WeighedCase, weighCase } from './weigh-case.ts';
import { passIf } from './would-pass.ts';

export interface RunOptions {
  /** Edits of the policy are for its owners: listed only when asked for. */
  readonly policyEdits?: boolean;
  /** False: nothing is tried out that would make it pass. */
  readonly alternatives?: boolean;
}

/** @param roster who there is, where the case does not say so itself. */
export function runCase(policy: Policy, given: Case, roster: Roster, options: RunOptions = {}): Ran {
  try {
    return run(policy, given, roster, options);
  } catch (error) {
    return broken(policy, given, error instanceof Error ? error.message : 'unknown');
  }
}

function run(policy: Policy, given: Case, roster: Roster, { policyEdits = false, alternatives = true }: RunOptions): Ran {
  const weighed = weighCase(policy, given, roster);
  const { decision, signoffs, owned, verdict, seating, result } = weighed;
  const again = { passes: (p: Policy, c: Case) => weighCase(p, c, roster).result === 'allow', policyEdits };
  const missing = seating.missing;
  const would = result === 'allow' ? 'allow' : verdict.verdict === 'allow' ? 'deny' : verdict.verdict;
  const said = underMode({ ...verdict, verdict: would, would, codes: codesOf(result, verdict, missing) }, decision.mode);
  return {
    decision,
    reasons: said.reasons,
    answer: {
      version: 1,
      name: given.name,
      result,
      verdict: said.verdict,
      would,
      mode: decision.mode,
      tier: decision.tier,
      provenance: levelOf(policy, decision),
      summary: summaryOf(weighed),
      codes: said.codes,
      refusals: decision.refusals,
      uncovered: uncovered(policy, decision),
      rules: ruleAnswers(policy, decision, seating),
      missing,
      excluded: decision.excluded,
      ignored: [...signoffs.ignored, ...owned.ignored],
      would_pass_if: result === 'allow' || !alternatives ? [] : passIf(policy, given, weighed, again),
      policy: policy.digest,
    },
  };
}

/** What could not be told apart from a human is no proof of one: the level policy counts with. */
function levelOf(policy: Policy, { provenance, findings, systems }: Decision): CaseAnswer['provenance'] {
  const detected = findings.filter((f) => !f.rule.startsWith('SOD'));
  return effectiveLevel(policy.unattributed, provenance, detected.length > 0 || systems.some((s) => s.criticality <= 2));
}

function summaryOf({ result, decision, verdict, seating: { missing }, signoffs: { objecting } }: WeighedCase): string {
  if (result === 'deny') return decision.asked;
  if (result === 'allow') return decision.seats.length === 0 ? decision.asked : 'every seat that is due is filled';
  const unowned = decision.ownership !== null && verdict.codes.includes('OWNERSHIP_MISSING') ? [ownershipWords(decision.ownership)] : [];
  const objection = objecting.length === 0 ? [] : [`${objecting.join(', ')} ${objecting.length === 1 ? 'asks' : 'ask'} for changes`];
  return [...objection, ...unowned, ...(missing.length === 0 ? [] : [`needs ${missing.map((m) => m.asks).join(', and ')}`])].join('; ') || 'a wait is not over';
}

function codesOf(result: CaseResult, { codes }: Verdict, missing: readonly MissingSeat[]): readonly ReasonCode[] {
  if (result !== 'pending' || missing.length === 0 || codes.includes('SIGNOFF_MISSING')) return codes;
  return [...codes.filter((c) => c !== 'OK' && c !== 'PASS'), 'SIGNOFF_MISSING'];
}

/** All paths no rule covers: refusals name the first few. */
function uncovered(policy: Policy, decision: Decision): readonly string[] {
  if (!decision.refusals.some((r) => r.code === 'UNCOVERED')) return [];
  const speaking = new Set(decision.rules.filter((r) => r.state !== 'silent').map((r) => r.id));
  const covering = policy.rules.filter((r) => r.covers && speaking.has(r.id));
  return decision.change.paths.filter((path) => !covering.some((r) => matches(r.paths, path)));
}

/** Our own bug, kept from becoming a pass. */
function broken(policy: Policy, given: Case, why: string): Ran {
  const text = `this case could not be judged: ${why}`;
  return {
    decision: null,
    reasons: reason('no', 'INTERNAL', text),
    answer: {
      version: 1,
      name: given.name,
      ...{ result: 'deny', verdict: 'deny', would: 'deny', mode: 'enforce', tier: 'critical', provenance: 'agent', summary: text, codes: ['INTERNAL'] },
      refusals: [{ code: 'INTERNAL', text, remedy: 'report this with the case; until then it is a no' }],
      ...{ uncovered: [], rules: [], missing: [], excluded: [], ignored: [], would_pass_if: [] },
      policy: policy.digest,
    },
  };
}
