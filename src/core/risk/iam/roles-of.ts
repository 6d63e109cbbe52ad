/** Roles and permissions that are no policy documents and say the same: role definitions of Azure, custom roles of Google, who may call a function. */
import { type DataNode, dig, items } from '../data.ts';
import { texts, written } from './document.ts';
import type { Condition, Opaque, Policy, Statement } from './statement.ts';
import { placeAt, type Thing } from './things.ts';

/** Undefined where it is none of them. */
export function roleOfCloud(t: Thing, side: 'base' | 'head'): Policy | undefined {
  const at = placeAt(t.path, side, t.address);
  const allow = (actions: DataNode | undefined, more: Partial<Statement>): Policy => {
    const opaque: readonly Opaque[] = actions?.is === 'unknown' ? [{ text: written(actions), place: at(actions.line) }] : [];
    return { statements: actions === undefined ? [] : [{ ...EMPTY, actions: (texts(actions) ?? []).map((a) => a.toLowerCase()), place: at(actions.line), ...more }], opaque };
  };
  if (t.type === 'azurerm_role_definition' && t.kind === 'resource') {
    const of = items(dig(t.node, 'permissions')).flatMap((p) => [allow(dig(p, 'actions'), { resources: [t.address] }), allow(dig(p, 'data_actions'), { resources: [t.address] })]);
    return { statements: of.flatMap((p) => p.statements), opaque: of.flatMap((p) => p.opaque) };
  }
  if (/^google_(?:project|organization)_iam_custom_role$/.test(t.type)) return allow(dig(t.node, 'permissions'), { resources: [t.address] });
  if (t.type !== 'aws_lambda_permission' && t.type !== 'AWS::Lambda::Permission') return undefined;
  const value = (...names: readonly string[]): DataNode | undefined => names.map((n) => dig(t.node, n)).find((n) => n !== undefined);
  const [who, what] = [value('principal', 'Principal'), value('function_name', 'FunctionName')];
  const type = who?.is === 'scalar' && /\.amazonaws\.com/.test(String(who.value)) ? 'Service' : 'AWS';
  const principals = who === undefined ? [] : [written(who) === '*' ? '*' : `${type}:${written(who)}`];
  return allow(value('action', 'Action'), { principals, resources: what === undefined ? ['*'] : [written(what)], conditions: asked(value) });
}

/** What narrows a permission to call, as the conditions it becomes. */
const asked = (value: (...names: readonly string[]) => DataNode | undefined): readonly Condition[] =>
  (
    [
      ['aws:sourcearn', 'arnlike', value('source_arn', 'SourceArn')],
      ['aws:sourceaccount', 'stringequals', value('source_account', 'SourceAccount')],
      ['aws:principalorgid', 'stringequals', value('principal_org_id', 'PrincipalOrgID')],
    ] as const
  ).flatMap(([key, operator, node]) => (node === undefined ? [] : [{ key, operator, values: texts(node) ?? [] }]));

const EMPTY: Omit<Statement, 'place'> = {
  sid: undefined,
  effect: 'Allow',
  actions: undefined,
  notActions: undefined,
  resources: undefined,
  notResources: undefined,
  principals: undefined,
  notPrincipals: undefined,
  conditions: [],
};

/** Permissions of Google and actions of Azure by which a role leads to all others. */
export const LEADS_UP: readonly string[] =
  `resourcemanager.projects.setiampolicy resourcemanager.folders.setiampolicy resourcemanager.organizations.setiampolicy iam.serviceaccounts.setiampolicy
  iam.serviceaccounts.getaccesstoken iam.serviceaccounts.signblob iam.serviceaccounts.signjwt iam.serviceaccounts.implicitdelegation iam.serviceaccountkeys.create iam.roles.update deploymentmanager.deployments.create
  microsoft.authorization/roleassignments/write microsoft.authorization/roledefinitions/write`.split(/\s+/);
