/** Agents that somebody else runs, and the tools that record or crew several of them. */
import { account, hint, identity, mailbox, mark, type Tool } from './tool.ts';

const only = (id: string, name: string, ids: readonly number[], ...logins: readonly string[]): Tool => ({ id, name, accounts: [account(ids, logins)] });

export const HOSTED: readonly Tool[] = [
  only('blink', 'Blink', [211532188], 'blink-so[bot]'),
  only('mendral', 'Mendral', [233154221], 'mendral-app[bot]'),
  only('open-agents', 'Open Agents', [260704009], 'open-agents-bot[bot]'),
  only('terragon', 'Terragon', [], 'terragon-labs[bot]'),
  only('pullfrog', 'Pullfrog', [], 'pullfrog[bot]'),
  only('lovable', 'Lovable', [], 'lovable-dev[bot]', 'gpt-engineer-app[bot]'),
  only('bolt', 'Bolt', [], 'bolt-new-by-stackblitz[bot]'),
  only('v0', 'v0', [], 'v0[bot]'),
  only('sweep', 'Sweep', [], 'sweep-ai[bot]', 'sweep-nightly[bot]'),
  only('codegen', 'Codegen', [], 'codegen-sh[bot]'),
  only('codebeaver', 'CodeBeaver', [], 'codebeaver-ai[bot]'),
  {
    id: 'replit',
    name: 'Replit Agent',
    aliases: ['replit agent', 'replit-agent', 'replit assistant'],
    products: ['replit agent'],
    accounts: [account([], ['replit-agent[bot]'])],
    trailers: [
      mark(
        'replit/trailer',
        /^replit-commit-(?:author\s*:\s*(?:agent|assistant)|session-id\s*:)/i,
        ['replit-commit-author: Agent', 'replit-commit-session-id: 9'],
        ['replit-commit-author: rui'],
      ),
    ],
  },
  {
    id: 'gas-town',
    name: 'Gas Town',
    trailers: [
      mark(
        'gas-town/executed-by',
        /^executed-by\s*:\s*(?:\S+\/)?(?:crew|polecats|refinery)\//i,
        ['executed-by: infra/polecats/rust', 'executed-by: crew/ann'],
        ['executed-by: cron'],
        { level: 'agent' },
      ),
    ],
  },
  {
    id: 'entire',
    name: 'Entire',
    trailers: [
      mark(
        'entire/trailer',
        /^entire-(?:checkpoint|session|agent|metadata(?:-task)?|strategy|condensation|source-ref)\s*:\s*\S/i,
        ['checkpoint', 'session', 'agent', 'metadata', 'metadata-task', 'strategy', 'condensation', 'source-ref'].map((key) => `entire-${key}: a1b2c3`),
        ['entire-suite: passes', 'entire-checkpoints: are kept'],
      ),
    ],
  },
  { id: 'sageox', name: 'SageOx', products: ['sageox'], identities: [identity('sageox/name', /^sageox(?: <|$)/i, ['SageOx <x@y.example>'], ['Sage Oxley <x@y.example>'])] },
  { id: 'termai', name: 'TermAI', products: ['termai'], identities: [identity('termai/name', /^termai(?: <|$)/i, ['TermAI'], ['Term Aiken <x@y.example>'])] },
  {
    id: 'cosine',
    name: 'Cosine',
    identities: [mailbox('cosine/mailbox', /<agent@cosine\.sh>$/i, ['Cosine <agent@cosine.sh>'], ['Al <al@cosine.sh>', 'Cosine <c@trig.example>'])],
  },
  { id: 'nori', name: 'Nori', words: ['nori'] },
  {
    id: 'posthog-task',
    name: 'PostHog tasks',
    trailers: [hint('posthog-task/task-id', /^task-id\s*:\s*[0-9a-f-]{36}$/i, ['task-id: 0f8e4b7a-1c2d-4e3f-8a9b-0c1d2e3f4a5b'], ['task-id: 12'], { level: 'unattributed' })],
  },
];
