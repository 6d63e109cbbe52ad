/** What commits have to say about themselves, for how long, and which layer asks. */
import { describe, expect, test } from 'vitest';
import { sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { PRESET_NAMES, PRESETS } from '../provenance/presets.ts';
import { consider } from './consider.ts';
import type { Policy } from './document.ts';
import { loadPolicy } from './load.ts';

const RULES = '  - {id: all, paths: ["**"], optional: true}';
const asking = (trailer: string): Policy => samplePolicy(RULES, `declarations:\n  trailers:\n    - {key: Change-Doc, reason: it is documented, ${trailer}}`);
const ask = (policy: Policy, at: number | null, message = 'Change\n') => consider(policy, [], sampleFacts(sampleChange(['a'], [sampleCommit('ben', message)]), { at }));
const codes = (policy: Policy, at: number | null, message?: string) => ask(policy, at, message).refusals.map((r) => r.code);
const day = (text: string): number => Date.parse(text);

describe('a trailer with an end', () => {
  const until = asking('until: 2026-06-01');

  test('is asked for until then, and where the time is not known', () => {
    expect(codes(until, day('2026-05-31T23:59Z'))).toEqual(['DECLARATION_MISSING']);
    expect(codes(until, day('2026-06-01T00:00Z'))).toEqual([]);
    expect(codes(until, null)).toEqual(['DECLARATION_MISSING']);
    expect(codes(until, null, 'Change\n\nChange-Doc: CHG-1\n')).toEqual([]);
  });

  test('is asked for from its beginning', () => {
    const starts = asking('starts: 2026-06-01');
    expect(codes(starts, day('2026-05-31T23:59Z'))).toEqual([]);
    expect(codes(starts, day('2026-06-01T00:00Z'))).toEqual(['DECLARATION_MISSING']);
  });

  test('counts among the facts that decided, so the digests of before and after differ', () => {
    const [before, after, later] = ['2026-05-31', '2026-06-01', '2026-06-02'].map((d) => ask(until, day(d)).factsDigest);
    expect(before).not.toBe(after);
    expect(after).toBe(later);
  });

  test('that ends before it starts does not load', () => {
    expect(() => asking('starts: 2026-06-02, until: 2026-06-01')).toThrow('ends before it starts');
  });
});

describe('declarations of assistance', () => {
  const HEAD = 'version: 1\nladder: [L4, L5]\nsenior: L5\nprotected: [refs/heads/main]\nextends: [.countersign/base.yml]\n';
  const BASE = utf8('version: 1\ndeclarations: {assistance: required}\nrules:\n  - {id: all, paths: ["**"], optional: true}\n');
  const assistance = (own: string) => {
    const made = loadPolicy(utf8(HEAD + own), 'countersign.yml', { read: () => BASE });
    return made.ok ? made.value.declarations.assistance : made.error;
  };

  test('a file that asks for a trailer alone does not take them off what it extends', () => {
    expect(assistance('')).toBe('required');
    expect(assistance('declarations: {trailers: [{key: Ticket, reason: why}]}\n')).toBe('required');
    expect(assistance('declarations: {assistance: optional}\n')).toBe('optional');
  });

  test('and nobody takes them off a floor', () => {
    const floors = [{ name: 'floor', bytes: utf8('version: 1\ndeclarations: {assistance: required}\n') }];
    const made = loadPolicy(utf8(HEAD.replace(/extends.*\n/, 'declarations: {assistance: optional}\nrules:\n  - {id: a, paths: ["**"], optional: true}\n')), 'p', { floors });
    expect(made.ok && made.value.declarations.assistance).toBe('required');
  });
});

describe('commits that say nothing', () => {
  const of = (messages: readonly string[], declarations = '{assistance: required}') =>
    consider(
      samplePolicy(RULES, `declarations: ${declarations}`),
      [],
      sampleFacts(
        sampleChange(
          ['a'],
          messages.map((m) => sampleCommit('ben', m)),
        ),
      ),
    );

  test('are named one by one, by id and subject, and one command repairs them all', () => {
    const d = of(['One\n', 'Two\n\nAssisted-by: none\n', 'Three "quoted" \u0007\n\nbody\n']);
    const [one, , three] = d.change.commits;
    expect(d.refusals.map((r) => r.text)).toEqual([
      `commit ${one?.slice(0, 12)} "One" does not say whether an AI assisted`,
      `commit ${three?.slice(0, 12)} "Three \\"quoted\\" \\u0007" does not say whether an AI assisted`,
    ]);
    expect(d.refusals.map((r) => r.remedy)).toEqual([undefined, `countersign declare aaaaaaaaaaaa..${three?.slice(0, 12)} --as none (or --as <tool>:<model>), then push again`]);
  });

  test('are counted beyond fifty', () => {
    const { refusals } = of(Array.from({ length: 53 }, (_, i) => `Change ${i}\n`));
    expect(refusals).toHaveLength(51);
    expect(refusals.at(-1)).toMatchObject({ text: '3 more commits do not say whether an AI assisted', remedy: expect.stringContaining('countersign declare ') });
    expect(refusals.slice(0, -1).every((r) => r.remedy === undefined)).toBe(true);
  });
});

describe('a preset', () => {
  const CLAUDE = 'Change\n\nCo-authored-by: Claude <noreply@anthropic.com>\n';
  const under = (preset: string, message: string) => codes(samplePolicy(RULES, `declarations: {preset: ${preset}}`), null, message);

  test('refuses what its project forbids, and nothing else', () => {
    expect(under('mesa', CLAUDE)).toEqual(['DECLARATION_MISSING', 'DECLARATION_FORBIDDEN']);
    expect(under('mesa', 'Change\n\nAssisted-by: Claude Code (opus-4)\n')).toEqual([]);
    expect(under('mesa', 'Change\n\nCo-authored-by: Rui Dias <rui@example.com>\n')).toEqual([]);
    expect(under('artsy', CLAUDE)).toEqual(['DECLARATION_FORBIDDEN']);
    expect(under('linux', 'Change\n\nAssisted-by: claude-code:opus-4\nSigned-off-by: Claude <noreply@anthropic.com>\n')).toEqual(['DECLARATION_FORBIDDEN']);
    expect(under('kubernetes', 'Change\n\nAssisted-by: claude-code:opus-4\n')).toEqual(['DECLARATION_FORBIDDEN']);
    expect(under('gentoo', 'Change\n\n\u{1f916} Generated with [Claude Code](https://claude.com/claude-code)\n')).toEqual(['DECLARATION_FORBIDDEN']);
    expect(under('curl', 'Change\n\nAssisted-by: Dan Fandrich\n')).toEqual([]);
  });

  test('asks a commit with a mark of AI for a declaration, where its project does', () => {
    for (const name of PRESET_NAMES.filter((n) => !PRESETS[n].forbids.some((f) => f === 'any' || f === 'assistance' || f === 'co-authored-by')))
      expect([name, ...under(name, CLAUDE)]).toEqual([name, ...(PRESETS[name].requires ? ['DECLARATION_MISSING'] : [])]);
    expect(under('linux', 'Change\n')).toEqual([]);
  });

  test('never changes what counts as evidence', () => {
    const level = (more: string) => ask(samplePolicy(RULES, more), null, CLAUDE).provenance;
    for (const name of PRESET_NAMES) expect(level(`declarations: {preset: ${name}}`)).toEqual(level(''));
  });

  const load = (own: string, floor?: string) =>
    loadPolicy(utf8(`version: 1\nladder: [L4]\nsenior: L4\nprotected: [refs/heads/main]\n${own}\nrules: [{id: a, paths: ["**"], optional: true}]\n`), 'countersign.yml', {
      floors: floor === undefined ? [] : [{ name: 'floor', bytes: utf8(`version: 1\ndeclarations: {preset: ${floor}}\n`) }],
    });

  test('with a slip in its name does not load, and the name is guessed', () => {
    const made = load('declarations: {preset: kubernetis}');
    expect(made.ok ? [] : made.error).toMatchObject([{ code: 'POLICY_INVALID', remedy: 'did you mean kubernetes?' }]);
  });

  test('that writes nothing cannot stand beside declarations on every commit', () => {
    const made = load('declarations: {preset: kubernetes, assistance: required}');
    expect(made.ok ? [] : made.error).toMatchObject([{ place: expect.stringContaining('declarations.preset'), message: expect.stringContaining('wants no trailer') }]);
  });

  test("of a floor holds beside the repository's, and says what is written", () => {
    const made = load('declarations: {preset: linux}', 'mesa');
    expect(made.ok && made.value.declarations.presets).toEqual(['mesa', 'linux']);
    const alone = load('', 'mesa');
    expect(alone.ok && alone.value.declarations.presets).toEqual(['mesa']);
  });
});
