/** The fixtures a detector has to get right: every channel, and everything that only looks like one. All of them invented. */
import { describe, expect, it } from 'vitest';
import { detect, type Seen } from './detect.ts';
import type { Attribution } from './lines/attribution.ts';
import type { ProvenanceLevel } from './provenance.ts';

const RUI = { name: 'Rui Costa', email: 'rui@acme.example', at: 0 };
const who = (name: string, email: string) => ({ name, email, at: 0 });
const ID = 'c'.repeat(40);
const seen = (message: string, more: Partial<Seen['commit']> = {}): Seen => ({ commit: { id: ID, author: RUI, committer: RUI, message, ...more } });
const level = (message: string, more: Partial<Seen['commit']> = {}): ProvenanceLevel => detect(seen(message, more)).level;
const noreply = (local: string): string => `${local}@users.noreply.github.com`;

const T = 'Co-authored-by: Claude <noreply@anthropic.com>';
const BOT = who('renovate[bot]', noreply('29139614+renovate[bot]'));
const note = (more: Partial<Attribution> = {}): Attribution => ({
  commit: ID,
  source: 'git-ai',
  version: 'authorship/3.0.0',
  trust: 3,
  hands: new Map([
    ['a', { by: 'ai', tool: 'codex', model: 'm' }],
    ['h', { by: 'human', tool: '', person: 'Rui <rui@acme.example>' }],
  ]),
  files: [{ path: 'a.ts', ranges: [{ start: 1, end: 3, hand: 'a' }], removed: [] }],
  unreadable: [],
  ...more,
});

type Found = [what: string, level: ProvenanceLevel, message: string, more?: Partial<Seen['commit']>];
type Silent = [what: string, message: string, more?: Partial<Seen['commit']>];

describe('the link our hooks write', () => {
  const LINK = 'AI-Session: urn:countersign:s_c9883b05a2487d';
  const tools = (message: string) => detect(seen(message)).evidence.map((e) => e.tool);

  it('is no agent more beside the trailer that names its tool', () => {
    expect(tools(`fix\n\nAssisted-by: claude:opus\n${LINK}\nAssisted-by: cursor:gpt-5\n${LINK}`)).toEqual(['claude', 'cursor']);
  });

  it('is evidence alone and beside a declaration of none', () => {
    expect(tools(`fix\n\n${LINK}`)).toEqual(['other-agent']);
    expect(detect(seen(`fix\n\nAssisted-by: none\n${LINK}`))).toMatchObject({ level: 'assisted', contradictions: [expect.stringContaining('declares no AI assistance')] });
  });

  it("another recorder's link stays", () => {
    expect(tools('fix\n\nAssisted-by: claude:opus\nAI-Session: https://chat.example/9f2')).toContain('other-agent');
  });
});

