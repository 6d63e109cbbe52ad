/** Steps of workflows (GitHub, Gitea, Forgejo) and of composite actions, with what has to hold for each to run. */

import { triggersOf } from '../../core/risk/ci/triggers.ts';
import { type DataNode, dig, entries, items, scalar, text } from '../../core/risk/data.ts';
import { callsIn } from '../../core/risk/shell/calls.ts';
import { type Assigned, literal } from '../../core/risk/shell/script.ts';
import type { Found } from './shell.ts';
import { scriptAt, scriptsIn } from './shell-yaml.ts';

/** Machines of the forge, thrown away after each job. */
const HOSTED = /^(?:ubuntu|macos|windows)-[\w.-]+$/;

export function workflowScripts(document: DataNode | undefined, source: readonly string[]): readonly Found[] {
  const given = assigned(dig(document, 'env'));
  const on = triggersOf(document);
  // each trigger that is missing is a condition: one that is added takes it away
  const asked = on.size === 0 ? [] : AUTOMATIC.filter((t) => !on.has(t)).map((t) => `not on ${t}`);
  const jobs = entries(dig(document, 'jobs')).flatMap((job) => {
    const scratch = HOSTED.test(text(dig(job.value, 'runs-on')) ?? '');
    const conditions = [...asked, ...asking(job.value)];
    const around = {
      given: [...given, ...assigned(dig(job.value, 'env'))],
      scratch,
      shell: text(dig(job.value, 'defaults', 'run', 'shell')) ?? text(dig(document, 'defaults', 'run', 'shell')),
    };
    return items(dig(job.value, 'steps')).flatMap((step, i) => stepScripts(step, `${job.key} / ${nameOf(step, i)}`, conditions, around, source));
  });
  const composite = items(dig(document, 'runs', 'steps')).flatMap((step, i) => stepScripts(step, nameOf(step, i), [], { given, scratch: false, shell: undefined }, source));
  const found = [...jobs, ...composite];
  return found.length > 0 || document === undefined ? found : scriptsIn([document], source, 'workflow');
}

const AUTOMATIC = ['push', 'pull_request', 'pull_request_target', 'schedule', 'workflow_run', 'issue_comment', 'release', 'repository_dispatch', 'merge_group'];

const nameOf = (step: DataNode, i: number): string => (text(dig(step, 'id')) ?? text(dig(step, 'name')) ?? text(dig(step, 'uses')) ?? `step ${i + 1}`).slice(0, 80);

function asking(node: DataNode): readonly string[] {
  const [when, environment] = [text(dig(node, 'if')), text(dig(node, 'environment')) ?? text(dig(node, 'environment', 'name'))];
  return [
    ...(when === undefined || /^(?:\$\{\{\s*)?(?:true|always\(\))/.test(when) ? [] : [`if: ${when.replace(/^\$\{\{\s*|\s*\}\}$/g, '').replace(/\s+/g, ' ')}`]),
    ...(environment === undefined ? [] : [`environment: ${environment}`]),
  ];
}

interface Around {
  readonly given: readonly Assigned[];
  readonly scratch: boolean;
  readonly shell: string | undefined;
}

function stepScripts(step: DataNode, name: string, conditions: readonly string[], around: Around, source: readonly string[]): readonly Found[] {
  const base = {
    runner: 'workflow' as const,
    name,
    scratch: around.scratch,
    conditions: [...conditions, ...asking(step)],
    given: [...around.given, ...assigned(dig(step, 'env'))],
  };
  const used = usedTool(step);
  const run = dig(step, 'run');
  const script = run === undefined ? undefined : scriptAt(run, source);
  if (script === undefined) return used === undefined ? [] : [{ ...base, ...used }];
  const shell = text(dig(step, 'shell')) ?? around.shell ?? '';
  if (/^python/.test(shell)) return callsIn(script.text, 'python').map((c) => ({ ...base, text: c.text, line: script.line + c.line - 1 }));
  return [{ ...base, ...script, options: shell === '' ? ['e'] : shell === 'bash' ? ['e', 'pipefail'] : [] }];
}

function assigned(env: DataNode | undefined): readonly Assigned[] {
  return entries(env).map((e) => {
    const value = scalar(e.value);
    const known = value !== undefined && value !== null && !/\$\{\{/.test(String(value));
    return { name: e.key, values: [known ? literal(String(value)) : undefined], list: false, line: 0, conditions: [] };
  });
}

const TOOL = /(?:^|[/-])(terraform|tofu|opentofu|terragrunt|pulumi|kubectl|helm|helmfile|aws|gcloud|cdk|serverless|eksctl|argocd|flux|az)(?=$|[/-])/i;

/** `uses: pulumi/actions` with `command: destroy`: the action is the tool, and what it is given are its words. */
function usedTool(step: DataNode): Pick<Found, 'text' | 'line'> | undefined {
  const uses = text(dig(step, 'uses'));
  const tool = uses === undefined ? undefined : TOOL.exec(uses.replace(/@.*$/, ''))?.[1]?.toLowerCase();
  if (uses === undefined || tool === undefined) return undefined;
  const given = entries(dig(step, 'with')).filter((e) => /command|args?$|cmd|subcommand|operation|action$|task$/i.test(e.key));
  const named = /destroy|uninstall|delete/.exec(uses.replace(/@.*$/, ''))?.[0];
  const words = given.map((e) => (text(e.value) ?? '').replace(/\n/g, ' '));
  const automatic = tool === 'pulumi' ? ['--yes'] : [];
  return { text: [tool, ...(named === undefined ? [] : [named]), ...words, ...automatic].join(' '), line: given[0]?.line ?? step.line };
}
