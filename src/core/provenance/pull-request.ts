/**
 * What a pull request says of who made it: its author, its head branch, its text. Only the forge's own API is more than a
 * claim, and only of the author. People name branches after tools, and reviewers' robots describe human code in its text.
 */
import { AUTOMATION_LOGINS } from './catalogue/automation.ts';
import { ACCOUNT_BY_ID, ACCOUNT_BY_LOGIN, BODY_RULES, BRANCH_RULES, type KnownAccount, matches } from './catalogue/catalogue.ts';
import { accountMatch } from './identity.ts';
import { cut, type Marked, NO_MARKS, textMarks } from './marks.ts';
import type { Registry } from './registry.ts';
import { withoutReviewers } from './reviewer-blocks.ts';

export interface PullRequest {
  /** Login on the forge. */
  readonly author?: string;
  readonly authorId?: number;
  readonly authorIsBot?: boolean;
  readonly body?: string;
  /** Head branch. */
  readonly branch?: string;
  /** Author and id are the answer of the forge's API, and nobody's word. */
  readonly verified?: boolean;
}

export interface PullRequestMarks {
  readonly evidence: readonly Marked[];
  readonly declared: readonly string[];
  readonly unknown: readonly string[];
  readonly unread: readonly string[];
}

/** @param branch known of the commit itself, where the pull request tells none. */
export function pullRequestMarks(pr: PullRequest, branch: string | undefined, registry: Registry): PullRequestMarks {
  const author = authorMarks(pr, registry);
  const body = pr.body === undefined ? NO_MARKS : textMarks(withoutReviewers(pr.body), BODY_RULES, registry);
  const others = [...author.evidence, ...body.evidence.filter((e) => e.trust >= 2)];
  const evidence = [...author.evidence, ...body.evidence, ...branchMarks(pr.branch ?? branch, others, registry)];
  return { evidence, declared: body.declared, unknown: author.unknown, unread: body.unread };
}

/** A branch decides nothing alone; beside an author or a text of the same tool it is one more mark. */
function branchMarks(branch: string | undefined, others: readonly Marked[], registry: Registry): readonly Marked[] {
  if (branch === undefined) return [];
  const name = branch.slice(0, 500).replace(/^refs\/heads\//, '');
  return BRANCH_RULES.filter((r) => matches(r, name) && !registry.veto.has(r.rule)).map((r): Marked => {
    const seconded = others.some((e) => e.tool === r.tool || r.tool === 'other-agent');
    return { rule: r.rule, slot: 'branch', tool: r.tool, level: 'assisted', trust: seconded ? 2 : 1, matched: cut(name) };
  });
}

function authorMarks(pr: PullRequest, registry: Registry): { readonly evidence: readonly Marked[]; readonly unknown: readonly string[] } {
  if (pr.author === undefined && pr.authorId === undefined) return { evidence: [], unknown: [] };
  const login = loginOf(pr);
  const trust = pr.verified === true ? 5 : 2;
  const base = { slot: 'pr-author' as const, trust: trust as 5 | 2, matched: cut(login) };
  const account = { login, name: login, email: '' };
  const own = registry.agents.find((a) => a.match.matches(account));
  if (own !== undefined) return { evidence: [{ rule: 'registry/agent', tool: own.tool, level: own.level, ...base }], unknown: [] };
  const known = accountOf(pr, login);
  // what the forge itself says nobody takes away
  if (known !== undefined && (trust === 5 || !registry.veto.has(`${known.tool}/account`))) {
    const { rule, tool, level } = accountMatch(known, 'author', login);
    return { evidence: [{ rule, tool, level, ...base }], unknown: [] };
  }
  return { evidence: [], unknown: known === undefined && login.endsWith('[bot]') && !classified(account, registry) ? [login] : [] };
}

/** The API leaves the suffix away in places (`app/devin-ai-integration`, type Bot). */
function loginOf({ author = '', authorIsBot }: PullRequest): string {
  const login = author
    .slice(0, 200)
    .trim()
    .toLowerCase()
    .replace(/^app\//, '');
  const app = authorIsBot === true || /^app\//i.test(author.trim());
  return app && login !== '' && !login.endsWith('[bot]') && login !== 'copilot' ? `${login}[bot]` : login;
}

function accountOf({ authorId, authorIsBot }: PullRequest, login: string): KnownAccount | undefined {
  const byId = authorId === undefined ? undefined : ACCOUNT_BY_ID.get(authorId);
  const found = byId ?? (login === 'copilot' && authorIsBot !== true ? undefined : ACCOUNT_BY_LOGIN.get(login));
  // an account that does other work too is told by a display name, and there is none here
  return found?.named === undefined ? found : undefined;
}

function classified(account: { login: string; name: string; email: string }, registry: Registry): boolean {
  return AUTOMATION_LOGINS.has(account.login.replace(/\[bot\]$/, '')) || [...registry.automation, ...registry.people.map((p) => p.match)].some((m) => m.matches(account));
}
