/** The range `lines` is asked about, and what is wrong with the place where it names nothing. */
import type { Result } from '../core/base/result.ts';
import { type LineRangeOf, lineRange } from '../flows/lines-range.ts';
import type { Repository } from '../flows/ports.ts';
import { noRepositoryAt } from '../world.ts';

/** A folder outside every repository has no commit of any name: that is said, and not that the name is wrong. */
export async function lineRangeAt(repository: Repository, range: string, dir: string): Promise<Result<LineRangeOf>> {
  const asked = await lineRange(repository, range);
  const nowhere = asked.ok ? null : await noRepositoryAt(dir);
  return nowhere === null ? asked : { ok: false, error: nowhere };
}
