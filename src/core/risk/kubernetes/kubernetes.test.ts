import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { kubernetes } from './kubernetes.ts';

type Sides = readonly [base: string | null, head: string | null];

async function look(files: { readonly [path: string]: Sides }): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  const found = detect([kubernetes], { files: await languages().parse(records, read), plan: null }).findings;
  return found.filter((f) => !f.rule.startsWith('META')).map((f) => `${f.rule}:${f.severity}`);
}
const one = (base: string | null, head: string | null, path = 'shop/orders.yaml'): Promise<readonly string[]> => look({ [path]: [base, head] });

const VERSIONS: { readonly [kind: string]: string } = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  ScaledObject: 'keda.sh/v1alpha1',
  PodDisruptionBudget: 'policy/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Application: 'argoproj.io/v1alpha1',
  ApplicationSet: 'argoproj.io/v1alpha1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1',
  VolumeSnapshotClass: 'snapshot.storage.k8s.io/v1',
  Schedule: 'velero.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ClusterPolicy: 'kyverno.io/v1',
  K8sRequiredLabels: 'constraints.gatekeeper.sh/v1beta1',
  ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  ServiceMonitor: 'monitoring.coreos.com/v1',
  SQLInstance: 'sql.cnrm.cloud.google.com/v1beta1',
};
const object = (kind: string, more = '', name = 'orders'): string => `apiVersion: ${VERSIONS[kind] ?? 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: shop\n${more}`;
const spec = (kind: string, body: string): string => object(kind, `spec: ${body}\n`);
/** A workload with one container: flow style, so that a case is one line. */
const pod = (container = '', podMore = ''): string =>
  `{metadata: {labels: {app: orders}}, spec: {${podMore}containers: [{name: app, image: "registry.example/orders:1.0"${container}}]}}`;
const deploy = (container = '', podMore = '', more = ''): string =>
  spec('Deployment', `{replicas: 4, selector: {matchLabels: {app: orders}}, ${more}template: ${pod(container, podMore)}}`);
const annotated = (kind: string, annotations: string, body = '{}'): string => object(kind, `  annotations: ${annotations}\nspec: ${body}\n`);
const stateful = (more = ''): string => spec('StatefulSet', `{serviceName: orders, selector: {matchLabels: {app: orders}}, template: ${pod()}${more}}`);
const CLAIM = (more = 'size: {x: 1}', size = '10Gi'): string => `, volumeClaimTemplates: [{metadata: {name: data}, spec: {${more}, resources: {requests: {storage: ${size}}}}}]`;
const crd = (versions: string, scope = 'Namespaced'): string => spec('CustomResourceDefinition', `{scope: ${scope}, versions: [${versions}]}`);
const V1 = '{name: v1, served: true, storage: true}';
const V2 = '{name: v2, served: true, storage: false}';
const scale = (n: number): string => object('Deployment', `spec:\n  replicas: ${n}\n`);
const app = (body: string, finalizers = ''): string => object('Application', `${finalizers}spec: ${body}\n`);
const SOURCE = 'source: {repoURL: "https://git.example/shop", path: prod, targetRevision: main}';
const TO = 'destination: {server: "https://kube.example", namespace: shop}';
const PRUNE = 'syncPolicy: {automated: {prune: true}}';
const webhook = (more: string): string => object('ValidatingWebhookConfiguration', `webhooks: [{name: a.example${more}}]\n`);

type Case = readonly [name: string, base: string | null, head: string | null, expected: readonly string[]];
const cases = (title: string, list: readonly Case[]): void => {
  describe(title, () => {
    it.each(list)('%s', async (_, base, head, expected) => expect(await one(base, head)).toEqual(expected));
  });
};

