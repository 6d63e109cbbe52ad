/** What a script made itself before a command, for certain: clusters, namespaces, releases, databases, devices. Asked once a script. */
import type { Asked } from './hit.ts';
import { type Command, type Script, toolName } from './script.ts';

/** Commands that make something, at most so many of a script: each destroying command asks all of them. */
const MAX_MAKERS = 200;

const known = new WeakMap<Script, readonly Command[]>();

const MAKES: { readonly [tool: string]: RegExp } = {
  kind: /^create$/,
  k3d: /^create$/,
  ctlptl: /^create$/,
  minikube: /^start$/,
  colima: /^start$/,
  kubectl: /^(?:create|apply)$/,
  oc: /^(?:create|apply|new-project)$/,
  helm: /^install$/,
  createdb: /./,
  losetup: /./,
  terraform: /^apply$/,
  tofu: /^apply$/,
};

function makers(script: Script): readonly Command[] {
  const before = known.get(script);
  if (before !== undefined) return before;
  const found = script.commands.filter((c) => c.words.slice(1).some((w) => MAKES[toolName(c.words[0])]?.test(w.text) === true)).slice(0, MAX_MAKERS);
  known.set(script, found);
  return found;
}

/** Those that ran before this one whenever it runs. */
export const madeBefore = (a: Asked): readonly (readonly [tool: string, words: readonly string[]])[] =>
  makers(a.script)
    .filter((c) => c.line < a.command.line && c.conditions.every((x) => a.command.conditions.includes(x)))
    .map((c) => [toolName(c.words[0]), c.words.map((w) => w.text)] as const);

/** `terraform apply` behind this command, on any path. */
export const appliedAfter = (a: Asked): boolean => makers(a.script).some((c) => c.line >= a.command.line && /^(?:terraform|tofu)$/.test(toolName(c.words[0])));
