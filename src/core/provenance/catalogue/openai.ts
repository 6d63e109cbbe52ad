/** Codex and ChatGPT. Most of what Codex does leaves no trace in git: its branch and its pull request tell more. */
import { account, branch, identity, mailbox, mark, type Tool } from './tool.ts';

export const CODEX: Tool = {
  id: 'codex',
  name: 'OpenAI Codex',
  aliases: ['codex-cli', 'codex cli', 'openai-codex', 'openai codex', 'codex agent', 'codex cloud'],
  products: ['openai codex', 'codex cli', 'codex'],
  accounts: [account([199175422, 215057067], ['chatgpt-codex-connector[bot]', 'openai-codex[bot]'])],
  identities: [
    mailbox(
      'codex/mailbox',
      /<(?:noreply|no-reply|codex)@openai\.com>$|<codex(?:-agent)?@example\.com>$|<codex@agent>$/i,
      ['Codex <noreply@openai.com>', 'x <codex@openai.com>', 'x <codex-agent@example.com>', 'x <codex@agent>'],
      ['Kim <kim@openai.com>', 'Codex <codex@books.example>'],
    ),
    identity(
      'codex/name',
      /^(?:openai[ -])?codex(?: (?:cli|agent|test)\b[^<]*)?(?: \([^)<]*\))?(?: <no-?reply@[^<>]+>)?$/i,
      ['OpenAI Codex', 'codex agent <noreply@x.example>', 'Codex CLI', 'Codex (review feedback)'],
      ['Codex Press <hello@codexpress.example>'],
    ),
  ],
  links: [
    mark(
      'codex/task-link',
      /https:\/\/chatgpt\.com\/(?:codex\/tasks\/task_|s\/cd_)\w+/i,
      ['https://chatgpt.com/codex/tasks/task_e12', 'https://chatgpt.com/s/cd_12'],
      ['https://chatgpt.com/codex/pricing'],
    ),
  ],
  bodies: [mark('codex/body-link', /chatgpt\.com\/codex\/tasks\/task_\w+/i, ['[Codex Task](https://chatgpt.com/codex/tasks/task_e12)'], ['https://chatgpt.com/codex'])],
  branches: [branch('codex', 'codex')],
  environment: [
    { name: 'CODEX_THREAD_ID' },
    { name: 'CODEX_SANDBOX' },
    { name: 'CODEX_SANDBOX_NETWORK_DISABLED' },
    { name: 'CODEX_INTERNAL_ORIGINATOR_OVERRIDE', value: /^codex_web_agent$/ },
  ],
};

export const CHATGPT: Tool = {
  id: 'chatgpt',
  name: 'ChatGPT',
  aliases: ['chat-gpt', 'chat gpt', 'gpt', 'openai'],
  products: ['chatgpt', 'chat gpt'],
  identities: [mailbox('chatgpt/mailbox', /<(?:assistant|chatgpt)@openai\.com>$/i, ['Assistant <assistant@openai.com>', 'x <chatgpt@openai.com>'], ['Kim <kim@openai.com>'])],
  links: [
    mark(
      'chatgpt/share-link',
      /https:\/\/chatgpt\.com\/(?:share|canvas\/shared)\/[\w-]+/i,
      ['https://chatgpt.com/share/12-ab', 'https://chatgpt.com/canvas/shared/12ab'],
      ['https://chatgpt.com/features'],
    ),
  ],
};
