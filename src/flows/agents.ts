/**
 * Accounts nobody has classified: bots, and whoever calls itself an agent. No catalogue can know an organisation's own, so a
 * history is asked once who they are, and the answer is a line of `.countersign/agents.yml`. Names and logins are whatever a
 * pusher wrote.
 */
import type { Result } from '../core/base/result.ts';
import { identify } from '../core/provenance/identity.ts';
import type { Registry } from '../core/provenance/registry.ts';
import type { CommitMessage, Messages, MessagesAsked } from './ports.ts';

export interface Seen {
  readonly sha: string;
  /** Milliseconds since 1970, as the author claims. */
  readonly at: number;
}

export interface UnknownAgent {
  /** Its login where its name or address tells it, else its name. */
  readonly account: string;
  readonly name: string;
  readonly email: string;
  readonly authored: number;
  /** Commits it only committed. */
  readonly committed: number;
  readonly first: Seen;
  readonly last: Seen;
}

export interface AgentsAsked extends MessagesAsked {
  readonly registry: Registry;
  /** Called with the commits read so far. */
  readonly progress?: (commits: number) => void;
}

export interface UnknownAgents {
  readonly commits: number;
  /** Most commits first. */
  readonly unknown: readonly UnknownAgent[];
  /** What was not seen, in words. */
  readonly notSeen: readonly string[];
}

/** Whoever pushes may make up names without end. */
const MOST = 10_000;

/** Problems as `Messages.read` has them. */
export async function unknownAgents(messages: Messages, asked: AgentsAsked): Promise<Result<UnknownAgents>> {
  const found = new Map<string, UnknownAgent>();
  let commits = 0;
  let left = false;
  const note = (commit: CommitMessage, person: CommitMessage['author'], account: string | null, authored: boolean): void => {
    if (account === null) return;
    const key = account.toLowerCase();
    const known = found.get(key);
    if (known === undefined && found.size >= MOST) {
      left = true;
      return;
    }
    found.set(key, seenIn(known ?? { account, ...person, authored: 0, committed: 0, first: seen(commit), last: seen(commit) }, commit, authored));
  };
  const ended = await messages.read(asked, (batch) => {
    for (const commit of batch) {
      const { author, committer } = commit;
      note(commit, author, unknownName(author, asked.registry), true);
      if (committer !== author) note(commit, committer, unknownName(committer, asked.registry), false);
    }
    commits += batch.length;
    asked.progress?.(commits);
  });
  if (!ended.ok) return ended;
  const unknown = [...found.values()].sort((a, b) => b.authored + b.committed - a.authored - a.committed || (a.account < b.account ? -1 : 1));
  return { ok: true, value: { commits, unknown, notSeen: [...ended.value, ...(left ? [`more than ${MOST} accounts call themselves bots: the rest is left out`] : [])] } };
}

const unknownName = ({ name, email }: CommitMessage['author'], registry: Registry): string | null => identify(name, email, 'author', registry).unknown;

const seen = ({ id, at }: CommitMessage): Seen => ({ sha: id, at });

function seenIn(agent: UnknownAgent, commit: CommitMessage, authored: boolean): UnknownAgent {
  return {
    ...agent,
    authored: agent.authored + (authored ? 1 : 0),
    committed: agent.committed + (authored ? 0 : 1),
    first: commit.at < agent.first.at ? seen(commit) : agent.first,
    last: commit.at > agent.last.at ? seen(commit) : agent.last,
  };
}
