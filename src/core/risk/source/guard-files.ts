/** Files that decide about other changes, by name: what each of them is, and so how two states of it compare. */
import { isHook, kindsOf } from '../kinds.ts';
import type { Tier } from '../risk.ts';
import { baseName } from './files.ts';

export type GuardKind = 'policy' | 'owners' | 'hook' | 'pre-commit' | 'submodules' | 'attributes' | 'rules' | 'rego' | 'linter' | 'scanner';

/** How a guard that stood there before is changed. */
export interface GuardChange {
  readonly severity: Tier;
  readonly what: string;
  readonly facts?: readonly (readonly [string, string])[];
  readonly line?: number;
}

const SCANNER =
  /^(?:\.?checkov\.ya?ml|\.tflint\.hcl|\.?tfsec\.(?:ya?ml|json)|\.?trivy\.ya?ml|\.trivyignore(?:\.ya?ml)?|\.?semgrep\.ya?ml|\.semgrepignore|\.?gitleaks\.toml|\.gitleaksignore|\.bandit|\.squawk\.toml|\.?kube-linter\.ya?ml|\.hadolint\.ya?ml|\.snyk|osv-scanner\.toml|\.?zizmor\.ya?ml|\.secrets\.baseline|\.?trufflehog.*|\.?grype\.ya?ml|\.?kics\.(?:ya?ml|config)|\.brakeman\.ignore|brakeman\.ignore|deny\.toml|\.?audit-ci\.jsonc?)$/i;
const LINTER =
  /^(?:\.eslintrc(?:\.[a-z]+)?|eslint\.config\.[cm]?[jt]s|\.?ruff\.toml|\.?pylintrc|\.flake8|\.golangci\.(?:ya?ml|toml|json)|\.rubocop(?:_todo)?\.yml|biome\.jsonc?|\.oxlintrc\.json|tslint\.json|phpstan(?:\.dist)?\.neon(?:\.dist)?|psalm\.xml|\.swiftlint\.yml|\.clang-tidy|\.?mypy\.ini|\.puppet-lint\.rc|\.?clippy\.toml|\.credo\.exs|detekt\.ya?ml|checkstyle\.xml|pmd\.xml|spotbugs-exclude\.xml|\.yamllint(?:\.ya?ml)?|\.scalafix\.conf)$/i;
/** Settings of a repository that a bot applies, and rulesets exported from the forge. */
const SETTINGS = /(?:^|\/)\.github\/(?:settings\.ya?ml|safe-settings\/|rulesets?\/)|(?:^|\/)\.asf\.yaml$|(?:^|\/)(?:branch-protection|rulesets)(?:\/|\.|-)/i;

/** undefined: it guards nothing that these rules know. */
export function guardKindOf(path: string): GuardKind | undefined {
  const base = baseName(path);
  // a pipeline named after a scanner is a pipeline
  const runs = kindsOf(path).includes('workflow');
  if (!runs && SCANNER.test(base)) return 'scanner';
  if (!runs && LINTER.test(base)) return 'linter';
  if (SETTINGS.test(path)) return 'rules';
  if (!kindsOf(path).includes('guard')) return undefined;
  if (/^countersign\.ya?ml$/i.test(base) || /(?:^|\/)\.countersign\//i.test(path)) return 'policy';
  if (base.toLowerCase() === 'codeowners') return 'owners';
  if (base === '.gitmodules') return 'submodules';
  if (base === '.gitattributes') return 'attributes';
  if (base === '.pre-commit-config.yaml') return 'pre-commit';
  if (isHook(path)) return 'hook';
  return base.toLowerCase().endsWith('.rego') ? 'rego' : 'rules';
}