describe('assistance is found', () => {
  const LOG = `Squashed commit of the following:\n\ncommit ${'a'.repeat(40)}\nAuthor: R <r@x.example>\nDate:   today\n\n    fix\n\n    ${T}\n\np\n\np\n\np\n\np`;
  it.each<Found>([
    ['an agent as author', 'agent', 'fix', { author: who('Claude', 'noreply@anthropic.com') }],
    ['an account of the forge under another name', 'agent', 'fix', { author: who('renamed', noreply('158243242+whoever[bot]')) }],
    ['an identity nobody catalogued, that says what it is', 'agent', 'fix', { author: who('acme-coding-agent', 'x@acme.example') }],
    ['an author in brackets', 'agent', 'fix', { author: who('Rui Costa (aider)', 'rui@acme.example') }],
    ['a plus address', 'agent', 'fix', { author: who('Rui', 'rui+codex@acme.example') }],
    ['a known trailer', 'assisted', `fix\n\n${T}`],
    ['a trailer without an address', 'assisted', 'fix\n\nCo-Authored-By: Claude'],
    ['a trailer without brackets', 'assisted', 'fix\n\nCo-authored-by: Cursor Agent cursoragent@cursor.com'],
    ['an odd trailer', 'assisted', 'fix\n\nAI Assisted By: something new'],
    ['a trailer of the kernel', 'assisted', 'fix\n\nAssisted-by: Claude:claude-opus-4 [coccinelle]'],
    ['a session trailer', 'assisted', 'fix\n\nClaude-Session: 0f8e4b7a'],
    ['a session of the hook', 'assisted', 'fix\n\nAI-Session: urn:countersign:s_c9883b05a2487d'],
    ['a session link alone', 'assisted', 'fix\n\nhttps://claude.ai/code/session_01ABC'],
    ['a footer alone', 'assisted', 'fix\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)'],
    ['a footer in italics', 'assisted', 'fix\n\n_Generated with Codex_'],
    ['a footer of a word of the language', 'assisted', 'fix\n\nMade with Cursor'],
    ['an accepted suggestion alone', 'suggestion', `fix\n\nCo-authored-by: coderabbitai[bot] <${noreply('136622811+coderabbitai[bot]')}>`],
    ['a trailer of several people', 'assisted', 'fix\n\nCo-authored-by: Rosa <rosa@x.example> & Claude Opus 4 <noreply@anthropic.com>'],
    ['a trailer in brackets alone', 'assisted', 'fix\n\nAssisted-by: <anthropic/claude-opus-4>'],
    ['a tool at the address of the forge', 'assisted', 'fix\n\nCo-authored-by: GitHub Copilot <noreply@github.com>'],
    ['a login without its suffix', 'assisted', 'fix\n\nCo-authored-by: chatgpt-codex-connector'],
    ['CRLF', 'assisted', `fix\r\n\r\nwhy\r\n\r\n${T}\r\n`],
    ['a squash log', 'assisted', LOG],
    ['a squash that indents its trailers', 'assisted', `all of it (#3)\n\n* one\n\n  ${T}\n\n* two\n\n* three\n\n* four\n\n* five`],
    ['a message indented as a whole', 'assisted', `fix\n\n    why\n\n    ${T}\n\n    a\n\n    b\n\n    c\n\n    d`],
    ['a literal backslash-n', 'assisted', `fix\\n\\n${T}`],
    ['a cherry-pick', 'assisted', `fix\n\n${T}\n(cherry picked from commit ${'b'.repeat(40)})`],
    ['a revert with a trailer of its own', 'assisted', `Revert "fix"\n\nThis reverts commit ${'b'.repeat(40)}.\n\n${T}`],
    ['a robot that relays a trailer', 'assisted', `bump\n\n${T}`, { author: BOT }],
    ['prose about this change', 'assisted', 'fix\n\nMost of this code was written with the help of ChatGPT.'],
    ['prose in the first person', 'assisted', 'fix\n\nI used Claude to write the tests.'],
    ['a subject of aider', 'agent', 'aider: rename the table'],
    ['a signature of an agent', 'assisted', 'fix\n\nSigned-off-by: Codex <noreply@openai.com>'],
    ['full-width letters', 'assisted', 'fix\n\nＡssisted-by: claude-code:opus-4'],
    ['zero-width letters', 'assisted', `fix\n\n${T.replace('Cla', 'Cla\u200b')}`],
  ])('in %s', (...[, expected, message, more]) => expect(level(message, more ?? {})).toBe(expected));

  it('in a note of lines, whatever the message says', () => {
    const found = detect({ ...seen('fix'), notes: [note()] });
    expect(found).toMatchObject({ level: 'assisted', evidence: [{ rule: 'note/git-ai', slot: 'note', tool: 'codex', model: 'm', trust: 3 }] });
    expect(detect({ ...seen('fix'), notes: [note({ files: [{ path: 'a', ranges: [], removed: [{ start: 1, count: 2, hand: 'a' }] }] })] }).level).toBe('assisted');
  });

  it('names model and tool of a trailer, and a forbidden signature', () => {
    expect(detect(seen('fix\n\nCo-authored-by: Claude Opus 4.5 (1M context) <noreply@anthropic.com>')).evidence[0]).toMatchObject({ tool: 'claude', model: 'Claude Opus 4.5' });
    expect(detect(seen('fix\n\nSigned-off-by: Codex <noreply@openai.com>')).evidence.map((e) => e.rule)).toEqual(['codex/mailbox', 'agent-signed-off']);
    expect(detect(seen('fix\n\nMade with [Amp](https://ampcode.com)')).evidence[0]).toMatchObject({ rule: 'footer/made-by-word', tool: 'amp' });
  });
});

