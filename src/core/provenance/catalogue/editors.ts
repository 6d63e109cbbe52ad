/** Agents that live in an editor. */
import { account, branch, file, identity, mailbox, mark, type Tool } from './tool.ts';

export const EDITORS: readonly Tool[] = [
  {
    id: 'roo',
    name: 'Roo Code',
    aliases: ['roo-code', 'roocode', 'roomote'],
    products: ['roo code', 'roomote'],
    accounts: [account([219738659], ['roomote[bot]', 'roomote-v0[bot]'])],
    identities: [
      mailbox(
        'roo/mailbox',
        /<roomote@roocode\.com>$|<merge-resolver@roo-code\.com>$|^roomote(?: agent)?(?: <|$)/i,
        ['roomote <x@y.example>', 'x <roomote@roocode.com>', 'x <merge-resolver@roo-code.com>', 'Roomote Agent'],
        ['Roo Code <support@roocode.com>'],
      ),
    ],
    branches: [branch('roo', 'roomote')],
    files: [file('roo', '\\.roo/|\\.roomodes$', ['.roo/rules.md', '.roomodes'], ['kangaroo/rules.md'])],
  },
  {
    id: 'windsurf',
    name: 'Windsurf',
    aliases: ['cascade', 'codeium'],
    products: ['windsurf'],
    accounts: [account([189301087], ['windsurf-bot[bot]'])],
    identities: [
      mailbox(
        'windsurf/mailbox',
        /<cascade@windsurf\.(?:dev|ai)>$|<noreply@(?:windsurf|codeium)\.com>$|^cascade <cascade@/i,
        ['Cascade <cascade@windsurf.ai>', 'x <noreply@windsurf.com>', 'x <noreply@codeium.com>', 'cascade <cascade@x.example>'],
        ['Cascade Systems <it@cascade.example>'],
      ),
    ],
    files: [file('windsurf', '\\.windsurfrules$|\\.windsurf/', ['.windsurfrules', '.windsurf/rules/a.md'], ['docs/windsurf.md'])],
  },
  {
    id: 'kiro',
    name: 'Kiro',
    products: ['kiro'],
    accounts: [account([244629292], ['kiro-agent'])],
    identities: [identity('kiro/name', /^kiro(?: agent)?(?:\[bot\])?(?: <|$)/i, ['Kiro Agent <x@y.example>', 'kiro[bot]'], ['Kiro Tanaka <k@t.example>'])],
    files: [file('kiro', '\\.kiro/', ['.kiro/specs/a.md'], ['kiro/a.md'])],
  },
  {
    id: 'amazon-q',
    name: 'Amazon Q',
    aliases: ['amazon q', 'amazon q developer', 'amazonq', 'q-developer'],
    products: ['amazon q developer', 'amazon q'],
    accounts: [account([208079219], ['amazon-q-developer[bot]'])],
  },
  {
    id: 'continue',
    name: 'Continue',
    accounts: [account([230936708], ['continue[bot]', 'continue-staging[bot]'])],
    identities: [
      mailbox('continue/mailbox', /<(?:noreply|agent)@continue\.dev>$/i, ['Continue <noreply@continue.dev>', 'Continue Agent <agent@continue.dev>'], ['Ana <ana@continue.dev>']),
    ],
    footers: [
      mark(
        'continue/made-by',
        /^\W{0,14}generated (?:with|by) \[continue\]\(https:\/\/(?:www\.)?continue\.dev\b/i,
        ['Generated with [Continue](https://continue.dev)', '🤖 Generated with [Continue](https://www.continue.dev/)'],
        ['Generated with continue statements', 'Generated with [Continue](https://docs.example)'],
      ),
    ],
  },
  { id: 'cody', name: 'Cody', products: ['sourcegraph cody'], accounts: [account([201248094], ['sourcegraph-cody[bot]'])] },
  {
    id: 'jetbrains-ai',
    name: 'JetBrains AI',
    aliases: ['junie', 'jetbrains junie', 'jetbrains ai assistant'],
    products: ['jetbrains ai', 'junie'],
    accounts: [account([220155983], ['jetbrains-ai[bot]'])],
  },
  { id: 'kilo', name: 'Kilo Code', aliases: ['kilo-code', 'kilocode', 'kilo code'], products: ['kilo code'] },
  {
    id: 'augment',
    name: 'Augment Code',
    aliases: ['augment-code', 'augment code', 'auggie'],
    products: ['augment code', 'augment agent'],
    words: ['augment'],
    identities: [
      identity(
        'augment/name',
        /^augment(?:ed)?(?: code| agent)(?: <|$)/i,
        ['Augment Code <x@y.example>', 'Augmented Agent'],
        ['Augment <a@b.example>', 'Augment Codero <x@y.example>'],
      ),
    ],
  },
  {
    id: 'trae',
    name: 'Trae',
    aliases: ['trae agent', 'trae-agent'],
    products: ['trae ai', 'trae agent'],
    identities: [identity('trae/name', /^trae ?agent(?: <|$)/i, ['Trae Agent <x@y.example>', 'traeagent'], ['Trae Young <t@y.example>'])],
  },
  {
    id: 'firebender',
    name: 'Firebender',
    products: ['firebender'],
    identities: [identity('firebender/name', /^firebender(?: <|$)/i, ['Firebender <x@y.example>'], ['Firebenders United <x@y.example>'])],
  },
  {
    id: 'posthog-code',
    name: 'PostHog Code',
    aliases: ['posthog agent', 'posthog desktop', 'posthog code'],
    products: ['posthog code', 'posthog agent', 'posthog desktop'],
    trailers: [
      mark(
        'posthog-code/generated-by',
        /^generated-by\s*:\s*posthog (?:code|agent|desktop)\b/i,
        ['generated-by: PostHog Code', 'generated-by: PostHog Agent'],
        ['generated-by: scripts/release.sh'],
      ),
    ],
    branches: [branch('posthog-code', 'posthog-code')],
  },
];
