/**
 * Writes a git-ai authorship log, standard 3.0.0, for the tools that read it. What the format has no room for is left out
 * and said: removed lines, and paths it cannot spell. Our own record holds everything.
 */
import { sha256Hex } from '../../base/crypto.ts';
import type { Attribution, FileLines, Hand } from './attribution.ts';
import { sessionId } from './fingerprint.ts';

export interface GitAiNote {
  readonly text: string;
  /** In words. */
  readonly left: readonly string[];
}

export function writeGitAi({ commit, files, hands }: Attribution): GitAiNote {
  const written = files.filter((f) => f.ranges.length > 0);
  const lost = written.filter((f) => !spells(f.path));
  const removed = files.reduce((n, f) => n + f.removed.reduce((m, r) => m + r.count, 0), 0);
  const keys = new Map([...hands].map(([key, hand]) => [key, { key: keyOf(hand, key), hand }]));
  const attested = written
    .filter((f) => spells(f.path))
    .map((f) => attest(f, (hand) => keys.get(hand)?.key ?? ''))
    .join('');
  return {
    text: `${attested}---\n${JSON.stringify(meta(commit, [...keys.values()]), undefined, 2)}\n`,
    left: [
      ...lost.map((f) => `${JSON.stringify(f.path)}: the format cannot spell this path`),
      ...(removed === 0 ? [] : [`${removed} removed line${removed === 1 ? '' : 's'}: the format has no room for what is gone`]),
    ],
  };
}

/** Nothing is escaped in it: a quote before a line feed, or at its end, would close it early; a bare one could be an entry or the divider. */
const spells = (path: string): boolean => path !== '' && path !== '---' && !/^["\s]|["\s]$|"\r?\n|\r$/.test(path) && path.length < 4_000;
const quoted = (path: string): string => (/\s/.test(path) ? `"${path}"` : path);

function attest({ path, ranges }: FileLines, keyOf: (hand: string) => string): string {
  const byKey = Map.groupBy(ranges, (r) => keyOf(r.hand));
  const entries = [...byKey].map(([key, of]) => `  ${key} ${of.map((r) => (r.start === r.end ? `${r.start}` : `${r.start}-${r.end}`)).join(',')}\n`);
  return `${quoted(path)}\n${entries.join('')}`;
}

const SESSION = /^s_[0-9a-f]{14}$/;

/** `s_...` of the session, `h_...` of the person: as git-ai computes them, so that the keys of two tools join. */
function keyOf(hand: Hand, key: string): string {
  if (hand.by === 'human') return `h_${sha256Hex(hand.person ?? key).slice(0, 14)}`;
  const session = SESSION.test(hand.session ?? '') ? hand.session : sessionId(hand.tool, hand.session ?? key);
  return `${session}::t_${sha256Hex(`${key}:${session}`).slice(0, 14)}`;
}

function meta(commit: string, keys: readonly { readonly key: string; readonly hand: Hand }[]) {
  const of = (by: Hand['by']) => keys.filter(({ hand }) => hand.by === by);
  const sessions = of('ai').map(({ key, hand }) => {
    const session = key.replace(/::.*$/, '');
    const person = hand.person === undefined ? {} : { human_author: hand.person };
    return [session, { agent_id: { tool: hand.tool, id: session, model: hand.model ?? 'unknown' }, ...person }] as const;
  });
  return {
    schema_version: 'authorship/3.0.0',
    base_commit_sha: commit,
    prompts: {},
    sessions: Object.fromEntries(sessions),
    humans: Object.fromEntries(of('human').map(({ key, hand }) => [key, { author: hand.person ?? '' }])),
  };
}
