/** A change that has not landed, read as if it had in one commit: the same cutter reads the difference of its two ends. */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { LandedCommit } from '../../core/risk/score/landed.ts';
import { isId } from './change.ts';
import { landedStream } from './landed-stream.ts';
import { idLength, type Place } from './place.ts';
import { runGit, succeeded } from './run.ts';

const DIFF = ['diff-tree', '-z', '-r', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none', '--no-abbrev', '-O/dev/null', '--raw', '--numstat'];

export async function squashed(place: Place, base: Oid, head: Oid, as: Omit<LandedCommit, 'files'>): Promise<Result<LandedCommit>> {
  if (!isId(place, base) || !isId(place, head)) return err(problem('GIT_FAILED', 'a change was asked for of something that is no object id'));
  const printed = succeeded('diff-tree', await runGit([...DIFF, base, head], { env: place.objects }));
  if (!printed.ok) return printed;
  const stream = landedStream(idLength(place.format));
  // the fields of a commit stand before its files; nobody's words are in them
  const fields = [head, base, '', '', '0 +0000', '', '', '0', ''];
  const taken = stream.take(Buffer.concat([Buffer.from(`${fields.join('\0')}\0${printed.value.length > 0 ? '\n' : ''}`), printed.value]));
  const last = taken?.at(0) ?? stream.end();
  return taken === null || last === undefined ? err(problem('GIT_FAILED', 'git diff-tree answered something else')) : ok({ ...as, files: last.files });
}
