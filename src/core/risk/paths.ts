/** What a path alone says: infrastructure, IAM, routing, workflows. Heuristic, so never more than high. */
import type { FileEvidence } from './evidence.ts';
import { rule } from './finding.ts';
import type { Kind } from './kinds.ts';
import { kindsOf } from './kinds.ts';
import { textOf } from './lines.ts';
import type { Detector, Finding } from './risk.ts';

const PATH101 = rule('PATH101', 'infrastructure-path', 'elevated', 'heuristic', ['somebody who runs this infrastructure has read it']);
const PATH102 = rule('PATH102', 'iam-path', 'high', 'heuristic', ['the set of who may do what is no larger than before']);
const PATH103 = rule('PATH103', 'routing-path', 'high', 'heuristic', ['the old routes still answer, and the way back is known']);
const PATH104 = rule('PATH104', 'workflow-path', 'high', 'heuristic', ['no check, approval or pin is lost']);
const PATH105 = rule('PATH105', 'kubernetes-path', 'elevated', 'heuristic', ['the rendered difference was read']);

const RULES: { readonly [K in Kind]?: readonly [ReturnType<typeof rule>, string] } = {
  terraform: [PATH101, 'is infrastructure source'],
  infrastructure: [PATH101, 'configures infrastructure'],
  iam: [PATH102, 'decides who may do what'],
  routing: [PATH103, 'decides where traffic goes'],
  workflow: [PATH104, 'runs with the rights of the pipeline'],
  kubernetes: [PATH105, 'decides what the cluster runs'],
};

export const paths: Detector = { id: 'paths', detect: ({ files }) => files.flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const side = file.head === undefined ? 'base' : 'head';
  return kindsOf(file.path).flatMap((kind) => {
    const entry = RULES[kind];
    if (entry === undefined) return [];
    if (kind === 'workflow' && onlyPins(file)) return [PATH104({ place: { path: file.path, side }, severity: 'elevated', what: PINS(file.path), because: [['path', file.path]] })];
    const [make, why] = entry;
    return [
      make({
        place: { path: file.path, side },
        what: `${file.path} ${why}, and it is ${{ A: 'added', D: 'deleted', M: 'changed', T: 'turned into something else' }[file.status]}`,
        because: [['path', file.path]],
      }),
    ];
  });
}

const PINS = (path: string): string => `${path} takes its actions from other commits: other code runs with the rights of the pipeline`;

/** The same actions, each pinned by a full commit id before and after: no check, approval or pin is lost. A tag is no pin. */
function onlyPins({ base, head }: FileEvidence): boolean {
  const [before, after] = [textOf(base), textOf(head)];
  return before !== '' && after !== '' && before !== after && unpinned(before) === unpinned(after);
}

const unpinned = (text: string): string => text.replace(/^([ \t]*(?:- )?uses:[ \t]+["']?[\w./-]+@)[0-9a-f]{40}(["']?)[ \t]*(?:#[^\n]*)?$/gm, '$1$2');