cases('removal', [
  ['a namespace goes', object('Namespace'), '', ['K8101:critical']],
  ['a claim goes', object('PersistentVolumeClaim'), null, ['K8102:critical']],
  ['a volume goes that is retained', spec('PersistentVolume', '{persistentVolumeReclaimPolicy: Retain}'), null, ['K8102:elevated']],
  ['a stateful set is renamed', object('StatefulSet'), object('StatefulSet').replace('orders', 'orders2'), ['K8102:critical']],
  ['a stateful set without volumes goes', stateful(), '', ['K8108:high']],
  ['a stateful set with volumes goes', stateful(CLAIM()), '', ['K8102:critical', 'K8108:high']],
  ['a patch of a stateful set goes', spec('StatefulSet', '{replicas: 2}'), '', ['K8102:elevated']],
  ['a database of an operator goes', object('SQLInstance'), '', ['K8102:critical']],
  ['what only sounds like one goes', object('SQLInstance').replace('sql.cnrm', 'x.cnrm'), '', []],
  ['a kind goes', object('CustomResourceDefinition'), '', ['K8103:critical']],
  ['a version is served no more', crd(`${V1}, ${V2}`), crd(`${V1}, {name: v2, served: false, storage: false}`), ['K8103:critical']],
  ['a version goes that nobody was served', crd(`${V1}, {name: v2, served: false, storage: false}`), crd(V1), []],
  ['objects are stored otherwise', crd(`${V1}, ${V2}`), crd('{name: v1, served: true, storage: false}, {name: v2, served: true, storage: true}'), ['K8103:critical']],
  ['the scope changes', crd(V1), crd(V1, 'Cluster'), ['K8103:critical']],
  ['a version is added', crd(V1), crd(`${V1}, ${V2}`), []],
  ['a schedule of backups goes', object('Schedule'), '', ['K8121:critical']],
  ['backups are kept for less', spec('Schedule', '{template: {ttl: 720h0m0s}}'), spec('Schedule', '{template: {ttl: 24h}}'), ['K8121:critical']],
  ['backups are kept for longer', spec('Schedule', '{template: {ttl: 24h}}'), spec('Schedule', '{template: {ttl: 720h0m0s}}'), []],
  ['backups pause', spec('Schedule', '{paused: false}'), spec('Schedule', '{paused: true}'), ['K8121:critical']],
  ['a job goes that is called a backup', object('CronJob', '', 'nightly-backup'), '', ['K8121:high']],
  ['a config map goes', object('ConfigMap'), '', []],
  ['documents change places', `${object('Namespace')}---\n${object('StatefulSet')}`, `${object('StatefulSet')}---\n${object('Namespace')}`, []],
  ['it is another kind of file', 'kind: Namespace\n', '', []],
]);

cases('keep-guards', [
  ['Helm kept it', annotated('PersistentVolumeClaim', '{helm.sh/resource-policy: keep}'), object('PersistentVolumeClaim', 'spec: {}\n'), ['K8104:critical']],
  [
    'Argo CD kept it',
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: "Validate=false,Prune=false"}'),
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: "Validate=false"}'),
    ['K8104:critical'],
  ],
  [
    'Argo CD asks before it',
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: Prune=false}'),
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: Prune=confirm}'),
    [],
  ],
  [
    'Flux kept it',
    annotated('ConfigMap', '{kustomize.toolkit.fluxcd.io/prune: disabled}'),
    annotated('ConfigMap', '{kustomize.toolkit.fluxcd.io/prune: enabled}'),
    ['K8104:critical'],
  ],
  ['a finalizer goes', object('ConfigMap', '  finalizers: [example.com/keep]\n'), object('ConfigMap'), ['K8104:critical']],
  ['the finalizer goes that cascades', app(`{${SOURCE}}`, '  finalizers: [resources-finalizer.argocd.argoproj.io]\n'), app(`{${SOURCE}}`), []],
  [
    'an application set kept what it made',
    spec('ApplicationSet', '{syncPolicy: {preserveResourcesOnDeletion: true}}'),
    spec('ApplicationSet', '{syncPolicy: {}}'),
    ['K8104:critical'],
  ],
  ['it goes while Helm keeps it', annotated('PersistentVolumeClaim', '{helm.sh/resource-policy: keep}'), '', ['K8102:elevated']],
]);

