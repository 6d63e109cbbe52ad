import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../change/change.ts';
import { assess } from '../provenance/assess.ts';
import type { ProvenanceEvidence } from '../provenance/provenance.ts';
import { withProvenance } from './provenance.ts';
import { type Risk, TIERS } from './risk.ts';

const RUI = { name: 'Rui Costa', email: 'rui@acme.example', at: 0 };
const commit = (message: string, id = 'c'.repeat(40)): Commit => ({ id, tree: 'd'.repeat(40), parents: [], author: RUI, committer: RUI, message });
const NO_RISK: Risk = { findings: [], notAnalysed: [], tier: 'routine' };
const found = (...messages: readonly string[]) => withProvenance(NO_RISK, assess({ commits: messages.map((m, i) => commit(m, String(i).repeat(40))) }), 'a.ts');
const rules = (...messages: readonly string[]) => found(...messages).findings.map((f) => f.rule);

describe('what is known of AI, as findings', () => {
  it('is nothing where nobody denies anything', () => {
    expect(rules('fix', 'fix\n\nAssisted-by: none', 'fix\n\nAssisted-by: claude-code:opus-4')).toEqual([]);
    expect(found('fix')).toBe(NO_RISK);
  });

  it('names the commit whose denial its own evidence contradicts, and not its neighbour', () => {
    const risk = found('fix\n\nAssisted-by: none', 'fix\n\nAssisted-by: none\nCo-authored-by: Claude <noreply@anthropic.com>');
    expect(risk.findings.map((f) => [f.rule, f.severity, f.place.object])).toEqual([['PROV101', 'elevated', 'commit 111111111111']]);
    expect(risk.tier).toBe('elevated');
    // declare leaves a commit alone that says something already, so it is no way out
    expect(JSON.stringify(risk.findings)).toContain('takes the denial out of the message (git rebase -i, reword)');
    expect(JSON.stringify(risk.findings)).not.toContain('countersign declare');
  });

  it('holds every denial against what the pusher is, and what was seen before', () => {
    const denial = commit('fix\n\nAssisted-by: none');
    const pushed = withProvenance(NO_RISK, assess({ commits: [denial], pushedBy: 'build-7' }), 'a.ts');
    expect(pushed.findings.map((f) => [f.rule, f.because[0]?.[1]])).toEqual([['PROV101', 'the agent build-7 pushed it']]);
    const mark = { level: 'agent' as const, paths: ['a.ts'], seenOn: 'e'.repeat(40), seenAt: 1, tool: 'claude' };
    expect(withProvenance(NO_RISK, assess({ commits: [denial], sticky: [mark], paths: ['a.ts'] }), 'a.ts').findings).toHaveLength(1);
  });

  it('says what could not be read, and who signed off', () => {
    expect(rules(`fix\n\n${'x'.repeat(70_000)}`)).toEqual(['PROV102']);
    expect(rules('fix\n\nSigned-off-by: Cursor Agent <cursoragent@cursor.com>')).toEqual(['PROV103']);
  });

  it('never lowers a tier, and does not grow with a push without end', () => {
    const evidence = (i: number): ProvenanceEvidence => ({
      rule: 'evidence-unreadable',
      slot: 'line',
      tool: 'unknown',
      level: 'unattributed',
      trust: 1,
      commit: `${i}`,
      matched: 'x',
    });
    const many = { level: 'unattributed' as const, evidence: Array.from({ length: 10_000 }, (_, i) => evidence(i)), declarations: [], contradictions: [] };
    expect(withProvenance(NO_RISK, many, 'a').findings.length).toBeLessThanOrEqual(20);
    fc.assert(fc.property(fc.constantFrom(...TIERS.values), (tier) => TIERS.atLeast(withProvenance({ ...NO_RISK, tier }, many, 'a').tier, tier)));
  });
});
