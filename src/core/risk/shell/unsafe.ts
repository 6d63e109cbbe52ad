/** SH106 to SH109: history rewritten, code run that was fetched, checks switched off, whole fleets touched. */
import type { Asked, Hit } from './hit.ts';
import { isShell } from './nested.ts';
import { SH106, SH107, SH108, SH109 } from './rules.ts';
import { isOpen, toolName } from './script.ts';

type Look = (a: Asked) => Hit | undefined;
const hit = (make: Hit['make'], why: string, severity?: Hit['severity']): Hit => ({ make, why, ...(severity === undefined ? {} : { severity }) });
/** What a machine that is thrown away loses or allows, it loses and allows itself. */
const local = (a: Asked, h: Hit): Hit => (a.script.scratch ? { ...h, severity: 'elevated' } : h);

export const history: Look = (a) => {
  if (a.tool === 'git-filter-repo' || a.tool === 'bfg') return hit(SH106, 'rewrites the history of git');
  if (a.tool !== 'git' || a.onlyShows) return undefined;
  const { args } = a;
  if (args.includes('push')) {
    const behind = a.behind('push');
    if (
      a.has('--force', '--force-with-lease', '--mirror', '--delete', '--prune') ||
      args.some((x) => /^-[a-z]{0,3}[fd][a-z]{0,3}$/.test(x)) ||
      behind.slice(1).some((x) => /^[+:]/.test(x))
    )
      return hit(SH106, 'overwrites or deletes what others have of a branch');
  }
  if (args.some((x) => /^filter-(?:repo|branch)$/.test(x)) || (args.includes('reflog') && args.includes('expire')) || (args.includes('update-ref') && a.letter('d')))
    return hit(SH106, 'rewrites the history of git');
  return a.has('--no-verify') && args.some((x) => /^(?:commit|push|merge|am|rebase)$/.test(x)) ? hit(SH106, 'skips the hooks of git') : undefined;
};

const INTERPRETER = /^(?:(?:ba|da|z|k|a)?sh|python[\d.]*|node|deno|bun|ruby|perl|php|iex|source|\.)$/;
const FETCHES = /\b(?:curl|wget|fetch|aria2c)\b/;

export const fetched: Look = (a) => {
  const { command, tool } = a;
  const sources = command.from.map((w) => toolName(w[0]));
  const reads = INTERPRETER.test(tool) && (a.plain.length === 0 || a.has('-s') || a.args.includes('-') || a.args.includes('/dev/stdin'));
  if (reads && sources.some((s) => /^(?:curl|wget|fetch|aria2c)$/.test(s))) return hit(SH107, 'runs code fetched from elsewhere');
  if (reads && sources.some((s) => /^(?:base64|xxd|openssl|gunzip|gzip|uudecode)$/.test(s)) && isShell(a.words))
    return hit(SH107, 'runs code that is written so that nobody reads it');
  const opens = a.words.slice(1).flatMap((w) => w.parts.flatMap((p) => (p.open === undefined ? [] : [p.open])));
  const runsText = tool === 'eval' || INTERPRETER.test(tool);
  if (
    runsText &&
    opens.some((o) => o.by === 'command' && FETCHES.test(o.name)) &&
    (tool === 'eval' || /^(?:source|\.)$/.test(tool) || a.words.some((w) => w.text.startsWith('<(')) || a.args.some((x) => /^-\w*c$/.test(x)))
  )
    return hit(SH107, 'runs code fetched from elsewhere');
  if (tool === 'eval' && a.words.length === 2 && a.words[1]?.parts.length === 1 && opens[0]?.by === 'variable') return hit(SH107, 'runs whatever a variable holds');
  if (tool === 'eval' && a.words[1]?.parts[0]?.open?.by !== 'command' && a.words.slice(1).some((w) => w.parts[0]?.open?.by === 'variable'))
    return hit(SH107, 'runs what is built from variables', 'elevated');
  return isShell(a.words.slice(0, 1)) &&
    /^-\w*c$/.test(a.args[0] ?? '') &&
    a.words[2] !== undefined &&
    a.words[2].parts[0]?.open?.by === 'variable' &&
    isOpen(a.words[2]) &&
    a.words[2].parts.length === 1 &&
    !/^[@*1-9]$/.test(a.words[2].parts[0].open.name)
    ? hit(SH107, 'runs whatever a variable holds')
    : undefined;
};

