/** One line of `.countersign/agents.yml` for an account nobody has classified. Names and logins are whatever a pusher wrote. */
import { quoted } from '../yaml-text.ts';

export interface AgentAccount {
  /** Its login where its name or address tells it, else its name. */
  readonly account: string;
  readonly name: string;
  readonly email: string;
  /** A person of the roster, or `@team`. */
  readonly owner: string;
}

/** What matches this account and nobody else: its login, else its address, else its name. */
export function agentEntry({ account, name, email, owner }: AgentAccount): string {
  const match = /^[^\s<>@]+$/.test(account) ? `login: ${quoted(account)}` : email === '' ? `name: ${quoted(name)}` : `mail: ${quoted(email)}`;
  return `{ match: { ${match} }, tool: ${quoted(slug(name || account))}, level: agent, owner: ${quoted(owner)} }`;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\[bot\]$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'agent';
