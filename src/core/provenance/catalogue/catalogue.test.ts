import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROVENANCE_LEVELS } from '../provenance.ts';
import { AUTHOR_RULES, BODY_RULES, BRANCH_RULES, FILE_RULES, LINE_RULES, matches, RULE_IDS, SUBJECT_RULES, TOOLS, TRAILER_RULES, toolNamed } from './catalogue.ts';
import { STRONG_KEYS } from './keys.ts';
import { PROSE_RULES } from './prose.ts';
import type { Mark } from './tool.ts';
import { catalogueScanner } from './words.ts';

const TEXT_RULES = [...AUTHOR_RULES, ...TRAILER_RULES, ...LINE_RULES, ...SUBJECT_RULES, ...BODY_RULES, ...PROSE_RULES];
const ALL_RULES = [...TEXT_RULES, ...BRANCH_RULES, ...FILE_RULES];

/** What is wrong with a rule; nothing gets into the catalogue with anything here. */
function wrongWith(rule: Mark): readonly string[] {
  return [
    ...(rule.hits.length === 0 ? ['no example'] : []),
    ...(rule.misses.length === 0 ? ['no near miss'] : []),
    ...rule.hits.filter((h) => !matches(rule, h)).map((h) => `does not match ${h}`),
    ...rule.misses.filter((m) => matches(rule, m)).map((m) => `matches ${m}`),
  ];
}

describe('the catalogue', () => {
  it.each(ALL_RULES.map((rule) => [rule.rule, rule] as const))('%s matches its examples and none of its near misses', (_, rule) => {
    expect(wrongWith(rule)).toEqual([]);
  });

  it('accepts no mark without both', () => {
    const [rule] = LINE_RULES;
    expect(rule === undefined ? [] : wrongWith({ ...rule, hits: [] })).toContain('no example');
    expect(rule === undefined ? [] : wrongWith({ ...rule, misses: [] })).toContain('no near miss');
    expect(rule === undefined ? [] : wrongWith({ ...rule, misses: rule.hits })).not.toEqual([]);
  });

  it('has unique rule ids, known levels, and patterns without look-around, state or back-references', () => {
    expect(new Set(ALL_RULES.map((r) => r.rule)).size).toBe(ALL_RULES.length);
    expect(new Set(TOOLS.map((t) => t.id)).size).toBe(TOOLS.length);
    for (const rule of ALL_RULES) {
      expect(rule.level === '*' || (PROVENANCE_LEVELS.has(rule.level) && rule.level !== 'human')).toBe(true);
      expect(rule.pattern.flags).toBe('i');
      expect(rule.pattern.source).not.toMatch(/\(\?[=!<]|\\[1-9]/);
      expect(rule.rule).toMatch(/^[\w-]+\/[\w-]+$/);
    }
  });

  it('has every account once, and no login of automation', () => {
    const accounts = TOOLS.flatMap((t) => t.accounts ?? []);
    const ids = accounts.flatMap((a) => a.ids);
    const logins = accounts.flatMap((a) => a.logins);
    expect([new Set(ids).size, new Set(logins).size]).toEqual([ids.length, logins.length]);
    expect(logins.filter((l) => l !== l.toLowerCase())).toEqual([]);
  });

  it('is scanned for by words that every example holds', () => {
    const scanner = catalogueScanner();
    expect(TEXT_RULES.flatMap((r) => r.hits.filter((h) => !scanner.holds(h)).map((h) => `${r.rule}: ${h}`))).toEqual([]);
    const accounts = TOOLS.flatMap((t) => (t.accounts ?? []).flatMap((a) => [...a.logins, ...a.ids.map((id) => `x <${id}+y@users.noreply.github.com>`)]));
    expect(accounts.filter((a) => !scanner.holds(a))).toEqual([]);
    expect([...STRONG_KEYS].filter((key) => !scanner.holds(`${key.replaceAll('-', ' ')}: x`))).toEqual([]);
  });

  it('knows a tool by every spelling', () => {
    expect(['Claude Code', 'claude-code', 'GitHub Copilot', 'github-copilot-cli', 'Kilo Code', 'gpt-5', 'Zed'].map(toolNamed)).toEqual([
      'claude',
      'claude',
      'copilot',
      'copilot',
      'kilo',
      'chatgpt',
      'Zed',
    ]);
    expect(RULE_IDS.has('claude/account')).toBe(true);
  });
});

describe('the scanner', () => {
  const scanner = catalogueScanner();
  it.each(['fix the lock', 'for example: 3 timestamps', 'ünïcödé → “quotes” 🎉', 'a\n\nb\n\nSigned-off-by: Rui Costa <rui@x.example>'])('passes over %s', (text) => {
    expect(scanner.glance(text, 200, 2_000)).toBe('plain');
  });
  it.each(['Ａssisted-by: x', 'ass\u200bisted-by: x', 'fix\u00a0it'])('reads on where letters may be others: %s', (text) => {
    expect(scanner.glance(text, 200, 2_000)).toBe('hidden');
  });
  it('reads on for the number and the length of lines alone', () => {
    expect(scanner.glance('x\n'.repeat(201), 200, 2_000)).toBe('worth');
    expect(scanner.glance('x\\n'.repeat(201), 200, 2_000)).toBe('worth');
    expect(scanner.glance(`a\n${'x'.repeat(2_001)}`, 200, 2_000)).toBe('worth');
    expect(scanner.glance(`a\n${'x'.repeat(2_001)}\nb`, 200, 2_000)).toBe('worth');
  });
  it('finds a word wherever it stands and however it is spaced', () => {
    const around = fc.string({ unit: fc.constantFrom('c', 'l', 'a', 'u', 'd', 'e', ' ', '-', '\n', 'é'), maxLength: 20 });
    fc.assert(
      fc.property(around, around, fc.constantFrom('claude', 'Generated-By:', 'AI_assisted', 'ai   disclosure', 'with [amp'), (a, b, word) => scanner.holds(`${a} ${word}${b}`)),
    );
  });
});
