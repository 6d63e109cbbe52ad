/**
 * The port `Messages` over one `git log` without any difference: who made each commit and what they said of it, as fast as
 * git prints it. Names are resolved in the clone; commits are read from its objects alone, where no configuration, mailmap,
 * replace ref or network of anybody's can bend them (see place.ts). Messages, names and addresses are whatever a pusher wrote.
 */
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Messages, MessagesAsked } from '../../flows/ports.ts';
import { AmbiguousName } from '../../flows/ports-names.ts';
import { MESSAGE_FORMAT, messageStream, type TakeMessages } from './message-stream.ts';
import { idLength, locate, type Place, type RepositoryPlace } from './place.ts';
import { pinnedRevision } from './revision.ts';
import { failure, runGit, startGit, tail } from './run.ts';

/** What the measurements ask git for too. */
export const MESSAGE_LOG = ['log', '-z', '--no-patch', '--encoding=UTF-8', '--no-show-signature', `--format=${MESSAGE_FORMAT}`] as const;

/** Into a pipe git writes every commit by itself unless told otherwise. */
const BUFFERED = { GIT_FLUSH: '0' } as const;

/** @param place a user's clone, `{ dir }`, or a bare repository. */
export function openMessages(place: RepositoryPlace): Messages {
  return {
    read: async (asked, take) => {
      const at = await locate(place);
      if (!at.ok) return at;
      const tips = await tipsOf(at.value, asked);
      return tips.ok ? walk(at.value, tips.value, asked, take) : tips;
    },
  };
}

async function tipsOf(place: Place, { range, all }: MessagesAsked): Promise<Result<readonly string[]>> {
  if (all === true) return everyTip(place);
  const asked = range ?? 'HEAD';
  if (asked.startsWith('-') || /[\0\n]/.test(asked)) return err(nothing(asked));
  const meant = await meantBy(place, asked);
  if (!meant.ok) return meant;
  const output = await runGit(['rev-parse', '--revs-only', meant.value, '--'], { env: place.refs });
  if (!output.ok) return output;
  const tips = output.value.code === 0 ? lines(output.value.stdout) : [];
  return tips.some((tip) => !tip.startsWith('^')) ? ok(tips) : err(nothing(asked));
}

/** The range with ids for the refs it names, so that no other ref can answer to them; both ends are HEAD where they are empty. */
async function meantBy(place: Place, asked: string): Promise<Result<string>> {
  const [, not = '', from = '', dots = '', to = ''] = /^(\^?)(.*?)(?:(\.{2,3})(.*))?$/s.exec(asked) ?? [];
  const named = (name: string): Promise<string | null> => pinnedRevision(place, name === '' && dots !== '' ? 'HEAD' : name);
  try {
    const [first, last] = [await named(from), dots === '' ? '' : await named(to)];
    return first === null || last === null ? err(nothing(asked)) : ok(`${not}${first}${dots}${last}`);
  } catch (error) {
    if (error instanceof AmbiguousName) return err(error.problem);
    throw error;
  }
}

const nothing = (asked: string): Problem =>
  asked === 'HEAD'
    ? problem('NOT_FOUND', 'there is no commit here yet', { place: 'HEAD', remedy: 'commit something first, or name a branch, or --all' })
    : problem('NOT_FOUND', `${JSON.stringify(asked)} names no commit here`, { place: 'range', remedy: 'name a revision or a range that is there, such as origin/main..HEAD' });

/** Every branch, tag and pull request that is here. Notes and stashes are not what anybody proposes. */
async function everyTip(place: Place): Promise<Result<readonly string[]>> {
  const output = await runGit(['for-each-ref', '--format=%(objecttype) %(objectname) %(refname)'], { env: place.refs, cap: 512 << 20 });
  if (!output.ok) return output;
  if (output.value.code !== 0) return err(failure('for-each-ref', output.value.code, output.value.stderr));
  const tips = lines(output.value.stdout).flatMap((line) => {
    const [type, id = '', ref = ''] = line.split(' ');
    return (type === 'commit' || type === 'tag') && !/^refs\/(?:notes\/|stash$|countersign\/.*\/notes\/)/.test(ref) ? [id] : [];
  });
  return tips.length > 0 ? ok([...new Set(tips)]) : err(nothing('--all'));
}

const lines = (bytes: Uint8Array): readonly string[] => (text(bytes) ?? '').split('\n').filter(Boolean);

/** Chunks are taken one at a time, so that a slow reader of what we print holds git up, and not our memory. */
async function walk(place: Place, tips: readonly string[], { since, signal }: MessagesAsked, take: TakeMessages): Promise<Result<readonly string[]>> {
  const child = startGit([...MESSAGE_LOG, ...(since === undefined ? [] : [`--since=@${Math.floor(since / 1_000)}`]), '--stdin'], { env: { ...place.objects, ...BUFFERED } });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stderr = tail(child.stderr);
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  child.stdin.end(`${tips.join('\n')}\n`);
  const ends = new Set<Oid>();
  const stream = messageStream(idLength(place.format), (commits) => {
    if (place.shallow.size > 0) for (const { id } of commits) if (place.shallow.has(id)) ends.add(id);
    return take(commits);
  });
  let odd = false;
  for await (const chunk of child.stdout) {
    odd = !(await stream.take(chunk));
    if (odd || signal?.aborted === true) break;
  }
  stop();
  const code = await closed;
  signal?.removeEventListener('abort', stop);
  if (odd) return err(problem('GIT_FAILED', 'git log answered something else'));
  if (signal?.aborted === true || code === 0) return ok(shallow(ends.size));
  return err(failure('log', code, stderr()));
}

const shallow = (ends: number): readonly string[] =>
  ends === 0 ? [] : [`this clone is shallow: history ends at ${ends} ${ends === 1 ? 'commit' : 'commits'}; git fetch --unshallow brings the rest`];
