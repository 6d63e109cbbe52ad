/**
 * Templates of CloudFormation and SAM, base against head (CF101 as far as the source tells, CF102, CF103, CF104). A value
 * that is a reference (`!Ref`, `Fn::If`) is unknown, and unknown is not the safe value.
 */
import { canonical, type DataEntry, type DataNode, dig, entries, entry, scalar, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding, Place } from '../risk.ts';
import { GUARDS_OFF, GUARDS_ON, isStatefulType, replacedBy } from './stateful.ts';

const CF101 = rule('CF101', 'remove-or-replace-stateful', 'critical', 'inferred', [
  'a snapshot restore was rehearsed',
  'DeletionPolicy and UpdateReplacePolicy are Retain or Snapshot',
]);
const CF102 = rule('CF102', 'retain-removed', 'critical', 'exact', ['both policies stay Retain or Snapshot']);
const CF103 = rule('CF103', 'logical-id-renamed', 'critical', 'inferred', ['the logical id stays as it was']);
const CF104 = rule('CF104', 'stack-guard-off', 'critical', 'exact', ['the guard stays on']);

export const templates: Detector = {
  id: 'cloudformation-templates',
  reads: ({ base, head }) => [base, head].some((side) => resourcesOf(side).size > 0),
  detect: ({ files }) => files.flatMap(ofFile),
};

function ofFile(file: FileEvidence): readonly Finding[] {
  const [base, head] = [resourcesOf(file.base), resourcesOf(file.head)];
  if (base.size === 0) return [];
  const fresh = new Map([...head].flatMap(([id, r]) => (base.has(id) ? [] : [[typeOf(r), id] as const])));
  return [...base].flatMap(([id, before]) => {
    const after = head.get(id);
    const at: Place = { path: file.path, side: after === undefined ? 'base' : 'head', line: (after ?? before).line, object: id };
    return after === undefined
      ? gone(at, id, before, fresh.get(typeOf(before)))
      : [...changed(at, id, before, after), ...policies(at, id, before, after), ...guards(at, id, before, after)];
  });
}

type Resources = ReadonlyMap<string, DataEntry>;
const NONE: Resources = new Map();

/** By content and not by name: any file whose `Resources` are of `AWS::` types is a template. */
export function resourcesOf(side: Parsed | undefined): Resources {
  const resources = side?.kind === 'data' && side.documents.length > 0 ? entries(dig(side.documents[0], 'Resources')) : [];
  return resources.some((r) => /^(?:AWS|Custom)::/.test(typeOf(r))) ? new Map(resources.map((r) => [r.key, r])) : NONE;
}

export const typeOf = (r: DataEntry): string => text(dig(r.value, 'Type')) ?? '';
const KEEPS = /^(?:Retain|Snapshot|RetainExceptOnCreate)$/;

/** What the policy is where nobody wrote one: `Snapshot` for clusters, and for instances that belong to none. */
function policyOf(r: DataEntry, name: 'DeletionPolicy' | 'UpdateReplacePolicy'): string {
  const written = dig(r.value, name);
  if (written !== undefined) return written.is === 'scalar' ? String(written.value) : `unknown: ${written.is === 'unknown' ? written.text : canonical(written)}`;
  const cluster = typeOf(r) === 'AWS::RDS::DBCluster' || (typeOf(r) === 'AWS::RDS::DBInstance' && dig(r.value, 'Properties', 'DBClusterIdentifier') === undefined);
  return cluster && name === 'DeletionPolicy' ? 'Snapshot' : 'Delete';
}

/** @param heir logical id of a new object of the same type. */
function gone(place: Place, id: string, before: DataEntry, heir: string | undefined): readonly Finding[] {
  const type = typeOf(before);
  if (!isStatefulType(type)) return [];
  const policy = policyOf(before, 'DeletionPolicy');
  const because = [
    ['type', type],
    ['DeletionPolicy', policy],
  ] as const;
  if (heir !== undefined)
    return [
      CF103({
        place,
        because: [...because, ['created instead', heir]],
        what: `${id} is gone from the template and ${heir} is new, empty: a logical id that changes destroys what it named`,
      }),
    ];
  const kept = KEEPS.test(policy);
  const what = kept
    ? `${id} is gone from the template; its DeletionPolicy keeps what it held, and nothing uses it any more`
    : `${id} is gone from the template: it is deleted with its data`;
  return [CF101({ place, because, ...(kept ? { severity: 'elevated' as const } : {}), what })];
}

