import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER } from '../../testing/sample-change.ts';
import { base64, concat, utf8 } from '../base/bytes.ts';
import { classifyWords } from '../provenance/classify.ts';
import { detect } from '../provenance/detect.ts';
import type { Registry } from '../provenance/registry.ts';
import { loadAgents } from './agents-file.ts';

const said = (text: string): readonly string[] => {
  const answer = loadAgents(utf8(text), 'agents.yml', SAMPLE_ROSTER);
  return answer.ok ? [] : answer.error.map((p) => `${p.place} ${p.message} ${p.remedy ?? ''}`);
};
const load = (text: string): Registry => {
  const answer = loadAgents(utf8(text), 'agents.yml', null);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
};
const RUI = { name: 'Rui Costa', email: 'rui@acme.example', at: 0 };
const seen = (message: string, author: { name: string; email: string } = RUI) => ({
  commit: { id: 'c'.repeat(40), author: { ...author, at: 0 }, committer: RUI, message },
});
const RAW = new Uint8Array(32).fill(7);
const SSH = base64(concat(new Uint8Array([0, 0, 0, 11]), utf8('ssh-ed25519'), new Uint8Array([0, 0, 0, 32]), RAW));

describe('agents.yml', () => {
  test.each([
    ['agents: [{match: {login: "x[bot]"}, tol: claude, owner: ada}]', 'agents.yml:1:37 agents[0].tol unknown key tol did you mean tool?'],
    ['agents: [{match: {login: "x[bot]"}, tool: claude, owner: nobody}]', 'nobody is nobody on the roster'],
    ['agents: [{match: {login: "x[bot]"}, tool: claude}]', 'agents[0].owner is missing'],
    ['agents: [{match: {}, tool: claude, owner: ada}]', 'must hold login, mail or name'],
    ['people: [{match: {mail: "*"}, why: x}]', 'a wildcard alone is everybody'],
    ['people: [{match: {mail: "*@*.*"}, why: x}]', 'a wildcard alone is everybody'],
    ['agents: [{match: {login: x}, tool: claude, level: human, owner: ada}]', 'must be suggestion or assisted or agent'],
    ['catalogue: {veto: [claude/mailbx], why: x}', 'no rule of the catalogue is called claude/mailbx did you mean claude/mailbox?'],
    ['trailers: [{key: Co-authored-by}]', 'Co-authored-by names people'],
    ['human_trailers: [X-By]\ntrailers: [{key: x by}]', 'x by names people'],
    ['recorders: [{key: abc}]', 'is not a public Ed25519 key'],
    [`recorders: [{key: "ssh-ed25519 ${base64(RAW)}"}]`, 'is not a public Ed25519 key'],
  ])('%s is refused, with its place', (text, message) => expect(said(text).join('\n')).toContain(message));

  test('an owner is a person or a team', () => {
    expect(said('agents: [{match: {login: "x[bot]"}, tool: claude, owner: ada}, {match: {name: y}, tool: z, owner: "@sre"}]')).toEqual([]);
  });

  test('knows a private agent by login, address or name, in any case', () => {
    const registry = load(
      'agents: [{match: {login: "Acme-Triage[bot]"}, tool: claude, owner: ada}, {match: {mail: "*+ai@acme.example"}, tool: inhouse, level: assisted, owner: ada}]',
    );
    const bot = detect(seen('fix', { name: 'acme-triage[bot]', email: '9+acme-triage[bot]@users.noreply.github.com' }), registry);
    expect(bot).toMatchObject({ level: 'agent', actor: 'agent', evidence: [{ rule: 'registry/agent', tool: 'claude', slot: 'author' }], unknown: [] });
    expect(detect(seen('fix', { name: 'Dana', email: 'DANA+ai@acme.example' }), registry).level).toBe('assisted');
    expect(detect(seen('fix\n\nCo-authored-by: Dana <dana+ai@acme.example>'), registry)).toMatchObject({ level: 'assisted' });
    expect(detect(seen('fix', { name: 'Dana', email: 'dana@acme.example' }), registry).level).toBe('unattributed');
  });

  test('a bot nobody knows is asked about, until the file says what it is', () => {
    const author = { name: 'acme-release[bot]', email: 'bot@acme.example' };
    const before = detect(seen('release', author));
    expect(before).toMatchObject({ level: 'unattributed', actor: 'automation', unknown: [{ account: 'acme-release[bot]', slot: 'author' }] });
    const answer = classifyWords(before.unknown[0]?.account ?? '').split('\n')[2] ?? '';
    expect(detect(seen('release', author), load(answer))).toMatchObject({ level: 'unattributed', actor: 'automation', unknown: [] });
    const named = detect(seen('fix', { name: 'QA Agent', email: 'qa-agent@acme.example' }));
    expect(named).toMatchObject({ level: 'agent', unknown: [{ account: 'QA Agent <qa-agent@acme.example>' }] });
    const people = (classifyWords(named.unknown[0]?.account ?? '').split('\n')[3] ?? '').replace('WHY', 'x');
    expect(detect(seen('fix', { name: 'QA Agent', email: 'qa-agent@acme.example' }), load(people))).toMatchObject({ level: 'unattributed', actor: 'person', unknown: [] });
  });

  test('people cancel what is a name or a guess, and no account, no wide pattern a whole mailbox, no record', () => {
    const wide = load('people: [{match: {mail: "*@anthropic.com"}, why: staff}]');
    const exact = load('people: [{match: {mail: noreply@anthropic.com}, why: a shared mailbox of ours}]');
    const trailer = seen('fix\n\nCo-authored-by: Claude <noreply@anthropic.com>');
    expect([detect(trailer, wide).level, detect(trailer, exact).level]).toEqual(['assisted', 'unattributed']);
    const account = seen('fix', { name: 'x', email: '209825114+claude[bot]@users.noreply.github.com' });
    expect(detect(account, load('people: [{match: {login: "claude[bot]"}, why: x}]')).level).toBe('agent');
    const hands = new Map([['a', { by: 'ai' as const, tool: 'claude' }]]);
    const files = [{ path: 'a', ranges: [{ start: 1, end: 2, hand: 'a' }], removed: [] }];
    const note = { commit: 'c'.repeat(40), source: 'git-ai' as const, version: '3.0.0', trust: 3 as const, hands, files, unreadable: [] };
    expect(detect({ ...trailer, notes: [note] }, exact).level).toBe('assisted');
  });

  test('a veto takes one rule away and never proves a human', () => {
    const registry = load('catalogue: {veto: [aider/subject, claude/account], why: we write aider}');
    expect([detect(seen('aider: x')).level, detect(seen('aider: x'), registry).level]).toEqual(['agent', 'unattributed']);
    const pr = { author: 'claude[bot]', authorId: 209825114, verified: true };
    expect(detect({ ...seen('fix'), pr }, registry).level).toBe('agent');
    expect(detect({ ...seen('fix'), pr: { ...pr, verified: false } }, registry).level).toBe('unattributed');
  });

  test("reads the organisation's own trailers, and those that name people", () => {
    const registry = load('human_trailers: [assisted-by]\ntrailers: [{key: X-Acme-Agent, level: agent, tool: inhouse}]');
    expect(detect(seen('fix\n\nX-Acme-Agent: 7'), registry)).toMatchObject({ level: 'agent', evidence: [{ rule: 'registry/trailer', tool: 'inhouse' }] });
    expect(detect(seen('fix\n\nX-Acme-Agent: none'), registry)).toMatchObject({ level: 'unattributed', declarations: [{ value: 'none' }] });
    expect(detect(seen('fix\n\nAssisted-by: Kimi Cooper-Gpt 4'), registry).level).toBe('unattributed');
    expect(detect(seen('fix\n\nAssisted-by: Claude <noreply@anthropic.com>'), registry).level).toBe('assisted');
  });

  test('holds keys of recorders, as raw bytes and as OpenSSH writes them', () => {
    const { recorders } = load(`recorders: [{key: "${base64(RAW)}", owner: ada, managed: true}, {key: "ssh-ed25519 ${SSH} host"}]`);
    expect(recorders).toEqual([
      { key: RAW, owner: 'ada', managed: true },
      { key: RAW, owner: null, managed: false },
    ]);
  });

  test('the example of docs/spec/provenance.md is one', () => {
    const page = readFileSync(new URL('../../../docs/spec/provenance.md', import.meta.url), 'utf8');
    const registry = load(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    expect([registry.agents.length, registry.people.length, registry.recorders.length, [...registry.veto]]).toEqual([2, 1, 1, ['aider/subject']]);
  });

  test('is total, and its patterns take time linear in what they are held against', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof loadAgents(bytes, 'f', null).ok === 'boolean'));
    const registry = load(`agents: [{match: {mail: "${'*a'.repeat(60)}*b@x"}, tool: t, owner: o}]`);
    for (let i = 0; i < 20; i++) expect(detect(seen('fix', { name: `n${i}`, email: `${'a'.repeat(400)}@x` }), registry).level).toBe('unattributed');
  });
});
