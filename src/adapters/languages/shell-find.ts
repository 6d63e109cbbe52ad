/** Where a file holds scripts, by its path and, without an ending, by its first line. */
import type { Parsed } from '../../core/risk/evidence.ts';
import { isHook } from '../../core/risk/kinds.ts';
import type { ProgramLanguage, Script } from '../../core/risk/shell/script.ts';
import { type Found, readScript } from './shell.ts';
import { programScripts, provisionerScripts, timerScripts, unitScripts } from './shell-code.ts';
import { shellGrammar } from './shell-grammar.ts';
import { imageScripts, makeScripts } from './shell-make.ts';
import { workflowScripts } from './shell-workflow.ts';
import { packageScripts, scriptsIn } from './shell-yaml.ts';

export type ScriptPlace =
  | 'shell'
  | 'make'
  | 'image'
  | 'package'
  | 'workflow'
  | 'ansible'
  | 'data'
  | 'unit'
  | 'timer'
  | 'timer of a user'
  | 'text'
  | 'hcl'
  | ProgramLanguage
  | 'first line'
  | 'none';

const PLACES: readonly (readonly [ScriptPlace, RegExp])[] = [
  ['shell', /\.(?:sh|bash|zsh|ksh|bats|envrc|command)$|(?:^|\/)(?:\.bashrc|\.profile|\.zshrc|\.envrc|procfile)$/],
  ['make', /(?:^|\/)(?:gnu)?makefile(?:\.\w+)?$|\.mk$|(?:^|\/)\.?justfile$|\.just$/],
  ['image', /(?:^|\/)(?:dockerfile|containerfile|earthfile)(?:[.-][\w.-]+)?$|\.dockerfile$/],
  ['package', /(?:^|\/)(?:package|composer|deno)\.jsonc?$/],
  ['workflow', /(?:^|\/)\.(?:github|gitea|forgejo)\/(?:workflows|actions)\/.*\.ya?ml$|(?:^|\/)action\.ya?ml$/],
  ['ansible', /(?:^|\/)(?:ansible|playbooks?|roles\/[^/]+\/(?:tasks|handlers))(?:\/|[-.]).*\.ya?ml$|(?:^|\/)(?:site|playbook)[\w-]*\.ya?ml$/],
  ['data', /\.ya?ml$|(?:^|\/)(?:tasks|task-definition|taskdef|buildspec|cloudbuild)[\w.-]*\.json$/],
  ['unit', /\.(?:service|timer|socket)(?:\.(?:j2|erb|tpl))?$/],
  ['timer of a user', /(?:^|\/)cron\.d\/|(?:^|\/)etc\/crontab$/],
  ['timer', /(?:^|\/)crontabs?(?:\/|$)|\.cron$|(?:^|\/)crontab(?:\.\w+)?$/],
  ['python', /\.pyw?$|(?:^|\/)(?:sconstruct|wscript|snakefile)$/],
  ['javascript', /\.[cm]?[jt]sx?$/],
  ['ruby', /\.(?:rb|rake|gemspec)$|(?:^|\/)(?:rakefile|vagrantfile|capfile|fastfile|guardfile|gemfile|thorfile)$/],
  ['perl', /\.(?:pl|pm)$/],
  ['php', /\.php$/],
  ['go', /\.go$/],
  ['groovy', /(?:^|\/)jenkinsfile[\w.-]*$|\.groovy$|\.gradle(?:\.kts)?$/],
  ['hcl', /\.(?:tf|tofu|hcl|nomad)$/],
  ['text', /\.(?:fish|ps1|psm1|bat|cmd)$/],
];

export function scriptPlace(path: string): ScriptPlace {
  const lower = path.toLowerCase();
  if (isHook(path) && !/\.\w+$/.test(path)) return 'first line';
  const found = PLACES.find(([, test]) => test.test(lower))?.[0];
  return found ?? (/(?:^|\/)[^/.]+$|\.(?:in|tpl|tmpl|j2|erb|template)$|(?:^|\/)\.(?:hooks|githooks|husky)\//.test(lower) ? 'first line' : 'none');
}

/** The same side with its scripts beside it. Never throws; a language that fails leaves the text to the patterns. */
export async function withScripts(parsed: Parsed, path: string): Promise<Parsed> {
  if (!('text' in parsed) || parsed.kind === 'sql' || parsed.text === undefined || parsed.text === '') return parsed;
  const found = foundIn(parsed, path, parsed.text);
  if (found === undefined || (found.length === 0 && parsed.kind !== 'text')) return parsed;
  if (found.length === 0) return { ...parsed, scripts: [] };
  const grammar = await shellGrammar();
  return { ...parsed, scripts: found.map((f) => ('unread' in f ? f : readScript(f, grammar))) };
}

/** Undefined where nobody knows how such a file is run. */
function foundIn(parsed: Parsed, path: string, text: string): readonly (Found | Script)[] | undefined {
  const place = scriptPlace(path);
  if (parsed.kind === 'hcl') return provisionerScripts(parsed.blocks, text);
  if (parsed.kind === 'data') {
    const source = text.split('\n');
    if (place === 'package') return packageScripts(parsed.documents[0], source);
    if (place === 'workflow') return parsed.documents.flatMap((d) => workflowScripts(d, source));
    return place === 'ansible' || place === 'data' ? scriptsIn(parsed.documents, source, place === 'ansible' ? 'ansible' : 'container') : undefined;
  }
  return parsed.kind === 'text' ? ofText(place, text) : undefined;
}

function ofText(place: ScriptPlace, text: string): readonly (Found | Script)[] | undefined {
  switch (place) {
    case 'shell':
      return [{ text, line: 1, runner: 'script' }];
    case 'make':
      return makeScripts(text);
    case 'image':
      return imageScripts(text);
    case 'unit':
      return unitScripts(text);
    case 'timer':
    case 'timer of a user':
      return timerScripts(text, place === 'timer of a user');
    case 'first line':
      return shebang(text);
    // templates of data, shells of other families: patterns read them line by line
    case 'text':
    case 'workflow':
    case 'ansible':
    case 'package':
      return [asText(text)];
    case 'groovy':
      return [...programScripts(text, 'groovy'), asText(text)];
    case 'python':
    case 'javascript':
    case 'ruby':
    case 'perl':
    case 'php':
    case 'go':
      return programScripts(text, place);
    default:
      return undefined;
  }
}

function shebang(text: string): readonly Found[] | undefined {
  const [, program = ''] = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?([\w.]+)/.exec(text) ?? [];
  if (/^(?:ba|da|z|k|a)?sh$/.test(program)) return [{ text, line: 1, runner: 'script' }];
  const language = ({ python: 'python', node: 'javascript', ruby: 'ruby', perl: 'perl', php: 'php' } as const)[program.replace(/[\d.]+$/, '')];
  return language === undefined ? undefined : programScripts(text, language);
}

const asText = (text: string): Script => ({ runner: 'script', name: '', scratch: false, commands: [], unread: text.split('\n').map((t, i) => ({ line: i + 1, text: t })) });
