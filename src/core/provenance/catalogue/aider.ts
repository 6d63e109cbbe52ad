/** Aider and OpenHands: they commit under the author's own name or from one mailbox. */
import { file, hint, mailbox, mark, type Tool } from './tool.ts';

export const AIDER: Tool = {
  id: 'aider',
  name: 'Aider',
  aliases: ['aider-chat'],
  products: ['aider'],
  identities: [
    mailbox(
      'aider/mailbox',
      /<(?:aider|noreply)@aider\.(?:chat|dev)>$|^aider(?: \([^)<]*\))?(?: <|$)/i,
      ['aider (gpt-5) <aider@aider.chat>', 'x <noreply@aider.dev>', 'aider'],
      ['Aiderson <a@b.example>', 'Paula <paula@aider.chat>'],
    ),
  ],
  authors: [mark('aider/author', /\(aider\)(?: <|$)/i, ['Rui Costa (aider) <rui@x.example>'], ['Rui Costa <rui@x.example>'], { level: 'agent' })],
  subjects: [mark('aider/subject', /^aider: \S/i, ['aider: rename the table'], ['fix(aider): quoting', 'aider:quoting'], { level: 'agent' })],
  files: [file('aider', '\\.aider', ['.aider.conf.yml', '.aiderignore'], ['raider.yml'])],
};

export const OPENHANDS: Tool = {
  id: 'openhands',
  name: 'OpenHands',
  aliases: ['opendevin', 'open hands'],
  products: ['openhands', 'opendevin'],
  identities: [
    mailbox(
      'openhands/mailbox',
      /\b(?:openhands(?:-claude)?|opendevin)@all-hands\.dev\b|<(?:openhands|gemini|claude)@openhands\.(?:ai|dev)>$|<opendevin@opendevin\.ai>$|<bot@opendevin\.com>$|^(?:oh|openhands) <openhands@/i,
      ['openhands <openhands@all-hands.dev>', 'x <opendevin@opendevin.ai>', 'OpenHands-Gemini <gemini@openhands.ai>', 'x <bot@opendevin.com>', 'oh <openhands@x.example>'],
      ['Rob <rob@all-hands.dev>'],
    ),
  ],
  branches: [hint('openhands/branch', /^openhands[-/]/i, ['openhands/fix', 'openhands-fix-3'], ['openhandsome/fix', 'fix/openhands'])],
};
