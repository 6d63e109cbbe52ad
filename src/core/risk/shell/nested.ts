/** Scripts inside of commands: `sh -c '...'`, `eval`, heredocs to a shell, `ssh host '...'`, `echo ... | sh`, one-liners of other languages. */
import { type Call, callsIn } from './calls.ts';
import { type Command, type ProgramLanguage, toolName, type Word } from './script.ts';

export interface Nested {
  readonly text: string;
  readonly via: string;
  /** Lines below that of the command. */
  readonly below: number;
}

const SHELL = /^(?:ba|da|z|k|mk|a|fi)?sh$/;
const TAKES_LINE =
  /^(?:eval|watch|parallel|ssh|mosh|autossh|su|runuser|flock|script|tmux|screen|vagrant|pdsh|pssh|dsh|ansible|salt|expect|unbuffer|gcloud|heroku|fly|flyctl|lxc|wsl|cmd|powershell|pwsh)$/;
const LANGUAGE: { readonly [tool: string]: ProgramLanguage } = {
  python: 'python',
  node: 'javascript',
  deno: 'javascript',
  bun: 'javascript',
  ruby: 'ruby',
  perl: 'perl',
  php: 'php',
};

/** Commands whose words are shown, searched for or kept: nothing in them runs. */
export const SHOWS =
  /^(?:echo|printf|cat|tee|[efz]?grep|rg|ag|ack|sed|awk|gawk|jq|yq|test|\[|\[\[|man|info|which|type|hash|whereis|help|read|tr|cut|head|tail|less|more|wc|sort|diff|comm|basename|dirname|expr|true|false|:|git|gh|hub|glab|logger|say|notify-send|figlet|banner|dialog|whiptail|zenity|touch|ls|stat|mkdir|cp|mv|ln|chmod|chown|export|local|declare|readonly|unset|alias|complete|compgen|gum|curl|wget|apt|apt-get|yum|dnf|apk|brew|pip|pip3|gem|cargo|go|pacman|zypper|snap|choco|winget|asdf|mise|dpkg|rpm|docker-image|slack|mail|mailx|sendmail)$/;
/** Functions are named after what they do with a text. */
export const SAYS =
  /log|echo|print|info|warn|err|die|fail|msg|message|say|usage|notice|debug|title|header|comment|step|abort|skip|confirm|assert|expect|color|banner|prompt|ask|describe|^it$|section|group|notify|report|status|success|ok$/i;

export const isShell = (words: readonly Word[]): boolean =>
  words.some(
    (w, i) => (i === 0 || /^(?:sudo|doas|env|exec|ssh|nohup|timeout|docker|podman|kubectl|xargs|chroot|su|time|nice)$/.test(toolName(words[0]))) && SHELL.test(toolName(w)),
  );

/** Everything that a command hands to an interpreter, as far as it is written here. */
export function nestedIn(command: Command): readonly Nested[] {
  const { words, input } = command;
  const name = toolName(words[0]);
  const out: Nested[] = [];
  if (name === 'trap' && words[1] !== undefined && words.length > 2) out.push(nested(words[1].text, 'trap'));
  else if (name === 'eval') out.push(nested(textOf(words.slice(1)), 'eval'));
  else if (name === 'alias' || (SHOWS.test(name) && name !== 'git')) out.push(...shown(command));
  else out.push(...strings(words));
  if (input !== undefined) out.push(...fed(command, input));
  return out.filter((n) => n.text.trim() !== '');
}

const nested = (text: string, via: string, below = 0): Nested => ({ text, via, below });
const textOf = (words: readonly Word[]): string => words.map((w) => w.text).join(' ');

/** Strings that are commands: behind `-c` and its like, or to whatever takes a line and runs it. */
function strings(words: readonly Word[]): readonly Nested[] {
  const name = toolName(words[0]);
  return words.flatMap((w, i) => {
    if (i === 0 || !/\s/.test(w.text) || w.text.length > 20_000) return [];
    const before = words[i - 1]?.text ?? '';
    const language = oneLiner(words, i);
    if (language !== undefined) return programs(w.text, language);
    if (/^-\w*c$|^--?(?:command|exec|execute|shell-command|cmd)$|^\/c$/.test(before)) return SQL_CLIENT.test(name) ? [] : [nested(w.text, `${name} ${before}`)];
    if (TAKES_LINE.test(name)) return [nested(w.text, name)];
    return name === 'git' || SAYS.test(name) || SHOWS.test(name) || !startsLikeCommand(w.text) ? [] : [nested(w.text, name)];
  });
}

const SQL_CLIENT = /^(?:psql|mysql|mariadb|sqlcmd|clickhouse-client|cqlsh|mongo|mongosh|sqlite3|bq|snowsql)$/;
const startsLikeCommand = (text: string): boolean =>
  /^\s*(?:sudo\s|cd\s+\S+\s*&&|set\s+-)?\s*(?:\S*\/)?(?:terraform|tofu|terragrunt|pulumi|kubectl|oc|helm|aws|gcloud|az|cdk|eksctl|rm|dropdb|psql|ba?sh|redis-cli|mongosh?)\s+\S/.test(
    text,
  );

/** `python -c`, `node -e`, `ruby -e`, `perl -e`. */
function oneLiner(words: readonly Word[], i: number): ProgramLanguage | undefined {
  const flag = words[i - 1]?.text ?? '';
  if (!/^-(?:c|e|ne|pe|r|-eval|-exec)$/.test(flag)) return undefined;
  return languageOf(toolName(words[i - 2]));
}
const languageOf = (tool: string): ProgramLanguage | undefined => LANGUAGE[tool.replace(/[\d.]+$/, '')];

const programs = (text: string, language: ProgramLanguage, below = 0): readonly Nested[] => callsIn(text, language).map((c: Call) => nested(c.text, language, below + c.line - 1));

/** `echo "..." | sh`, `cat <<EOF | sh`; a heredoc that becomes a script is one. */
function shown({ words, into, input, redirects }: Command): readonly Nested[] {
  if (into.some(isShell))
    return input !== undefined ? [nested(input, 'pipe to a shell', 1)] : [nested(textOf(words.slice(1).filter((w) => !/^-[neE]+$|^%s\\?n?$/.test(w.text))), 'pipe to a shell')];
  const script = redirects.some((r) => r.operator.startsWith('>') && /\.(?:sh|bash)$|\/(?:bin|cron\.\w+|init\.d)\//.test(r.target)) || /^#!.*sh\b/.test(input ?? '');
  const target = words.slice(1).some((w) => /\.(?:sh|bash)$/.test(w.text));
  return input !== undefined && (script || (target && toolName(words[0]) === 'tee')) ? [nested(input, 'script written by it', 1)] : [];
}

function fed(command: Command, input: string): readonly Nested[] {
  const { words } = command;
  const name = toolName(words[0]);
  if (SHOWS.test(name)) return [];
  if (isShell(words) || /^(?:ssh|at|batch|su|sudo)$/.test(name)) return [nested(input, `input of ${name}`, 1)];
  const language = languageOf(name);
  return language === undefined ? [] : programs(input, language, 1);
}