describe('nothing is found', () => {
  it.each<Silent>([
    ['a given name', 'fix', { author: who('Claude Dupont', 'claude@dupont.example') }],
    ['a given name at the forge', 'fix', { author: who('Devin', noreply('77+devin-codes')) }],
    ['a surname', 'fix', { author: who('Ann Cline', 'ann@cline.example') }],
    ['a given name as helper', 'fix\n\nCo-authored-by: Jules Martin <jules@martin.example>'],
    ['staff of a vendor', 'fix\n\nCo-authored-by: Ana Reyes <ana@anthropic.com>', { author: who('Lee', 'lee@cursor.com') }],
    ['words of a topic', 'move the cursor\n\nThe gemini protocol, a codex of rules and copilot pages.\nImplemented with cursor pagination.\nmodel: gpt-4'],
    ['a quoted note', `reply\n\n> ${T}\n> Generated with Claude Code`],
    ['a fenced example', `docs\n\nLike this:\n\n\`\`\`\n${T}\n\`\`\`\n\nand so on\n\na\n\nb\n\nc`],
    ['a human who assisted', 'fix\n\nAssisted-by: Rosa Lind <rosa@x.example>\nAssisted-by: Rosa Lind'],
    ['an unticked box', 'fix\n\n- [ ] I used AI tools: Claude Code\n- [ ] Assisted-by: Claude'],
    ['a revert about it', 'Revert "Add the Claude button"\n\nThis reverts commit abc, which added AI summaries.'],
    ['names in other letters', 'fix\n\nCo-authored-by: Клод Дюпон <klod@x.example>\nCo-authored-by: Zoë Ünal <zoe@x.example>'],
    ['look-alike letters', 'fix\n\nCo-authored-by: Сlaude <x@y.example>'],
    ['a release robot with an AI in its name', 'release', { author: who('vercel-ai-sdk[bot]', noreply('1+vercel-ai-sdk[bot]')) }],
    ['release notes a robot pasted', 'bump\n\nGenerated with Claude Code\n\nThis PR was generated by Copilot.\n\nhttps://claude.ai/code/session_1', { author: BOT }],
    ['an agent that only committed', 'fix', { committer: who('Claude', 'noreply@anthropic.com') }],
    ['a message somebody had written for them', 'fix\n\nCommit message generated by Copilot'],
    ['placeholders of a page on trailers', 'docs\n\nAssisted-by: AGENT_NAME:MODEL_VERSION'],
    ['a denial', "fix\n\nThese tests weren't generated by Claude. This code was not written by AI."],
    ['a review badge', 'fix\n\nWritten by [Cursor Bugbot](https://cursor.com/bugbot) for commit 12ab'],
    ['a declaration of none', 'fix\n\nAssisted-by: none'],
    ['the forge, and robots of a vendor', 'fix\n\nCo-authored-by: GitHub <noreply@github.com>\nCo-authored-by: Gemini CLI <gemini-cli@google.com>'],
    ['the subject alone', T],
  ])('in %s', (...[, message, more]) => expect(level(message, more ?? {})).toBe('unattributed'));

  it('in an empty note, and in one that claims a human', () => {
    expect(detect({ ...seen('fix'), notes: [note({ files: [] })] })).toMatchObject({ level: 'unattributed', evidence: [] });
    const human = [{ path: 'a.ts', ranges: [{ start: 1, end: 3, hand: 'h' }], removed: [] }];
    expect(detect({ ...seen('fix'), notes: [note({ files: human })], changed: CHANGED }).level).toBe('unattributed');
  });
});

const CHANGED = [{ path: 'a.ts', added: [{ start: 1, lines: ['x', 'y', 'z'] }], removed: [{ start: 7, lines: ['q'] }] }];

describe('a human is proven', () => {
  const files = [
    {
      path: 'a.ts',
      ranges: [
        { start: 1, end: 2, hand: 'h' },
        { start: 3, end: 3, hand: 'h' },
      ],
      removed: [{ start: 7, count: 1, hand: 'h' }],
    },
  ];
  const proof = { ...seen('fix'), notes: [note({ files, trust: 4, source: 'countersign' })], changed: CHANGED };
  it('by signed records of every line', () => {
    expect(detect(proof)).toMatchObject({ level: 'human', evidence: [{ rule: 'note/human', trust: 4 }] });
  });
  it.each<readonly [string, Partial<Seen>]>([
    ['nobody signed', { notes: [note({ files })] }],
    ['a line is missing', { changed: [{ path: 'a.ts', added: [{ start: 1, lines: ['1', '2', '3', '4'] }], removed: [] }] }],
    ['another file changes', { changed: [...CHANGED, { path: 'b.ts', added: [{ start: 1, lines: ['1'] }], removed: [] }] }],
    ['a deletion is not covered', { changed: [{ path: 'a.ts', added: [], removed: [{ start: 8, lines: ['q'] }] }] }],
    ['the lines of the change are not known', { changed: [] }],
    ['the message says otherwise', seen(`fix\n\n${T}`)],
    ['a record could not be read', { unreadable: ['a note is cut'] }],
  ])('and not where %s', (_, more) => expect(detect({ ...proof, ...more }).level).not.toBe('human'));
});

