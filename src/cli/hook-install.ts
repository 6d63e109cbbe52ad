/** `countersign hook install`: sets the hooks of a clone, beside what is there. */
import { problem } from '../core/base/result.ts';
import { type Answer, refusal } from './exit.ts';

export interface HookInstallOptions {
  /** Any folder of the clone. */
  readonly repo: string;
  readonly uninstall?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function hookInstall(options: HookInstallOptions): Promise<Answer> {
  return refusal([problem('USAGE', 'not there yet', { place: options.repo })], options.json);
}