cases('pruning', [
  ['Argo CD prunes', app(`{${SOURCE}}`), app(`{${SOURCE}, ${PRUNE}}`), ['K8105:critical']],
  ['it stops to prune', app(`{${SOURCE}, ${PRUNE}}`), app(`{${SOURCE}}`), []],
  [
    'it replaces',
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: Validate=false}'),
    annotated('ConfigMap', '{argocd.argoproj.io/sync-options: Replace=true}'),
    ['K8105:critical'],
  ],
  ['Flux prunes', spec('Kustomization', '{prune: false, path: ./prod}'), spec('Kustomization', '{prune: true, path: ./prod}'), ['K8105:critical']],
  ['the path of what prunes changes', app(`{${SOURCE}, ${PRUNE}}`), app(`{${SOURCE.replace('prod', 'empty')}, ${PRUNE}}`), ['K8105:critical']],
  ['the path of what does not prune changes', app(`{${SOURCE}}`), app(`{${SOURCE.replace('prod', 'empty')}}`), ['K8105:high']],
  ['the cluster changes', app(`{${SOURCE}, ${TO}, ${PRUNE}}`), app(`{${SOURCE}, ${TO.replace('kube', 'other')}, ${PRUNE}}`), ['K8105:critical']],
  ['the source of Flux changes its branch', spec('GitRepository', '{ref: {branch: main}}'), spec('GitRepository', '{ref: {branch: next}}'), ['K8105:critical']],
  ['it is promoted from tag to tag', app(`{${SOURCE.replace('main', 'v1.2.0')}, ${PRUNE}}`), app(`{${SOURCE.replace('main', 'v1.3.0')}, ${PRUNE}}`), ['K8122:elevated']],
  ['an application goes that takes all with it', app(`{${SOURCE}}`, '  finalizers: [resources-finalizer.argocd.argoproj.io]\n'), '', ['K8105:critical']],
  ['an application goes alone', app(`{${SOURCE}}`), '', ['K8105:high']],
]);

cases('data', [
  [
    'a volume is reclaimed',
    spec('PersistentVolume', '{persistentVolumeReclaimPolicy: Retain}'),
    spec('PersistentVolume', '{persistentVolumeReclaimPolicy: Delete}'),
    ['K8106:critical'],
  ],
  ['a class deletes by default', object('StorageClass', 'reclaimPolicy: Retain\n'), object('StorageClass'), ['K8106:critical']],
  ['a class retains', object('StorageClass'), object('StorageClass', 'reclaimPolicy: Retain\n'), []],
  ['snapshots are deleted', object('VolumeSnapshotClass', 'deletionPolicy: Retain\n'), object('VolumeSnapshotClass', 'deletionPolicy: Delete\n'), ['K8106:critical']],
  ['claims go with their set', stateful(), stateful(', persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}'), ['K8106:critical']],
  ['claims of a set change', stateful(CLAIM('storageClassName: a')), stateful(CLAIM('storageClassName: b')), ['K8106:critical']],
  ['claims of a set grow', stateful(CLAIM()), stateful(CLAIM(undefined, '20Gi')), ['K8107:high']],
  ['a claim changes its class', spec('PersistentVolumeClaim', '{storageClassName: a}'), spec('PersistentVolumeClaim', '{storageClassName: b}'), ['K8106:critical']],
]);

cases('immutable fields', [
  ['a selector', deploy(), deploy().replace('matchLabels: {app: orders}', 'matchLabels: {app: orders, tier: web}'), ['K8107:high']],
  [
    'a selector, where it is replaced',
    deploy().replace('spec:', '  annotations: {argocd.argoproj.io/sync-options: Replace=true}\nspec:'),
    deploy()
      .replace('spec:', '  annotations: {argocd.argoproj.io/sync-options: Replace=true}\nspec:')
      .replace('matchLabels: {app: orders}', 'matchLabels: {app: orders, tier: web}'),
    ['K8107:critical'],
  ],
  ['the template of a job', spec('Job', `{template: ${pod()}}`), spec('Job', `{template: ${pod(', args: [x]')}}`), ['K8107:high']],
  [
    'the template of a hook',
    annotated('Job', '{helm.sh/hook: pre-install}', `{template: ${pod()}}`),
    annotated('Job', '{helm.sh/hook: pre-install}', `{template: ${pod(', args: [x]')}}`),
    [],
  ],
  ['the service of a set', stateful(), stateful().replace('serviceName: orders', 'serviceName: other'), ['K8107:high']],
  ['what a set says by default', stateful(), stateful(', podManagementPolicy: OrderedReady'), []],
  ['the update strategy of a set', stateful(), stateful(', updateStrategy: {type: OnDelete}'), []],
  ['a claim grows', spec('PersistentVolumeClaim', '{resources: {requests: {storage: 1Gi}}}'), spec('PersistentVolumeClaim', '{resources: {requests: {storage: 2Gi}}}'), []],
  [
    'a claim shrinks',
    spec('PersistentVolumeClaim', '{resources: {requests: {storage: 2Gi}}}'),
    spec('PersistentVolumeClaim', '{resources: {requests: {storage: 1Gi}}}'),
    ['K8107:high'],
  ],
  ['an address', spec('Service', '{clusterIP: None}'), spec('Service', '{clusterIP: 10.0.0.1}'), ['K8107:high']],
  ['a role', object('RoleBinding', 'roleRef: {name: a}\n'), object('RoleBinding', 'roleRef: {name: b}\n'), ['K8107:high']],
]);

