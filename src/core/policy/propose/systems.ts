/**
 * The running things a tree shows, as systems of a policy: each with its paths, how critical it looks and why. What a folder is
 * called and what its files declare is all there is to go by, so each is a guess that says what it rests on; and a guess only
 * ever adds a system, so that nothing is taken as harmless by its name.
 */
import { kindsOf } from '../../risk/kinds.ts';
import { infrastructure } from './infrastructure.ts';
import { below, exactly, folderOf, gathered, isAside, nameOf } from './places.ts';
import type { Content, Seen } from './seen.ts';
import { services } from './services.ts';
import { MOST_FOLDERS, type ProposedSystem, systemOf } from './system-of.ts';
import { byCount, counted, few, wordText } from './words.ts';

/** In the order of their criticality. */
export function systemsIn(seen: Seen): readonly ProposedSystem[] {
  const live = seen.files.filter((path) => !isAside(path));
  const found = [
    ...infrastructure(seen.contents, live),
    ...clusters(seen.contents),
    ...machines(live),
    ...migrations(live),
    ...signIn(live),
    ...pipelines(seen),
    ...services(live),
  ];
  return found.filter((s) => s.paths.length > 0).sort((a, b) => a.criticality - b.criticality);
}

function clusters(contents: readonly Content[]): readonly ProposedSystem[] {
  const files = contents.filter((c): c is Content & { kind: 'kubernetes' } => c.kind === 'kubernetes' && !isAside(c.path) && c.objects.some((o) => RUNS.test(o)));
  const kinds = byCount(files.flatMap((f) => f.objects.map(wordText)).filter((o) => RUNS.test(o)));
  const because = `${counted(files.length, 'file')} ${files.length === 1 ? 'declares' : 'declare'} what runs in clusters: ${few(kinds.map(([kind, n]) => `${kind} (${n})`))}`;
  return systemOf(
    { id: 'clusters', name: 'What runs in clusters', criticality: 2, because },
    files.map((f) => chartOf(f.path)),
  );
}

const RUNS =
  /^(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Ingress|Service|ClusterRole|ClusterRoleBinding|Role|RoleBinding|NetworkPolicy|CustomResourceDefinition|Application|HelmRelease|Kustomization|Rollout|Gateway|VirtualService)$/;

/** A chart whole, with its values. */
const chartOf = (path: string): string => folderOf(path).replace(/\/templates(?:\/.*)?$/, '');

function migrations(files: readonly string[]): readonly ProposedSystem[] {
  const found = files.filter((path) => MIGRATION.test(path));
  const folders = byCount(found.map(migrationFolder));
  if (found.length < 2) return [];
  const because = `${counted(found.length, 'migration')} in ${few(folders.map(([folder]) => wordText(folder)))}: what one of them drops, taking it back does not bring back`;
  return systemOf(
    { id: 'database-schema', name: 'Schema of the databases', criticality: 2, because },
    folders.map(([folder]) => folder),
  );
}

/** By the ways of Rails, Django, Alembic, Flyway, Prisma, Knex, golang-migrate, Laravel, Ecto and their like. */
const MIGRATION =
  /(?:^|\/)(?:db\/(?:[a-z]+_)*migrate|[a-z_-]*migrations?|alembic\/versions|migrate|changelog)\/(?:[^/]+\/){0,2}(?:[^/]*\d{3,}[^/]*|V\d[^/]*__[^/]*|\d+_[^/]*|migration)\.(?:sql|rb|py|php|js|ts|go|exs?|xml|ya?ml|kt|java|cs)$|(?:^|\/)V\d[\d._]*__[^/]+\.sql$/i;

const migrationFolder = (path: string): string => (nameOf(path).startsWith('migration.') ? folderOf(folderOf(path)) : folderOf(path));

/** Puppet, Ansible, Chef and Salt: what decides how machines are made. */
function machines(files: readonly string[]): readonly ProposedSystem[] {
  const found = files.filter((path) => MACHINES.test(path));
  const tops = byCount(found.map((path) => path.slice(0, Math.max(0, path.indexOf('/')))).filter((top) => top !== ''));
  const because = `${counted(found.length, 'file')} that make machines what they are, in ${few(tops.map(([top]) => wordText(top)))}`;
  return found.length < 5
    ? []
    : systemOf(
        { id: 'machines', name: 'Configuration of machines', criticality: 3, because },
        tops.slice(0, 12).map(([top]) => top),
      );
}

const MACHINES = /\.(?:pp|epp|sls)$|(?:^|\/)hiera(?:data)?\/|(?:^|\/)roles\/[^/]+\/(?:tasks|handlers|defaults|vars)\/|(?:^|\/)(?:cookbooks|recipes)\/.*\.rb$/;

