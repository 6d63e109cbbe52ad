/** CI109 in objects that roll out by themselves: Rollouts and analyses of Argo, canaries of Flagger. Watched less, or faster, is the loss. */
import { type DataNode, dig, entries, entry, items, number, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Detector, Finding } from '../risk.ts';
import { CI109 } from './gates.ts';

export const rollouts: Detector = { id: 'rollouts', detect: ({ files }) => files.flatMap(ofFile) };

const KINDS = /^(?:Rollout|Canary|AnalysisTemplate|ClusterAnalysisTemplate)$/;

function ofFile(file: FileEvidence): readonly Finding[] {
  const before = objectsIn(file.base);
  if (before.size === 0) return [];
  const after = objectsIn(file.head);
  return [...before].flatMap(([name, was]) => {
    const is = after.get(name);
    return is === undefined
      ? []
      : lost(was, is).map((why) => CI109({ place: { path: file.path, side: 'head', line: is.line, object: name }, what: `${file.path}: ${name} ${why}` }));
  });
}

function objectsIn(side: Parsed | undefined): ReadonlyMap<string, DataNode> {
  if (side?.kind !== 'data') return new Map();
  return new Map(side.documents.filter((d) => KINDS.test(text(dig(d, 'kind')) ?? '')).map((d) => [`${text(dig(d, 'kind'))} ${text(dig(d, 'metadata', 'name')) ?? ''}`, d]));
}

function lost(was: DataNode, is: DataNode): readonly string[] {
  const spec = (d: DataNode): DataNode | undefined => dig(d, 'spec');
  const steps = (d: DataNode): readonly DataNode[] => items(dig(spec(d), 'strategy', 'canary', 'steps'));
  const has = (d: DataNode, key: string): number => steps(d).filter((s) => entry(s, key) !== undefined).length;
  const first = (d: DataNode): number =>
    number(
      dig(
        steps(d).find((s) => entry(s, 'setWeight') !== undefined),
        'setWeight',
      ),
    ) ?? 100;
  const out: string[] = [];
  if (has(is, 'pause') < has(was, 'pause')) out.push('pauses less often before everybody gets the new version');
  if (has(is, 'analysis') < has(was, 'analysis')) out.push('no longer looks at figures before it goes on');
  if (steps(was).length > 0 && first(is) > first(was)) out.push(`gives the new version to ${first(is)} % at once, where it was ${first(was)} %`);
  const flagger = (d: DataNode, key: string): number | undefined => number(dig(spec(d), 'analysis', key));
  for (const key of ['stepWeight', 'maxWeight', 'threshold']) {
    const [before, after] = [flagger(was, key), flagger(is, key)];
    if (before !== undefined && after !== undefined && after > before) out.push(`allows more in one step (${key} ${before} to ${after})`);
  }
  const limits = (d: DataNode): readonly string[] =>
    items(dig(spec(d), 'metrics')).flatMap((m) =>
      entries(m).flatMap((e) =>
        /^(?:failureLimit|successCondition|failureCondition|inconclusiveLimit)$/.test(e.key) ? [`${text(dig(m, 'name'))} ${e.key} ${text(e.value)}`] : [],
      ),
    );
  const gone = limits(was).filter((l) => !limits(is).includes(l));
  if (gone.length > 0) out.push(`asks something else of the figures: ${gone.join(', ').slice(0, 120)}`);
  return out;
}
