/** META004: the change touches what decides about changes: policy, owners, hooks, checks, and who may alter them. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { isHook, kindsOf } from '../kinds.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';

const META004 = rule('META004', 'guard-weakened', 'critical', 'exact', ['the guard asks for no less than before']);

export const guards: Detector = { id: 'guards', detect: ({ files }) => files.flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  if (!kindsOf(file.path).includes('guard')) return [];
  // a first guard takes nothing away; a hook that is new still runs on other people's machines
  const hook = isHook(file.path);
  if (file.status === 'A')
    return [
      META004({
        place: { path: file.path, side: 'head' },
        severity: hook ? 'high' : 'elevated',
        what: `${file.path} is new and decides about changes${hook ? ', and runs where people work' : ''}`,
      }),
    ];
  const gone = file.status === 'D';
  if (onlyPins(file))
    return [
      META004({ place: { path: file.path, side: 'head' }, severity: 'elevated', what: `${file.path} takes its hooks from other revisions: other code runs where people work` }),
    ];
  return [
    META004({
      place: { path: file.path, side: gone ? 'base' : 'head' },
      what: `${file.path} ${gone ? 'is deleted' : 'changes'}: what guards other changes may ask for less`,
      because: [['path', file.path]],
    }),
  ];
}

/** The monthly bump: every hook is still there and still runs. */
function onlyPins({ path, base, head }: FileEvidence): boolean {
  const unpinned = (side: FileEvidence['head']): string => textOf(side).replace(/^([ \t]*(?:- )?rev:)[ \t]+["']?[\w.+-]{1,80}["']?[ \t]*(?:#[^\n]*)?$/gm, '$1');
  return path.endsWith('.pre-commit-config.yaml') && base?.kind === 'text' && head?.kind === 'text' && unpinned(base) === unpinned(head);
}
