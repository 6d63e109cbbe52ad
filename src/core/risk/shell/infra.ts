/** SH102: tools that build infrastructure, told to take it down. What names one thing is high; what the script made itself, elevated. */
import type { Asked, Hit } from './hit.ts';
import { appliedAfter, madeBefore } from './made.ts';
import { SH102 } from './rules.ts';
import { isOpen } from './script.ts';

type Look = (a: Asked) => Hit | undefined;
const hit = (why: string, severity?: Hit['severity']): Hit => ({ make: SH102, why, ...(severity === undefined ? {} : { severity }) });

const terraform: Look = (a) => {
  const verbs = a.tool === 'terragrunt' ? a.args : a.verbs;
  const targeted = a.has('-target', '--target');
  if (verbs.some((v) => /^destroy(?:-all)?$/.test(v)) || (a.args.includes('apply') && a.has('-destroy', '--destroy')))
    return hit('destroys what Terraform manages', targeted ? 'high' : undefined);
  if (a.openVerb && !a.args.some((v) => /^(?:init|plan|validate|fmt|output|show|version|providers|apply)$/.test(v)))
    return hit('runs Terraform with a command taken from a variable');
  if (verbs.includes('plan') && a.has('-destroy', '--destroy') && appliedAfter(a)) return hit('plans the destruction of everything and applies the plan');
  if (a.args.includes('state') && a.args.includes('push')) return hit("replaces Terraform's state");
  if (a.args.includes('workspace') && a.args.includes('delete')) return hit("deletes a workspace and with it Terraform's state");
  if (verbs.includes('force-unlock')) return hit("takes away the lock that keeps two runs from each other's state");
  if ((a.args.includes('state') && (a.args.includes('rm') || a.args.includes('mv'))) || verbs.includes('taint'))
    return a.args.includes('mv') ? undefined : hit('takes a resource out of the state, or marks it for replacement', 'high');
  if (a.has('-replace', '--replace')) return hit('replaces a resource', 'high');
  if (
    a.has('-auto-approve', '--auto-approve', '--terragrunt-non-interactive') &&
    verbs.some((v) => /^(?:apply|up|run-all|run|deploy)$/.test(v)) &&
    a.args.includes('apply') &&
    !appliesPlan(a)
  )
    return hit('applies without anybody reading the plan', targeted ? 'high' : undefined);
  return undefined;
};

/** The plan was read before: `terraform apply plan.out`. */
const appliesPlan = (a: Asked): boolean => a.behind('apply').some((p) => /plan|\.out$|\.bin$/i.test(p));

const STACKS: Look = (a) => {
  if (a.tool === 'pulumi' && (a.verbs.some((v) => v === 'destroy' || v === 'down' || v === 'dn') || (a.verbs.includes('stack') && a.args.includes('rm'))))
    return hit('destroys a whole stack', a.has('--target', '-t') ? 'high' : undefined);
  if (
    /^(?:cdk|cdktf|sam|sst|copilot|amplify|eb|up|vagrant|nitric|encore|terramate|atmos|spacectl|garden)$/.test(a.tool) &&
    a.verbs.some((v) => /^(?:destroy|remove|delete|terminate)$/.test(v))
  )
    return hit('destroys a whole stack');
  if (a.tool === 'copilot' && a.args.includes('delete')) return hit('destroys a whole stack');
  if (/^(?:sls|serverless)$/.test(a.tool) && a.verbs.includes('remove')) return hit('destroys a whole stack');
  if (a.tool === 'helmfile' && a.verbs.some((v) => /^(?:destroy|delete)$/.test(v))) return hit('removes every release of the file');
  if (/^(?:eksctl|kops|gkectl|rosa|k0sctl)$/.test(a.tool) && a.verbs.some((v) => /^(?:delete|reset)$/.test(v)))
    return hit('deletes a cluster', a.args.includes('nodegroup') ? 'high' : undefined);
  if (/^(?:aws-nuke|cloud-nuke|azure-nuke|gcp-nuke)$/.test(a.tool)) return hit('deletes everything in an account');
  if (a.tool === 'ansible-playbook' && (a.plain.some((p) => DESTROYING_NAME.test(p)) || a.args.some((x) => /\bstate=absent\b/.test(x))))
    return hit('runs a playbook that takes things down');
  return undefined;
};

