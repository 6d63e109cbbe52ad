/** Detected commits, counted: what a history says of AI at a glance. It holds counts and a few of the newest, never the commits. */
import { subjectOf } from '../core/change/subject.ts';
import type { Found } from './detect.ts';

export interface ToolCount {
  readonly tool: string;
  readonly commits: number;
  /** Milliseconds since 1970, as authors claim. */
  readonly first: number;
  readonly last: number;
}

export interface MarkedCommit {
  readonly sha: string;
  readonly level: string;
  readonly tools: readonly string[];
  /** First line of the message, at most 200 characters. */
  readonly title: string;
  readonly at: number;
}

export interface DetectSummary {
  readonly commits: number;
  readonly levels: { readonly [level: string]: number };
  /** Commits by where evidence that counts stands: the same commit may count in several. */
  readonly sources: { readonly [source: string]: number };
  /** Most commits first. */
  readonly tools: readonly ToolCount[];
  /** Commits whose evidence could not all be read. */
  readonly unreadable: number;
  /** The first that came: newest first. */
  readonly newest: readonly MarkedCommit[];
}

const NEWEST = 10;
const TITLE = 200;
export const LEVELS = ['agent', 'assisted', 'suggestion', 'unattributed', 'human'] as const;

export interface Counting {
  add(found: Found): void;
  summary(): DetectSummary;
}

export function counting(): Counting {
  let [commits, unreadable] = [0, 0];
  const levels = new Map<string, number>();
  const sources = new Map<string, number>();
  const tools = new Map<string, { commits: number; first: number; last: number }>();
  const newest: MarkedCommit[] = [];
  const more = (of: Map<string, number>, key: string): void => void of.set(key, (of.get(key) ?? 0) + 1);
  return {
    add: ({ commit, detected: { sha, level, tools: named, evidence } }) => {
      commits += 1;
      more(levels, level);
      if (evidence.length === 0) return;
      if (evidence.some((e) => e.rule === 'evidence-unreadable')) unreadable += 1;
      for (const source of new Set(evidence.filter((e) => e.trust >= 2).map((e) => e.source))) more(sources, source);
      for (const tool of named) {
        const { commits: n, first, last } = tools.get(tool) ?? { commits: 0, first: commit.at, last: commit.at };
        tools.set(tool, { commits: n + 1, first: Math.min(first, commit.at), last: Math.max(last, commit.at) });
      }
      if (newest.length < NEWEST && level !== 'unattributed' && level !== 'human') newest.push({ sha, level, tools: named, title: subjectOf(commit, TITLE), at: commit.at });
    },
    summary: () => ({
      commits,
      levels: Object.fromEntries(LEVELS.map((level) => [level, levels.get(level) ?? 0])),
      sources: Object.fromEntries([...sources].sort((a, b) => b[1] - a[1])),
      tools: [...tools].map(([tool, of]) => ({ tool, ...of })).sort((a, b) => b.commits - a.commits || (a.tool < b.tool ? -1 : 1)),
      unreadable,
      newest,
    }),
  };
}
