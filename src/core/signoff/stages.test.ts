/** A statement is of one stage, with the subject of that stage and no other: whoever mixes two is read by nobody. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { expectationOf, RP, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { type SignoffInput, signoffStatement, statementBytes } from './build.ts';
import { parseStatement } from './parse.ts';
import type { Stage, Statement } from './statement.ts';
import { type Expectation, verifySignoff } from './verify.ts';

const INTENT = '7'.repeat(64);
const PLAN = { name: 'plan', sha256: '8'.repeat(64) } as const;
const ARTEFACT = { name: 'artefact', sha256: '9'.repeat(64) } as const;
const OF: { readonly [stage in Stage]: Partial<SignoffInput> } = {
  intent: { stage: 'intent', intent: INTENT },
  implementation: { stage: 'implementation', intent: INTENT },
  deploy: { stage: 'deploy', intent: INTENT, deploys: PLAN },
};
const STAGES = Object.keys(OF) as readonly Stage[];
const made = (stage: Stage, more: Partial<SignoffInput> = {}): Statement => signoffStatement(signoffInput({ ...OF[stage], ...more }));
const reads = (statement: unknown): boolean => parseStatement(utf8(JSON.stringify(statement))).ok;

const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const codes = (statement: Statement, change: Partial<Expectation>): readonly string[] => {
  const expect_ = expectationOf({ counters: 'logged', intent: INTENT, deploys: PLAN, ...change });
  const answer = verifySignoff(mara.signEnvelope(statementBytes(statement)), trustOf([trustedKey(mara)]), expect_);
  return answer.ok ? [] : answer.problems.map((p) => p.code);
};

describe('every stage', () => {
  it.each(STAGES)('%s reads and holds with its own subject, for its own stage', (stage) => {
    expect(reads(made(stage))).toBe(true);
    expect(codes(made(stage), { stage })).toEqual([]);
    for (const other of STAGES.filter((s) => s !== stage)) expect(codes(made(stage), { stage: other })).toEqual(['ST_STAGE']);
  });

  it.each(STAGES)('%s is refused with the subject of another, by the parser and by the verifier', (stage) => {
    for (const other of STAGES.filter((s) => s !== stage)) {
      const mixed = { ...made(stage), subject: made(other).subject };
      expect(reads(mixed)).toBe(false);
      expect(codes(mixed, { stage })).toEqual(['ST_TYPE']);
    }
  });

  const entries = [...STAGES.flatMap((stage) => made(stage).subject), { name: 'artefact', digest: { sha256: ARTEFACT.sha256 } }];
  const entry = fc.constantFrom(...entries, { name: 'change-manifest', digest: { gitCommit: 'c'.repeat(40) } }, { name: '', digest: { sha256: INTENT } });
  it('reads with exactly its own subjects, each once, in their order, whatever stands there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STAGES), fc.array(entry, { maxLength: 4 }), (stage, subject) => {
        const names = subject.map((s) => `${s.name}:${Object.keys(s.digest).join()}`).join();
        const own = { intent: ['intent-document:sha256'], implementation: ['change-manifest:sha256,head:gitCommit'], deploy: ['plan:sha256', 'artefact:sha256'] }[stage];
        expect(reads({ ...made(stage), subject })).toBe(own.includes(names));
      }),
    );
  });

  it('holds with no other digest than its own', () => {
    const digest = fc.stringMatching(/^[0-9a-f]{64}$/).filter((d) => ![INTENT, PLAN.sha256, signoffInput().change.manifest].includes(d));
    fc.assert(
      fc.property(fc.constantFrom(...STAGES), digest, (stage, sha256) => {
        const { subject, ...rest } = made(stage);
        const [first, ...more] = subject;
        const other = { ...rest, subject: [{ name: first?.name ?? '', digest: { sha256 } }, ...more] };
        expect(codes(other, { stage })).toEqual([stage === 'deploy' ? 'CONTENT_MISMATCH' : 'ST_TYPE']);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the implementation', () => {
  it('stands in the commit that its subject names', () => {
    const { subject, ...rest } = made('implementation');
    const [manifest] = subject;
    if (manifest === undefined) throw new Error('no subject');
    expect(codes({ ...rest, subject: [manifest, { name: 'head', digest: { gitCommit: 'e'.repeat(40) } }] }, {})).toEqual(['ST_TYPE']);
  });

  it('is of the intent that the verifier knows, of none where there is none, and unasked where nobody can know', () => {
    expect(codes(made('implementation'), { intent: '0'.repeat(64) })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('implementation'), { intent: null })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('implementation', { intent: null }), {})).toEqual(['CONTENT_MISMATCH']);
    const { intent: _, ...unknown } = expectationOf({ counters: 'logged' });
    expect(verifySignoff(mara.signEnvelope(statementBytes(made('implementation'))), trustOf([trustedKey(mara)]), unknown)).toMatchObject({ ok: true });
  });
});

describe('the intent', () => {
  it('is never nothing', () => {
    const { predicate, ...rest } = made('intent');
    expect(reads({ ...rest, predicate: { ...predicate, intent: null } })).toBe(false);
    expect(reads(made('intent', { intent: null }))).toBe(false);
  });

  it('is the document at hand, whatever was built meanwhile, and no document is none', () => {
    expect(codes(made('intent'), { stage: 'intent', manifest: '0'.repeat(64) })).toEqual([]);
    expect(codes(made('intent'), { stage: 'intent', intent: '0'.repeat(64) })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('intent'), { stage: 'intent', intent: null })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('intent'), { stage: 'intent', intent: undefined } as never)).toEqual(['CONTENT_MISMATCH']);
  });
});

describe('the deploy', () => {
  it('is of the plan or the artefact at hand, of that kind, and of the change it comes from', () => {
    expect(codes(made('deploy', { deploys: ARTEFACT }), { stage: 'deploy', deploys: ARTEFACT })).toEqual([]);
    expect(codes(made('deploy', { deploys: { ...ARTEFACT, sha256: PLAN.sha256 } }), { stage: 'deploy' })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('deploy'), { stage: 'deploy', deploys: { ...PLAN, sha256: '0'.repeat(64) } })).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('deploy'), { stage: 'deploy', deploys: undefined } as never)).toEqual(['CONTENT_MISMATCH']);
    expect(codes(made('deploy'), { stage: 'deploy', manifest: '0'.repeat(64) })).toEqual(['CONTENT_MISMATCH']);
  });

  it('without a subject is read by nobody', () => expect(reads(made('deploy', { deploys: undefined }))).toBe(false));
});
