/** SH108 where a script used to stop at the first failure (`set -e`, `-u`, `pipefail`) and no longer does. */
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Finding } from '../risk.ts';
import { SH108 } from './rules.ts';
import type { Script } from './script.ts';

const NAMES: { readonly [option: string]: string } = { e: 'at the first failure', u: 'at a variable that is not set', pipefail: 'at a failure within a pipeline' };

export function optionsGone(file: FileEvidence): readonly Finding[] {
  const after = new Map(scriptsOf(file.head).map((s) => [s.name, s]));
  return scriptsOf(file.base).flatMap((was) => {
    const is = after.get(was.name);
    // what does nothing any more needs no guard
    if (is === undefined || is.commands.length < 2 || is.unread.length > 0) return [];
    const [before, now] = [optionsOf(was), optionsOf(is)];
    const lost = Object.keys(NAMES).filter((o) => before.has(o) && !now.has(o));
    if (lost.length === 0) return [];
    const line = was.commands.find((c) => c.words[0]?.text === 'set')?.line;
    return [
      SH108({
        place: { path: file.path, side: 'base', object: was.name === '' ? 'set' : was.name, ...(line === undefined ? {} : { line }) },
        what: `${file.path} no longer stops ${lost.map((o) => NAMES[o]).join(', ')}: what follows runs on whatever went wrong`,
        because: [['options that went', lost.join(' ')]],
      }),
    ];
  });
}

const scriptsOf = (side: Parsed | undefined): readonly Script[] =>
  side !== undefined && 'scripts' in side ? (side.scripts ?? []).filter((s) => s.runner !== 'image' && s.runner !== 'program') : [];

/** In force at the last command: a `set +e` around one command that is taken back counts for nothing. */
const optionsOf = ({ commands }: Script): ReadonlySet<string> => new Set(commands.filter((c) => c.within === undefined && c.via.length === 0).at(-1)?.options ?? []);