cases('replicas', [
  ['to zero', scale(4), scale(0), ['K8108:critical']],
  ['halved', scale(4), scale(2), ['K8108:high']],
  ['to one', scale(2), scale(1), ['K8108:high']],
  ['a little fewer', scale(4), scale(3), []],
  ['more', scale(2), scale(4), []],
  ['unsaid, which is one', deploy(), deploy().replace('replicas: 4, ', ''), ['K8108:high']],
  [
    'unsaid, for an autoscaler says',
    deploy(),
    `${deploy().replace('replicas: 4, ', '')}---\n${spec('HorizontalPodAutoscaler', '{minReplicas: 4, scaleTargetRef: {kind: Deployment, name: orders}}')}`,
    [],
  ],
  ['a lower minimum', spec('HorizontalPodAutoscaler', '{minReplicas: 4}'), spec('HorizontalPodAutoscaler', '{minReplicas: 3}'), ['K8108:high']],
  ['a minimum that is the default', spec('HorizontalPodAutoscaler', '{minReplicas: 1}'), spec('HorizontalPodAutoscaler', '{maxReplicas: 9}'), []],
  ['of KEDA', spec('ScaledObject', '{minReplicaCount: 2}'), spec('ScaledObject', '{}'), ['K8108:high']],
  ['an autoscaler goes', spec('HorizontalPodAutoscaler', '{minReplicas: 4}'), '', ['K8108:high']],
  ['a deployment goes', deploy(), '', ['K8108:high']],
]);

const LABELS = 'selector: {matchLabels: {app: orders}}';
cases('disruptions', [
  ['the budget goes', spec('PodDisruptionBudget', `{minAvailable: 2, ${LABELS}}`), '', ['K8109:high']],
  ['the budget goes with what it protects', `${spec('PodDisruptionBudget', `{minAvailable: 2, ${LABELS}}`)}---\n${deploy()}`, '', ['K8108:high', 'K8109:elevated']],
  ['fewer stay', spec('PodDisruptionBudget', '{minAvailable: 3}'), spec('PodDisruptionBudget', '{minAvailable: 2}'), ['K8109:high']],
  ['more go', spec('PodDisruptionBudget', '{maxUnavailable: 10%}'), spec('PodDisruptionBudget', '{maxUnavailable: 50%}'), ['K8109:high']],
  ['fewer go', spec('PodDisruptionBudget', '{maxUnavailable: 50%}'), spec('PodDisruptionBudget', '{maxUnavailable: 10%}'), []],
  ['none may go', spec('PodDisruptionBudget', '{maxUnavailable: 1}'), spec('PodDisruptionBudget', '{maxUnavailable: 0}'), ['K8109:elevated']],
]);

const READY = (path: string, port: string | number = 8080): string => `, readinessProbe: {httpGet: {path: ${path}, port: ${port}}}`;
cases('probes', [
  ['it goes', deploy(READY('/ready')), deploy(), ['K8110:high']],
  ['it asks elsewhere', deploy(READY('/ready')), deploy(READY('/')), ['K8110:high']],
  [
    'its port is called by its name',
    deploy(`, ports: [{name: http, containerPort: 8080}]${READY('/ready')}`),
    deploy(`, ports: [{name: http, containerPort: 8080}]${READY('/ready', 'http')}`),
    [],
  ],
  ['it kills soon', deploy(), deploy(', livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 5}'), ['K8110:high']],
  ['it kills late', deploy(), deploy(', livenessProbe: {tcpSocket: {port: 1}}'), []],
  ['it kills soon, after the start', deploy(), deploy(', livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 5}, startupProbe: {tcpSocket: {port: 1}}'), []],
]);

