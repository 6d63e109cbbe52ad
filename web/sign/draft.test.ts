import { describe, expect, it } from 'vitest';
import type { Dossier, Finding, Question } from '../api/generated.ts';
import { findingKey } from '../dossier/finding-key.ts';
import { type Draft, EMPTY, missing, prepareBody } from './draft.ts';

const finding = (object: string): Finding => ({
  rule: 'TF102',
  slug: 'stateful-replace',
  version: 1,
  severity: 'critical',
  confidence: 'exact',
  place: { path: 'main.tf', side: 'head', line: 3, object },
  what: 'Deletes the database',
  because: [],
  safeIf: [],
});
const orders = finding('aws_db_instance.orders');
const cache = finding('aws_elasticache_cluster.cache');
const questions: readonly Question[] = [
  { id: 'reversal', text: 'How is it undone?', required: true },
  { id: 'topology', text: 'What else does it touch?', required: false },
];
const dossier = { decision: { findings: [orders, cache] }, questions, presented: 'ab'.repeat(32) } as unknown as Dossier;
const review = { openedAt: '2026-01-01T00:00:00.000Z', activeSeconds: 60, filesViewed: 1, filesTotal: 1 };
const said = { disposition: 'accepted', note: ' restored from snapshot ' } as const;
const full: Draft = {
  decision: 'approve',
  findings: { [findingKey(orders)]: said, [findingKey(cache)]: said },
  answers: { reversal: ' restore ', topology: ' ' },
  notChecked: ' the replica ',
  assumptions: [{ text: ' nobody writes at night ', holds: 'unknown' }],
  conditions: ['left over from another decision'],
};
const texts = (draft: Draft): readonly string[] => missing(draft, dossier).map((m) => m.text);

describe('missing', () => {
  it('names everything at first, findings one by one', () => {
    expect(texts(EMPTY)).toEqual([
      'a disposition for finding 1 (aws_db_instance.orders)',
      'a disposition for finding 2 (aws_elasticache_cluster.cache)',
      'your decision',
      'an answer: How is it undone?',
      'what you did not check',
    ]);
  });

  it('is empty once all is answered', () => expect(texts(full)).toEqual([]));

  it('wants a note with each disposition, and white space is none', () => {
    const draft = { ...full, findings: { ...full.findings, [findingKey(cache)]: { disposition: 'mitigated', note: ' \n' } } } as const;
    expect(texts(draft)).toEqual(['a note for finding 2 (aws_elasticache_cluster.cache)']);
  });

  it.each([' ', ''])('does not take %j for what was not checked', (notChecked) => {
    expect(texts({ ...full, notChecked })).toEqual(['what you did not check']);
  });

  it('wants a condition when approving with conditions', () => {
    expect(texts({ ...full, decision: 'approve_with_conditions', conditions: [' '] })).toEqual(['at least one condition']);
    expect(texts({ ...full, decision: 'approve_with_conditions', conditions: ['after the snapshot'] })).toEqual([]);
  });

  it('wants assumptions whole or not at all', () => {
    const draft = {
      ...full,
      assumptions: [
        { text: 'a', holds: '' },
        { text: ' ', holds: 'true' },
        { text: '', holds: '' },
      ],
    } as const;
    expect(texts(draft)).toEqual(['whether assumption 1 holds', 'the words of assumption 2']);
  });

  it('wants to know which changes somebody asks for', () => {
    expect(texts({ ...full, decision: 'changes', conditions: [] })).toEqual(['what has to change']);
    expect(texts({ ...full, decision: 'changes', conditions: ['keep the table'] })).toEqual([]);
  });

  it.each(['changes', 'cannot_judge'] as const)('forces no word on findings or questions out of somebody who says %s', (decision) => {
    expect(texts({ ...EMPTY, decision, conditions: ['keep the table'] })).toEqual(['what you did not check']);
  });
});

describe('prepareBody', () => {
  it('is nothing while something is missing', () => {
    expect(prepareBody(EMPTY, dossier, review)).toBeUndefined();
    expect(prepareBody({ ...full, notChecked: '' }, dossier, review)).toBeUndefined();
  });

  it('sends trimmed words, no empty ones, and no condition of another decision', () => {
    expect(prepareBody(full, dossier, review)).toEqual({
      decision: 'approve',
      dispositions: [orders, cache].map((f) => ({ finding: findingKey(f), disposition: 'accepted', note: 'restored from snapshot' })),
      notChecked: 'the replica',
      answers: [{ question: 'reversal', answer: 'restore' }],
      assumptions: [{ text: 'nobody writes at night', holds: 'unknown' }],
      conditions: [],
      review,
      presented: 'ab'.repeat(32),
    });
  });

  it('does not send half a disposition when asking for changes', () => {
    const draft: Draft = { ...full, decision: 'changes', findings: { [findingKey(orders)]: { disposition: 'accepted', note: '' } } };
    expect(prepareBody(draft, dossier, review)).toMatchObject({ dispositions: [], conditions: ['left over from another decision'] });
  });
});
