import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../core/base/codes.ts';
import { reason } from '../core/base/reasons.ts';
import { problem } from '../core/base/result.ts';
import { type Gate, judge } from '../core/gate/judge.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import { consider } from '../core/policy/consider.ts';
import type { Finding } from '../core/risk/risk.ts';
import type { PushAnswer } from '../flows/push.ts';
import type { Judged } from '../flows/push-record.ts';
import { sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePolicy } from '../testing/sample-change.ts';
import { answerText } from './push-text.ts';

const SITE = {
  organisation: 'Bed',
  mode: 'production',
  founders: [],
  origin: 'countersign.example/log',
  rpId: 'countersign.example',
  origins: ['https://countersign.example'],
  url: 'https://countersign.example',
} as const;

const verdict = (kind: Verdict['verdict'], ...codes: readonly ReasonCode[]): Verdict => ({
  verdict: kind,
  gate: 'push',
  mode: 'enforce',
  would: 'deny',
  codes,
  reasons: reason('no', codes[0] ?? 'OK', 'the reason', [
    reason('no', 'CONTENT_MISMATCH', 'the sign-off by mara does not count'),
    reason('no', 'SIGNOFF_MISSING', '1 more for rule all'),
    reason('yes', 'PASS', 'not shown'),
  ]),
  signoffs: [],
});

const decisionOn = (findings: readonly Finding[], author = 'ada') => {
  const policy = samplePolicy('  - id: all\n    paths: ["**"]\n    require: { humans: 1 }\n');
  return consider(policy, [sampleDetector(...findings)], sampleFacts(sampleChange(['main.tf'], [sampleCommit(author)])));
};
const judged = (more: Partial<Judged> = {}): Judged => ({
  ref: 'refs/heads/main',
  id: '0123456789abcdef',
  title: 'A title',
  decision: null,
  verdict: verdict('deny', 'TARGET_MISSING'),
  ...more,
});
const GATE: Gate = { kind: 'push', ladder: ['L4', 'L5', 'L6'] };
const text = (...all: readonly Judged[]): string => answerText(SITE, 'infra', { allow: false, judged: all, problems: [] });

