/** `countersign store migrate`: tables of this version, and what was done. */
import { openUpkeep } from '../world.ts';
import { placeOf, wordsOf } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';
import { visibleLines } from './terminal.ts';

export interface StoreMigrateFlags {
  readonly data?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** 0 they are of this version, or are now; 1 they would have to be changed (`--check`); 2 nothing was done. */
export async function storeMigrate({ data, check = false, json = false }: StoreMigrateFlags): Promise<Answer> {
  const place = placeOf(data);
  const line = progressLine(process.stderr);
  const done = await (await openUpkeep()).migrateStore(place, check, (entries) => line.show(`replayed ${entries} entries`, null));
  line.clear();
  if (!done.ok) return refusal([done.error], json);
  const { found, meant, differs } = done.value;
  const code = check && differs ? EXIT.signoff : EXIT.ok;
  if (json) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, found, meant, changed: differs && !check, needed: differs })}\n`, stderr: '' };
  const steps = (['schema', 'projections', 'turn'] as const)
    .filter((name) => found[name] !== meant[name])
    .map((name) => `  ${name.padEnd(12)} ${found[name] ?? 'none'} -> ${meant[name]}\n`);
  const words = !differs ? 'is of this version' : check ? 'is of another version; store migrate would change' : 'was brought to this version; the log is what it was';
  return { code, stdout: visibleLines(`${wordsOf(place)} ${words}\n${steps.join('')}`), stderr: '' };
}
