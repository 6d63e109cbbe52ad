import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { IAM_DETECTORS } from './detectors.ts';

type Files = Parameters<typeof sampleTree>[0];
async function fired(files: Files): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect(IAM_DETECTORS, { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

const REST = 'resource "aws_sqs_queue" "q" {\n}\n';
const attach = (arn: string, name = 'x'): string => `resource "aws_iam_role_policy_attachment" "${name}" {\n  role       = "app"\n  policy_arn = ${arn}\n}\n`;
const ADMIN = '"arn:aws:iam::aws:policy/AdministratorAccess"';
const member = (role: string, who: string, more = ''): string =>
  `resource "google_project_iam_member" "m" {\n  project = "p"\n  role    = "${role}"\n  member  = "${who}"\n${more}}\n`;
const when = (expression: string): string => `  condition {\n    title      = "t"\n    expression = "${expression}"\n  }\n`;
const assign = (role: string, scope = 'data.azurerm_subscription.s.id'): string =>
  `resource "azurerm_role_assignment" "a" {\n  scope                = ${scope}\n  role_definition_name = "${role}"\n  principal_id         = var.team\n}\n`;

describe('a role is given or taken', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['an administrator of AWS', '', attach(ADMIN), ['IAM108:critical']],
    ['an administrator by the name of a policy', '', `data "aws_iam_policy" "a" {\n  name = "AdministratorAccess"\n}\n${attach('data.aws_iam_policy.a.arn')}`, ['IAM108:critical']],
    [
      'an administrator among others',
      '',
      attach('each.value').replace('{\n', `{\n  for_each = toset(["arn:aws:iam::aws:policy/ReadOnlyAccess", ${ADMIN}])\n`),
      ['IAM108:critical'],
    ],
    ['an administrator by a module', '', `module "r" {\n  source = "./r"\n  role_policy_arns = { a = ${ADMIN} }\n}\n`, ['IAM108:critical']],
    ['a boundary is no grant', '', `resource "aws_iam_role" "r" {\n  permissions_boundary = ${ADMIN}\n}\n`, []],
    ['somebody who reads', '', attach('"arn:aws:iam::aws:policy/ReadOnlyAccess"'), []],
    ['an administrator who was one', attach(ADMIN), attach(ADMIN, 'y'), []],
    ['nobody, of a policy that was attached', attach('"arn:aws:iam::aws:policy/ReadOnlyAccess"'), '', ['IAM110:high']],
    ['an owner of a project', '', member('roles/owner', 'user:a@example.com'), ['IAM108:critical']],
    ['an editor who was an owner', member('roles/owner', 'user:a@example.com'), member('roles/editor', 'user:a@example.com'), ['IAM110:high']],
    ['a viewer', '', member('roles/viewer', 'user:a@example.com'), []],
    ['everybody', '', member('roles/viewer', 'allUsers'), ['IAM111:critical']],
    ['tokens of any service account', '', member('roles/iam.serviceAccountTokenCreator', 'group:a@example.com'), ['IAM106:critical']],
    ['a member without its condition', member('roles/viewer', 'user:a', when('x')), member('roles/viewer', 'user:a'), ['IAM103:critical']],
    ['a member under another condition', member('roles/viewer', 'user:a', when('x')), member('roles/viewer', 'user:a', when('y')), ['IAM103:high']],
    ['a member under a new condition', member('roles/viewer', 'user:a'), member('roles/viewer', 'user:a', when('x')), []],
    [
      'the members of a binding, as members',
      member('roles/owner', 'user:a'),
      member('roles/owner', 'user:a').replace('_member"', '_binding"').replace('member  = "user:a"', 'members = ["user:a"]'),
      [],
    ],
    ['owners in what a module is given', '', 'module "b" {\n  source   = "./b"\n  bindings = { "roles/owner" = ["user:a"] }\n}\n', ['IAM108:critical']],
    ['an owner among the roles of somebody', '', 'locals {\n  roles = ["roles/owner", "roles/viewer"]\n}\n', ['IAM108:high']],
    ['a member that is another expression', member('roles/viewer', '$' + '{var.a}'), member('roles/viewer', '$' + '{lookup(var.a, "b")}'), ['IAM110:elevated']],
    ['a member that is another one', member('roles/viewer', 'user:a'), member('roles/viewer', 'user:b'), ['IAM110:high']],
    ['everybody in what is named nowhere', '', 'locals {\n  members = ["allUsers"]\n}\n', ['IAM111:critical']],
    ['an owner of a subscription', '', assign('Owner'), ['IAM108:critical']],
    ['a reader of a subscription', '', assign('Reader'), []],
    ['a reader who is one no more', assign('Reader'), '', ['IAM110:high']],
  ])('%s', async (_, before, after, expected) => expect(await fired({ 'a.tf': [REST + before, REST + after] })).toEqual(expected));

  const definition = (actions: string): string => `resource "azurerm_role_definition" "r" {\n  scope = var.s\n  permissions {\n    actions = [${actions}]\n  }\n}\n`;
  const custom = (permissions: string): string => `resource "google_project_iam_custom_role" "r" {\n  role_id     = "r"\n  permissions = [${permissions}]\n}\n`;
  const call = (principal: string, more = ''): string =>
    `resource "aws_lambda_permission" "l" {\n  action        = "lambda:InvokeFunction"\n  function_name = "f"\n  principal     = "${principal}"\n${more}}\n`;
  const READ = '"Microsoft.Compute/*/read"';
  it.each<[string, string, string, readonly string[]]>([
    ['every action of Azure', definition(READ), definition(`${READ}, "*"`), ['IAM101:critical']],
    ['assignments of Azure', definition(READ), definition(`${READ}, "Microsoft.Authorization/*"`), ['IAM106:critical']],
    ['one more action of Azure', definition(READ), definition(`${READ}, "Microsoft.Compute/virtualMachines/start/action"`), []],
    ['fewer actions of Azure', definition(`${READ}, "Microsoft.Web/*/read"`), definition(READ), ['IAM110:high']],
    ['actions of Azure that are known later', definition(READ), definition(READ).replace(`[${READ}]`, 'var.actions'), ['IAM116:high']],
    ['policies of a project of Google', custom('"compute.instances.get"'), custom('"compute.instances.get", "resourcemanager.projects.setIamPolicy"'), ['IAM106:critical']],
    ['one more permission of Google', custom('"compute.instances.get"'), custom('"compute.instances.get", "compute.instances.list"'), []],
    ['calls by everybody', '', call('*'), ['IAM111:critical']],
    ['calls by everybody of an organisation', '', call('*', '  principal_org_id = "o-1"\n'), []],
    ['calls by a service', '', call('apigateway.amazonaws.com'), []],
  ])("in a role of one's own: %s", async (_, before, after, expected) => expect(await fired({ 'a.tf': [REST + before, REST + after] })).toEqual(expected));

  it('nothing is taken from who goes too', async () => {
    const role = 'resource "aws_iam_role" "app" {\n}\n';
    const reads = attach('"arn:aws:iam::aws:policy/ReadOnlyAccess"').replace('"app"', 'aws_iam_role.app.name');
    expect(await fired({ 'a.tf': [REST + role + reads, REST] })).toEqual([]);
    expect(await fired({ 'a.tf': [REST + role + reads, REST + role] })).toEqual(['IAM110:high']);
    expect(await fired({ 'x/a.tf': [member('roles/owner', 'user:a'), null] })).toEqual([]);
  });
  it('where it is written is nothing', async () => expect(await fired({ 'a.tf': [REST + attach(ADMIN), REST], 'b/c.tf': [REST, REST + attach(ADMIN)] })).toEqual([]));
});