const has = (requests: string, limits = ''): string => `, resources: {requests: {${requests}}${limits === '' ? '' : `, limits: {${limits}}`}}`;
cases('resources', [
  ['less memory', deploy(has('memory: 1Gi')), deploy(has('memory: 512Mi')), ['K8111:high']],
  ['a little less', deploy(has('cpu: 1')), deploy(has('cpu: 800m')), []],
  ['the same in other words', deploy(has('cpu: 1, memory: 1Gi')), deploy(has('cpu: 1000m, memory: 1024Mi')), []],
  ['none at all', deploy(has('cpu: 1')), deploy(), ['K8111:high']],
  ['a request that the limit says', deploy(has('cpu: 1', 'cpu: 1')), deploy(', resources: {limits: {cpu: 1}}'), []],
  ['a lower class', deploy(has('cpu: 1, memory: 1Gi', 'cpu: 1, memory: 1Gi')), deploy(has('cpu: 1, memory: 1Gi', 'cpu: 2, memory: 1Gi')), ['K8111:high']],
]);

cases('rollouts and places', [
  ['all at once', deploy(), deploy('', '', 'strategy: {type: Recreate}, '), ['K8112:high']],
  ['half at once', deploy(), deploy('', '', 'strategy: {rollingUpdate: {maxUnavailable: 50%}}, '), ['K8112:high']],
  ['a quarter at once', deploy(), deploy('', '', 'strategy: {rollingUpdate: {maxUnavailable: 25%}}, '), []],
  ['no wait', deploy('', '', 'minReadySeconds: 10, '), deploy(), ['K8112:high']],
  ['less time to stop', deploy('', 'terminationGracePeriodSeconds: 60, '), deploy(), ['K8112:high']],
  ['the usual time to stop', deploy('', 'terminationGracePeriodSeconds: 20, '), deploy(), []],
  ['no pause before the stop', deploy(', lifecycle: {preStop: {exec: {command: [sleep, "15"]}}}'), deploy(), ['K8112:high']],
  ['a shorter pause', deploy(', lifecycle: {preStop: {exec: {command: [sleep, "15"]}}}'), deploy(', lifecycle: {preStop: {sleep: {seconds: 5}}}'), ['K8112:high']],
  ['other machines', deploy(), deploy('', 'nodeSelector: {disk: fast}, '), ['K8119:elevated']],
]);

const service = (label: string): string => spec('Service', `{selector: {app: ${label}}, ports: [{port: 80}]}`);
cases('selectors', [
  [
    'pods get another label',
    `${service('orders')}---\n${deploy()}`,
    `${service('orders')}---\n${deploy().replace('labels: {app: orders}', 'labels: {app: shop}')}`,
    ['K8113:critical'],
  ],
  ['both get another label', `${service('orders')}---\n${deploy()}`, `${service('shop')}---\n${deploy().replace('labels: {app: orders}', 'labels: {app: shop}')}`, []],
  ['it took none before', `${service('x')}---\n${deploy()}`, `${service('y')}---\n${deploy()}`, []],
  ['the pods go as a whole', `${service('orders')}---\n${deploy()}`, service('orders'), ['K8108:high']],
  [
    'a monitor loses its service',
    `${spec('ServiceMonitor', `{${LABELS}}`)}---\n${object('Service', '  labels: {app: orders}\n')}`,
    `${spec('ServiceMonitor', `{${LABELS}}`)}---\n${object('Service', '  labels: {app: x}\n')}`,
    ['K8113:critical'],
  ],
]);

