/**
 * The hooks themselves: POSIX sh that calls the command by its absolute path. What was there before is called first. Where the
 * command is gone they say one line and let the commit through, for the gate is the server's; a clone that wants otherwise says
 * `git config countersign.strict true`.
 */

export const HOOK_NAMES = ['prepare-commit-msg', 'commit-msg', 'post-commit', 'post-rewrite'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** What was there before ours stands beside it under this ending. */
export const BEFORE = '.before-countersign';

const SIGN = "# Set by 'countersign hook install', taken out by 'countersign hook install --uninstall'.";
const END = '# End of the hook of countersign.';

/** The two files that are run. */
export interface Program {
  readonly node: string;
  readonly script: string;
}

export const isOurs = (content: string): boolean => content.split('\n')[1] === SIGN;
/** Nobody wrote below it. */
export const isUntouched = (content: string): boolean => isOurs(content) && content.endsWith(`${END}\n`);

export function hookScript(name: HookName, program: Program): string {
  const rewrite = name === 'post-rewrite';
  const chained = `if [ -x "$0${BEFORE}" ]; then ${rewrite ? 'printf \'%s\\n\' "$rewritten" | ' : ''}"$0${BEFORE}" "$@" || exit $?; fi`;
  return `${['#!/bin/sh', SIGN, ...(rewrite ? ['rewritten=$(cat)'] : []), chained, ...EARLY[name], ...program_(program, name), RUN[name], END].join('\n')}\n`;
}

/** What needs none of us ends here, before anything is started. */
const EARLY: { readonly [name in HookName]: readonly string[] } = {
  'prepare-commit-msg': ['case "$2" in merge|squash) exit 0;; esac'],
  'commit-msg': [],
  'post-commit': [`[ -d "\${XDG_STATE_HOME:-$HOME/.local/state}/countersign" ] || exit 0`],
  'post-rewrite': ['git rev-parse -q --verify refs/notes/countersign >/dev/null || git rev-parse -q --verify refs/notes/ai >/dev/null || exit 0'],
};

/** After the fact nothing is stopped, and what was not recorded is said by the command itself. */
const RUN: { readonly [name in HookName]: string } = {
  'prepare-commit-msg': 'exec "$node" "$script" hook prepare-commit-msg "$@"',
  'commit-msg': 'exec "$node" "$script" hook commit-msg "$@"',
  'post-commit': '"$node" "$script" hook post-commit || exit 0',
  'post-rewrite': 'printf \'%s\\n\' "$rewritten" | "$node" "$script" hook post-rewrite "$@" || exit 0',
};

const program_ = ({ node, script }: Program, name: HookName): readonly string[] => [
  `node=${quoted(node)}`,
  `script=${quoted(script)}`,
  'if [ ! -x "$node" ] || [ ! -f "$script" ]; then',
  `  echo "countersign: ${name}: the command this hook calls is gone; install it again, or take the hook out of $0" >&2`,
  name === 'commit-msg' ? '  [ "$(git config --bool countersign.strict)" != true ]; exit' : '  exit 0',
  'fi',
];

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/** The lines to put by hand where another program owns the hooks. */
export const handWritten = (name: HookName, { node, script }: Program): string => `${quoted(node)} ${quoted(script)} hook ${name} "$@"`;