/** Commands that exist to fail when something is wrong. */
export const isGate = (a: Asked): boolean =>
  (/^(?:npm|yarn|pnpm|bun|cargo|go|mvn|mvnw|gradle|gradlew|make|just|dotnet|mix|bundle|rake)$/.test(a.tool) &&
    a.plain.slice(0, 2).some((p) => /^(?:test|tests|check|lint|verify|audit|vet|typecheck|ci)(?::|$)/.test(p))) ||
  /^(?:pytest|tox|nox|jest|vitest|mypy|ruff|flake8|eslint|tsc|phpunit|rspec|tflint|tfsec|trivy|checkov|conftest|semgrep|gitleaks|shellcheck|hadolint|kubeconform|kubeval|countersign|squawk|bandit|snyk|govulncheck)$/.test(
    a.tool,
  ) ||
  (/^(?:terraform|tofu)$/.test(a.tool) && a.verbs.some((v) => /^(?:validate|plan|test)$/.test(v))) ||
  (a.tool === 'cosign' && a.verbs.some((v) => v.startsWith('verify'))) ||
  (/^(?:sha256sum|shasum|gpg)$/.test(a.tool) && a.has('-c', '--check', '--verify'));

export const safety: Look = (a) => {
  if (a.command.ignored && isGate(a)) return hit(SH108, 'goes on whatever a check says');
  if (a.tool === 'curl' && (a.has('--insecure') || a.args.some((x) => /^-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}$/.test(x))) && !a.args.some((x) => /localhost|127\.0\.0\.1/.test(x)))
    return hit(SH108, 'does not check whom it talks to');
  if (a.has('--no-check-certificate', '--insecure-skip-tls-verify', '--allow-unauthenticated', '--no-gpg-check', '--nogpgcheck', '--skip-tls-verify') && !(a.tool === 'gcloud'))
    return hit(SH108, 'does not check whom it talks to or what it gets');
  if (
    a.args.some((x) => /^-?o?StrictHostKeyChecking[= ]no$|http\.sslVerify[= ]false|^strict-ssl=?$/i.test(x)) ||
    [...a.command.given, ...a.args].some((x) => /^(?:NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY=(?:1|true)|PYTHONHTTPSVERIFY=0)$/.test(x))
  )
    return hit(SH108, 'does not check whom it talks to');
  if (a.has('--no-preserve-root')) return hit(SH108, 'lets a removal begin at the root');
  if (a.tool === 'chmod' && a.plain.some((p) => /^0?[0-7]?777$|^(?:a|o|ugo)?\+[rwx]*w[rwx]*$/.test(p) && !/^\+|^u\+/.test(p))) return local(a, hit(SH108, 'lets everybody write'));
  if (/^ip6?tables$/.test(a.tool) && a.has('-F', '--flush', '-X')) return local(a, hit(SH108, 'switches the firewall off'));
  if ((a.tool === 'nft' && a.args.includes('flush')) || (a.tool === 'ufw' && a.args.some((x) => /^(?:disable|reset)$/.test(x))))
    return local(a, hit(SH108, 'switches the firewall off'));
  if ((a.tool === 'setenforce' && a.args.some((x) => /^(?:0|permissive)$/i.test(x))) || (a.tool === 'auditctl' && a.has('-D')) || a.tool === 'aa-teardown')
    return local(a, hit(SH108, 'switches the protection of the machine off'));
  return undefined;
};

const EVERYWHERE = /^(?:all|\*|'\*'|\*:\*|A:all)$/;

export const fleet: Look = (a) => {
  if (
    /^(?:ansible|salt|cumin|knife|mco|bolt|fab)$/.test(a.tool) &&
    a.plain.some((p) => EVERYWHERE.test(p)) &&
    !a.has('--limit', '-l', '-b', '--batch-size', '--batch', '--forks=1')
  )
    return hit(SH109, 'runs on every host at once');
  if (/^(?:pdsh|pssh|dsh|clush)$/.test(a.tool) && (a.has('--all') || a.letter('a'))) return hit(SH109, 'runs on every host at once');
  if (a.tool === 'systemctl' && a.verbs.some((v) => /^(?:stop|mask|disable|isolate|poweroff|halt|reboot)$/.test(v))) return local(a, hit(SH109, 'stops a service'));
  if (/^(?:pkill|killall)$/.test(a.tool)) return local(a, hit(SH109, 'kills by name, whatever bears it'));
  if (a.tool === 'crontab' && a.letter('r')) return local(a, hit(SH109, 'deletes every job of a user'));
  if (a.tool === 'find' && (a.has('-delete') || (a.has('-exec', '-execdir') && a.args.includes('rm'))))
    return local(a, hit(SH109, 'deletes whatever a search finds', isNarrow(a) ? 'elevated' : undefined));
  if (a.tool === 'rsync' && a.args.some((x) => /^--delete/.test(x)))
    return local(a, hit(SH109, 'deletes at the other end whatever is not here', isLocal(a.words.at(-1)?.text ?? '') ? 'elevated' : undefined));
  return undefined;
};

/** Beside the script, and by a name. */
const isNarrow = (a: Asked): boolean => {
  const from = a.words[1];
  return from !== undefined && !isOpen(from) && !/^[/~]|^\.\.(?:\/|$)/.test(from.text) && (a.has('-name', '-iname', '-path', '-regex', '-empty') || from.text !== '.');
};
const isLocal = (target: string): boolean => /^[\w.][\w./-]*$/.test(target) && !target.startsWith('..') && !target.includes(':');