const policy = (body: string): string => spec('NetworkPolicy', body);
const DENY = '{podSelector: {}, policyTypes: [Ingress]}';
cases('isolation', [
  ['a default deny goes', policy(DENY), '', ['K8114:critical']],
  ['an allow goes', policy('{podSelector: {matchLabels: {app: orders}}, ingress: [{from: [{podSelector: {}}]}]}'), '', ['K8114:high']],
  ['it is open to all', policy('{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}'), policy('{podSelector: {}, ingress: [{}]}'), ['K8114:high']],
  [
    'it is open to all addresses',
    policy('{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}'),
    policy('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}'),
    ['K8114:high'],
  ],
  [
    'one peer more',
    policy('{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}'),
    policy('{podSelector: {}, ingress: [{from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {a: b}}}]}]}'),
    [],
  ],
  ['a new default deny', null, policy(DENY), ['K8114:high']],
  [
    'a new default deny with what is allowed',
    null,
    `${policy(DENY)}---\n${policy('{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}').replace('name: orders', 'name: allow')}`,
    [],
  ],
  ['privileged', deploy(), deploy(', securityContext: {privileged: true}'), ['K8115:critical']],
  ['the file system of the machine', deploy(), deploy('', 'volumes: [{name: x, hostPath: {path: /}}], '), ['K8115:critical']],
  ['the runtime of the machine', deploy(), deploy('', 'volumes: [{name: x, hostPath: {path: /var/run/docker.sock}}], '), ['K8115:critical']],
  ['the network of the machine', deploy(), deploy('', 'hostNetwork: true, '), ['K8115:critical']],
  ['a capability', deploy(), deploy(', securityContext: {capabilities: {add: [SYS_ADMIN]}}'), ['K8115:critical']],
  ['the capability everybody may have', deploy(), deploy(', securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}'), []],
  ['root', deploy(', securityContext: {runAsNonRoot: true}'), deploy(), ['K8115:critical']],
  [
    'one container more, which says nothing of root',
    deploy(', securityContext: {runAsNonRoot: true}'),
    deploy(', securityContext: {runAsNonRoot: true}}, {name: b, image: "registry.example/b:1"'),
    [],
  ],
  ['root is refused by the pod', deploy(', securityContext: {runAsNonRoot: true}'), deploy('', 'securityContext: {runAsNonRoot: true}, '), []],
  ['what is new is privileged', null, deploy(', securityContext: {privileged: true}'), ['K8115:high']],
  [
    'a namespace lets more in',
    object('Namespace', '  labels: {pod-security.kubernetes.io/enforce: restricted}\n'),
    object('Namespace', '  labels: {pod-security.kubernetes.io/enforce: baseline}\n'),
    ['K8115:critical'],
  ],
]);

cases('admission', [
  ['a webhook goes', webhook(''), '', ['K8117:critical']],
  ['a webhook may be missed', webhook(''), webhook(', failurePolicy: Ignore'), ['K8117:critical']],
  ['a webhook may not be missed', webhook(', failurePolicy: Ignore'), webhook(', failurePolicy: Fail'), ['K8117:high']],
  ['a webhook may not be missed in some places', webhook(', failurePolicy: Ignore, namespaceSelector: {}'), webhook(', failurePolicy: Fail, namespaceSelector: {}'), []],
  ['Kyverno only reports', spec('ClusterPolicy', '{validationFailureAction: Enforce}'), spec('ClusterPolicy', '{validationFailureAction: Audit}'), ['K8117:critical']],
  [
    'a constraint leaves a namespace out',
    spec('K8sRequiredLabels', '{match: {excludedNamespaces: [a]}}'),
    spec('K8sRequiredLabels', '{match: {excludedNamespaces: [a, shop]}}'),
    ['K8117:critical'],
  ],
  ['a constraint takes a namespace in', spec('K8sRequiredLabels', '{match: {excludedNamespaces: [a, shop]}}'), spec('K8sRequiredLabels', '{match: {excludedNamespaces: [a]}}'), []],
  ['a constraint only warns', spec('K8sRequiredLabels', '{}'), spec('K8sRequiredLabels', '{enforcementAction: dryrun}'), ['K8117:critical']],
  [
    'a binding no longer denies',
    spec('ValidatingAdmissionPolicyBinding', '{validationActions: [Deny]}'),
    spec('ValidatingAdmissionPolicyBinding', '{validationActions: [Audit]}'),
    ['K8117:critical'],
  ],
]);