const object = (kind: string, name: string, rest: string, labels = ''): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${kind.startsWith('Cluster') ? '' : '  namespace: shop\n'}${labels}${rest}`;
const rules = (verbs: string, resources: string, group = '""', more = ''): string =>
  `rules:\n  - apiGroups: [${group}]\n    resources: [${resources}]\n    verbs: [${verbs}]\n${more}`;
const role = (verbs: string, resources: string, group?: string, more?: string): string => object('ClusterRole', 'r', rules(verbs, resources, group, more));
const bind = (to: string, who: string): string =>
  object(
    'ClusterRoleBinding',
    'b',
    `roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: ${to}\nsubjects:\n  - kind: ServiceAccount\n    namespace: shop\n    name: ${who}\n`,
  );
const BASE = role('get', 'pods');

describe('roles of a cluster', () => {
  it.each<[string, string, readonly string[]]>([
    ['everything', role('"*"', '"*"', '"*"'), ['IAM109:critical']],
    ['every verb', role('get, "*"', 'pods'), ['IAM109:critical']],
    [
      'every verb on what nobody runs as',
      role('get, "*"', 'pods').replace('rules:\n', 'rules:\n  - apiGroups: [apps]\n    resources: [deployments]\n    verbs: ["*"]\n').replace('get, "*"', 'get'),
      ['IAM109:high'],
    ],
    ['all of its own group', `${BASE}  - apiGroups: [shop.example.com]\n    resources: ["*"]\n    verbs: ["*"]\n`, []],
    ['to escalate', `${BASE}  - apiGroups: [rbac.authorization.k8s.io]\n    resources: [clusterroles]\n    verbs: [escalate]\n`, ['IAM109:critical']],
    ['to bind', `${BASE}  - apiGroups: [rbac.authorization.k8s.io]\n    resources: [roles]\n    verbs: [bind]\n`, ['IAM109:critical']],
    ['to impersonate', `${BASE}  - apiGroups: [""]\n    resources: [users]\n    verbs: [impersonate]\n`, ['IAM109:critical']],
    ['secrets', role('get', 'pods, secrets'), ['IAM109:critical']],
    ['secrets that are named', `${BASE}  - apiGroups: [""]\n    resources: [secrets]\n    resourceNames: [tls]\n    verbs: [get]\n`, []],
    ['commands in containers', role('get, create', 'pods/exec, pods'), ['IAM109:critical']],
    ['the nodes', role('get', 'pods, nodes/proxy'), ['IAM109:critical']],
    ['tokens', `${BASE}  - apiGroups: [""]\n    resources: [serviceaccounts/token]\n    verbs: [create]\n`, ['IAM109:critical']],
    ['config maps', role('get', 'pods, configmaps'), []],
    ['the same in two rules', `${BASE}  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get]\n`, []],
    ['less', role('get', 'services'), ['IAM110:high']],
  ])('gain %s', async (_, after, expected) => expect(await fired({ 'k8s/r.yaml': [BASE, after] })).toEqual(expected));

  it.each<[string, string | null, string | null, readonly string[]]>([
    ['cluster-admin', null, bind('cluster-admin', 'app'), ['IAM108:critical']],
    ['view', null, bind('view', 'app'), []],
    [
      'what everybody without a name is given',
      null,
      bind('view', 'app').replace('kind: ServiceAccount\n    namespace: shop\n    name: app', 'kind: Group\n    name: system:unauthenticated'),
      ['IAM111:critical'],
    ],
    ['a binding that goes', bind('view', 'app'), null, ['IAM110:high']],
    ['a new role that reads what it names', null, role('get, list', 'configmaps'), []],
    ['a new role that reads secrets everywhere', null, role('get, list', 'secrets'), ['IAM109:critical']],
    ['a new role that reads the secrets of its namespace', null, object('Role', 'r', rules('get', 'secrets')), ['IAM109:high']],
  ])('%s', async (_, before, after, expected) => expect(await fired({ 'k8s/b.yaml': [before, after] })).toEqual(expected));

  it('a label that adds it to what others have', async () => {
    const labelled = object('ClusterRole', 'r', rules('get', 'pods'), '  labels:\n    rbac.authorization.k8s.io/aggregate-to-view: "true"\n');
    expect(await fired({ 'k8s/r.yaml': [BASE, labelled] })).toEqual(['IAM109:high']);
  });
  it('another file is no change', async () =>
    expect(await fired({ 'k8s/a.yaml': [role('"*"', '"*"', '"*"'), null], 'k8s/b.yaml': [null, role('"*"', '"*"', '"*"')] })).toEqual([]));
  it('a template is read by line, and is high at most', async () => {
    expect(await fired({ 'charts/x/templates/b.yaml': [null, `{{- if .Values.on }}\n${bind('cluster-admin', 'app')}{{- end }}\n`] })).toEqual(['IAM108:high']);
  });
});
