/**
 * Scripts in data: steps of pipelines, tasks of Ansible, commands of containers, scripts of a package. Known by the names under
 * which formats keep them, wherever they stand, so that a format nobody thought of is read too.
 */
import { type DataNode, dig, entries, items, oneOrMore, scalar, text } from '../../core/risk/data.ts';
import type { Runner } from '../../core/risk/shell/script.ts';
import type { Found } from './shell.ts';

const LINES =
  /^(?:run|script|scripts|before_script|after_script|commands?|cmds?|shell|bash|sh|exec|inline|inlineScript|execute|install|before_install|before_deploy|deploy|after_success|before_command|pre_?\w*|post_?\w*|(?:[\w-]+\.)*(?:shell|command|raw|script)|ExecStart|user_data|userData|helmfile-args|entrypoint|programArgs|then|do)$/i;
const MAX_FOUND = 2_000;

/** Places of a script within a scalar: a block begins on the line below its `|`. */
export function scriptAt(node: DataNode, source: readonly string[]): { readonly text: string; readonly line: number } | undefined {
  const value = scalar(node);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const first = source[node.line - 1] ?? '';
  return { text: value, line: /[|>][-+\d]*\s*(?:#.*)?$/.test(first) ? node.line + 1 : node.line };
}

export function scriptsIn(documents: readonly DataNode[], source: readonly string[], runner: Runner): readonly Found[] {
  const out: Found[] = [];
  for (const [i, document] of documents.entries()) look(document, documents.length > 1 ? `document ${i + 1}` : '', source, runner, out);
  return out;
}

function look(node: DataNode, name: string, source: readonly string[], runner: Runner, out: Found[]): void {
  if (out.length >= MAX_FOUND) return;
  if (node.is === 'list') for (const item of node.items) look(item, name, source, runner, out);
  if (node.is !== 'map') return;
  const own = text(dig(node, 'name')) ?? text(dig(node, 'id')) ?? text(dig(node, 'key'));
  const here = own === undefined ? name : own.slice(0, 80);
  const conditions = ['if', 'when', 'only', 'condition'].flatMap((key) => {
    const asked = text(dig(node, key));
    return asked === undefined ? [] : [`${key}: ${asked}`];
  });
  const push = (found: Pick<Found, 'text' | 'line'>): void => void out.push({ ...found, runner, name: here, conditions });
  const container = containerCommand(node);
  if (container !== undefined) push(container);
  for (const e of node.entries) {
    if (!LINES.test(e.key) || (container !== undefined && /^(?:command|entrypoint)$/.test(e.key))) {
      look(e.value, here === name ? e.key : here, source, runner, out);
      continue;
    }
    const module = dig(e.value, 'cmd') ?? dig(e.value, '_raw_params') ?? dig(e.value, 'argv') ?? dig(e.value, 'command');
    const value = module ?? e.value;
    const script = scriptAt(value, source);
    if (script !== undefined) push(script);
    else if (value.is === 'list') listed(value.items, source, push, (item) => look(item, here, source, runner, out));
    else if (module === undefined) look(value, here, source, runner, out);
  }
}

/** A list of lines, run one after another, or of words: `["terraform", "destroy"]`. */
function listed(list: readonly DataNode[], source: readonly string[], push: (found: Pick<Found, 'text' | 'line'>) => void, other: (item: DataNode) => void): void {
  const words = list.map((item) => text(item));
  const [first] = list;
  if (first !== undefined && words.every((w) => w !== undefined) && !words.some((w, i) => i === 0 && /\s/.test(w ?? '')))
    push({ text: words.map((w) => quoted(w ?? '')).join(' '), line: first.line });
  let block: { text: string; line: number } | undefined;
  for (const item of list) {
    const script = scriptAt(item, source);
    if (script === undefined) other(item);
    // lines of a list share variables and options, as a runner gives all of them to one shell
    else if (block === undefined) block = { ...script };
    else block.text += `${'\n'.repeat(Math.max(1, script.line - block.line - block.text.split('\n').length + 1))}${script.text}`;
  }
  if (block !== undefined) push(block);
}

/** A container whose image is a tool: its arguments are words of that tool. `command` comes first, else the image speaks for itself. */
function containerCommand(node: DataNode): Pick<Found, 'text' | 'line'> | undefined {
  const [args, command] = [dig(node, 'args'), dig(node, 'command') ?? dig(node, 'entrypoint')];
  const image = text(dig(node, 'image')) ?? text(dig(node, 'name'));
  const words = [...oneOrMore(command), ...items(args)].map(text);
  if ((args === undefined && command?.is !== 'list') || words.length === 0 || words.some((w) => w === undefined)) return undefined;
  const tool =
    command === undefined && image !== undefined
      ? [
          image
            .replace(/[@:][^/]*$/, '')
            .split('/')
            .pop() ?? '',
        ]
      : [];
  return { text: [...tool, ...words].map((w) => (/\s/.test(w ?? '') && words.length === 1 ? (w ?? '') : quoted(w ?? ''))).join(' '), line: (command ?? args)?.line ?? node.line };
}

export const quoted = (word: string): string => (/^[\w./:=@%+,{}$()-]+$/.test(word) || /^\$\{\{[^}]*\}\}$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** `scripts` of package.json and composer.json. */
export const packageScripts = (document: DataNode | undefined, source: readonly string[]): readonly Found[] =>
  entries(dig(document, 'scripts')).flatMap((e) =>
    oneOrMore(e.value).flatMap((node) => {
      const script = scriptAt(node, source);
      return script === undefined ? [] : [{ ...script, runner: 'package' as const, name: e.key }];
    }),
  );