const image = (name: string): string => deploy().replace('registry.example/orders:1.0', name);
const DIGEST = `@sha256:${'0'.repeat(64)}`;
cases('content', [
  ['a tag for a digest', image(`registry.example/orders${DIGEST}`), image('registry.example/orders:1.0'), ['K8118:high']],
  ['another digest', image(`registry.example/orders${DIGEST}`), image(`registry.example/orders${DIGEST.replace('00', '11')}`), []],
  ['another tag', image('registry.example/orders:1.0'), image('registry.example/orders:1.1'), []],
  ['the newest', image('registry.example/orders:1.0'), image('registry.example/orders:latest'), ['K8118:high']],
  ['another registry', image('registry.example/orders:1.0'), image('other.example/orders:1.0'), ['K8118:high']],
  ['the same registry in full', image('nginx:1'), image('docker.io/library/nginx:1'), []],
  ['the registry under its new name', image('k8s.gcr.io/pause:3'), image('registry.k8s.io/pause:3'), []],
]);

const config = (data: string): string => object('ConfigMap', `data: {${data}}\n`);
const takes = (more = ''): string => deploy(`, env: [{name: A, valueFrom: {configMapKeyRef: {name: orders, key: a${more}}}}]`);
cases('keys', [
  ['a key goes that is named', `${config('a: 1, b: 2')}---\n${takes()}`, `${config('b: 2')}---\n${takes()}`, ['K8120:high']],
  ['a key goes that nobody names', `${config('a: 1, b: 2')}---\n${takes()}`, `${config('a: 1')}---\n${takes()}`, []],
  ['a key goes that is optional', `${config('a: 1, b: 2')}---\n${takes(', optional: true')}`, `${config('b: 2')}---\n${takes(', optional: true')}`, []],
  ['the whole map goes', `${config('a: 1')}---\n${takes()}`, takes(), ['K8120:high']],
  [
    'it takes another name, and so does who takes it',
    `${config('a: 1')}---\n${takes()}`,
    `${config('a: 1').replace('orders', 'orders-2')}---\n${takes().replace('{name: orders', '{name: orders-2')}`,
    [],
  ],
  ['one that may not be edited', `${config('a: 1')}immutable: true\n`, `${config('a: 2')}immutable: true\n`, ['K8120:high']],
]);

describe('what is rendered elsewhere', () => {
  it.each<readonly [string, string, Sides, readonly string[]]>([
    ['values', 'charts/orders/values.yaml', ['a: 1\n', 'a: 2\n'], ['K8122:high']],
    ['comments in values', 'charts/orders/values.yaml', ['a: 1\n', '# why\na: 1\n'], []],
    ['another tag in values', 'charts/orders/values.yaml', ['image: {tag: v1.0}\n', 'image: {tag: v1.1}\n'], ['K8122:elevated']],
    ['a template', 'charts/orders/templates/a.yaml', ['a: {{ .Values.a }}\nb:\n{{ if x }}\n', 'a: {{ .Values.b }}\nb:\n{{ if x }}\n'], ['K8122:high']],
    ['a template of Ansible', 'roles/a/templates/a.yaml', ['a: {{ b }}\n{% if x %}\nc: {{\n', 'a: {{ d }}\n{% if x %}\nc: {{\n'], []],
    ['a comment in a template', 'charts/orders/templates/a.yaml', ['b:\n{{ if x }}\n', '# why\nb:\n{{ if x }}\n'], []],
    ['a new template', 'charts/orders/templates/a.yaml', [null, 'b:\n{{ if x }}\n'], ['K8122:elevated']],
    [
      'a chart of another major version',
      'charts/orders/Chart.yaml',
      ['dependencies: [{name: a, version: 1.2.0}]\n', 'dependencies: [{name: a, version: 2.0.0}]\n'],
      ['K8122:high'],
    ],
    [
      'a chart of another minor version',
      'charts/orders/Chart.yaml',
      ['dependencies: [{name: a, version: 1.2.0}]\n', 'dependencies: [{name: a, version: 1.3.0}]\n'],
      ['K8122:elevated'],
    ],
    ['a kustomization', 'prod/kustomization.yaml', ['resources: [a.yaml, b.yaml]\n', 'resources: [a.yaml]\n'], ['K8122:high']],
    [
      'the newest image of a kustomization',
      'prod/kustomization.yaml',
      [
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: a, newTag: "1.0"}]\n',
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: a, newTag: latest}]\n',
      ],
      ['K8118:high', 'K8122:high'],
    ],
    ['the next image of a kustomization', 'prod/kustomization.yaml', ['images: [{name: a, newTag: "1.0"}]\n', 'images: [{name: a, newTag: "1.1"}]\n'], []],
    [
      'a stateful set of a template',
      'charts/orders/templates/a.yaml',
      ['apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: a-{{ x }}\nspec:\n{{ if y }}\n', null],
      ['K8102:high', 'K8122:high'],
    ],
    [
      'replicas of a template',
      'charts/orders/templates/a.yaml',
      [
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a-{{ x }}\nspec:\n  replicas: 4\n{{ if y }}\n',
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a-{{ x }}\nspec:\n  replicas: 0\n{{ if y }}\n',
      ],
      ['K8108:high', 'K8122:high'],
    ],
  ])('%s', async (_, path, sides, expected) => {
    expect(await look({ [path]: sides })).toEqual(expected);
  });
});

