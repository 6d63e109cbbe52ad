/** `--floor FILE`: what the organisation asks of every repository, kept where no repository can change it. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { readLayers } from '../core/policy/layers.ts';
import type { Floor } from '../flows/governance.ts';

/** A floor that cannot be read by itself is refused here, with its place; how it joins a policy is said when one is read. */
export async function floorsAt(files: readonly string[] = []): Promise<Result<readonly Floor[], readonly Problem[]>> {
  const floors: Floor[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null) {
      problems.push(problem('USAGE', 'there is no such file, or it cannot be read', { place: `--floor ${file}`, remedy: 'check the path' }));
      continue;
    }
    const floor = { name: `floor ${basename(file)}`, bytes: new Uint8Array(bytes) };
    const read = readLayers(floor.bytes, floor.name, {});
    if (read.ok) floors.push(floor);
    else problems.push(...read.error);
  }
  return problems.length > 0 ? err(problems) : ok(floors);
}
