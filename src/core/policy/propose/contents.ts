/**
 * What an opened file says of running things, by lines that are read one by one: no parser, since a guess is all that is asked,
 * and a person reads it before it holds. Total, and linear in the file. Whoever commits writes these files.
 */
import { kindsOf } from '../../risk/kinds.ts';
import { nameOf } from './places.ts';
import type { Content } from './seen.ts';

/** Bytes of one file that is opened; larger ones say nothing. */
export const MOST_BYTES = 200_000;

/** Which files are worth opening; undefined: none of what it could say is asked. */
export function worthOpening(path: string): Content['kind'] | undefined {
  const kinds = kindsOf(path);
  if (/\.(?:tf|tofu)$/.test(path)) return 'terraform';
  if (kinds.includes('workflow')) return 'workflow';
  if (/(?:^|\/)(?:cloudformation|cfn|cloud-formation|sam|stacks)\//i.test(path) && /\.(?:ya?ml|json|template)$/.test(path)) return 'cloudformation';
  if (/^(?:template|samconfig)\.ya?ml$/.test(nameOf(path))) return 'cloudformation';
  if (kinds.includes('kubernetes') && /\.(?:ya?ml|tpl)$/.test(path)) return 'kubernetes';
  return undefined;
}

/** undefined: nothing of the kind is in it. */
export function contentOf(path: string, kind: Content['kind'], text: string): Content | undefined {
  const lines = text
    .slice(0, MOST_BYTES)
    .split('\n', 5_000)
    .map((line) => line.slice(0, 300));
  if (kind === 'terraform') return { kind, path, resources: resourcesIn(lines) };
  if (kind === 'workflow') return { kind, path, environments: environmentsIn(lines), acts: actsIn(lines) };
  if (kind === 'cloudformation') {
    const resources = found(lines, /^\s*"?Type"?:\s*"?'?(AWS::[A-Za-z0-9:]{2,80})/);
    return resources.length === 0 ? undefined : { kind, path, resources };
  }
  const objects = lines.some((line) => /^(?:- )?apiVersion:/.test(line)) ? found(lines, /^(?:- )?kind:\s*["']?([A-Z][A-Za-z]{2,60})/) : [];
  return objects.length === 0 ? undefined : { kind, path, objects };
}

const found = (lines: readonly string[], pattern: RegExp): readonly string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);

/** Types of resources, and of modules by what their source is called. */
function resourcesIn(lines: readonly string[]): readonly string[] {
  const resources = found(lines, /^\s*resource\s+"([a-z][a-z0-9_]{2,80})"/);
  const modules = found(lines, /^\s*source\s*=\s*"([^"]{1,200})"/).flatMap((source) => MODULES.flatMap(([pattern, type]) => (pattern.test(source) ? [type] : [])));
  return [...resources, ...modules];
}

/** What modules of others are known to declare. */
const MODULES: readonly (readonly [RegExp, string])[] = [
  [/terraform-aws-modules\/rds/, 'aws_db_instance'],
  [/terraform-aws-modules\/iam/, 'aws_iam_role'],
  [/terraform-aws-modules\/vpc/, 'aws_vpc'],
  [/terraform-google-modules\/sql-db/, 'google_sql_database_instance'],
];

/** Names of environments a job deploys to, GitHub's and GitLab's alike. */
function environmentsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, i) => {
    const [, indent = '', rest = ''] = /^(\s*)environment:\s*(.*)$/.exec(line) ?? [];
    if (!/^\s*environment:/.test(line)) return [];
    const [, named] = rest.trim() === '' ? (/^\s*name:\s*(.+)$/.exec(within(lines, i, indent.length)) ?? []) : [undefined, rest];
    const name = (named ?? '')
      .replace(/\s+#.*$/, '')
      .replace(/^["']|["']$/g, '')
      .trim();
    return name === '' ? [] : [name];
  });
}

/** The line of a map's `name:`, among the few below its key. */
const within = (lines: readonly string[], at: number, indent: number): string =>
  lines.slice(at + 1, at + 6).find((line) => line.search(/\S/) > indent && /^\s*name:/.test(line)) ?? '';

/** What a pipeline does to the world, in its own words. */
const ACTS: readonly (readonly [RegExp, string])[] = [
  [/\bterraform\b.{0,80}\bapply\b|\btofu\b.{0,80}\bapply\b|\bterragrunt\b.{0,80}\bapply\b/, 'terraform apply'],
  [/\bkubectl\b.{0,80}\b(?:apply|delete|set image|rollout)\b/, 'kubectl apply'],
  [/\bhelm\b.{0,80}\b(?:upgrade|install)\b/, 'helm upgrade'],
  [/\bpulumi\b.{0,40}\bup\b/, 'pulumi up'],
  [/\bcdk\b.{0,40}\bdeploy\b/, 'cdk deploy'],
  [/\baws\b.{0,60}\b(?:update-service|deploy|update-function-code|s3 sync)\b/, 'aws deploy'],
  [/\bgcloud\b.{0,60}\bdeploy\b/, 'gcloud deploy'],
  [/\b(?:cf|flyctl|fly|serverless|sls|heroku)\b.{0,30}\b(?:push|deploy)\b/, 'deploy'],
  [/\b(?:npm|yarn|pnpm|cargo|twine|poetry)\b.{0,30}\b(?:publish|upload)\b|pypi-publish|\bgem push\b/, 'publish a package'],
  [/\bdocker\b.{0,60}\bpush\b|^\s*push:\s*true\b|\bcosign\b.{0,60}\bsign\b/, 'push an image'],
  [/^\s*(?:-\s+)?uses:\s*\S{0,200}(?:publish|release|deploy)/, 'an action that publishes or deploys'],
  [/\bgoreleaser\b|\bgh release\b|softprops\/action-gh-release/, 'make a release'],
];

function actsIn(lines: readonly string[]): readonly string[] {
  const written = lines.filter((line) => !/^\s*#/.test(line));
  return ACTS.flatMap(([pattern, act]) => (written.some((line) => pattern.test(line)) ? [act] : []));
}
