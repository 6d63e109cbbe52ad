/** SH110: a script now names production itself: a profile, a context, an account, a workspace. */
import type { Asked, Hit } from './hit.ts';
import { SH110 } from './rules.ts';

export const PRODUCTION = /(?:^|[^a-z])(?:prod|production|prd|live)(?:[^a-z]|$)/i;

export function production(a: Asked): Hit | undefined {
  const named =
    a.value('--context', '--kube-context', '--profile', '--subscription', '--project', '--account', '--stack', '--workspace', '--cluster', '--env', '--environment', '--stage') ??
    [...a.command.given, ...(a.tool === 'export' ? a.args : [])].find((g) =>
      /^(?:AWS_PROFILE|KUBECONFIG|KUBE_CONTEXT|TF_WORKSPACE|PULUMI_STACK|CLOUDSDK_CORE_PROJECT|AWS_DEFAULT_PROFILE)=/.test(g),
    ) ??
    a.args.find((x) => /^-var-file=/.test(x)) ??
    chosen(a);
  if (named === undefined || !PRODUCTION.test(named) || !TOOLS.test(a.tool)) return undefined;
  return { make: SH110, why: `is now told to work on production (${named.slice(0, 60)})` };
}

const TOOLS =
  /^(?:aws|kubectl|oc|helm|helmfile|terraform|tofu|terragrunt|pulumi|gcloud|gsutil|az|cdk|cdktf|sls|serverless|sst|eksctl|kubectx|kubie|export|flux|argocd|skaffold|ansible-playbook|heroku|fly|flyctl|aws-vault|doppler|eb|cap|kamal)$/;

/** `kubectl config use-context x`, `terraform workspace select x`, `export AWS_PROFILE=x`. */
function chosen(a: Asked): string | undefined {
  const last = a.plain.at(-1);
  if (a.args.some((x) => /^(?:use-context|select|set-context|use)$/.test(x)) || /^(?:kubectx|kubie)$/.test(a.tool)) return last;
  if (a.tool === 'gcloud' && a.args.includes('config') && a.args.includes('project')) return last;
  return undefined;
}