const DESTROYING_NAME = /(?:^|[-_:/.])(?:destroy|nuke|teardown|tear[-_]down|wipe|purge|obliterate|recreate|undeploy|decommission)(?:$|[-_:/.])/i;
const WHOLE = /(?:^|[-_:/.])(?:prod|production|all|env|environments?|infra|infrastructure|stack|cluster|everything|live|staging|db|database)(?:$|[-_:/.])/i;

/** `make destroy`, `npm run teardown`, `./scripts/nuke-env.sh`: named after what it does, wherever that is written. */
const NAMED: Look = (a) => {
  const runs = /^(?:g?make|just|task|mage|invoke|inv|fab|rake|nox|tox|earthly|ninja)$/.test(a.tool)
    ? a.plain
    : /^(?:npm|yarn|pnpm|bun|deno|composer|poe|pdm|hatch)$/.test(a.tool)
      ? a.plain.slice(0, 2)
      : [];
  const script = /\.(?:sh|bash|py|rb|js|ts|pl)$|^\.{0,2}\//.test(a.words[0]?.text ?? '')
    ? [a.tool]
    : /^(?:ba|z|da|k)?sh$|^(?:python|ruby|node)[\d.]*$|^source$|^\.$/.test(a.tool)
      ? a.plain.slice(0, 1).map((p) => p.slice(p.lastIndexOf('/') + 1))
      : [];
  const name = [...runs, ...script].find((n) => n.length < 200 && !/[\s=]/.test(n) && DESTROYING_NAME.test(n));
  if (name === undefined) return undefined;
  return hit(`runs ${name}, which by its name takes things down`, /^(?:\.\/)?(?:destroy|nuke)(?:\.\w+)?$/i.test(name) || WHOLE.test(name) ? undefined : 'high');
};

const HOLDS_MORE =
  /^(?:ns|namespaces?|pvc?|persistentvolumes?|persistentvolumeclaims?|crds?|customresourcedefinitions?(?:\.\S*)?|sts|statefulsets?(?:\.\S*)?|no|nodes?|all|clusters?(?:\.\S*)?|postgresqls?|kafkas?|elasticsearch(?:es)?|applications?(?:\.argoproj\.io)?|appprojects?|applicationsets?|helmreleases?|kustomizations?|projects?|storageclass(?:es)?|sc|volumesnapshots?(?:contents?)?)$/i;

const kubectl: Look = (a) => {
  const made = madeCluster(a) || undefined;
  if (a.verbs.includes('delete')) {
    const of = a.behind('delete');
    const kinds = of.flatMap((k) => k.split(',').map((one) => one.split('/')[0] ?? ''));
    const what = kinds[0] ?? '';
    if (/^(?:delete|context|cluster|user)/.test(what) && a.args.includes('config')) return undefined;
    const open = a.words.slice(1 + a.args.indexOf('delete') + 1).some((w) => !w.text.startsWith('-') && w.parts[0]?.open !== undefined && isOpen(w)) && !/^[a-z]/.test(what);
    const whole =
      open ||
      a.has('--all', '-A', '--all-namespaces') ||
      a.has('-f', '--filename', '-k', '--kustomize') ||
      a.letter('f') ||
      kinds.some((k, i) => (i === 0 || of[i]?.includes('/') === true || of[0]?.includes(',') === true) && HOLDS_MORE.test(k));
    const why = whole ? 'deletes what holds more than itself in the cluster' : 'deletes what the cluster runs';
    return hit(why, (made ?? madeHere(a, of)) ? 'elevated' : whole ? undefined : 'high');
  }
  if (a.verbs.includes('drain')) return hit('drains a node of the cluster', made ? 'elevated' : 'high');
  if (a.verbs.includes('replace') && a.has('--force')) return hit('deletes objects and makes them anew', made ? 'elevated' : 'high');
  if (a.verbs.includes('scale') && a.value('--replicas') === '0') return hit('scales to nothing', made ? 'elevated' : a.has('--all') ? undefined : 'high');
  if (a.verbs.includes('apply') && a.has('--prune')) return hit('deletes whatever is no longer written', made ? 'elevated' : undefined);
  return undefined;
};

/** A cluster for this run alone, made earlier in the same script; a context named otherwise is another one. */
function madeCluster(a: Asked): boolean {
  const context = a.value('--context', '--kubeconfig', '--kube-context');
  if (context !== undefined && !/kind|minikube|k3d/.test(context)) return false;
  return madeBefore(a).some(([name, words]) => (/^(?:kind|k3d|ctlptl)$/.test(name) && words.includes('create')) || (/^(?:minikube|colima)$/.test(name) && words.includes('start')));
}

