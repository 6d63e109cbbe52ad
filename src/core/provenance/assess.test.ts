import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../change/change.ts';
import { assess } from './assess.ts';
import { CATALOGUE_VERSION } from './catalogue/catalogue.ts';
import { coAuthors } from './co-authors.ts';
import type { StickyMark } from './provenance.ts';
import { PROVENANCE_LEVELS } from './provenance.ts';
import { stickyEvidence } from './sticky.ts';

const RUI = { name: 'Rui Costa', email: 'rui@acme.example', at: 0 };
const CLAUDE = { name: 'Claude', email: 'noreply@anthropic.com', at: 0 };
const BOT = { name: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com', at: 0 };
const commit = (message: string, more: Partial<Commit> = {}): Commit => ({
  id: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  parents: [],
  author: RUI,
  committer: RUI,
  message,
  ...more,
});
const level = (message: string, more: Partial<Commit> = {}): string => assess({ commits: [commit(message, more)] }).level;
const mark = (paths: readonly string[]): StickyMark => ({ level: 'agent', paths, seenOn: 'e'.repeat(40), seenAt: 1, tool: 'claude' });

describe('assess', () => {
  it('is unattributed without a marker, and without commits', () => {
    expect(level('fix: a thing\n\nby hand')).toBe('unattributed');
    expect(assess({ commits: [] })).toEqual({ catalogue: CATALOGUE_VERSION, level: 'unattributed', evidence: [], declarations: [], contradictions: [] });
  });

  it("knows the organisation's own agents by their address, whatever they call themselves", () => {
    const author = { name: 'Nobody Special', email: 'Build-7@acme.example ', at: 0 };
    const found = assess({ commits: [commit('fix', { author })], agents: new Map([['build-7@acme.example', 'build-7']]) });
    expect(found).toMatchObject({ level: 'agent', evidence: [{ rule: 'roster/agent', tool: 'build-7', slot: 'author' }] });
    expect(assess({ commits: [commit('fix', { author })] }).level).toBe('unattributed');
  });

  it.each([
    ['agent', 'an agent author', 'fix', { author: CLAUDE }],
    ['assisted', 'a co-author', 'fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>', {}],
    ['assisted', 'a declaration', 'fix\n\nAssisted-by: claude-code:claude-opus-4-6', {}],
    ['assisted', 'a footer', 'fix\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)', {}],
    ['assisted', 'a session link', 'fix\n\nhttps://claude.ai/code/session_01Abc', {}],
    ['agent', 'a subject', 'aider: rename', {}],
    ['suggestion', 'an accepted suggestion', 'fix\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>', {}],
    ['unattributed', 'an agent that only committed', 'fix', { committer: CLAUDE }],
    ['unattributed', 'a human named as assistant', 'fix\n\nAssisted-by: Rosa Lind', {}],
    ['unattributed', 'a topic', 'remove the copilot button\n\nThe cursor moved when claude answered.', {}],
    ['unattributed', 'release notes pasted by a bot', 'bump x\n\nGenerated with Claude Code\n\nhttps://claude.ai/code/session_1', { author: BOT }],
    ['assisted', 'a trailer relayed by a bot', 'bump x\n\nCo-authored-by: Claude <noreply@anthropic.com>', { author: BOT }],
  ] as const)('is %s with %s', (expected, _, message, more) => {
    expect(level(message, more)).toBe(expected);
  });

  it('names rule, slot, line and text of what it found', () => {
    const { evidence, declarations } = assess({ commits: [commit('fix\n\nAssisted-by: claude-code:claude-opus-4-6')] });
    expect(evidence).toEqual([
      expect.objectContaining({ slot: 'trailer', tool: 'claude', model: 'claude-opus-4-6', trust: 2, line: 3, matched: 'Assisted-by: claude-code:claude-opus-4-6' }),
    ]);
    expect(declarations).toEqual([{ commit: 'c'.repeat(40), value: 'claude-code:claude-opus-4-6' }]);
  });

  it('records "none" as a declaration that changes no level, and names the contradiction', () => {
    const alone = assess({ commits: [commit('fix\n\nAssisted-by: none')] });
    expect([alone.level, alone.declarations[0]?.value, alone.contradictions]).toEqual(['unattributed', 'none', []]);
    const both = assess({ commits: [commit('fix\n\nAssisted-by: none\nCo-authored-by: Claude <noreply@anthropic.com>')] });
    expect(both.level).toBe('assisted');
    expect(both.contradictions.join()).toContain('declares no AI assistance');
  });

  it('keeps what was seen before on overlapping paths', () => {
    const stripped = [commit('fix\n\nAssisted-by: none')];
    expect(assess({ commits: stripped, sticky: [mark(['db/main.tf'])], paths: ['db/main.tf'] }).level).toBe('agent');
    expect(assess({ commits: stripped, sticky: [mark(['db/main.tf'])], paths: ['db/main.tf'] }).contradictions).toHaveLength(1);
    expect(assess({ commits: stripped, sticky: [mark(['db'])], paths: ['db/main.tf'] }).level).toBe('agent');
    expect(assess({ commits: stripped, sticky: [mark([])], paths: ['x'] }).level).toBe('agent');
    expect(assess({ commits: stripped, sticky: [mark(['db/other.tf'])], paths: ['db/main.tf'] }).level).toBe('unattributed');
  });

  it('does not stay silent about a message it could not read in full', () => {
    const huge = assess({ commits: [commit(`fix\n\n${'x'.repeat(70_000)}`)] });
    expect(huge.contradictions.join()).toContain('not read in full');
    expect(huge.evidence.some((e) => e.rule === 'evidence-unreadable')).toBe(true);
  });

  it('notes the committer beside an agent author too', () => {
    const cursor = { name: 'Cursor Agent', email: 'cursoragent@cursor.com', at: 0 };
    const { evidence } = assess({ commits: [commit('fix', { author: CLAUDE, committer: cursor })] });
    expect(evidence.map((e) => [e.slot, e.tool, e.trust])).toEqual([
      ['author', 'claude', 2],
      ['committer', 'cursor', 1],
    ]);
  });

  it('is total however many commits a push holds', () => {
    const many = Array.from({ length: 150_000 }, () => commit('aider: x'));
    expect(assess({ commits: many }).level).toBe('agent');
  });

  it('lists co-authors, people and tools alike', () => {
    expect(coAuthors(commit('fix\n\nCo-authored-by: Rosa Lind <rosa@x.example>\nSigned-off-by: Rui <r@x.example>'))).toEqual([{ name: 'Rosa Lind', email: 'rosa@x.example' }]);
  });

  it('never goes down when evidence is added', () => {
    const messages = fc.constantFrom('fix', 'fix\n\nAssisted-by: none', 'aider: x', 'x\n\nCo-authored-by: Claude <noreply@anthropic.com>', 'x\n\nAI-Used-For: review', '\0\n:\n>');
    const marks = fc.array(fc.constantFrom(mark(['a']), mark(['b']), mark([])), { maxLength: 2 });
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 4 }), messages, marks, (before, extra, sticky) => {
        const less = assess({ commits: before.map((m) => commit(m)), paths: ['a'] });
        const more = assess({ commits: [...before, extra].map((m) => commit(m)), sticky, paths: ['a'] });
        return PROVENANCE_LEVELS.atLeast(more.level, less.level) && more.level !== 'human';
      }),
    );
  });
});

describe('a mark seen before', () => {
  const mark = (...paths: readonly string[]) => ({ level: 'agent' as const, paths, seenOn: 'a'.repeat(40), seenAt: 0, tool: 'x' });
  it.each([
    ['one of its paths', ['a', 'b'], ['b']],
    ['one of its paths and others', ['a', 'b'], ['b', 'c']],
    ['a file that became a folder', ['a'], ['a/b/c', 'd']],
    ['a folder that became a file', ['a/b/c', 'd'], ['a']],
    ['anything, where its paths were lost', [], ['x']],
  ])('counts for %s', (_, marked, touched) => expect(stickyEvidence([mark(...marked)], touched)).toHaveLength(1));
  it('does not count for a neighbour', () => expect(stickyEvidence([mark('a/b', 'ab')], ['a/c', 'abc', 'b'])).toEqual([]));
});
