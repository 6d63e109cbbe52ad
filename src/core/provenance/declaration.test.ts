import { describe, expect, it } from 'vitest';
import { declare } from './declaration.ts';

describe('declare', () => {
  it.each(['none', 'None', 'n/a', 'No', '-', 'not used', 'none.'])('reads Assisted-by: %s as a declaration of none', (value) => {
    expect(declare('assisted-by', value)).toEqual({ kind: 'none' });
  });

  it.each([
    ['assisted-by', 'claude-code:claude-opus-4-6', 'claude', 'claude-opus-4-6'],
    ['assisted-by', 'Claude Sonnet 4', 'claude', 'Claude Sonnet 4'],
    ['assisted-by', 'Claude Composer 2.5', 'Claude Composer 2.5', 'Claude Composer 2.5'],
    ['assisted-by', '<anthropic/claude-opus-9.6>', 'claude', 'anthropic/claude-opus-9.6'],
    ['assisted-by', 'Acme-Agent:model-7', 'Acme-Agent', 'model-7'],
    ['assisted-by', 'LLM [coccinelle]', 'LLM', undefined],
    ['ai-generated', 'yes', 'undisclosed', undefined],
    ['generated-by', 'Cursor', 'cursor', undefined],
    ['generated-by', 'Claude Code', 'claude', undefined],
    ['made-with', 'Claude Opus 4.5', 'claude', 'Claude Opus 4.5'],
    ['ai-assisted-by', 'Amazon Q', 'amazon-q', undefined],
    ['ai-agent', 'Junie', 'jetbrains-ai', undefined],
    ['coding-agent', 'Kilo Code', 'kilo', undefined],
    ['ai-generated', '80%', 'undisclosed', undefined],
    ['ai-generated', 'code', 'code', undefined],
    ['ai-tool', 'Zed', 'Zed', undefined],
    ['co-authored-by', 'Claude Opus 4.6 (1M context) <noreply@anthropic.com>', 'claude', 'Claude Opus 4.6'],
    ['co-authored-by', 'Copilot <175728472+Copilot@users.noreply.github.com>', 'copilot-suggestion', undefined],
    ['signed-off-by', 'Cursor Agent <cursoragent@cursor.com>', 'cursor', undefined],
  ])('reads %s: %s as the tool %s', (key, value, tool, model) => {
    const said = declare(key, value);
    expect(said).toMatchObject({ kind: 'tool', tool });
    expect(said.kind === 'tool' ? said.model : '').toBe(model);
  });

  it.each([
    ['assisted-by', 'Rosa Lind <rosa@x.example>'],
    ['assisted-by', 'Rosa Lind'],
    ['assisted-by', 'Claude Dupont'],
    ['co-authored-by', 'Devin Marsh <devin@marsh.example>'],
    ['signed-off-by', 'Rosa Lind <rosa@x.example>'],
  ])('reads %s: %s as a person', (key, value) => {
    expect(declare(key, value)).toEqual({ kind: 'person' });
  });

  it.each([
    ['assisted-by', 'AGENT_NAME:MODEL_VERSION'],
    ['assisted-by', '<tool>:<model>'],
    ['generated-by', 'scripts/update-agent.sh'],
    ['generated-by', 'protoc 3.1'],
    ['model', 'The cursor is moved. It was not before.'],
    ['reviewed-by', 'Claude <noreply@anthropic.com>'],
    ['generated-by', 'none'],
    ['generated-by', 'Claude Dupont'],
    ['ai-agent', 'AGENT_NAME'],
    ['agent', 'nginx'],
    ['agent', 'dedicated built-in agent with a screen of its own'],
    ['coding-agent', 'add tool rendering to the export'],
    ['model', "'gpt-4',"],
  ])('reads %s: %s as nothing', (key, value) => {
    expect(declare(key, value)).toEqual({ kind: 'nothing' });
  });

  it.each(['none', 'no', '0%', 'not used', 'not at all', 'no, written by hand', 'none (manual)', 'N/A - manual', 'human'])(
    'reads AI-Generated: %s as a declaration of none',
    (value) => {
      expect(declare('ai-generated', value)).toEqual({ kind: 'none' });
    },
  );

  it.each(['no, by claude-code', 'none, copilot', 'no, hand-edited Claude output', 'no, human and Cursor', 'no (manual), then Cursor', 'not by hand'])(
    'reads AI-Generated: %s as no such thing',
    (value) => {
      expect(declare('ai-generated', value)).not.toEqual({ kind: 'none' });
    },
  );

  it('is a suggestion where AI was used for research or review alone', () => {
    expect(declare('ai-used-for', 'research')).toMatchObject({ level: 'suggestion' });
    expect(declare('ai-used-for', 'code, research')).toMatchObject({ level: 'assisted' });
  });
});