describe('objects of both sides', () => {
  const set = stateful(CLAIM());
  it('may move between files', async () => {
    expect(await look({ 'shop/a.yaml': [set, null], 'shop/b.yaml': [null, set] })).toEqual([]);
    expect(await look({ 'shop/a.yaml': [set, null], 'other/b.yaml': [null, set] })).toEqual(['K8102:elevated']);
  });

  it('are not kept by a sample', async () => {
    expect(await look({ 'shop/a.yaml': [set, null], 'testdata/a.yaml': [null, set] })).toEqual(['K8102:critical', 'K8108:high']);
    expect(await look({ 'testdata/a.yaml': [set, null] })).toEqual(['K8102:elevated', 'K8108:elevated']);
  });

  it('are each compared with their own, where folders hold the same names', async () => {
    expect(await look({ 'a/x.yaml': [scale(2), scale(3)], 'b/x.yaml': [scale(9), scale(8)] })).toEqual([]);
  });

  it('of two namespaces are two', async () => {
    expect(await one(set, set.replace('namespace: shop', 'namespace: other'))).toEqual(['K8102:critical', 'K8108:high']);
    expect(await one(set, set.replace('  namespace: shop\n', ''))).toEqual([]);
  });

  it('are not gone where the file cannot be read any more', async () => {
    expect(await one(set, 'a: [\n')).toEqual([]);
    // of a template it is guessed
    expect(await one(set, 'a: {{ x }}\n{{ if y }}\n')).toEqual(['K8102:high', 'K8122:high']);
  });

  it('may stand in a list, or be JSON', async () => {
    const list = (...kinds: readonly string[]): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: kinds.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: 'a' } })) });
    expect(await look({ 'a.json': [list('Namespace', 'ConfigMap'), list('ConfigMap')] })).toEqual(['K8101:critical']);
    expect(await look({ 'a.json': [list('Namespace'), null], 'a.yaml': [null, object('Namespace', '', 'a').replace('  namespace: shop\n', '')] })).toEqual([]);
  });

  it('count wherever the file lies', async () => {
    expect(await look({ 'README/x.yml': [object('Namespace'), null] })).toEqual(['K8101:critical']);
  });
});

it('never throws, whatever an object says', async () => {
  const kinds = ['Deployment', 'StatefulSet', 'Service', 'NetworkPolicy', 'Application', 'ClusterPolicy', 'CustomResourceDefinition', 'PodDisruptionBudget', 'List', 'ConfigMap'];
  const keys = ['spec', 'metadata', 'template', 'containers', 'selector', 'matchLabels', 'ingress', 'items', 'data', 'versions', 'name', 'replicas', 'rules', 'webhooks'];
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, 0, 1, '', 'a', true, '5%', '1Gi'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  const manifest = fc.record({
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'argoproj.io/v1alpha1'),
    kind: fc.constantFrom(...kinds),
    metadata: value,
    spec: value,
    data: value,
    webhooks: value,
  });
  await fc.assert(
    fc.asyncProperty(manifest, manifest, async (a, b) => {
      const { records, read } = sampleTree({ 'a.json': [JSON.stringify(a), JSON.stringify(b)] });
      const { findings } = detect([kubernetes], { files: await languages().parse(records, read), plan: null });
      expect(findings.filter((f) => f.rule === 'META000')).toEqual([]);
    }),
  );
});
