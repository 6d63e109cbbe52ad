/** What kinds of file a change touches, by their paths. Blunt on purpose: `author` is of the kind `sec`, and `oracle` too. */
import type { Feature } from './feature.ts';

/** Every kind, in the order of its bit. A path is in lower case. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['test', /(?:^|\/)(?:tests?|testing|__tests__|specs?|testdata|fixtures|e2e|integration)(?:\/|$)|_test\.|\.test\.|\.spec\.|(?:^|\/)test_/],
  ['doc', /\.(?:md|rst|txt|adoc)$|(?:^|\/)docs\/|(?:^|\/)(?:changelog|authors|owners|license)$/],
  ['config', /\.(?:ya?ml|json|toml|ini|conf|cfg|properties|erb|env|hiera|xml|j2|epp|tmpl)$/],
  ['infra', /\.(?:tf|tfvars|hcl|pp)$|helm|k8s|kubernetes|manifests\/|terraform|ansible|cloudformation/],
  ['db', /\.sql$|migrat|schema|alembic/],
  ['shell', /\.(?:sh|bash|ps1)$|(?:^|\/)(?:makefile$|dockerfile[^/]*$)/],
  ['ci', /^\.github\/|^\.zuul|\.gitlab-ci|jenkins|\.circleci|\/prow\/|tox\.ini|\/ci\//],
  [
    'dep',
    /(?:^|\/)(?:go\.sum|go\.mod|package\.json|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|cargo\.lock|cargo\.toml|gemfile\.lock|poetry\.lock|setup\.py|pom\.xml|build\.gradle|build|workspace|requirements[^/]*)$|\.lock$|^vendor\/|third_party/,
  ],
  ['sec', /iam|rbac|auth|permission|secur|acl|polic|role|passw|secret|token|cert|tls|ssl|ssh|sudo|ldap/],
  ['net', /dns|route|routing|network|proxy|varnish|nginx|haproxy|cache|lvs|envoy|ingress|gateway|firewall|ferm|pybal|cdn|vcl/],
];

export const KIND_FEATURES: readonly Feature[] = KINDS.flatMap(([kind]): Feature[] => [
  { name: `k_${kind}`, group: 'kinds', scale: 'rank' },
  { name: `o_${kind}`, group: 'kinds', scale: 'binary' },
]);

/** Characters of a path that are read. */
const MOST_PATH = 1_000;

/** One bit for each kind it is of. */
export function kindsOf(path: string): number {
  const lower = path.slice(-MOST_PATH).toLowerCase();
  let kinds = 0;
  for (const [bit, [, pattern]] of KINDS.entries()) if (pattern.test(lower)) kinds |= 1 << bit;
  return kinds;
}

/** How many of these paths are of each kind, and whether all are. */
export function kindValues(kinds: readonly number[]): readonly number[] {
  return KINDS.flatMap((_, bit) => {
    const count = kinds.reduce((sum, k) => sum + ((k >> bit) & 1), 0);
    return [count, count > 0 && count === kinds.length ? 1 : 0];
  });
}
