import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleCommit } from '../../testing/sample-change.ts';
import { principalGraph, remembered } from './principals.ts';

const graph = (commits: Parameters<typeof principalGraph>[0], pusher: string | null = null) => principalGraph(commits, pusher, SAMPLE_ROSTER);
const roles = (g: ReturnType<typeof graph>) => Object.fromEntries(g.excluded);
const tool = { name: 'Claude', email: 'noreply@anthropic.com', at: 0 };

describe('who stands behind a change', () => {
  test('author, committer, co-author and pusher', () => {
    const commit = sampleCommit('ada', 'x\n\nCo-authored-by: Cleo <CLEO@example.com>\n', { committer: { name: 'b', email: ' Ben@Example.com ', at: 0 } });
    expect(roles(graph([commit], 'DAN'))).toEqual({ ada: ['author'], ben: ['committer'], cleo: ['co-author'], dan: ['pusher'] });
  });

  test('each role once over many commits', () => {
    const g = graph([sampleCommit('ada', 'x'), sampleCommit('ada', 'y')], 'ada');
    expect(g.principals).toHaveLength(3);
    expect(roles(g)).toEqual({ ada: ['author', 'committer', 'pusher'] });
  });

  test('two people under one display name are two people', () => {
    const named = (email: string) => ({ name: 'root', email, at: 0 });
    const of = (email: string) => sampleCommit('x', email, { author: named(email), committer: named(email) });
    for (const pair of [
      ['ben@example.com', 'dan@example.com'],
      ['dan@example.com', 'ben@example.com'],
    ] as const)
      expect(roles(graph(pair.map(of)))).toMatchObject({ ben: ['author', 'committer'], dan: ['author', 'committer'] });
  });

  test('an agent of the roster brings its owner in', () => {
    const g = graph([sampleCommit('robo')], 'robo');
    expect(roles(g)).toEqual({ ben: ['agent-owner'] });
    expect(g.principals.filter((p) => p.agent === 'robo' && p.person === null).map((p) => p.role)).toEqual(['author', 'committer', 'pusher']);
    expect(g.unresolved).toEqual([]);
  });

  test('a known tool without an agent: itself as a committer, nobody known as an author', () => {
    const g = graph([sampleCommit('x', 'y', { author: tool, committer: tool })], 'ada');
    expect(roles(g)).toEqual({ ada: ['pusher'] });
    expect(g.principals.find((p) => p.role === 'committer')?.agent).not.toBeNull();
    expect(g.unresolved.map((p) => p.role)).toEqual(['author']);
  });

  test('a person who calls himself a bot stays a person', () => {
    const g = graph([sampleCommit('x', 'y', { author: { name: 'renovate[bot]', email: 'dan@example.com', at: 0 }, committer: tool })]);
    expect(roles(g)).toEqual({ dan: ['author'] });
  });

  test('a display name resolves nobody', () => {
    const g = graph([sampleCommit('x', 'y', { author: { name: 'dan', email: 'else@where.example', at: 0 }, committer: tool })]);
    expect(g.unresolved).toEqual([{ role: 'author', identity: 'else@where.example', person: null, agent: null }]);
  });

  test('an unknown pusher is unresolved, even under the name of a tool', () => {
    expect(graph([], 'claude[bot]').unresolved.map((p) => p.role)).toEqual(['pusher']);
  });

  test('who pushed it before stands behind it: a person as one, an account nobody knew as nobody until a roster names it', () => {
    const before = ['dan', 'Mallory'].map((account) => remembered(SAMPLE_ROSTER, account));
    expect(before).toEqual(['dan', 'account:mallory']);
    const g = principalGraph([], 'ada', SAMPLE_ROSTER, before);
    expect(roles(g)).toEqual({ ada: ['pusher'], dan: ['pusher'] });
    expect(g.unresolved).toEqual([{ role: 'pusher', identity: 'mallory', person: null, agent: null }]);
    const mallory = { ...SAMPLE_ROSTER, people: SAMPLE_ROSTER.people.map((p) => (p.id === 'cleo' ? { ...p, accounts: ['mallory'] } : p)) };
    expect(roles(principalGraph([], 'ada', mallory, before))).toMatchObject({ cleo: ['pusher'] });
  });

  test('an empty address is unresolved', () => {
    expect(graph([sampleCommit('x', 'y', { author: { name: 'Nobody', email: '', at: 0 }, committer: tool })]).unresolved).toMatchObject([{ identity: 'Nobody' }]);
  });

  test('every header ends in a person, an agent or the unresolved, whatever it says', () => {
    const ident = fc.record({ name: fc.string(), email: fc.oneof(fc.string(), fc.constantFrom('dan@example.com', 'robo@example.com', '__proto__')), at: fc.integer() });
    fc.assert(
      fc.property(ident, ident, fc.string(), fc.option(fc.string()), (author, committer, message, pusher) => {
        const g = graph([sampleCommit('x', message, { author, committer })], pusher);
        expect(g.principals.some((p) => p.role === 'author')).toBe(true);
        for (const p of g.principals) expect(p.person !== null || p.agent !== null || g.unresolved.includes(p)).toBe(true);
      }),
    );
  });
});
