/**
 * Accounts of agents and of plain automation on the forge whose numeric no-reply addresses appear in commit headers.
 * Data: match by id first (it outlives renames), then by login. Headers are unverified, so a hit has trust 2.
 */
export interface Account {
  readonly tool: string;
  readonly ids: readonly number[];
  /** Lower-cased; a `[bot]` login also matches as a display name, for nobody can register one as a person. */
  readonly logins: readonly string[];
  /** Level in a co-author slot; the author slot is always `agent`. */
  readonly coAuthor: 'assisted' | 'suggestion';
}

const agent = (tool: string, ids: readonly number[], logins: readonly string[], coAuthor: Account['coAuthor'] = 'assisted'): Account => ({ tool, ids, logins, coAuthor });

/** `Copilot` is one login with three ids and three meanings: the order of rows decides where only the login is known. */
export const AGENT_ACCOUNTS: readonly Account[] = [
  agent('claude', [209825114, 242468646, 208546643, 215619710], ['claude[bot]', 'claude', 'anthropic-code-agent[bot]', 'claude-code-action[bot]', 'anthropic-claude[bot]']),
  agent('copilot', [198982749, 167198135, 223556219], ['copilot', 'copilot-swe-agent[bot]', 'copilot[bot]']),
  // the second is the scanner whose account commits what Copilot Autofix wrote
  agent('copilot-suggestion', [175728472, 62310815], ['github-advanced-security[bot]'], 'suggestion'),
  agent('cursor', [206951365, 201670782], ['cursor[bot]', 'cursoragent[bot]']),
  agent('codex', [199175422, 215057067], ['chatgpt-codex-connector[bot]', 'openai-codex[bot]']),
  agent('devin', [158243242, 165725058], ['devin-ai-integration[bot]', 'devin-cognition', 'cognition-devin[bot]']),
  agent('jules', [161369871], ['google-labs-jules[bot]']),
  agent('gemini', [218312386], ['gemini-cli[bot]']),
  agent('droid', [138933559], ['factory-droid[bot]']),
  agent('roo', [219738659], ['roomote[bot]', 'roomote-v0[bot]']),
  agent('kiro', [244629292], ['kiro-agent']),
  agent('amazon-q', [208079219], ['amazon-q-developer[bot]']),
  agent('cline', [276134852, 205137888], ['cline-cloud[bot]', 'cline[bot]', 'cline-agent']),
  agent('mux', [264182336], ['mux-bot[bot]', 'mux-auto-cleanup[bot]']),
  agent('blink', [211532188], ['blink-so[bot]']),
  agent('mendral', [233154221], ['mendral-app[bot]']),
  agent('continue', [230936708], ['continue[bot]']),
  agent('cody', [201248094], ['sourcegraph-cody[bot]']),
  agent('jetbrains-ai', [220155983], ['jetbrains-ai[bot]']),
  agent('windsurf', [189301087], ['windsurf-bot[bot]']),
  agent('open-agents', [260704009], ['open-agents-bot[bot]']),
  agent('opencode', [], ['opencode-agent[bot]']),
  agent(
    'other-agent',
    [],
    [
      'terragon-labs[bot]',
      'pullfrog[bot]',
      'lovable-dev[bot]',
      'gpt-engineer-app[bot]',
      'bolt-new-by-stackblitz[bot]',
      'v0[bot]',
      'sweep-ai[bot]',
      'sweep-nightly[bot]',
      'codegen-sh[bot]',
      'replit-agent[bot]',
    ],
  ),
  agent('gemini-review', [176961590], ['gemini-code-assist[bot]'], 'suggestion'),
  agent('coderabbit', [136622811], ['coderabbitai[bot]'], 'suggestion'),
  agent('ellipsis', [65095814], ['ellipsis-dev[bot]'], 'suggestion'),
  agent('sourcery', [58596630], ['sourcery-ai[bot]'], 'suggestion'),
  agent('cubic', [191113872], ['cubic-dev-ai[bot]'], 'suggestion'),
  agent('greptile', [165735046], ['greptile-apps[bot]'], 'suggestion'),
  agent('qodo', [], ['qodo-merge-pro[bot]', 'qodo-code-review[bot]'], 'suggestion'),
  agent('seer', [], ['seer-by-sentry[bot]'], 'suggestion'),
];

/** Not AI by itself; trailers in their commits are still read. 41898282 counts as claude under the login `claude[bot]` alone. */
export const AUTOMATION_IDS: readonly number[] = [49699333, 29139614, 41898282, 224641728];
export const AUTOMATION_LOGINS: readonly string[] = [
  'dependabot',
  'renovate',
  'github-actions',
  'mergify',
  'pre-commit-ci',
  'autofix-ci',
  'crowdin-bot',
  'weblate',
  'dotnet-maestro',
  'copybara-service',
  'codecov',
  'gitstream-cm',
  'aikido-autofix',
  'vercel-ai-sdk',
  'gemini-cli-robot',
  'stainless-app',
  'fern-api',
  'release-please',
  'istio-testing',
  'web-flow',
];
