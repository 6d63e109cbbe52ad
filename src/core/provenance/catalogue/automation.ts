/** Machines that are no AI: dependency, release and merge robots. Trailers in their commits are read all the same. */

/** 41898282 counts as claude under the login `claude[bot]` alone: the workflow's own account carries it there. */
export const AUTOMATION_IDS: ReadonlySet<number> = new Set([49699333, 29139614, 41898282, 224641728]);

/** Lower case, without `[bot]`. */
export const AUTOMATION_LOGINS: ReadonlySet<string> = new Set([
  'dependabot',
  'dependabot-preview',
  'renovate',
  'renovate-bot',
  'github-actions',
  'github-merge-queue',
  'github-advanced-security',
  'mergify',
  'pre-commit-ci',
  'autofix-ci',
  'allcontributors',
  'greenkeeper',
  'snyk-bot',
  'imgbot',
  'semantic-release-bot',
  'crowdin-bot',
  'weblate',
  'dotnet-maestro',
  'copybara-service',
  'copybara',
  'codecov',
  'gitstream-cm',
  'aikido-autofix',
  'vercel-ai-sdk',
  'gemini-cli-robot',
  'stainless-app',
  'fern-api',
  'release-please',
  'istio-testing',
  'istio-policy-bot',
  'web-flow',
]);

/** Whole addresses, lower case. The first is whatever is merged on the forge's own pages: nobody's hand. */
export const AUTOMATION_MAIL: ReadonlySet<string> = new Set(['noreply@github.com', 'gemini-cli-robot@google.com', 'gemini-cli@google.com']);
