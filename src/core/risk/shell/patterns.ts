/**
 * The second opinion: text patterns for lines that no grammar reads (PowerShell, batch files, pipelines in Groovy, templates, what is
 * broken in a script). Simple on purpose: quoting and continued lines are undone first.
 */
import type { Saying } from '../finding.ts';
import { MAX_LINE } from '../long-lines.ts';
import type { Finding } from '../risk.ts';
import { treesRemoved } from './rm.ts';
import { SH101, SH102, SH103, SH104, SH105, SH106, SH107 } from './rules.ts';

type Make = (s: Saying) => Finding;
const PATTERNS: readonly (readonly [Make, RegExp, string])[] = [
  [SH102, /\b(?:terraform|tofu|terragrunt)\b.{0,200}?(?:\s-?-destroy\b|\sdestroy\b)/, 'destroys what Terraform manages'],
  [
    SH102,
    /\b(?:terraform|tofu|terragrunt)\b.{0,200}?\s(?:state rm|state push|force-unlock|taint|workspace delete)\b|\b(?:terraform|tofu)\b.{0,200}?\s-?-replace\b/,
    "changes Terraform's state or replaces a resource",
  ],
  [SH102, /\b(?:terraform|tofu|terragrunt)\b(?:\s-chdir=\S{1,200})?\s+(?:\$|%|`)/, 'runs Terraform with a command taken from a variable'],
  [SH102, /\b(?:terraform|tofu|terragrunt)\b.{0,200}?\s-?-?auto-approve\b/, 'applies without anybody reading the plan'],
  [SH102, /\b(?:pulumi|cdk|cdktf|sls|serverless|vagrant|sst)\b.{0,100}?\s(?:destroy|remove|rm)\b/, 'destroys a whole stack'],
  [
    SH102,
    /\b(?:kubectl|oc)\b.{0,200}?\s(?:delete|drain)\b|\b(?:kubectl|oc)\b.{0,200}?\s(?:replace\b.{0,80}?--force|scale\b.{0,80}?--replicas[= ]0|apply\b.{0,80}?--prune)\b/,
    'deletes or empties what the cluster runs',
  ],
  [SH102, /\bhelm\b.{0,100}?\s(?:uninstall|delete|upgrade\b.{0,80}?--force)\b|\beksctl\s+delete\b|\bkops\s+delete\b/, 'removes a release or a cluster'],
  [
    SH103,
    /\baws\b.{0,200}?\s(?:delete-|terminate-|deregister-|schedule-key-deletion|purge-queue|s3 rb\b|s3 rm\b.{0,80}?--recursive|s3 sync\b.{0,120}?--delete)/,
    'deletes cloud resources',
  ],
  [SH103, /--skip-final-snapshot\b/, 'deletes a database without a last snapshot'],
  [SH103, /\b(?:gcloud|gsutil|bq|az|doctl|hcloud|ibmcloud|oci|flyctl|fly|heroku)\b.{0,200}?\s(?:delete|rm|rb|destroy|apps:destroy|pg:reset|purge)\b/, 'deletes cloud resources'],
  [SH104, /\bdd\b.{0,200}?\bof=\/dev\/|\bmkfs(?:\.\w+)?\s|\bwipefs\b|\b(?:lv|vg|pv)remove\b|\bzpool\s+destroy\b|\bzfs\s+destroy\b|\bshred\s/, 'wipes a disk'],
  [
    SH105,
    /\bdropdb\b|\bflush(?:all|db)\b|\bdropdatabase\b|\bkafka-topics\b.{0,200}?--delete\b|\bmysqladmin\b.{0,80}?\sdrop\b|\b(?:rails|rake)\b.{0,40}?\sdb:(?:drop|reset|schema:load)\b|\bprisma\b.{0,40}?\sreset\b|\bmigrate\b.{0,80}?\s(?:drop|reset|fresh)\b/i,
    'drops or empties a database',
  ],
  [SH105, /\b(?:psql|mysql|sqlcmd|clickhouse-client|mongo(?:sh)?|cqlsh)\b.{0,300}?\b(?:drop\s|truncate\s|delete\s+from|deletemany|\.drop\()/i, 'runs destructive SQL'],
  [
    SH106,
    /\bgit\b.{0,200}?\s(?:push\b.{0,120}?\s(?:--force|-f\b|--mirror|--delete|\+)|filter-repo|filter-branch|reflog\s+expire|update-ref\s+-d)|--no-verify\b/,
    'rewrites or deletes git history, or skips its hooks',
  ],
  [
    SH107,
    /\b(?:curl|wget)\b.{0,400}?\|\s*(?:sudo\s+)?(?:ba|z|k|da)?sh\b|\b(?:ba|z)?sh\s+<\(\s*curl\b|\bbase64\s+(?:-d|--decode)\b.{0,80}?\|\s*(?:ba|z)?sh\b|\biex\b.{0,80}?downloadstring/i,
    'runs code fetched from elsewhere',
  ],
];

export interface TextHit {
  readonly make: Make;
  readonly why: string;
  readonly severity?: 'elevated';
}

/** @param scratch variables that the text only ever sets to a folder it just made. */
export function textHits(path: string, line: string, scratch: ReadonlySet<string>): readonly TextHit[] {
  const plain = unquoted(line);
  if (isComment(path, plain) || (/jenkinsfile|\.(?:groovy|psm?1|ps1|gradle)$/i.test(path) && SAYS.test(plain))) return [];
  return [...PATTERNS.filter(([, pattern]) => pattern.test(plain)).map(([make, , why]) => ({ make, why })), ...trees(plain, scratch)];
}

/** A line that prints and does nothing behind it. */
const SAYS = /^(?:@?echo|write-(?:host|output|verbose|warning)|println|log|puts)\b[^;&|`$]*$/i;

/** A folder the script made itself, and nothing else: `tmp=$(mktemp -d)` and `rm -rf "$tmp"`. */
function trees(plain: string, scratch: ReadonlySet<string>): readonly TextHit[] {
  const removed = treesRemoved(plain);
  if (removed.length === 0) return [];
  if (removed.every((target) => scratch.has(target))) return [{ make: SH101, why: 'deletes a scratch folder that it made', severity: 'elevated' }];
  return [{ make: SH101, why: 'deletes a folder tree whose name comes from a variable or a wildcard' }];
}

/** `//usr/bin/x` is a command and `rem ; x` runs x: each way to write a comment counts only where it is one. */
const isComment = (path: string, plain: string): boolean => (/\.(?:bat|cmd)$/i.test(path) ? /^(?:#|::|rem\s)/i : /^(?:#|\/\/(?!\w+\/))/).test(plain);

/** `"terraform"  de''stroy` and `["terraform", "destroy"]` are `terraform destroy`; lines longer than any sane command are cut, and `cutLines` says so. */
const unquoted = (text: string): string =>
  text
    .slice(0, MAX_LINE)
    .replace(/["'], ?["']/g, ' ')
    .replace(/["']/g, '')
    .replace(/\s+/g, ' ')
    .trim();
