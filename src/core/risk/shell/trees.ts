/** SH101: recursive removal of what nobody can name beforehand. */
import type { Asked, Hit } from './hit.ts';
import { SH101 } from './rules.ts';
import type { Part, Word } from './script.ts';

const hit = (why: string, severity?: Hit['severity']): Hit => ({ make: SH101, why, ...(severity === undefined ? {} : { severity }) });

export function trees(a: Asked): Hit | undefined {
  if (a.tool !== 'rm' || !(a.letter('r') || a.letter('R') || a.has('--recursive'))) return undefined;
  const end = a.words.findIndex((w) => w.text === '--');
  const targets = a.words.slice(1).filter((w, i) => (i + 1 > end && end >= 0 ? true : !w.text.startsWith('-')));
  const found = targets.map((w) => target(w, a)).filter((h) => h !== undefined);
  return found.find((h) => h.severity === undefined) ?? found.find((h) => h.severity === 'high') ?? found[0];
}

/** Folders whose loss is a machine's: `$X/bin` with an empty X is one of them. */
const SYSTEM = /^\/(?:bin|boot|data|dev|etc|home|lib(?:32|64)?|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var|backups?|storage|volumes?)?(?:\/\*?)?$/;

/** Where databases and services keep what they have: caches and logs are none. */
const DATA =
  /^(?:\/var\/lib\/(?!apt\b|dpkg\b|cache\b|systemd\b|cloud\b|update|ucf\b|dhcp)[\w.-]+|\/(?:srv|data|mnt|backups?|storage|volumes?)\/[\w.-]+|\/etc\/(?:kubernetes|postgresql|mysql|letsencrypt|ssl|vault(?:\.d)?))(?:\/(?:data|main|mysql|pgdata|\d+))*\/?\*?$/;

function target(word: Word, a: Asked): Hit | undefined {
  const { text, parts } = word;
  if (/^(?:\/|~\/?|\/\*|~\/\*|\.\.?\/\*|\*|\.\*|\/\.\*)$/.test(text) && (parts[0]?.quoted !== true || !text.includes('*')))
    return onMachine(a, 'deletes a whole file system, home or folder');
  if (/^\/(?!tmp\/|private\/tmp\/)[\w.-]+\/?\*/.test(text) && !quotedGlob(parts)) return onMachine(a, 'deletes a folder tree whose name comes from a wildcard near the root');
  if (SYSTEM.test(text)) return onMachine(a, 'deletes a folder of the system');
  if (DATA.test(text)) return onMachine(a, 'deletes a folder that keeps data');
  const [first, ...rest] = parts;
  if (first?.open === undefined) return undefined;
  const behind = rest.map((p) => p.text).join('');
  if (first.open.by === 'command') return made(first.open.name, behind, a);
  if (first.open.guarded) return undefined;
  if (
    first.open.by === 'variable' &&
    /^(?:PWD|RUNNER_TEMP|GITHUB_WORKSPACE|CI_PROJECT_DIR|BATS_\w+|TEST_TMPDIR)$/.test(first.open.name) &&
    /^\/[\w.-]/.test(behind) &&
    !behind.includes('..')
  )
    return undefined;
  // what is left when the variable is empty decides how much is lost
  const wide = behind === '' || SYSTEM.test(behind) || rest.some((p) => p.open !== undefined) || behind.includes('..') || /^\/?\*/.test(behind);
  const severity = wide && !a.command.options.includes('u') ? undefined : 'high';
  return onMachine(a, 'deletes a folder tree whose name comes from a variable', severity);
}

const quotedGlob = (parts: readonly Part[]): boolean => parts.some((p) => p.quoted && p.text.includes('*'));

/** A machine that is thrown away, an image that is being built: nothing anybody needs is on it. */
const onMachine = (a: Asked, why: string, severity?: Hit['severity']): Hit => hit(why, a.script.scratch ? 'elevated' : severity);

/** `$(mktemp -d)` and what the script asks of where it stands; both name something, and never the root. */
function made(command: string, behind: string, a: Asked): Hit | undefined {
  if (behind.includes('..')) return onMachine(a, 'deletes a folder tree above one that it asked for');
  // where mktemp fails and nothing stops the script, all that is left is the wildcard
  if (/^\/?\*/.test(behind) && !a.command.options.includes('e')) return onMachine(a, 'deletes everything below a folder that may not have been made');
  if (/^mktemp(?: -[\w]+| --\w+(?:=\S+)?)* ?(?:-d|--directory)\b[^;|&`]*$/.test(command) && !/\|/.test(command)) return hit('deletes a scratch folder that it made', 'elevated');
  if (/^[\w./-]/.test(behind.replace(/^\//, '')) && /^(?:pwd|git rev-parse --show-toplevel|dirname .*|realpath .*|cd .*&& *pwd.*|readlink .*)$/.test(command)) return undefined;
  return onMachine(a, 'deletes a folder tree whose name comes from a command', behind === '' || SYSTEM.test(behind) ? undefined : 'high');
}
