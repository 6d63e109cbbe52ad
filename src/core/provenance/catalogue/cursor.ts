/** Cursor. The word is one of databases and editors too: without a mailbox or a product word it marks nothing. */
import { account, branch, file, identity, mailbox, mark, type Tool } from './tool.ts';

export const CURSOR: Tool = {
  id: 'cursor',
  name: 'Cursor',
  aliases: ['cursor-agent', 'cursor agent', 'cursor composer', 'cursor-cli', 'cursor cli'],
  products: ['cursor agent', 'cursor composer', 'cursor ai', 'cursor ide'],
  words: ['cursor'],
  accounts: [account([206951365, 201670782], ['cursor[bot]', 'cursoragent[bot]'])],
  identities: [
    mailbox(
      'cursor/mailbox',
      /<(?:cursoragent|agent)@cursor\.com>$|<cursor@agent>$/i,
      ['Cursor Agent <cursoragent@cursor.com>', 'x <agent@cursor.com>', 'x <cursor@agent>'],
      ['Lee <lee@cursor.com>'],
    ),
    identity('cursor/name', /^cursor(?: (?:agent|composer|cli)\b[^<]*)?$/i, ['Cursor', 'cursor composer 2', 'Cursor CLI'], ['Cursor <db@cursor.example>', 'cursor pagination']),
  ],
  trailers: [mark('cursor/made-with', /^made-with\s*:\s*cursor\b/i, ['made-with: Cursor'], ['made-with: cursors of SQL'])],
  links: [
    mark(
      'cursor/agent-link',
      /https:\/\/cursor\.com\/(?:background-agent\?bcid=|agents\?id=)bc-[\w-]+/i,
      ['https://cursor.com/agents?id=bc-12ab', 'https://cursor.com/background-agent?bcId=bc-12ab'],
      ['https://cursor.com/docs/agents'],
    ),
  ],
  bodies: [
    mark(
      'cursor/body-link',
      /cursor\.com\/(?:background-agent\?bcid=|agents\?id=)bc-/i,
      ['[Open](cursor.com/agents?id=bc-12ab)', 'cursor.com/background-agent?bcId=bc-1'],
      ['https://cursor.com/bugbot'],
    ),
  ],
  branches: [branch('cursor', 'cursor')],
  files: [file('cursor', '\\.cursor/|\\.cursorrules$', ['.cursor/rules/a.mdc', '.cursorrules'], ['src/cursor/index.ts'])],
  environment: [{ name: 'CURSOR_AGENT', value: /^1$/ }],
};
