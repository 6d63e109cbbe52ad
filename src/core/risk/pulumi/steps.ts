/**
 * What a Pulumi preview says it will do (PU101, PU102, PU103). Like a plan it comes from whoever ran it: it adds findings and
 * never takes one away. One resource that is replaced is three steps, and one finding.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding, Place } from '../risk.ts';
import type { Preview, PreviewStep } from './preview.ts';
import { isStatefulResource } from './stateful.ts';

const PU101 = rule('PU101', 'delete-or-replace', 'critical', 'exact', ['a snapshot restore was rehearsed', '`retainOnDelete` keeps the object']);
const PU102 = rule('PU102', 'protect-off', 'critical', 'exact', ['`protect` and `retainOnDelete` stay']);
const PU103 = rule('PU103', 'destroy-stack', 'critical', 'exact', ['the environment is meant to go, and its owner says so']);
const PU104 = rule('PU104', 'partial-preview', 'high', 'exact', ['a preview that ends without errors']);

/** Operations after which the object that was there is gone. */
export const LOSES = new Set(['delete', 'replace', 'delete-replaced', 'create-replacement', 'discard', 'discard-replaced']);
const KNOWN = new Set([...LOSES, 'same', 'create', 'update', 'read', 'read-replacement', 'refresh', 'remove-pending-replace', 'import', 'import-replacement']);

export const previews: Detector = { id: 'pulumi-previews', detect: ({ previews: all = [] }) => all.flatMap(ofPreview) };

function ofPreview(preview: Preview): readonly Finding[] {
  const byUrn = new Map<string, PreviewStep[]>();
  for (const step of preview.steps) {
    const steps = byUrn.get(step.urn);
    if (steps === undefined) byUrn.set(step.urn, [step]);
    else steps.push(step);
  }
  return [...partial(preview), ...whole(byUrn), ...[...byUrn].flatMap(([urn, steps]) => [...loss(urn, steps), ...guards(urn, steps)])];
}

const placeOf = (urn: string): Place => ({ path: 'pulumi preview', side: 'plan', object: nameOf(urn) });
/** `urn:pulumi:prod::shop::aws:rds/instance:Instance::orders` is `aws:rds/instance:Instance::orders`, in whatever stack. */
const nameOf = (urn: string): string => urn.split('::').slice(2).join('::') || urn;

function partial({ complete, digest }: Preview): readonly Finding[] {
  if (complete) return [];
  return [
    PU104({ place: { path: 'pulumi preview', side: 'plan' }, because: [['preview', digest]], what: 'the preview ended with an error: it shows only part of what would happen' }),
  ];
}

const isLost = (steps: readonly PreviewStep[]): boolean => steps.some((s) => LOSES.has(s.op) && s.custom);

function whole(byUrn: ReadonlyMap<string, readonly PreviewStep[]>): readonly Finding[] {
  const there = [...byUrn].filter(([, steps]) => steps.some((s) => s.custom && s.op !== 'create'));
  const lost = there.filter(([, steps]) => isLost(steps));
  const all = there.length > 0 && lost.length === there.length && lost.every(([, steps]) => steps.every((s) => s.op === 'delete')) && lost.length >= 2;
  if (!all && (lost.length < 5 || lost.length * 2 < there.length)) return [];
  const names = lost.slice(0, 20).map(([urn]) => nameOf(urn));
  return [
    PU103({
      place: { path: 'pulumi preview', side: 'plan' },
      because: [['deleted or replaced', names.join(', ')]],
      what: `${lost.length} of ${there.length} resources are deleted or replaced: this takes the environment away`,
    }),
  ];
}

function loss(urn: string, steps: readonly PreviewStep[]): readonly Finding[] {
  const [first] = steps;
  if (first === undefined) return [];
  const stateful = isStatefulResource(first.type);
  const because = factsOf(steps);
  const place = placeOf(urn);
  if (isLost(steps)) {
    const kept = steps.some((s) => s.before.retainOnDelete === true);
    const again = steps.some((s) => /replace/.test(s.op));
    const end = kept ? '; `retainOnDelete` leaves the object behind, and nobody manages it' : stateful ? ': its data is gone unless a snapshot is restored' : '';
    const what = `${nameOf(urn)} is deleted${again ? ' and created again' : ''}${end}`;
    return [PU101({ place, because, ...(stateful && !kept ? {} : { severity: 'high' as const }), what })];
  }
  const odd = steps.find((s) => !KNOWN.has(s.op));
  if (odd !== undefined) return [PU101({ place, because, severity: 'high', what: `the preview does something to ${nameOf(urn)} that is not known here: ${odd.op.slice(0, 100)}` })];
  const unknown = stateful && steps.some((s) => s.op === 'update' && !s.detailed);
  return unknown
    ? [PU101({ place, because, severity: 'high', confidence: 'inferred', what: `what changes in ${nameOf(urn)} was not worked out: it may be made anew when it is applied` })]
    : [];
}

/** Of what stays or is replaced: what is deleted has no guards left to lose. */
function guards(urn: string, steps: readonly PreviewStep[]): readonly Finding[] {
  const off = (['protect', 'retainOnDelete'] as const).filter((name) => steps.some((s) => s.before[name] === true && s.after[name] === false));
  const order = steps.map((s) => s.op);
  const early = order.includes('delete-replaced') && order.indexOf('delete-replaced') < order.indexOf('create-replacement') && isStatefulResource(steps[0]?.type ?? '');
  const place = (name: string): Place => ({ ...placeOf(urn), object: `${nameOf(urn)}.${name}` });
  return [
    ...off.map((name) => PU102({ place: place(name), because: [[name, 'true -> false']], what: `${name} of ${nameOf(urn)} is switched off: the next update may delete it` })),
    ...(early
      ? [
          PU102({
            place: place('deleteBeforeReplace'),
            because: [['order', order.join(', ')]],
            what: `${nameOf(urn)} is deleted before the new one exists: if that fails, neither does`,
          }),
        ]
      : []),
  ];
}

const factsOf = (steps: readonly PreviewStep[]): readonly (readonly [string, string])[] => {
  const reasons = [...new Set(steps.flatMap((s) => s.replaceReasons))];
  return [['op', [...new Set(steps.map((s) => s.op))].join(', ')], ...(reasons.length === 0 ? [] : [['replace_reasons', reasons.slice(0, 20).join(', ')] as const])];
};
