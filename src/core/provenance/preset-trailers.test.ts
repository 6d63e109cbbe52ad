/** What hooks and `declare` write is what a reader of commits understands, under every preset. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredIn, parseAssistant, trailersFor, writtenUnder } from './preset-trailers.ts';
import { PRESET_NAMES, PRESETS } from './presets.ts';

const CLAUDE = { tool: 'claude-code', model: 'claude-opus-4-6', session: 's_c9883b05a2487d' };
const reads = (trailers: readonly string[]) => declaredIn(`Change\n\n${trailers.join('\n')}\n`);

describe('what is written', () => {
  test('is a tool with its model and the session, and never a co-author', () => {
    expect(trailersFor(CLAUDE)).toEqual(['Assisted-by: claude-code:claude-opus-4-6', 'AI-Session: urn:countersign:s_c9883b05a2487d']);
    expect(trailersFor({ tool: 'cursor' })).toEqual(['Assisted-by: cursor']);
    expect(trailersFor({ tool: 'none' })).toEqual(['Assisted-by: none']);
  });

  test('is what the preset says, and nothing beside it', () => {
    expect(trailersFor(CLAUDE, ['mesa'])).toEqual(['Assisted-by: claude-code (claude-opus-4-6)']);
    expect(trailersFor(CLAUDE, ['asf'])).toEqual(['Generated-by: claude-code:claude-opus-4-6']);
    expect(trailersFor(CLAUDE, ['kubernetes'])).toEqual([]);
    expect(trailersFor(CLAUDE, ['mesa', 'kubernetes'])).toEqual([]);
    expect(trailersFor(CLAUDE, ['mesa', 'linux'])).toEqual(['Assisted-by: claude-code (claude-opus-4-6)']);
  });

  test('is read back as a declaration under every preset that writes', () => {
    const writing = PRESET_NAMES.filter((n) => writtenUnder([n]) !== null);
    expect(writing.length).toBeGreaterThan(8);
    for (const name of writing) {
      expect([name, reads(trailersFor(CLAUDE, [name])).length]).toEqual([name, 1]);
      expect([name, reads(trailersFor({ tool: 'none' }, [name]))]).toEqual([name, ['none']]);
    }
  });

  test('never stands under a key that the preset forbids or keeps for people', () => {
    for (const name of PRESET_NAMES)
      for (const who of [CLAUDE, { tool: 'none' }]) {
        const keys = trailersFor(who, [name]).map((t) => t.split(':')[0]?.toLowerCase());
        expect(keys.filter((k) => [...PRESETS[name].forbids, ...PRESETS[name].humanKeys].some((f) => f === k))).toEqual([]);
      }
  });
});

describe('who assisted, as a person types it', () => {
  test.each(['claude-code:claude-opus-4-6', 'cursor', 'Copilot', 'mytool:v2', 'codex:gpt-5.2'])('%s is a tool', (text) =>
    expect(parseAssistant(text)?.tool).toBe(text.split(':')[0]),
  );
  test.each(['none', 'None', 'no'])('%s is none', (text) => expect(parseAssistant(text)).toEqual({ tool: 'none' }));
  test.each(['', 'Dan Fandrich', 'mytool', '<tool>:<model>', 'AGENT_NAME:x', 'a\nb', 'Claude <noreply@anthropic.com>', '-x:1'])('%j is neither', (text) =>
    expect(parseAssistant(text)).toBeUndefined(),
  );

  test('whatever passes is read back from the trailer it becomes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,9}(:[a-z0-9.-]{1,9})?$/)), (text) => {
        const who = parseAssistant(text);
        return who === undefined || reads(trailersFor(who)).length === 1;
      }),
    );
  });
});
