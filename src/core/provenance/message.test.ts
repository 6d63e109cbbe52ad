import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examples, MAX_CHARS, MAX_TRAILERS, readMessage } from './message.ts';

const T = 'Co-authored-by: Claude <noreply@anthropic.com>';
const keys = (message: string): readonly string[] => readMessage(message).lines.flatMap((l) => (l.trailer === undefined ? [] : [l.trailer.key]));
const sees = (message: string): boolean => keys(message).includes('co-authored-by');

describe('eligible lines', () => {
  it.each([
    ['the last paragraph', `fix\n\nwhy\n\n${T}`],
    ['the middle of the body', `fix\n\n${T}\n\nmore\n\nwords\n\nhere\n\nand there`],
    ['CRLF', `fix\r\n\r\n${T}\r\n`],
    ['a literal backslash-n', `fix\\n\\n${T}`],
    ['a bullet', `squash (#3)\n\n* ${T}`],
    ['a squash log', `Squashed commit of the following:\n\ncommit ${'a'.repeat(40)}\nAuthor: R <r@x.example>\n\n    fix\n\n    ${T}\n\np\n\np\n\np\n\np`],
    ['a message indented as a whole', `    fix\n\n    ${T}\n\n    a\n\n    b\n\n    c\n\n    d`],
    ['a message fenced as a whole', `fix\n\n\`\`\`\n${T}\ntext\n\`\`\``],
    ['an indented tail', `fix\n\nwhy\n\n    ${T}`],
    ['a tail behind an unclosed fence', `fix\n\n\`\`\`\ncode\n\n${T}`],
    ['odd case and spaces', 'fix\n\nCO Authored_By : Claude noreply@anthropic.com'],
    ['full-width letters', 'fix\n\nＣo-authored-by: Claude <noreply@anthropic.com>'],
    ['zero-width characters', 'fix\n\nCo-auth\u200bored-by: Claude <noreply@anthropic.com>'],
  ])('are read in %s', (_, message) => {
    expect(sees(message)).toBe(true);
  });

  it.each([
    ['the subject', T],
    ['a quote', `fix\n\n> ${T}`],
    ['a fence in the middle', `fix\n\n\`\`\`\n${T}\n\`\`\`\n\na\n\nb\n\nc\n\nd`],
    ['an indented block in the middle', `fix\n\n    ${T}\n\na\n\nb\n\nc\n\nd`],
    ['an indented example', `docs\n\nWrite it like this:\n\n    ${T}`],
    ['a fenced example', `docs\n\nWrite it like this:\n\n\`\`\`\n${T}\n\`\`\`\n`],
    ['an example behind a blank line of its fence', `docs\n\nLike this:\n\`\`\`\n\n${T}\n\n\`\`\`\n`],
    ['an indented example of several paragraphs', `docs\n\nLike this:\n\n    x\n\n    ${T}`],
    ['an unticked box', `fix\n\n- [ ] ${T}`],
  ])('are not %s', (_, message) => {
    expect(sees(message)).toBe(false);
  });

  it('keeps the line number of the message', () => {
    expect(readMessage(`a\n\nb\n\n${T}`).lines.at(-1)?.line).toBe(5);
  });

  it('says what it did not read', () => {
    expect(readMessage('x'.repeat(MAX_CHARS + 1)).unread.join()).toContain('64 KiB');
    expect(readMessage(`a\n\n${'y'.repeat(3_000)}`).unread).toEqual(['line 3 is longer than 2000 characters']);
    const many = readMessage(`a\n\n${`${T}\n`.repeat(MAX_TRAILERS + 5)}`);
    expect(many.unread).toEqual(['more than 200 trailers']);
    expect(many.lines).toHaveLength(MAX_TRAILERS);
  });

  it('are told from examples in one walk, however many there are', () => {
    const raw = (fence: boolean, indented: boolean) => ({ line: 1, text: 'a: b', blank: false, indented, fence });
    const many = Array.from({ length: 300_000 }, () => raw(false, true));
    const fenced = [raw(true, false), ...many, raw(true, false)];
    // work by the square of this would not end within the limit of a test
    expect(examples(many, []).some(Boolean)).toBe(false);
    const open = fenced.map((r) => !r.fence);
    expect(examples(fenced, open).some(Boolean)).toBe(false);
  });

  it('is total, and reads a trailer wherever it is appended as a paragraph of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '`', '>', ':', '-', '\\', 'n', '\r', '\u200b'), maxLength: 200 }), (body) => {
        const clean = body.replace(/:\s*$/, '');
        return sees(`s\n\n${clean}\nend\n\n${T}`);
      }),
    );
  });
});
