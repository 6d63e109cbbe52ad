/**
 * CI105 where the check is kept and what it runs is not: a script of package.json that a pipeline calls by its name, and that does nothing
 * any more. Whoever empties it edits no pipeline.
 */
import { dig, entries, text } from '../data.ts';
import type { Parsed } from '../evidence.ts';
import type { Detector, Finding } from '../risk.ts';
import { CI105 } from './gates.ts';
import { isVendored } from './pipeline.ts';

/** Names by which checks are called. */
const CHECK = /^(?:test|tests|lint|check|typecheck|type-check|types|verify|audit|validate|ci)(?::[\w:-]+)?$/;
/** Succeeds, whatever the code is. */
const HOLLOW = /^\s*(?:(?:true|:|exit(?:\s+0)?|(?:echo|printf)\b[^;&|]*)\s*(?:;|&&|\|\||$)\s*)*$/;

export const hollow: Detector = {
  id: 'hollow-checks',
  detect: ({ files }) =>
    files
      .filter((f) => /(?:^|\/)package\.json$/.test(f.path) && !isVendored(f.path))
      .flatMap((f): readonly Finding[] => {
        const was = scriptsOf(f.base);
        return [...scriptsOf(f.head)].flatMap(([name, { run, line }]) => {
          const before = was.get(name)?.run;
          if (!CHECK.test(name) || before === undefined || HOLLOW.test(before) || !HOLLOW.test(run)) return [];
          return [
            CI105({
              place: { path: f.path, side: 'head', line, object: name },
              what: `${f.path}: \`${name}\` checks nothing any more, and whatever asks for it by name is told that all is well`,
              because: [
                ['before', before],
                ['after', run],
              ],
            }),
          ];
        });
      }),
};

interface Script {
  readonly run: string;
  readonly line: number;
}

const scriptsOf = (side: Parsed | undefined): ReadonlyMap<string, Script> =>
  new Map((side?.kind === 'data' ? entries(dig(side.documents[0], 'scripts')) : []).map((e) => [e.key, { run: text(e.value) ?? '', line: e.line }]));