/** `kubectl create ns x` before `kubectl delete ns x`, `apply -f x` before `delete -f x`. */
function madeHere(a: Asked, of: readonly string[]): boolean {
  const names = of.length > 1 ? of.slice(1) : [of[0]?.split('/')[1] ?? ''];
  const file = a.value('-f', '--filename');
  return madeBefore(a).some(
    ([name, words]) =>
      /^(?:kubectl|oc)$/.test(name) &&
      /^(?:create|apply)$/.test(words.find((w) => /^(?:create|apply|delete)$/.test(w)) ?? '') &&
      (file === undefined ? names.length > 0 && names.every((n) => n !== '' && words.includes(n)) : words.includes(file)),
  );
}

const helm: Look = (a) => {
  if (a.verbs.some((v) => /^(?:uninstall|delete|del|un)$/.test(v))) {
    const name = a.plain.at(-1) ?? '';
    const made = madeCluster(a) || madeBefore(a).some(([tool, words]) => tool === 'helm' && words.includes('install') && words.includes(name) && !words.includes('upgrade'));
    return hit('removes a release', made ? 'elevated' : undefined);
  }
  return a.verbs.includes('upgrade') && a.has('--force') ? hit('replaces what a release made', madeCluster(a) ? 'elevated' : 'high') : undefined;
};

const OTHERS: Look = (a) => {
  if (a.tool === 'argocd' && a.args.some((x) => /^(?:app|appset|proj|cluster)$/.test(x)) && a.args.some((x) => /^(?:delete|rm|delete-resource)$/.test(x)))
    return hit('deletes an application and what it runs');
  if (a.tool === 'argocd' && a.args.includes('sync') && a.has('--force', '--replace')) return hit('deletes objects and makes them anew', 'high');
  if (a.tool === 'flux' && a.verbs.some((v) => /^(?:delete|uninstall)$/.test(v))) return hit('deletes what Flux keeps running');
  if (a.tool === 'nomad' && (a.args.includes('stop') || a.args.includes('purge'))) return hit('stops a job', a.has('-purge', '--purge') ? undefined : 'high');
  if (a.tool === 'velero' && a.args.includes('delete')) return hit('deletes backups');
  if (a.tool === 'juju' && a.verbs.some((v) => /^(?:destroy-|kill-|remove-)/.test(v))) return hit('removes what Juju runs');
  if (a.tool === 'cf' && a.verbs.some((v) => /^delete/.test(v))) return hit('deletes what Cloud Foundry runs');
  if (a.tool === 'gh' && a.args.includes('delete') && a.args.includes('repo')) return hit('deletes a repository');
  if (/^docker(?:-compose)?$/.test(a.tool) && a.args.includes('down') && (a.has('--volumes') || a.letter('v'))) return hit('deletes the volumes of its containers', 'high');
  if (
    /^(?:docker|podman)$/.test(a.tool) &&
    ((a.args.includes('volume') && /^(?:rm|prune)$/.test(a.args[1] ?? '')) ||
      (a.args.includes('stack') && a.args.includes('rm')) ||
      (a.args.includes('prune') && a.has('--volumes')))
  )
    return hit('deletes volumes or a stack', 'high');
  if (a.tool === 'etcdctl' && a.args.includes('del') && a.has('--prefix', '--from-key')) return hit('deletes all keys below a prefix of the cluster store');
  if (a.tool === 'consul' && a.args.includes('delete') && a.has('-recurse', '--recurse')) return hit('deletes all keys below a prefix');
  if (
    a.tool === 'vault' &&
    ((a.args.includes('secrets') && a.args.includes('disable')) ||
      (a.args.includes('kv') && a.args.some((x) => /^(?:destroy|metadata)$/.test(x) && (x === 'destroy' || a.args.includes('delete')))))
  )
    return hit('deletes secrets for good');
  return undefined;
};

export const infra: Look = (a) => {
  if (a.onlyShows) return undefined;
  if (/^(?:terraform|tofu|terragrunt|opentofu)$/.test(a.tool)) return terraform(a);
  if (/^(?:kubectl|oc|k3s|microk8s)$/.test(a.tool)) return kubectl(a);
  return a.tool === 'helm' ? helm(a) : (STACKS(a) ?? OTHERS(a) ?? NAMED(a));
};
