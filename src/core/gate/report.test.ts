import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reason } from '../base/reasons.ts';
import { plainWords } from './markdown.ts';
import { reportOf } from './report.ts';
import type { Verdict } from './verdict.ts';

/** What a reader of Markdown sees of entities. */
const read = (markdown: string): string => markdown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

const MARKS = /[&<>\\`*_{}[\]()#+\-.!|~@:^$=\n\r]/;

describe('words of others in Markdown', () => {
  it.each([
    '[approve](https://evil.example)',
    '<img src=x onerror=alert(1)>',
    '@acme/everyone please look',
    'fixes #12, GH-12',
    'www.evil.example https://evil.example',
    '# Signed by Mara\n\n- [x] approved',
    '`code` ~~x~~ **bold** | a | b |',
    '\u202egnp.exe\u0007\u200b',
    '&lt;b&gt; $x^2$',
  ])('say what they say and do nothing: %j', (text) => {
    const said = plainWords(text);
    expect(said.replaceAll(/&#\d+;/g, '')).not.toMatch(MARKS);
    expect(read(said)).toBe(
      text
        .replaceAll('\n\n', ' ')
        .replaceAll('\n', ' ')
        .split(/\p{Cc}|\p{Cf}/u)
        .join('\ufffd'),
    );
  });

  it('hold nothing that Markdown reads, whatever they are, and are cut where they are long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
        const said = plainWords(text, 100);
        expect(said.replaceAll(/&#\d+;/g, '')).not.toMatch(MARKS);
        expect([...read(said)].length).toBeLessThanOrEqual(101);
      }),
    );
  });
});

const verdict = (answer: 'allow' | 'deny', more: Partial<Verdict> = {}): Verdict => ({
  ...{ verdict: answer, would: answer, gate: 'merge', mode: 'enforce', signoffs: [] },
  codes: [answer === 'allow' ? 'PASS' : 'SIGNOFF_MISSING'],
  reasons: reason(answer === 'allow' ? 'yes' : 'no', answer === 'allow' ? 'PASS' : 'SIGNOFF_MISSING', 'a required human has not signed'),
  ...more,
});
const asked = { decision: null, targetRef: 'refs/heads/main', names: new Map(), page: 'https://cs.example/changes/0123456789abcdef' };

describe('what a forge shows', () => {
  it('is a sentence, and says every time that a button here is no signature', () => {
    const { title, summary } = reportOf({ ...asked, verdict: verdict('deny') });
    expect(title).toBe('A required human has not signed');
    expect(summary).toContain('(https://cs.example/changes/0123456789abcdef)');
    expect(summary).toContain('fill no seat');
  });

  it('names a gate that only watches', () => {
    const watched = verdict('allow', { mode: 'observe', would: 'deny', codes: ['MODE'] });
    const { title, summary } = reportOf({ ...asked, verdict: watched });
    expect(title).toMatch(/^Only watched/);
    expect(summary).toContain('lets this pass, and counts it');
  });

  it('stays short, however deep the reasons are', () => {
    const deep = Array.from({ length: 300 }).reduce<ReturnType<typeof reason>>(
      (inner) => reason('no', 'RULE_APPLIES', 'x'.repeat(400), [inner, inner]),
      reason('no', 'RULE_APPLIES', 'x'),
    );
    expect(reportOf({ ...asked, verdict: verdict('deny', { reasons: deep }) }).summary.length).toBeLessThan(60_000);
  });
});