function changed(place: Place, id: string, before: DataEntry, after: DataEntry): readonly Finding[] {
  const type = typeOf(before);
  if (!isStatefulType(type)) return [];
  const kept = KEEPS.test(policyOf(after, 'UpdateReplacePolicy'));
  const severity = kept ? { severity: 'elevated' as const } : {};
  const property = (r: DataEntry, name: string): string => canonical(dig(r.value, 'Properties', name));
  const names = typeOf(after) === type ? replacedBy(type).filter((name) => property(before, name) !== property(after, name)) : ['Type'];
  const conditional = canonical(dig(after.value, 'Condition')) !== canonical(dig(before.value, 'Condition')) && dig(after.value, 'Condition') !== undefined;
  return [
    ...(names.length === 0
      ? []
      : [
          CF101({
            place,
            ...severity,
            because: [['changes', names.join(', ')]],
            what: `${id} is made anew, because ${names.join(', ')} cannot change in place${kept ? '; the old one is kept' : ': the old one is deleted with its data'}`,
          }),
        ]),
    ...(conditional && names.length === 0
      ? [
          CF101({
            place,
            severity: 'high',
            because: [['Condition', text(dig(after.value, 'Condition')) ?? 'unknown']],
            what: `${id} depends on another condition now: where it is false the object is deleted`,
          }),
        ]
      : []),
  ];
}

function policies(place: Place, id: string, before: DataEntry, after: DataEntry): readonly Finding[] {
  return (['DeletionPolicy', 'UpdateReplacePolicy'] as const).flatMap((name) => {
    const [was, is] = [policyOf(before, name), policyOf(after, name)];
    if (!KEEPS.test(was) || KEEPS.test(is)) return [];
    const next = name === 'DeletionPolicy' ? 'removal' : 'replacement';
    return [
      CF102({
        place: { ...place, line: entry(after.value, name)?.line ?? after.line, object: `${id}.${name}` },
        because: [[name, `${was} -> ${is}`]],
        what: `${name} of ${id} was ${was} and is ${is}: the next ${next} deletes what it holds`,
      }),
    ];
  });
}

function guards(place: Place, id: string, before: DataEntry, after: DataEntry): readonly Finding[] {
  const value = (r: DataEntry, path: readonly string[]): boolean | null => truth(dig(r.value, 'Properties', ...path));
  const off = [
    ...GUARDS_ON.filter((path) => value(before, path) === true && value(after, path) !== true),
    ...GUARDS_OFF.filter((path) => value(before, path) !== true && value(after, path) === true),
  ];
  const lost = off.map((path) => {
    const name = path.join('.');
    const now = dig(after.value, 'Properties', ...path);
    return CF104({
      place: { ...place, line: now?.line ?? after.line, object: `${id}.${name}` },
      ...(now?.is === 'unknown' || now?.is === 'map' ? { severity: 'high' as const, confidence: 'inferred' as const } : {}),
      because: [[name, `${String(value(before, path))} -> ${now === undefined ? '(absent)' : canonical(now)}`]],
      what: `${name} of ${id} changes: what kept it safe is switched off`,
    });
  });
  return [...lost, ...days(place, id, before, after)];
}

const truth = (node: DataNode | undefined): boolean | null => (/^true$/i.test(text(node) ?? '') ? true : /^false$/i.test(text(node) ?? '') ? false : null);

/** Backups that are kept for no time at all. */
function days(place: Place, id: string, before: DataEntry, after: DataEntry): readonly Finding[] {
  const read = (r: DataEntry): number | undefined => {
    const value = scalar(dig(r.value, 'Properties', 'BackupRetentionPeriod'));
    return value === undefined || value === null || value === '' ? undefined : Number(value);
  };
  const [was, is] = [read(before), read(after)];
  if (is !== 0 || was === 0 || was === undefined) return [];
  return [
    CF104({ place: { ...place, object: `${id}.BackupRetentionPeriod` }, because: [['BackupRetentionPeriod', `${was} -> 0`]], what: `${id} has no automated backups any more` }),
  ];
}
