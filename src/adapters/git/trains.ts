/** The port `Trains` over `git log`, from objects alone. Paths are the author's: taken letter by letter, never as patterns. */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { TrainStep, Trains } from '../../flows/ports-train.ts';
import { isId, lines } from './change.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { runGit, succeeded } from './run.ts';

/** Bytes of paths in one command line; a system takes some 128 KiB for one argument and two MiB for all. */
const PATHS = 100_000;

/** @param place as for `openRepository`. Opening costs nothing. */
export function openTrains(place: RepositoryPlace): Trains {
  return {
    stood: async (tip, at) => {
      const there = await locate(place);
      return there.ok ? stood(there.value, tip, at) : there;
    },
    touching: async (asked) => {
      const there = await locate(place);
      return there.ok ? touching(there.value, asked) : there;
    },
  };
}

async function stood(place: Place, tip: Oid, at: number): Promise<Result<Oid | null>> {
  if (!isId(place, tip)) return err(problem('GIT_FAILED', `${JSON.stringify(tip)} is not a full object id`));
  const before = `--before=${Math.floor(at / 1_000)}`;
  const found = succeeded('rev-list', await runGit(['rev-list', '--first-parent', '--max-count=1', before, tip], { env: place.objects }));
  if (!found.ok) return found;
  const [id] = lines(found.value);
  if (id !== undefined && id !== '') return ok(id);
  // the whole chain is younger, or it is cut off before it is old enough
  if (place.shallow.size > 0) return err(problem('CONTENT_UNSEEN', 'this clone ends before the window does', { remedy: 'fetch the missing history: git fetch --unshallow' }));
  return ok(null);
}

async function touching(place: Place, { from, to, paths, most }: Parameters<Trains['touching']>[0]): Promise<Result<readonly TrainStep[]>> {
  if (!isId(place, to) || (from !== null && !isId(place, from))) return err(problem('GIT_FAILED', 'a train was asked for of something that is no object id'));
  if (paths.reduce((sum, p) => sum + Buffer.byteLength(p) + 1, 0) > PATHS) return err(problem('PUSH_TOO_LARGE', `${paths.length} paths are too many to ask for at once`));
  const range = [to, ...(from === null ? [] : [`^${from}`])];
  const args = [
    '--literal-pathspecs',
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--no-show-signature',
    '--format=%H %P',
    `--max-count=${most + 1}`,
    ...range,
    '--',
    ...paths,
  ];
  const printed = succeeded('log', await runGit(args, { env: place.objects }));
  if (!printed.ok) return printed;
  const steps = lines(printed.value).map((line): TrainStep => {
    const [commit = '', parent = null] = line.split(' ');
    return { commit, parent: parent === '' ? null : parent };
  });
  return ok(steps.reverse());
}
