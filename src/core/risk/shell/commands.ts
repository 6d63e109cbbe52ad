/**
 * Commands that destroy, in new lines of scripts, Makefiles, workflows and provisioners (SH101 to SH107). Text patterns, kept simple on
 * purpose: quoting and line continuation are undone first, and a command built from a variable counts as the worst one.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Saying } from '../finding.ts';
import { rule } from '../finding.ts';
import { kindsOf } from '../kinds.ts';
import type { NewLine } from '../lines.ts';
import { linesOf, newLines, textOf } from '../lines.ts';
import { cutLines, MAX_LINE } from '../long-lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { shellLines, shellLists } from './provisioners.ts';
import { scratchNames, treesRemoved } from './rm.ts';

const SH101 = rule('SH101', 'rm-variable', 'critical', 'heuristic', ['the expansion is guarded, as in "$VAR:?" with braces']);
const SH102 = rule('SH102', 'infra-destroy', 'critical', 'heuristic', ['the command is run by hand, by its owner, with a plan']);
const SH103 = rule('SH103', 'cloud-delete', 'critical', 'heuristic', ['the command is run by hand, by its owner']);
const SH104 = rule('SH104', 'disk', 'critical', 'heuristic', ['the device is a scratch one, made in this script']);
const SH105 = rule('SH105', 'data-tools', 'critical', 'heuristic', ['the target is a throw-away database']);
const SH106 = rule('SH106', 'git-history', 'high', 'heuristic', ['history is kept']);
const SH107 = rule('SH107', 'fetched-code', 'high', 'heuristic', ['the download is pinned by digest']);

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

export const commands: Detector = { id: 'commands', detect: ({ files }) => files.filter((f) => isScript(f) || f.head?.kind === 'hcl').flatMap(ofFile) };

const isScript = (f: FileEvidence): boolean =>
  kindsOf(f.path).some((k) => k === 'script' || k === 'workflow' || k === 'guard') || f.newMode === '100755' || /^#!/.test(textOf(f.head));

function ofFile(file: FileEvidence): readonly Finding[] {
  const fresh = commandLines(file);
  const scratch = scratchNames(textOf(file.head));
  const found = fresh.flatMap(({ line, text }) => {
    const plain = unquoted(text);
    if (isComment(file.path, plain)) return [];
    const say = (make: Make, why: string, more: Partial<Saying> = {}): Finding =>
      make({ place: { path: file.path, side: 'head', line }, what: `${file.path} line ${line} ${why}: ${text.slice(0, 120)}`, because: [['line', text]], ...more });
    return [...PATTERNS.filter(([, pattern]) => pattern.test(plain)).map(([make, , why]) => say(make, why)), ...trees(plain, scratch, say)];
  });
  return [...found, ...cutLines(file, fresh)];
}

/** Infrastructure source is text about resources: only what it hands to a shell is a command. */
function commandLines(file: FileEvidence): readonly NewLine[] {
  if (file.head?.kind !== 'hcl' || isScript(file)) return newLines(file);
  // what stood elsewhere in the file before was no command there
  const before = new Set(ranShell(file.base).map((l) => l.text));
  return ranShell(file.head).filter((l) => l.text !== '' && !before.has(l.text));
}

function ranShell(side: Parsed | undefined): readonly NewLine[] {
  const lines = new Set(shellLines(side).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)));
  return [...linesOf(side).filter((l) => lines.has(l.line)), ...shellLists(side)];
}

/** A folder the script made itself, and nothing else: `tmp=$(mktemp -d)` and `rm -rf "$tmp"`. */
function trees(plain: string, scratch: ReadonlySet<string>, say: (make: Make, why: string, more?: Partial<Saying>) => Finding): readonly Finding[] {
  const removed = treesRemoved(plain);
  if (removed.length === 0) return [];
  if (removed.every((target) => scratch.has(target))) return [say(SH101, 'deletes a scratch folder that it made', { severity: 'elevated' })];
  return [say(SH101, 'deletes a folder tree whose name comes from a variable or a wildcard')];
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