describe('a pull request', () => {
  const pr = (more: Seen['pr'], message = 'fix'): ReturnType<typeof detect> => detect({ ...seen(message), ...(more === undefined ? {} : { pr: more }) });
  it('has an author, of more weight where the forge itself says so', () => {
    expect(pr({ author: 'Copilot', authorIsBot: true, verified: true })).toMatchObject({ level: 'agent', evidence: [{ slot: 'pr-author', tool: 'copilot', trust: 5 }] });
    expect(pr({ author: 'devin-ai-integration', authorIsBot: true }).evidence).toMatchObject([{ tool: 'devin', trust: 2 }]);
    expect(pr({ authorId: 199175422 }).evidence).toMatchObject([{ tool: 'codex' }]);
    expect(pr({ author: 'copilot' }).evidence).toEqual([]);
    expect(pr({ author: 'acme-triage[bot]' }).unknown).toMatchObject([{ account: 'acme-triage[bot]', slot: 'pr-author' }]);
    expect(pr({ author: 'dependabot[bot]' }).unknown).toEqual([]);
  });
  it('has a branch that decides nothing alone', () => {
    expect(pr({ branch: 'codex/fix-lock' })).toMatchObject({ level: 'unattributed', evidence: [{ slot: 'branch', tool: 'codex', trust: 1 }] });
    const both = pr({ branch: 'codex/fix-lock', body: 'Fixes it.\n\n------\nhttps://chatgpt.com/codex/tasks/task_e_1' });
    expect(both.level).toBe('assisted');
    expect(both.evidence.find((e) => e.slot === 'branch')?.trust).toBe(2);
    expect(pr({ branch: 'claude/fix', body: 'https://chatgpt.com/codex/tasks/task_e_1' }).evidence.find((e) => e.slot === 'branch')?.trust).toBe(1);
    expect(detect({ ...seen('fix'), branch: 'cursor/fix' }).evidence).toMatchObject([{ slot: 'branch', trust: 1 }]);
  });
  it.each([
    ['a footer', '🤖 Generated with [Claude Code](https://claude.ai/code)'],
    ['a link in Markdown', 'Link to Devin run: [open](https://app.devin.ai/sessions/0f8e4b7a1c2d4e3f8a9b0c1d2e3f4a5b)'],
    ['prose', 'This PR was written by Copilot.'],
    ['a first line', 'Generated with Codex'],
  ])('has a text that tells by %s', (_, body) => {
    const found = pr({ body });
    expect(found.level).toBe('assisted');
    expect(new Set(found.evidence.map((e) => e.slot))).toEqual(new Set(['pr-body']));
  });
  it.each([
    ['a summary between comments', 'by hand\n\n<!-- CURSOR_SUMMARY -->\n---\n> x\n\nWritten by Cursor Agent\n\nGenerated with Cursor.\n<!-- /CURSOR_SUMMARY -->\n'],
    ['a summary that is never closed', 'by hand\n\n<!-- This is an auto-generated comment: release notes by coderabbit.ai -->\nMade with Cursor.'],
    ['a summary under a heading', 'by hand\n\n## Summary by Sourcery\n\nGenerated with Claude Code\n\n### Why\n\nMade with Cursor.\n\n## Tests\n\nrun'],
    ['the comment of a template', '<!-- Generated with Claude Code? say so -->\nby hand'],
    ['an unticked box', '- [ ] Generated with Claude Code'],
  ])('has a text whose reviewers say nothing: %s', (_, body) => expect(pr({ body }).level).toBe('unattributed'));
  it('is read on behind a reviewer', () => {
    expect(pr({ body: '## Summary by CodeRabbit\n\n- x\n\n## Notes\n\nGenerated with Claude Code' }).level).toBe('assisted');
  });
  it('asks where a box is ticked', () => {
    expect(pr({ body: '- [x] I used AI tools for this' })).toMatchObject({ level: 'unattributed', evidence: [{ rule: 'prose/ticked', trust: 1 }] });
  });
});

describe('what speaks against itself', () => {
  it('is named', () => {
    expect(detect(seen(`fix\n\nAssisted-by: none\n${T}`)).contradictions).toEqual([`commit ${ID.slice(0, 12)} declares no AI assistance, and claude/mailbox matched "${T}"`]);
    expect(detect({ ...seen('fix\n\nAssisted-by: none'), notes: [note()] }).contradictions.join()).toContain('note/git-ai');
    expect(detect(seen('fix\n\nAssisted-by: none'))).toMatchObject({ contradictions: [], declarations: [{ value: 'none' }] });
  });
  it('never reads as silence where it could not be read', () => {
    for (const s of [
      { ...seen('fix'), unreadable: ['the note is cut'] },
      { ...seen('fix'), notes: [note({ files: [], unreadable: ['ranges past the end'] })] },
    ]) {
      expect(detect(s).evidence).toMatchObject([{ rule: 'evidence-unreadable', slot: 'note' }]);
      expect(detect(s).contradictions).toHaveLength(1);
    }
  });
});
