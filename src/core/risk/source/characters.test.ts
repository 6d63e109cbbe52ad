import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Risk } from '../risk.ts';
import { balanced, visible, withoutProper } from './characters.ts';
import { hidden } from './hidden.ts';
import { homoglyph } from './homoglyph.ts';

const text = (t: string): Parsed => ({ kind: 'text', text: t });
const look = (path: string, before: string, after: string): Risk => {
  const file: FileEvidence = { path, status: 'M', oldMode: '100644', newMode: '100644', base: text(before), head: text(after) };
  return detect([hidden, homoglyph], { plan: null, files: [file] });
};
const fired = (path: string, after: string, before = ''): readonly string[] => look(path, before, after).findings.map((f) => `${f.rule}:${f.severity}`);

describe('characters that fire', () => {
  it.each<[string, string, readonly string[]]>([
    ['a.ts', 'if (admin) { // \u202e }', ['SRC101:critical']],
    ['config.yml', 'x: \u2066y\u2069', ['SRC101:critical']],
    ['de.po', 'msgstr "\u2067x\u202c"', ['SRC101:critical']],
    ['a.ts', 'const a = "\u{e0041}\u{e0042}"', ['SRC102:critical']],
    ['de.po', 'msgstr "\u{e0041}"', ['SRC102:critical']],
    ['a.ts', 'const a\u3164 = 1', ['SRC102:critical']],
    ['a.js', 'decode("\ufe00\ufe01\ufe02")', ['SRC102:critical', 'SRC103:high']],
    ['README.md', 'a flag \u{1f3f4}\u{e0068}\u{e0069}\u{e007f}', ['SRC102:critical']],
    ['a.py', 'pass\u200bword = 1', ['SRC103:high']],
    ['a.py', 'x = "a\u200db"', ['SRC103:high']],
    ['a.c', 'int a\ufe0f;', ['SRC103:high']],
    ['a.ts', '\n\ufeffconst a = 1', ['SRC103:high']],
    ['a.sh', 'echo ok\u0008\u0008rm', ['SRC105:high']],
    ['a.js', 'x = 1 // \u2028 y()', ['SRC105:high']],
    ['a.py', 'if\u00a0x:', ['SRC105:high']],
    ['a.ts', `ok();${' '.repeat(501)}evil();`, ['SRC105:high']],
    ['a.ts', 'const \u0430dmin = 1', ['SRC104:high']],
    ['a.ts', 'check(\u0441\u043e\u0440\u0443); // not copy', ['SRC104:high']],
    ['a.ts', 'const \uff41dmin = 1', ['SRC104:high']],
    ['hosts.json', '{"host": "p\u0430ypal"}', ['SRC104:elevated']],
    ['a.py', 'x\u03bb = 1', ['SRC104:elevated']],
  ])('%s %j', (path, after, expected) => expect(fired(path, after)).toEqual(expected));
});

describe('characters that do not', () => {
  it.each<[string, string]>([
    ['de.po', 'msgstr "\u2067x\u2069"'],
    ['locale/ar.json', '{"a": "\u200fx"}'],
    ['a.ts', '"\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"'],
    ['a.md', '\u{1f468}\u{1f3fd}\u200d\u{1f4bb} and \u2764\ufe0f\u200d\u{1f525} and 1\ufe0f\u20e3'],
    ['a.md', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['a.ts', '\ufeffconst a = 1'],
    ['a.c', '\u000cint a;\tint b;'],
    ['a.py', 'x = "10\u00a0km"  # 5\u00a0km'],
    ['a.md', 'ten\u00a0km'],
    ['a.ts', `${' '.repeat(400)}deep();`],
    ['a.ts', 'Gr\u00fc\u00dfe, \u4e16\u754c, \u03bb = 1, "\u043f\u0440\u0438\u0432\u0435\u0442"'],
    ['a.py', '\u0394x = 1  # \u00b5s'.replace('\u0394x', '\u0394')],
    ['ru.po', 'msgstr "PDF\u043a\u0430"'],
  ])('%s %j', (path, after) => expect(fired(path, after)).toEqual([]));

  it('are left over in a string, which is less', () => {
    expect(fired('a.py', 'log(f"{icon}\ufe0f x")')).toEqual(['SRC103:elevated']);
    expect(fired('a.html', '<b>\ufe0fx</b>')).toEqual(['SRC103:elevated']);
  });
  it('stood there before', () => expect(fired('a.ts', 'a\u200b\nb', 'a\u200b')).toEqual([]));
});

describe('what is said', () => {
  it('names the characters and holds none of them', () => {
    const all = fc.constantFrom('\u202e', '\u{e0041}', '\u200b', '\u0008', '\u2028', '\u00a0', 'a', ' ');
    fc.assert(
      fc.property(fc.array(all, { maxLength: 40 }), (parts) => {
        for (const f of look('a.ts', '', `x ${parts.join('')} y`).findings) expect(visible(JSON.stringify(f))).toBe(JSON.stringify(f));
      }),
    );
    expect(look('a.ts', '', 'x\u202ey').findings[0]?.because).toContainEqual(['line', 'x\\u{202E}y']);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(look('a.ts', '', any).findings.filter((f) => f.rule === 'META000')).toEqual([]);
        expect(withoutProper(any).length).toBeLessThanOrEqual(any.length);
        expect(balanced(any) || /[\u202a-\u202e\u2066-\u2069]/u.test(any)).toBe(true);
      }),
    );
  });
});
