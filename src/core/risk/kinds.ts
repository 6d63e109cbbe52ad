/** What a path is, by name alone: which rules look at it, and whether its not being readable is itself dangerous. */
import { agentFile } from './ci/agent-paths.ts';

export type Kind = 'terraform' | 'sql' | 'workflow' | 'kubernetes' | 'script' | 'guard' | 'iam' | 'routing' | 'infrastructure' | 'agent' | 'prose';

const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();

const TESTS: readonly (readonly [Kind, (path: string, base: string) => boolean])[] = [
  [
    'guard',
    (p, b) =>
      b === 'codeowners' ||
      b === 'countersign.yml' ||
      b === 'countersign.yaml' ||
      /(?:^|\/)\.countersign\//.test(p) ||
      isHook(p) ||
      b === '.pre-commit-config.yaml' ||
      b === '.gitmodules' ||
      b === '.gitattributes' ||
      // conftest.py is what pytest calls its fixtures; conftest reads Rego
      (b !== 'conftest.py' && /\.rego$|(?:^|\/)(?:kyverno|gatekeeper|conftest|branch-protection|rulesets)(?:\/|\.|-)/.test(p)),
  ],
  ['terraform', (_, b) => /\.(?:tf|tofu|hcl|tfvars|tfbackend|nomad)(?:\.json)?$/.test(b)],
  ['sql', (_, b) => /\.(?:sql|psql|pgsql|ddl)$/.test(b)],
  [
    'workflow',
    (p, b) =>
      /(?:^|\/)\.(?:github|gitea|forgejo)\/(?:workflows|actions)\//.test(p) ||
      /^\.?(?:gitlab-ci|azure-pipelines|travis|drone|cloudbuild|buildspec|bitbucket-pipelines|appveyor)\b.*\.ya?ml$/.test(b) ||
      /(?:^|\/)\.(?:circleci|buildkite|ci|woodpecker|tekton)(?:\/|$)/.test(p) ||
      /^jenkinsfile/.test(b) ||
      b === 'atlantis.yaml',
  ],
  [
    'script',
    (_, b) =>
      /\.(?:sh|bash|zsh|ksh|fish|ps1|psm1|bat|cmd|mk)$/.test(b) ||
      /^(?:gnu)?makefile|^(?:taskfile|justfile|dockerfile|containerfile|procfile|rakefile|earthfile)\b|^package\.json$/.test(b),
  ],
  [
    'kubernetes',
    (p, b) =>
      /\.(?:ya?ml|json|tpl)$/.test(b) &&
      /(?:^|\/)(?:k8s|kube|kubernetes|manifests|helm|charts?|kustomize|overlays|argocd?|flux|clusters?|deploy(?:ments?)?)(?:\/|-)|(?:^|\/)(?:kustomization|helmfile)/.test(p),
  ],
  ['iam', (p, b) => /(?:^|[/_.-])(?:iam|rbac|polic(?:y|ies)|permissions?|roles?|scp|sso|sudoers|trust-policy)(?:[/_.-]|$)/.test(withoutParts(p)) && !inert(b)],
  [
    'routing',
    (p, b) =>
      (/(?:^|[/_.-])(?:dns|routes?|routing|zones?|ingress|gateway|virtualservices?|istio|linkerd|envoy|nginx|haproxy|traefik|caddyfile|varnish|bgp|firewall|iptables|nftables|cdn|loadbalancers?)(?:[/_.-]|$)/.test(
        p,
      ) ||
        /\.zone$|\.vcl$/.test(b)) &&
      !inert(b),
  ],
  [
    'infrastructure',
    (p, b) =>
      withoutParts(p) !== p ||
      (!media(b) && /(?:^|\/)(?:terraform|terragrunt|infra(?:structure)?|ansible|pulumi|cloudformation|cdk|packer|puppet|salt|chef|nomad|consul)(?:\/|-|$)/.test(p)) ||
      /^(?:pulumi|serverless|docker-compose|compose|cdk|template|samconfig|ansible)\b.*\.(?:ya?ml|json|toml|cfg)$/.test(b),
  ],
  ['agent', (p) => agentFile(p) !== undefined],
  ['prose', (_, b) => prose(b)],
];

/**
 * Puppet, Hiera and Ansible call the part a machine plays its role. That decides what the machine runs, not who may do what:
 * infrastructure, unless the rest of the path says more.
 */
const withoutParts = (path: string): string => {
  const puppet = /\.(?:pp|epp|erb)$/.test(path) ? path.replace(/(^|\/)roles?(?=[/.])/g, '$1part') : path;
  return puppet
    .replace(/(^|\/)hiera(?:data)?\/roles?\//g, '$1hiera/part/')
    .replace(/(^|\/)roles\/(?=[^/]+\/(?:tasks|handlers|defaults|vars|meta|templates|files|molecule)\/)/g, '$1parts/');
};

/** Folders that hold nothing but hooks, and hooks by the names git calls them (githooks(5)) in a folder called so. */
export const isHook = (path: string): boolean =>
  /(?:^|\/)\.(?:hooks|githooks|git-hooks|husky)\//i.test(path) ||
  /(?:^|\/)hooks\/(?:pre|post|prepare|commit|applypatch|sendemail|fsmonitor|reference|update|push|proc)(?:-[a-z]+)*(?:\.(?:sh|py|pl|rb|js|mjs|cjs))?$/i.test(path);

/** Some tools keep what they do in .txt: a build and what it installs are not prose. */
const prose = (base: string): boolean =>
  (/\.(?:md|mdx|markdown|txt|rst|adoc|asciidoc)$/.test(base) && !/^(?:cmakelists|requirements.*|constraints.*)\.txt$/.test(base)) ||
  /^(?:readme|license|licence|changelog|authors|notice)$/.test(base);
/** Application code is named after routes and roles all the time; paths alone do not mark danger there. */
const code = (base: string): boolean => /\.(?:tsx?|jsx?|mjs|cjs|py|rb|go|java|kt|rs|php|cs|c|cc|cpp|h|swift|scala|ex|exs|vue|svelte|css|html)$/.test(base);

/** Pictures, fonts, sound: named after roles and gateways too, and they configure nothing. */
const media = (base: string): boolean => /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|tiff?|woff2?|ttf|otf|eot|pdf|mp[34]|mov|webm|ogg|wav)$/.test(base);
const inert = (base: string): boolean => prose(base) || code(base) || media(base);

/** A memo, dropped when full: every detector asks about every path, and a replay meets the same paths again and again. */
const known = new Map<string, readonly Kind[]>();

/** All kinds a path has; none means no detector reads it. */
export function kindsOf(path: string): readonly Kind[] {
  const before = known.get(path);
  if (before !== undefined) return before;
  if (known.size >= 10_000) known.clear();
  const lower = path.toLowerCase();
  const base = name(path);
  const kinds = TESTS.filter(([, test]) => test(lower, base)).map(([kind]) => kind);
  known.set(path, kinds);
  return kinds;
}

/** Kinds whose file must be readable: what cannot be read there could be anything. */
export const isCovered = (path: string): boolean => kindsOf(path).some((k) => k !== 'prose');
