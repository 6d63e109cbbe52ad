/** What hooks fill in, ask and refuse, on the texts git hands them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredIn } from '../core/provenance/preset-trailers.ts';
import { commentIn, filledIn, judgeMessage, type Known, type MessageTerms, messageOf, question, withQuestion } from './declare-message.ts';

const REQUIRED: MessageTerms = { assistance: 'required', presets: [] };
const NOBODY: Known = { recorded: [], running: null };
const SESSION = { tool: 'claude', model: 'claude-opus-4-6', session: 's_c9883b05a2487d' };
const SEEN: Known = { recorded: [SESSION], running: null };
const RUNNING: Known = { recorded: [], running: { tool: 'claude', variable: 'CLAUDECODE' } };

describe('what is filled in', () => {
  test.each([
    ['what a recorder saw', 'x\n', SEEN, ['Assisted-by: claude:claude-opus-4-6', 'AI-Session: urn:countersign:s_c9883b05a2487d']],
    ['the session alone, where the author named the tool', 'x\n\nAssisted-by: Claude Code:opus\n', SEEN, ['AI-Session: urn:countersign:s_c9883b05a2487d']],
    ['beside another tool of the author', 'x\n\nAssisted-by: cursor\n', SEEN, ['Assisted-by: claude:claude-opus-4-6', 'AI-Session: urn:countersign:s_c9883b05a2487d']],
    ['the tool whose command it is', 'x\n', RUNNING, ['Assisted-by: claude']],
    ['nothing where the author has said it', 'x\n\nAssisted-by: cursor\n', RUNNING, []],
    ['nothing where the author denies it', 'x\n\nAssisted-by: none\n', SEEN, []],
    ['nothing where nobody knows: never none', 'x\n', NOBODY, []],
  ])('%s', (_, message, known, trailers) => expect(filledIn(message, known, REQUIRED)).toEqual(trailers));

  test('never names an agent as author or signer, and follows the preset', () => {
    expect(filledIn('x\n', SEEN, { ...REQUIRED, presets: ['mesa'] })).toEqual(['Assisted-by: claude (claude-opus-4-6)']);
    expect(filledIn('x\n', SEEN, { assistance: 'optional', presets: ['kubernetes'] })).toEqual([]);
  });

  test('each session once', () => {
    const two = { recorded: [SESSION, SESSION, { tool: 'cursor' }], running: null };
    expect(filledIn('x\n', two, REQUIRED)).toHaveLength(3);
  });
});

describe('the verdict', () => {
  test.each([
    ['no word', 'x\n', NOBODY, REQUIRED, 'undeclared'],
    ['no word where nobody asks', 'x\n', NOBODY, { ...REQUIRED, assistance: 'optional' as const }, 'fine'],
    ['none', 'x\n\nAssisted-by: none\n', NOBODY, REQUIRED, 'fine'],
    ['a tool', 'fix: x\n\nAssisted-by: cursor\n', NOBODY, REQUIRED, 'fine'],
    ['a person, as curl has it', 'x\n\nAssisted-by: Dan Fandrich\n', NOBODY, REQUIRED, 'undeclared'],
    ['a co-author is a mark, no declaration', 'x\n\nCo-authored-by: Claude <noreply@anthropic.com>\n', NOBODY, REQUIRED, 'undeclared'],
    ['a commit to be folded into another', 'fixup! x\n', NOBODY, REQUIRED, 'fine'],
    ['none against a recorder', 'x\n\nAssisted-by: none\n', SEEN, { ...REQUIRED, assistance: 'optional' as const }, 'contradicted'],
    ['nothing but the declaration', '\n\nAssisted-by: claude\n', NOBODY, REQUIRED, 'empty'],
  ])('%s', (_, message, known, terms, verdict) => expect(judgeMessage(message, known, terms).verdict).toBe(verdict));

  test('none inside an agent is said, and passes', () => {
    expect(judgeMessage('x\n\nAssisted-by: none\n', RUNNING, REQUIRED)).toEqual({
      verdict: 'fine',
      note: 'this is declared none, and CLAUDECODE says that claude runs this command',
    });
  });
});

describe('the file git shows in an editor', () => {
  const FILE = `Subject\n\n# Please enter the commit message for your changes.\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n+Assisted-by: none\n`;

  test('is read without what git throws away', () => {
    expect(messageOf(FILE, '#')).toBe('Subject\n');
    expect(messageOf(FILE.replaceAll('#', '//'), '//')).toBe('Subject\n');
    expect(messageOf('Subject\n\nAssisted-by: none\n', '')).toBe('Subject\n\nAssisted-by: none\n');
  });

  test.each([
    ['', '#'],
    [';', ';'],
    ['auto', ';'],
  ])('a setting %j means %s', (setting, comment) => expect(commentIn('# heading\n\n; Please enter the commit message for your changes.\n', setting)).toBe(comment));

  test('gets the question above it, and either answer becomes a trailer', () => {
    for (const file of [FILE, '\n# Please enter\n', '# Please enter\n', 'Subject\n\nBody\n\nSigned-off-by: A <a@x.example>\n\n# Please enter\n'])
      for (const answer of ['Assisted-by: none', 'Assisted-by: <tool>:<model>']) {
        const asked = question(messageOf(file, '#'), REQUIRED, '#') ?? [];
        const made = withQuestion(file, asked, '#');
        expect(messageOf(made, '#').trim()).toBe(messageOf(file, '#').trim());
        expect(made.endsWith(file.slice(file.indexOf('#')))).toBe(true);
        const typed = made.replace(`# ${answer}`, answer.replace('<tool>:<model>', 'codex:gpt-5'));
        expect(declaredIn(`Subject\n${messageOf(typed, '#')}`)).toHaveLength(1);
      }
  });

  test('is asked nothing where it says so, or nobody asks', () => {
    expect(question('x\n\nAssisted-by: none\n', REQUIRED, '#')).toBeUndefined();
    expect(question('x\n', { ...REQUIRED, assistance: 'optional' }, '#')).toBeUndefined();
    expect(question('x\n', { assistance: 'required', presets: ['kubernetes'] }, '#')).toBeUndefined();
  });

  test('whatever it holds, the question takes nothing from the message', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', 'word', '# c', '#', 'Key: value', '  x'), { maxLength: 8 }), (lines) => {
        const file = `${lines.join('\n')}\n`;
        const made = withQuestion(file, ['# Q', '# Assisted-by: none'], '#');
        return messageOf(made, '#').replace(/\n+/g, '\n').trim() === messageOf(file, '#').replace(/\n+/g, '\n').trim();
      }),
    );
  });
});
