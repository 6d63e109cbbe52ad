/** Claude and what is built on it. A given name is no mark: a mailbox, a product name or an account is. */
import { account, branch, file, identity, mailbox, mark, type Tool } from './tool.ts';

const UUID = '0f8e4b7a-1c2d-4e3f-8a9b-0c1d2e3f4a5b';

export const CLAUDE: Tool = {
  subjects: [
    // a whole message in one line: whoever passed it lost the line ends
    mark(
      'claude/subject-footer',
      /\bgenerated with \[claude code\]\(https:\/\/claude\.(?:ai|com)\//i,
      ['Add the bar  🤖 Generated with [Claude Code](https://claude.ai/code)  Co-Authored-By: Claude <noreply@anthropic.com>'],
      ['Show "generated with [Claude Code]" in the log'],
    ),
  ],
  id: 'claude',
  name: 'Claude',
  aliases: ['anthropic', 'claude-code', 'claude code', 'claude-code-action', 'claude-agent-sdk', 'claudecode'],
  products: ['claude code', 'claude opus', 'claude sonnet', 'claude haiku', 'claude fable', 'claude mythos', 'claude'],
  accounts: [account([209825114, 242468646, 208546643, 215619710], ['claude[bot]', 'claude', 'anthropic-code-agent[bot]', 'claude-code-action[bot]', 'anthropic-claude[bot]'])],
  identities: [
    mailbox(
      'claude/mailbox',
      /<(?:noreply|no-reply|assistant|claude(?:-[\w.-]{1,60})?)@anthropic\.(?:com|ai)>$/i,
      [
        'Claude <noreply@anthropic.com>',
        'Opus 9 (1M) <no-reply@anthropic.ai>',
        'GPT-5 <claude@anthropic.com>',
        'Claude 3 <claude-3-5-sonnet@anthropic.com>',
        'Assistant <assistant@anthropic.com>',
      ],
      ['Ana Reyes <ana@anthropic.com>', 'Claude <noreply@anthropic.com.example>', 'Claude D <claude.dupont@anthropic.com>'],
    ),
    identity(
      'claude/name-product',
      /^claude[ -](?:v?\d[\d.]{0,5}[ -]?)?(?:code|opus|sonnet|haiku|fable|mythos)\b|^claude[ -]v?\d[\d.]{0,5}(?: <|$)/i,
      ['Claude Code', 'claude-opus-9', 'Claude Sonnet 4 <x@y.example>', 'Claude Haiku', 'Claude-3.5-Sonnet', 'claude 4', 'Claude Fable', 'Claude Mythos'],
      ['Claude Dupont <claude@dupont.example>', 'Claude Opusson <c@o.example>'],
    ),
    identity(
      'claude/name-bare',
      /^claude(?: <no-?reply@[^<>]+>)?$/i,
      ['Claude', 'claude <noreply@tools.example>'],
      ['Claude <77+claudedv@users.noreply.github.com>', 'Claude <claude@dupont.example>'],
    ),
    identity(
      'claude/name-plus',
      /^[^<]*(?:\+ ?claude|\(claude(?: code)?\)) </i,
      ['Rui + Claude <rui@x.example>', 'Rui (claude code) <rui@x.example>'],
      ['Jean (Claude) Petit <jc@x.example>'],
    ),
    identity('claude/action', /\bclaude-code-action[\w-]*\[bot\]/i, ['claude-code-action-main[bot] <a@b.example>'], ['claude-code-action docs <a@b.example>']),
  ],
  trailers: [
    mark(
      'claude/session',
      /^(?:claude-session(?:-path)?|claude-sessions-id|claude-code-session|turbocommit-session)\s*:\s*\S/i,
      [`claude-session: ${UUID}`, 'claude-session-path: /x', 'claude-sessions-id: 9', 'claude-code-session: 9', 'turbocommit-session: 9'],
      ['claude-sessions: are now listed'],
    ),
    mark('claude/generated-by', /^claude-generated-by\s*:\s*\S/i, ['claude-generated-by: opus'], ['claude-generated: by hand']),
  ],
  links: [
    mark(
      'claude/session-link',
      /https:\/\/claude\.ai\/(?:code\/session_|share\/)[\w-]+/i,
      ['https://claude.ai/code/session_01ABCdef', 'Transcript: https://claude.ai/share/12ab'],
      ['see https://claude.ai/docs for the limits', 'https://claude.ai/code/settings'],
    ),
  ],
  branches: [branch('claude', 'claude')],
  bodies: [
    mark(
      'claude/body-footer',
      /(?:generated|created|made|written|built) (?:with|by|using) \W{0,4}claude(?: code)?\W{0,4}(?:https:\/\/)?claude\.(?:ai|com)\/(?:code|claude-code)/i,
      ['🤖 Generated with [Claude Code](https://claude.com/claude-code)', 'Generated with Claude Code (claude.ai/code)'],
      ['The docs link to claude.com/claude-code'],
    ),
  ],
  files: [file('claude', 'CLAUDE(?:\\.local)?\\.md$|\\.claude/', ['CLAUDE.md', 'web/CLAUDE.md', '.claude/settings.json'], ['docs/claude.mdx', 'claude/readme.txt'])],
  environment: [
    { name: 'CLAUDECODE', value: /^1$/ },
    { name: 'CLAUDE_CODE_REMOTE', value: /^true$/i },
  ],
};

export const CLAUDE_FLOW: Tool = {
  id: 'claude-flow',
  name: 'claude-flow',
  identities: [
    // not by the mailbox of the person who makes it: their own commits come from there too
    identity('claude-flow/name', /^claude-flow <|^claude-flow$/i, ['claude-flow <x@y.example>', 'claude-flow'], ['claude-flowers <x@y.example>', 'Rue <rue@flow.example>']),
  ],
};