describe('the answer to a push', () => {
  it('is empty where nothing was judged', () => expect(text()).toBe(''));

  it('names every commit that says nothing about AI, and the one command that repairs them', () => {
    const messages = Array.from({ length: 9 }, (_, i) => `Change ${i}\n`);
    const policy = samplePolicy('  - {id: all, paths: ["**"], optional: true}', 'declarations: {assistance: required}');
    const change = sampleChange(
      ['a'],
      messages.map((m) => sampleCommit('ada', m)),
    );
    const decision = consider(policy, [], sampleFacts(change));
    const said = text(judged({ decision, verdict: judge(GATE, decision, []) }));
    for (const [i, commit] of change.commits.entries()) expect(said).toContain(`commit ${commit.id.slice(0, 12)} "Change ${i}" does not say`);
    expect(said.match(/countersign declare \S+ --as none/g)).toHaveLength(1);
  });

  it('names the ref, the code, the reason and the remedy where nothing could be decided', () => {
    const said = text(judged());
    expect(said).toMatch(/^countersign: refused {2}infra refs\/heads\/main {2}\[TARGET_MISSING\]\n {2}why {6}the reason\n {2}remedy {3}an administrator /);
    for (const code of ['POLICY_INVALID', 'POLICY_MISSING', 'ROSTER_INVALID', 'ROSTER_MISSING', 'REF_DELETION', 'REF_NON_FAST_FORWARD', 'PUSH_TOO_LARGE', 'GIT_FAILED'] as const)
      expect(text(judged({ verdict: verdict('deny', code) }))).toContain('\n  remedy ');
  });

  it('says what, found, why, needs and where to open it, where a sign-off is missing', () => {
    const said = text(judged({ decision: decisionOn([sampleFinding('high')]), verdict: verdict('deny', 'SIGNOFF_MISSING') }));
    for (const row of ['change', 'what', 'found', 'why', 'needs', 'open']) expect(said).toMatch(new RegExp(`\\n  ${row} `));
    expect(said).toContain('https://countersign.example/changes/0123456789abcdef');
    expect(said).not.toContain('not shown');
  });

  it('names whoever signed as people call them', () => {
    const signed = judged({
      decision: decisionOn([sampleFinding('high')]),
      verdict: { ...verdict('allow', 'OK'), reasons: reason('yes', 'OK', 'every seat is filled', [reason('yes', 'OK', 'mara signed this exact change')]) },
    });
    expect(text({ ...signed, names: new Map([['mara', 'Mara Lindqvist (L6)']]) })).toContain('\n  signed   Mara Lindqvist (L6) signed this exact change\n');
    expect(text(signed)).toContain('\n  signed   mara signed this exact change\n');
  });

  it('says what to do where no sign-off cures it', () => {
    const said = text(judged({ decision: decisionOn([], 'jonas'), verdict: verdict('deny', 'SOD_UNRESOLVED') }));
    expect(said).toMatch(/\n {2}remedy {3}add this e-mail to \.countersign\/roster\.yml on the target/);
    expect(said).not.toContain('\n  needs');
  });

  it('says each refusal once, and nothing of the tree that only repeats', () => {
    const decision = decisionOn([sampleFinding('high')], 'jonas');
    const said = text(judged({ decision, verdict: judge(GATE, decision, []) }));
    const refusal = decision.refusals[0]?.text ?? '';
    expect(said.split(refusal)).toHaveLength(2);
    expect(said).toContain(`\n  why      ${refusal}\n  remedy `);
    expect(said).not.toMatch(/whoever signs|AI assistance|: rule |risk: /);
  });

  it('says a refusal that has no remedy once too', () => {
    const refusals = [{ code: 'FORBIDDEN', text: 'forbidden by frozen: nothing moves in December' }] as const;
    const tree = reason('no', 'FORBIDDEN', 'this change is refused, whoever signs', [reason('no', 'FORBIDDEN', refusals[0].text), reason('no', 'RULE_NOT_APPLICABLE', 'rule x')]);
    const decision = { ...decisionOn([]), outcome: 'refused', refusals, reasons: tree } as const;
    expect(text(judged({ decision, verdict: judge(GATE, decision, []) }))).toMatch(/\n {2}why {6}forbidden by frozen: nothing moves in December\n {2}open /);
  });

  it('says why a sign-off does not count, under an intermediate commit too', () => {
    const decision = decisionOn([sampleFinding('high')]);
    const set = { digest: 'a', signer: 'mara', level: '', decision: 'approve', index: 1, problems: [problem('ST_REF', 'it is for another ref')] } as const;
    const total = judge(GATE, decision, [set]);
    const parts = reason('no', 'INTERMEDIATE_UNSIGNED', 'squash', [reason('no', 'INTERMEDIATE_UNSIGNED', 'commit abc has no sign-off of its own'), total.reasons]);
    for (const reasons of [total.reasons, parts])
      expect(text(judged({ decision, verdict: { ...total, reasons } }))).toContain('the sign-off by mara does not count: it is for another ref\n');
    expect(text(judged({ decision, verdict: { ...total, reasons: parts } }))).toContain('\n  why      commit abc has no sign-off of its own\n           the sign-off by mara');
  });

  it('says what would happen once, and does not name AI twice', () => {
    const decision = decisionOn([sampleFinding('high'), { ...sampleFinding('high', 'other.tf'), what: 'something else happens' }]);
    const said = text(judged({ decision, verdict: judge(GATE, decision, []) }));
    const [first] = decision.findings;
    expect(decision.summary).toMatch(new RegExp(`^${first?.what}`));
    expect(said.split(first?.what ?? '')).toHaveLength(2);
    expect(said).toMatch(/\n {2}found {4}high: \w+, main\.tf/);
    expect(said).toContain('something else happens (');
  });

  it('names AI assistance once where silence counts for it', () => {
    const decision = decisionOn([]);
    const counted = {
      ...decision,
      reasons: reason('no', 'SIGNOFF_MISSING', 'needs', [reason('note', 'PROVENANCE', 'AI assistance: unattributed, which counts as assisted here')]),
    };
    expect(text(judged({ decision: counted, verdict: judge(GATE, counted, []) }))).toContain('\n  AI       unattributed, which counts as assisted here\n');
  });

  it('says little where it passed', () => {
    const said = text(judged({ decision: decisionOn([]), verdict: verdict('allow', 'OK') }));
    expect(said).toMatch(/^countersign: allowed/);
    expect(said).not.toMatch(/\n {2}(what|needs|why) /);
  });

  it('shows five findings and counts the rest', () => {
    const findings = Array.from({ length: 8 }, (_, i) => sampleFinding('high', `f${i}.tf`));
    const said = text(judged({ decision: decisionOn(findings), verdict: verdict('deny', 'SIGNOFF_MISSING') }));
    expect(said.match(/f\d\.tf/g)).toHaveLength(5);
    expect(said).toMatch(/and \d+ more findings/);
  });

  it('says what is wrong with the push as a whole', () => {
    const answer: PushAnswer = { allow: false, judged: [], problems: [problem('PUSH_TOO_LARGE', 'too many refs', { place: 'refs', remedy: 'push in smaller parts' })] };
    expect(answerText(SITE, 'infra', answer)).toBe('countersign: refused  infra\n  refs: too many refs [PUSH_TOO_LARGE]\n  remedy: push in smaller parts\n');
  });

  it('lets no name of the pusher drive a terminal, turn the text around or write a line of its own', () => {
    const evil = 'x\u001b[2J\u0007\r\u009b1m\u202e\u2066\ncountersign: allowed  infra refs/heads/main';
    const said = text(judged({ title: evil, ref: 'refs/heads/x\u001b[2J', decision: decisionOn([sampleFinding('high', evil)]), verdict: verdict('deny', 'SIGNOFF_MISSING') }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be absent
    expect(said).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    expect(said.split('\n').filter((line) => line.startsWith('countersign:'))).toHaveLength(1);
  });
});