/** Code that decides who gets in, by the names such folders have. */
const DOORS =
  /^(?:auth|authn|authz|authentication|authorization|oauth2?|oidc|saml\w*|sso|login|sessions?|rbac|permissions?|mfa|two_factor\w*|webauthn|jwt|acl|iam|access[-_]control)$/i;
const CODE = /\.(?:tsx?|jsx?|mjs|py|rb|go|java|kt|rs|php|cs|cc|cpp|c|swift|scala|exs?|clj)$/;
const TEST = /(?:[._-](?:test|spec)\.\w+|_test\.\w+|_spec\.\w+)$|(?:^|\/)test_[^/]+$/;

function signIn(files: readonly string[]): readonly ProposedSystem[] {
  const code = files.flatMap((path) => {
    if (!CODE.test(path) || TEST.test(path)) return [];
    const parts = path.split('/');
    const at = parts.slice(0, -1).findIndex((part) => DOORS.test(part));
    return at < 0 || UI.test(path) ? [] : [{ path, folder: parts.slice(0, at + 1).join('/') }];
  });
  const folders = byCount(code.map((c) => c.folder));
  const because = `${counted(code.length, 'file')} of code in folders named after signing in and rights: ${few(folders.map(([folder]) => wordText(folder)))}`;
  return systemOf(
    { id: 'sign-in', name: 'Who gets in, and who may do what', criticality: 1, because },
    folders.slice(0, MOST_FOLDERS).map(([folder]) => folder),
  );
}

/** What draws the form decides nobody's rights. */
const UI = /(?:^|\/)(?:ui|web|frontend|client|components|views|pages|styles|assets|locales?|i18n)\//i;

/** Pipelines: each is named by what it does, and those that reach production are more than the rest. */
function pipelines({ files, contents }: Seen): readonly ProposedSystem[] {
  const all = files.filter((path) => kindsOf(path).includes('workflow') && isRun(path));
  if (all.length === 0) return [];
  const acting = actingPipelines(contents).filter((p) => isRun(p.path));
  const said = acting.map((p) => `${nameOf(wordText(p.path))} (${p.does})`);
  const because =
    acting.length === 0
      ? `${counted(all.length, 'pipeline file')}, none of which is seen to deploy or publish anything`
      : `${counted(all.length, 'pipeline file')}; what reaches the world: ${few(said)}`;
  const folders = all.filter((p) => folderOf(p) !== '').map((p) => ROOT.exec(p)?.[1] ?? folderOf(p));
  const single = all.filter((p) => folderOf(p) === '').flatMap((p) => exactly(p) ?? []);
  const paths = [...gathered(folders, MOST_FOLDERS).flatMap((f) => below(f) ?? []), ...single];
  return [{ id: 'pipelines', name: 'Pipelines', criticality: acting.length > 0 ? 2 : 3, paths, because }];
}

/** A forge runs what lies at the top of a repository: pipelines of code that was copied in below never do. */
export const isRun = (path: string): boolean =>
  !/(?:^|\/)(?:testdata|vendor|node_modules)\/|\/\.(?:github|gitea|forgejo|circleci|buildkite|woodpecker|travis|gitlab-ci)[/.]/.test(path);

/** What forges and builders read, whole. */
const ROOT = /^((?:.*\/)?\.(?:(?:github|gitea|forgejo)\/(?:workflows|actions)|circleci|buildkite|woodpecker|tekton))\//;

export interface ActingPipeline {
  readonly path: string;
  /** In words. */
  readonly does: string;
  /** It names an environment that sounds like production, or deploys what runs without naming one. */
  readonly production: boolean;
}

/** Those that deploy or publish, production first. Anybody who may change one may rename its environment: it is a reason to look, never one not to. */
export function actingPipelines(contents: readonly Content[]): readonly ActingPipeline[] {
  return contents
    .flatMap((c) => (c.kind === 'workflow' && (c.acts.length > 0 || c.environments.length > 0) ? [acting(c)] : []))
    .sort((a, b) => Number(b.production) - Number(a.production) || (a.path < b.path ? -1 : 1));
}

const LIVE = /\b(?:prod|production|live|prd)\b/i;

function acting({ path, environments, acts }: Content & { kind: 'workflow' }): ActingPipeline {
  const live = environments.filter((e) => LIVE.test(e.replace(/[-_]/g, ' ')));
  const named = [...new Set(live.length > 0 ? live : environments)].map(wordText);
  const words = [...acts, ...(named.length === 0 ? [] : [`environment ${few(named, 2)}`])];
  return { path, does: words.join(', '), production: live.length > 0 || (environments.length === 0 && acts.some((a) => DEPLOYS.has(a))) };
}

const DEPLOYS = new Set(['terraform apply', 'kubectl apply', 'helm upgrade', 'pulumi up', 'cdk deploy', 'aws deploy', 'gcloud deploy', 'deploy']);
