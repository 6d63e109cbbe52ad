import { describe, expect, it } from 'vitest';
import { identityOf, matchIdentity, parsePerson } from './identity.ts';

const noreply = (local: string): string => `${local}@users.noreply.github.com`;

describe('identityOf', () => {
  it.each([
    ['Claude', 'noreply@anthropic.com', 'claude'],
    ['somebody', noreply('209825114+claude[bot]'), 'claude'],
    ['renamed', noreply('209825114+renamed[bot]'), 'claude'],
    ['github-actions', noreply('41898282+claude[bot]'), 'claude'],
    ['copilot-swe-agent[bot]', noreply('198982749+Copilot'), 'copilot'],
    ['Copilot', noreply('175728472+Copilot'), 'copilot-suggestion'],
    ['Copilot Autofix powered by AI', noreply('62310815+github-advanced-security[bot]'), 'copilot-suggestion'],
    ['cursor[bot]', 'x@y.example', 'cursor'],
    ['Devin AI', noreply('158243242+devin-ai-integration[bot]'), 'devin'],
    ['Rui Costa (aider)', 'rui@x.example', 'aider'],
    ['opencode', 'noreply@opencode.ai', 'opencode'],
    ['Ｃｌａｕｄｅ', 'noreply@anthropic.com', 'claude'],
    ['Cla\u200bude', 'noreply@\u200banthropic.com', 'claude'],
  ])('%s <%s> is the agent %s', (name, email, tool) => {
    expect(identityOf(name, email)).toEqual({ tool, actor: 'agent' });
  });

  it.each([
    ['dependabot[bot]', noreply('49699333+dependabot[bot]')],
    ['renovate', noreply('29139614+renovate[bot]')],
    ['github-actions', noreply('41898282+github-actions[bot]')],
    ['acme-release[bot]', 'release@acme.example'],
    ['gemini-cli-robot', 'gemini-cli-robot@google.com'],
  ])('%s <%s> is automation', (name, email) => {
    expect(identityOf(name, email)).toEqual({ tool: null, actor: 'automation' });
  });

  it.each([
    ['Claude Dupont', 'claude@dupont.example'],
    ['Devin Marsh', noreply('9+devinmarsh')],
    ['Jules Verne', 'jules@verne.example'],
    ['Ana Reyes', 'ana@anthropic.com'],
    ['Cody Banks', 'cody@banks.example'],
    ['Agent Smith', 'smith@x.example'],
    ['', ''],
  ])('%s <%s> is a person', (name, email) => {
    expect(identityOf(name, email)).toEqual({ tool: null, actor: 'person' });
  });

  it('lowers a reviewing account to a suggestion where it is a co-author alone', () => {
    const email = noreply('136622811+coderabbitai[bot]');
    expect(matchIdentity('coderabbitai[bot]', email, 'author')?.level).toBe('agent');
    expect(matchIdentity('coderabbitai[bot]', email, 'trailer')?.level).toBe('suggestion');
  });
});

describe('parsePerson', () => {
  it.each([
    ['Rui Costa <rui@x.example>', 'Rui Costa', 'rui@x.example'],
    ['Rui Costa rui@x.example', 'Rui Costa', 'rui@x.example'],
    ['Rui Costa', 'Rui Costa', ''],
    ['rui@x.example', '', 'rui@x.example'],
    ['Rui a@b@c.example', 'Rui a@', 'b@c.example'],
    ['Rui @rui', 'Rui @rui', ''],
    ['Rui rui@', 'Rui rui@', ''],
    ['Claude (1M context) <noreply@anthropic.com>', 'Claude (1M context)', 'noreply@anthropic.com'],
  ])('%s', (value, name, email) => {
    expect(parsePerson(value)).toEqual({ name, email });
  });

  it('reads a long word once: a message may hold many of them', () => {
    for (let i = 0; i < 20_000; i++) expect(parsePerson('a'.repeat(1_000)).email).toBe('');
  });
});
