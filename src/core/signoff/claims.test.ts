/** What a statement says of a change follows from the decision and nothing else: two who hold it write the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { signoffInput } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { consider } from '../policy/consider.ts';
import type { Decision } from '../policy/decision.ts';
import type { LineMark, ProvenanceEvidence } from '../provenance/provenance.ts';
import { signoffStatement } from './build.ts';
import { authorsOf, contextOf, invariantId, provenanceOf, sessionsOf } from './claims.ts';
import { parseStatement } from './parse.ts';

const RULES = '  - {id: all, paths: ["**"], require: {humans: 1}}';
const DECIDED = consider(samplePolicy(RULES), [], sampleFacts(sampleChange(['a.ts'], [sampleCommit('ada')]), { pusher: 'ben' }));
const mark = (change: Partial<LineMark> = {}): LineMark => ({
  ...{ path: 'a.ts', side: 'head', start: 1, end: 9, by: 'ai', tool: 'claude', session: 's_0123456789abcd', trust: 3 },
  ...change,
});
const seen = (tool: string, level: ProvenanceEvidence['level']): ProvenanceEvidence => ({ rule: 'x', slot: 'trailer', tool, level, trust: 3, matched: '' });
const withProvenance = (provenance: Partial<Decision['provenance']>): Decision => ({ ...DECIDED, provenance: { ...DECIDED.provenance, ...provenance } });

describe('authors', () => {
  it('are the people behind the change, whatever they did for it', () => expect(authorsOf(DECIDED)).toEqual(['urn:person:ada', 'urn:person:ben']));

  it('are the tools that wrote some of it, and not one that only made a suggestion', () => {
    const evidence = [seen('Claude Code', 'agent'), seen('cursor', 'assisted'), seen('copilot', 'suggestion'), seen('', 'human'), seen('cursor', 'agent')];
    expect(authorsOf(withProvenance({ evidence }))).toEqual(['urn:agent:claude-code', 'urn:agent:cursor', 'urn:person:ada', 'urn:person:ben']);
  });

  it('are whoever is alone, where nobody is excluded', () => {
    const people = SAMPLE_ROSTER.people.filter((p) => p.id === 'ada');
    const alone = consider(
      samplePolicy(RULES, 'solo: {cool_down: 1h}'),
      [],
      sampleFacts(sampleChange(['a.ts'], [sampleCommit('ada')]), { roster: { people, agents: [], digest: 'c'.repeat(64) } }),
    );
    expect(alone.excluded).toEqual([]);
    expect(authorsOf(alone)).toEqual(['urn:person:ada']);
  });

  it('read, whatever a commit message calls its tool', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (tool) => {
        const decision = withProvenance({ evidence: [seen(tool.toWellFormed(), 'agent')] });
        const input = signoffInput({ provenance: provenanceOf(decision), context: contextOf(decision) });
        expect(parseStatement(utf8(JSON.stringify(signoffStatement(input)))).ok).toBe(true);
      }),
    );
  });
});

describe('sessions', () => {
  it('are one a session and tool, in whatever order their lines come', () => {
    const marks = [mark(), mark({ start: 20, end: 21 }), mark({ session: 's_ffffffffffffff' }), mark({ tool: 'cursor' })];
    expect(sessionsOf(marks)).toHaveLength(3);
    expect(sessionsOf([])).toEqual([]);
    const other = [marks[3], marks[2], marks[0], marks[1]].filter((m) => m !== undefined);
    expect(sessionsOf(other)).toEqual(sessionsOf(marks));
  });

  it.each<[string, Partial<LineMark>]>([
    ['a line more', { end: 10 }],
    ['another file', { path: 'b.ts' }],
    ['another model', { model: 'm' }],
    ['another trust', { trust: 4 }],
    ['another hand', { by: 'human' }],
  ])('%s is another digest', (_, change) => expect(sessionsOf([mark(change)])).not.toEqual(sessionsOf([mark()])));

  it('of lines whose record names no session count as one of their tool', () => {
    const { session: _, ...unnamed } = mark();
    expect(sessionsOf([unnamed, { ...unnamed, path: 'b.ts' }])).toHaveLength(1);
    expect(sessionsOf([unnamed])).not.toEqual(sessionsOf([mark()]));
  });
});

it('the context is every system that the change touches, and what must stay true of it', () => {
  const systems = [
    { id: 'db', name: 'Database', criticality: 1, dependents: [], invariants: ['no table goes while somebody reads it', 'backups are fresh'] },
    { id: 'web', name: 'Web', criticality: 3, dependents: [], invariants: [] },
  ];
  const [first, second] = systems[0]?.invariants.map((text) => invariantId('db', text)) ?? [];
  expect(contextOf({ systems })).toEqual([
    { type: 'system', id: 'db' },
    { type: 'invariant', id: first },
    { type: 'invariant', id: second },
    { type: 'system', id: 'web' },
  ]);
  expect(first).toMatch(/^db#[0-9a-f]{16}$/);
  expect(first).not.toBe(second);
});
