/**
 * Infrastructure source that changes, and the plan, change set or preview that says what applying it does (META005 in words,
 * META006). That none was given is no finding: it would mark every change of infrastructure. It is said, and conditions can
 * ask for it. One that was given and is of something else is a finding: whoever reads it reads about another change.
 */

import { isProgram } from './cloudformation/stack-guards.ts';
import { resourcesOf } from './cloudformation/templates.ts';
import { canonical } from './data.ts';
import type { FileEvidence, Parsed } from './evidence.ts';
import { rule } from './finding.ts';
import { kindsOf } from './kinds.ts';
import { textOf } from './lines.ts';
import { terraformPlans } from './plan-file.ts';
import { isPulumi } from './pulumi/source.ts';
import type { Detector, Finding, NotAnalysed, RiskEvidence } from './risk.ts';
import { type CoveredFolder, coveredFolders } from './terraform/planned-source.ts';

const META006 = rule('META006', 'plan-unbound', 'high', 'inferred', ['a plan that was made from this head']);

export const planUnbound: Detector = {
  id: 'plan-unbound',
  detect: (evidence) => {
    const folders = coveredFolders(evidence);
    return [...folders.flatMap(disagrees), ...strangers(evidence, folders), ...strangeSets(evidence)];
  },
};

/** What no plan covers, one entry a folder of Terraform and a file of the rest. */
export function unplanned(evidence: RiskEvidence): readonly NotAnalysed[] {
  const folders = coveredFolders(evidence).filter((f) => f.by === undefined);
  const unbound = terraformPlans(evidence).some((p) => p.configured === undefined) ? ' (a plan was given that holds no configuration, so nothing ties it to this source)' : '';
  return [
    ...folders.map(({ paths }) => ({
      path: paths[0] ?? '',
      why: `no plan: what applying it does is unknown${paths.length > 1 ? `, and the same of ${paths.length - 1} more in this folder` : ''}${unbound}`,
    })),
    ...unread(evidence),
    ...templatesOf(evidence.files)
      .filter((t) => !covered(t, evidence))
      .map(({ path }) => ({ path, why: 'no change set: what applying it does is unknown' })),
    ...programs(evidence, isProgram, evidence.changeSets).map(({ path }) => ({ path, why: 'no change set: what deploying this program does is unknown' })),
    ...programs(evidence, isPulumi, evidence.previews).map(({ path }) => ({ path, why: 'no preview: what applying this program does is unknown' })),
  ];
}

/** Values of a plan are secrets and are not kept, so what a grant allows and a port lets in is judged in source alone. */
function unread(evidence: RiskEvidence): readonly NotAnalysed[] {
  const grants = terraformPlans(evidence).flatMap((p) =>
    p.resources.filter((r) => r.mode === 'managed' && OPENS.test(r.type) && r.actions.some((a) => a === 'create' || a === 'update')),
  );
  const [first] = grants;
  if (first === undefined) return [];
  const more = grants.length > 1 ? ` and ${grants.length - 1} more` : '';
  return [{ path: 'terraform plan', why: `a plan shows no values here: what ${first.address}${more} allows is judged in source alone` }];
}

const OPENS =
  /_(?:iam|policy|role|role_assignment|security_group|security_group_rule|firewall|network_acl|acl|binding|member|grant|permission|public_access_block)(?:_|$)|^aws_(?:iam|security_group|network_acl)/;

function disagrees({ by, paths, missing, stale }: CoveredFolder): readonly Finding[] {
  const [first] = [...missing, ...stale];
  if (by === undefined || first === undefined) return [];
  const because = [
    ...(missing.length > 0 ? [['not in the plan', missing.slice(0, 20).join(', ')] as const] : []),
    ...(stale.length > 0 ? [['still in the plan', stale.slice(0, 20).join(', ')] as const] : []),
    ['plan', by.digest] as const,
  ];
  const how = missing.length > 0 ? 'does not know' : 'still has';
  return [
    META006({
      place: { path: paths[0] ?? '', side: 'plan', object: first },
      because,
      what: `the plan was made from other source than this: it ${how} ${first}, so it does not say what this change does`,
    }),
  ];
}

/** Plans that name nothing of what changes. */
function strangers(evidence: RiskEvidence, folders: readonly CoveredFolder[]): readonly Finding[] {
  if (!folders.some((f) => f.names.length > 0)) return [];
  const of = new Set(folders.map((f) => f.by));
  return terraformPlans(evidence)
    .filter((p) => p.configured !== undefined && !of.has(p))
    .map((p) =>
      META006({
        place: { path: 'terraform plan', side: 'plan', object: p.digest.slice(0, 12) },
        because: [['plan', p.digest]],
        what: 'the plan names nothing of the source that changes: it does not say what this change does',
      }),
    );
}

interface Template {
  readonly path: string;
  readonly ids: ReadonlySet<string>;
}

function templatesOf(files: readonly FileEvidence[]): readonly Template[] {
  return files.flatMap((f) => {
    const ids = [...resourcesOf(f.base).keys(), ...resourcesOf(f.head).keys()];
    return ids.length === 0 || documents(f.base) === documents(f.head) ? [] : [{ path: f.path, ids: new Set(ids) }];
  });
}

const documents = (side: Parsed | undefined): string => (side?.kind === 'data' ? side.documents.map(canonical).join('\n') : '');

/** A change set names only what changes, by ids of the template; transforms add ids of their own. */
const covered = ({ ids }: Template, { changeSets = [] }: RiskEvidence): boolean =>
  changeSets.some((set) => set.changes.length === 0 || set.changes.some((c) => ids.has(c.logicalId)));

function strangeSets({ files, changeSets = [] }: RiskEvidence): readonly Finding[] {
  const templates = changeSets.length === 0 ? [] : templatesOf(files);
  if (templates.length === 0) return [];
  return changeSets
    .filter((set) => set.changes.length > 0 && !set.changes.some((c) => templates.some((t) => t.ids.has(c.logicalId))))
    .map((set) =>
      META006({
        place: { path: 'change set', side: 'plan', object: set.stack },
        because: [['change set', set.digest]],
        what: `the change set of ${set.stack} names nothing of the templates that change: it does not say what this change does`,
      }),
    );
}

const TEST = /(?:^|[/._-])(?:tests?|spec|__tests__)(?:[/._-]|$)/i;

function programs({ files }: RiskEvidence, isOne: (side: Parsed) => boolean, given: readonly unknown[] = []): readonly FileEvidence[] {
  if (given.length > 0) return [];
  return files.filter((f) => {
    const side = f.head ?? f.base;
    return side !== undefined && !kindsOf(f.path).includes('prose') && !TEST.test(f.path) && isOne(side) && textOf(f.base) !== textOf(f.head);
  });
}
