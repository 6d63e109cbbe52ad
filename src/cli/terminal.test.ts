/** Colour where it is wanted, and nothing a stranger wrote that a terminal would obey. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ink, visible, visibleLines, visibleWithin, wantsColour } from './terminal.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const OBEYED = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

describe('colour', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [undefined, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [true, { TERM: 'xterm' }, true],
  ])('a terminal: %s, %j', (isTTY, env, wanted) => {
    expect(wantsColour(isTTY === undefined ? {} : { isTTY }, env)).toBe(wanted);
  });

  test('off changes nothing, on can be nested', () => {
    expect(ink(false).red('a')).toBe('a');
    expect(ink(true).bold(ink(true).red('a'))).toBe('\u001b[1m\u001b[31ma\u001b[39m\u001b[22m');
    expect(ink(true).dim('')).toBe('');
  });
});

describe('foreign text', () => {
  test('keeps every character a reader can see', () => {
    for (const text of ['naïve', '日本', 'a\\xff', '👩', '"quoted" `and` $more']) expect(visible(text)).toBe(text);
  });

  test('spells out what a terminal would obey', () => {
    expect(visible('\u001b[2J\u202e\n')).toBe('\\u{1b}[2J\\u{202e}\\u{a}');
    expect(visibleLines('a\n\u001b')).toBe('a\n\\u{1b}');
  });

  test('whatever it is, and wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        expect(visible(text)).not.toMatch(OBEYED);
        const within = visibleWithin({ text, list: [text], value });
        expect(within.list[0]).toBe(visible(text));
        expect(visibleWithin(within)).toEqual(within);
      }),
    );
  });
});
