/**
 * What a change set says it will do (CF101, CF102, CF103, CF105, CF106). Like a plan it comes from whoever made it: it adds
 * findings and never takes one away.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding, Place } from '../risk.ts';
import type { ChangeSet, StackChange } from './change-set.ts';
import { isStatefulType } from './stateful.ts';

const CF101 = rule('CF101', 'remove-or-replace-stateful', 'critical', 'exact', [
  'a snapshot restore was rehearsed',
  'DeletionPolicy and UpdateReplacePolicy are Retain or Snapshot',
]);
const CF102 = rule('CF102', 'retain-removed', 'critical', 'exact', ['both policies stay Retain or Snapshot']);
const CF103 = rule('CF103', 'logical-id-renamed', 'critical', 'exact', ['the logical id stays as it was']);
const CF105 = rule('CF105', 'nested-unseen', 'high', 'exact', ['the change set includes nested stacks, and theirs are given too']);
const CF106 = rule('CF106', 'destroy-stack', 'critical', 'exact', ['the environment is meant to go, and its owner says so']);
const CF107 = rule('CF107', 'partial-change-set', 'high', 'exact', ['every page of a change set that was made in full']);

export const changeSets: Detector = {
  id: 'cloudformation-change-sets',
  detect: ({ changeSets: all = [] }) => {
    const known = new Set(all.map((c) => c.id));
    return all.flatMap((set) => ofSet(set, known));
  },
};

const placeOf = (set: ChangeSet, object: string): Place => ({ path: 'change set', side: 'plan', object: `${set.stack}.${object}` });

function ofSet(set: ChangeSet, known: ReadonlySet<string>): readonly Finding[] {
  const added = new Set(set.changes.filter((c) => c.action === 'Add').map((c) => c.type));
  return [...partial(set), ...whole(set), ...set.changes.flatMap((c) => [...loss(set, c), ...renamed(set, c, added), ...policies(set, c), ...nested(set, c, known)])];
}

function partial(set: ChangeSet): readonly Finding[] {
  if (set.complete) return [];
  const place: Place = { path: 'change set', side: 'plan', object: set.stack };
  return [CF107({ place, what: `the change set of ${set.stack} shows only part of what would happen: ${set.partial.join('; ')}`, because: [['change set', set.digest]] })];
}

const goes = (c: StackChange): boolean => c.action === 'Remove' || (c.action === 'Modify' && c.replacement === 'True');
const ACTIONS = new Set(['Add', 'Modify', 'Remove', 'Import', 'Dynamic', 'SyncWithActual']);

/** Half of what the change set speaks of, for it names only what changes. */
function whole(set: ChangeSet): readonly Finding[] {
  const gone = set.changes.filter(goes);
  if (gone.length < 5 || gone.length * 2 < set.changes.filter((c) => c.action !== 'Add').length) return [];
  const names = gone.slice(0, 20).map((c) => c.logicalId);
  const place: Place = { path: 'change set', side: 'plan', object: set.stack };
  return [
    CF106({
      place,
      because: [['removed or replaced', names.join(', ')]],
      what: `${gone.length} resources of ${set.stack} are removed or replaced at once: this takes the stack away`,
    }),
  ];
}

/** Kept elsewhere it is a loss of care and not of data; what CloudFormation decides while it runs is unknown. */
function loss(set: ChangeSet, c: StackChange): readonly Finding[] {
  if (!isStatefulType(c.type) && ACTIONS.has(c.action)) return [];
  const place = placeOf(set, c.logicalId);
  const because = factsOf(c);
  if (goes(c)) {
    const kept = /^(?:Retain|Snapshot|ReplaceAndRetain|ReplaceAndSnapshot)$/.test(c.policyAction ?? '');
    const fate = c.action === 'Remove' ? 'is removed' : 'is made anew';
    const what = kept
      ? `${c.logicalId} ${fate}; what it held is kept, and nothing uses it any more`
      : `${c.logicalId} ${fate}, and the old one is deleted: its data is gone unless a snapshot is restored`;
    return [CF101({ place, because, ...(kept ? { severity: 'elevated' as const } : {}), what })];
  }
  const dynamic = c.details.some((d) => d.evaluation === 'Dynamic' && d.recreation !== 'Never');
  if (c.action === 'Dynamic' || c.replacement === 'Conditional' || dynamic)
    return [CF101({ place, because, severity: 'high', what: `whether ${c.logicalId} is made anew is decided while it runs: its data may go` })];
  return ACTIONS.has(c.action)
    ? []
    : [CF101({ place, because, severity: 'high', what: `the change set does something to ${c.logicalId || 'something'} that is not known here: ${c.action}` })];
}

/** @param added types of which the change set makes an object. */
function renamed(set: ChangeSet, c: StackChange, added: ReadonlySet<string>): readonly Finding[] {
  if (c.action !== 'Remove' || !isStatefulType(c.type) || !added.has(c.type)) return [];
  return [
    CF103({
      place: placeOf(set, c.logicalId),
      because: factsOf(c),
      what: `${c.logicalId} is removed and another ${c.type} is added, empty: a logical id that changes destroys what it named`,
    }),
  ];
}

const KEEPS = /^(?:Retain|Snapshot|RetainExceptOnCreate)$/;

function policies(set: ChangeSet, c: StackChange): readonly Finding[] {
  return c.policies
    .filter((p) => KEEPS.test(p.before) && !KEEPS.test(p.after))
    .map((p) =>
      CF102({
        place: placeOf(set, `${c.logicalId}.${p.name}`),
        because: [[p.name, `${p.before} -> ${p.after}`]],
        what: `${p.name} of ${c.logicalId} is no longer ${p.before}: the next ${p.name === 'DeletionPolicy' ? 'removal' : 'replacement'} deletes what it holds`,
      }),
    );
}

/** A nested stack that goes is seen as such; one that changes does so in a change set of its own. */
function nested(set: ChangeSet, c: StackChange, known: ReadonlySet<string>): readonly Finding[] {
  if (c.type !== 'AWS::CloudFormation::Stack') return [];
  if (c.action === 'Remove') return [CF106({ place: placeOf(set, c.logicalId), because: factsOf(c), what: `the nested stack ${c.logicalId} is removed, and everything in it` })];
  if (c.changeSetId !== undefined && known.has(c.changeSetId)) return [];
  return [CF105({ place: placeOf(set, c.logicalId), because: factsOf(c), what: `what changes inside the nested stack ${c.logicalId} is not shown: it may remove anything` })];
}

const factsOf = (c: StackChange): readonly (readonly [string, string])[] => [
  ['action', c.action],
  ['type', c.type],
  ...(c.replacement === undefined ? [] : [['replacement', c.replacement] as const]),
  ...(c.policyAction === undefined ? [] : [['policy_action', c.policyAction] as const]),
  ...(c.details.length === 0
    ? []
    : [
        [
          'because of',
          c.details
            .slice(0, 20)
            .map((d) => d.target)
            .join(', '),
        ] as const,
      ]),
];
