import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { reason } from '../base/reasons.ts';
import { consider } from '../policy/consider.ts';
import type { Decision } from '../policy/decision.ts';
import { inert, plain } from './markdown.ts';
import { reportOf } from './report.ts';
import type { Verdict } from './verdict.ts';

/** What a reader of Markdown sees of a code element. */
const read = (markdown: string): string => markdown.replaceAll(/<\/?code>/g, '').replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
const CODE = /<code>(?:[A-Za-z0-9 ]|&#\d+;)*<\/code>/g;
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** What a forge would make something of, outside code. */
const ALIVE = /[@<>&`]|!\[|https?:|www\.|#\d|GH-\d|\b[0-9a-f]{7,64}\b|\]\(/;

const HOSTILE = [
  '[approve](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '<img src=x onerror=alert(1)></code><b>',
  '@acme/everyone please look',
  'fixes #12, GH-12, acme/pay#3',
  'www.evil.example https://evil.example mail@evil.example',
  '# Signed by Mara\n\n- [x] approved',
  '`code` ~~x~~ **bold** | a | b |',
  '\u202egnp.exe\u0007\u200b\u3164',
  '&lt;b&gt; &#64;mara $x^2$',
  '6dcb09b5b57875f334f61aebed695e2e4193db5e',
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 6 }).map((all) => all.join('')),
);

describe('words of others', () => {
  it.each(HOSTILE)('say what they say and do nothing: %j', (words) => {
    expect(inert(words).replace(CODE, '')).toBe('');
    expect(read(inert(words))).toBe(plain(words));
  });

  it('show what nobody would see', () => {
    expect(plain('a\u202eb\u0007\u200b\u3164\tc\n')).toBe('a\\u{202e}b\\u{7}\\u{200b}\\u{3164} c');
    expect(plain('⚠️ é 日本')).toBe('⚠️ é 日本');
  });

  it('are one code element, whatever they are, and cut where they are long', () => {
    fc.assert(
      fc.property(text, (words) => {
        expect(inert(words, 100).replace(CODE, '')).toBe('');
        expect([...read(inert(words, 100))].length).toBeLessThanOrEqual(104);
        expect(plain(words)).not.toMatch(HIDDEN);
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

  it('holds no word of others outside code, wherever they stand', () => {
    const rules = '  - {id: one, paths: ["**"], require: {humans: 1, level: L6}}';
    const decided = consider(samplePolicy(rules), [], sampleFacts(sampleChange(['main.tf'], [sampleCommit('ada')]), { pusher: 'ada' }));
    const found = { severity: 'high' as const, proof: 'exact' as const, because: [], objects: [], cites: [], key: 'k' };
    const reported = (w: string) => {
      const finding = { ...found, rule: w, what: w, safeIf: [w], place: { path: w, side: 'head', line: 3 } } as unknown as Decision['findings'][number];
      const refusals = [{ code: 'UNCOVERED' as const, text: w, remedy: `remedy ${w}` }];
      const decision: Decision = { ...decided, summary: w, asked: w, findings: [finding], refusals, seats: decided.seats.map((seat) => ({ ...seat, rule: w })) };
      const reasons = reason('no', 'SIGNOFF_MISSING', w, [reason('yes', 'OK', `ben ${w}`)]);
      const names = new Map(SAMPLE_ROSTER.people.map((p) => [p.id, w]));
      return [verdict('deny', { reasons }), verdict('allow', { reasons, signoffs: ['x'] })].map((v) => reportOf({ ...asked, decision, targetRef: w, names, verdict: v }));
    };
    const bare = (summary: string): string => summary.replaceAll(CODE, '').replaceAll(`](${asked.page})`, '');
    const before = reported('x').map(({ summary }) => bare(summary));
    expect(before.join('')).not.toMatch(ALIVE);
    fc.assert(
      fc.property(text, (words) => {
        const now = reported(words);
        expect(now.map(({ summary }) => bare(summary))).toEqual(before);
        for (const { title, annotations } of now) expect([title, ...annotations.flatMap((a) => [a.title, a.message])].join('')).not.toMatch(HIDDEN);
      }),
    );
  });
});
