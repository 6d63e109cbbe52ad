/** Gemini, Jules and Antigravity. The vendor's release robots and shadow checkpoints are none of them. */
import { account, branch, file, hint, identity, mailbox, mark, type Tool } from './tool.ts';

export const GEMINI: Tool = {
  id: 'gemini',
  name: 'Gemini',
  aliases: ['gemini-cli', 'gemini cli', 'gemini code assist'],
  products: ['gemini cli', 'gemini code assist', 'google gemini', 'gemini'],
  accounts: [account([218312386], ['gemini-cli[bot]'])],
  links: [mark('gemini/share-link', /https:\/\/gemini\.google\.com\/share\/\w+/i, ['https://gemini.google.com/share/12ab'], ['https://gemini.google.com/app'])],
  identities: [
    mailbox(
      'gemini/mailbox',
      /<(?:gemini(?:-cli-agent)?@google\.com|noreply@gemini\.google\.com|gemini-bot@github\.com|bot@gemini\.com)>$/i,
      ['Gemini <gemini-cli-agent@google.com>', 'x <gemini@google.com>', 'x <noreply@gemini.google.com>', 'x <gemini-bot@github.com>', 'x <bot@gemini.com>'],
      ['Robot <gemini-cli-robot@google.com>', 'Shadow <gemini-cli@google.com>', 'Gemini Fan <gemini@google.com.example>'],
    ),
    identity(
      'gemini/name',
      /^gemini(?:$| (?:cli|code assist|\d[\d.]*)(?: |$))|^google gemini(?: <no-?reply@[^<>]+>)?$|^gemini, your friendly neighborhood code agent/i,
      [
        'Gemini CLI <x@y.example>',
        'gemini 2.5',
        'Gemini',
        'gemini code assist',
        'Google Gemini',
        'Google Gemini <noreply@google.com>',
        'Gemini, your friendly neighborhood code agent <x@y.example>',
      ],
      ['Gemini Protocol Group <x@y.example>', 'Google Gemini Team <x@y.example>'],
    ),
  ],
  branches: [hint('gemini/branch', /^gemini[-/]/i, ['gemini/fix', 'gemini-fix-lock'], ['geminis/fix', 'fix/gemini'])],
  files: [file('gemini', 'GEMINI\\.md$', ['GEMINI.md'], ['docs/gemini.mdx'])],
  environment: [{ name: 'GEMINI_CLI', value: /^1$/ }],
};

export const JULES: Tool = {
  id: 'jules',
  name: 'Jules',
  aliases: ['google-labs-jules'],
  products: ['google jules', 'jules'],
  accounts: [account([161369871], ['google-labs-jules[bot]'])],
  links: [
    mark(
      'jules/link',
      /https:\/\/jules\.google(?:\.com)?\/(?:task|session)\/\d+/i,
      ['https://jules.google.com/task/123', 'https://jules.google/session/1'],
      ['https://jules.google.com/docs'],
    ),
  ],
  bodies: [
    mark('jules/body-link', /jules\.google(?:\.com)?\/(?:task|session)\//i, ['PR created by Jules for task [1](https://jules.google.com/task/1)'], ['jules.google.com/docs']),
  ],
  branches: [branch('jules', 'jules')],
};

export const ANTIGRAVITY: Tool = {
  id: 'antigravity',
  name: 'Antigravity',
  aliases: ['jetski', 'google antigravity'],
  products: ['google antigravity', 'antigravity'],
  identities: [
    mailbox(
      'antigravity/mailbox',
      /<jetski-bot@google\.com>$|<antigravity@(?:google\.com|gemini\.ai)>$/i,
      ['Antigravity <antigravity@google.com>', 'x <antigravity@gemini.ai>', 'x <jetski-bot@google.com>'],
      ['Antigravity Club <hi@antigravity.example>'],
    ),
  ],
};
