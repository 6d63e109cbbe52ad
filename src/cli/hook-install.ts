/** `countersign hook install`: sets the hooks of a clone, beside what is there, and takes them out again. */
import { realpathSync } from 'node:fs';
import { clonesHooks } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible } from './terminal.ts';

export interface HookInstallOptions {
  /** Any folder of the clone. */
  readonly repo: string;
  readonly uninstall?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** The command the hooks call; this very one unless told. */
  readonly program?: { readonly node: string; readonly script: string };
}

/** Exit 0 done, or nothing to do; 2 where nothing was touched. */
export async function hookInstall({ repo, uninstall = false, dryRun = false, json = false, program }: HookInstallOptions): Promise<Answer> {
  const hooks = await clonesHooks();
  const ours = program ?? { node: process.execPath, script: realpathSync(process.argv[1] ?? '') };
  const done = uninstall ? await hooks.unset(repo, dryRun) : await hooks.set(repo, ours, dryRun);
  if (!done.ok) return refusal(done.error, json);
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, dryRun, hooks: done.value }, null, 2)}\n`, stderr: '' };
  const head = dryRun ? ['nothing is written; this would be done:'] : [];
  const rows = done.value.map(({ hook, file, done: what }) => `${hook.padEnd(18)} ${WORDS[what].padEnd(34)} ${visible(file)}`);
  const next = uninstall || dryRun ? [] : ['every commit here now says whether an AI assisted, where policy asks; countersign hook install --uninstall puts back what was'];
  return { code: EXIT.ok, stdout: [...head, ...rows, ...next].map((l) => `${l}\n`).join(''), stderr: '' };
}

const WORDS = {
  set: 'set',
  chained: 'set; what was there runs first',
  unchanged: 'set already',
  removed: 'taken out',
  restored: 'taken out; what was there is back',
  absent: 'not ours, left alone',
} as const;
