/** What commits have to say about themselves, for how long, and which layer asks. */
import { describe, expect, test } from 'vitest';
import { sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
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
