/**
 * The hooks themselves: POSIX sh that calls the command by its absolute path. What was there before is called first. Where the
 * command is gone they say one line and let the commit through, for the gate is the server's; a clone that wants otherwise says
 * `git config countersign.strict true`.
 */

import { TOOLS } from '../../core/provenance/catalogue/catalogue.ts';
import { DEVIN_FOLDER } from '../../core/provenance/catalogue/devin.ts';

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

const STATE = `"\${XDG_STATE_HOME:-$HOME/.local/state}/countersign"`;
/** Of every agent of the catalogue; a `*` at the end of a name stands for any more. */
const VARIABLES = TOOLS.flatMap((t) => (t.environment ?? []).map((v) => v.name.replace(/\*$/, '[A-Z0-9_]*'))).join('|');
/** Ends with 0 where a line below the first says `Assisted-by: <tool>`, with or without a model, and none. */
const DECLARES =
  '/^[[:space:]]*(#.*)?$/ { next } ++n > 1 && /^Assisted-by: [A-Za-z][A-Za-z0-9._-]*(:[A-Za-z0-9._\\/-]+)?$/ { tool = 1 } tolower($0) ~ /^assisted-by: *(n|fa)/ { none = 1 } END { exit !(tool && !none) }';

/** What needs none of us ends here, before anything is started. */
const EARLY: { readonly [name in HookName]: readonly string[] } = {
  'prepare-commit-msg': [
    'case "$2" in merge|squash) exit 0;; esac',
    // a message was given, no recorder is here and no agent runs this: there is nothing to fill in and nobody to ask
    `if [ "$2" = message ] && [ ! -d ${STATE} ] && [ ! -d '${DEVIN_FOLDER}' ] && ! env | grep -qE '^(${VARIABLES})='; then exit 0; fi`,
  ],
  // a tool named in our own words below a subject: all there is to check is a denial
  'commit-msg': [`if awk '${DECLARES}' "$1"; then exit 0; fi`],
  'post-commit': [`[ -d ${STATE} ] || exit 0`],
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
