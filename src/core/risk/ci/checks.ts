/** Checks: commands and actions that are there to fail. Known by what they are, so that another flag is the same check. */
import type { Parsed } from '../evidence.ts';
import { Asked } from '../shell/hit.ts';
import { toolName } from '../shell/script.ts';
import { isGate } from '../shell/unsafe.ts';
import type { Pipeline, Step } from './pipeline.ts';

export interface Check {
  /** `npm test`, `pytest`, `github/codeql-action/analyze`. */
  readonly key: string;
  readonly line: number;
}

/** Actions that check. */
const CHECKS =
  /codeql|trivy|snyk|gitleaks|trufflehog|semgrep|dependency-review|checkov|tfsec|tflint|golangci-lint|super-linter|scorecard|zizmor|actionlint|sonar|kubeconform|conftest|shellcheck|ossf|osv-scanner|lychee|megalinter|pre-commit\/action|countersign/i;

/** Of a side of a pipeline. */
export function checksIn(side: Parsed | undefined, pipeline: Pipeline | undefined): readonly Check[] {
  const scripts = side !== undefined && 'scripts' in side ? (side.scripts ?? []) : [];
  const commands = scripts.flatMap((script) =>
    script.commands.flatMap((command) => {
      // `uv run pytest`, `npx tsc`: behind a runner
      const asked = [0, 1, 2, 3].flatMap((at) => (at < command.words.length ? [new Asked(command.words.slice(at), command, script)] : []));
      const found = asked.find(isGate);
      return found === undefined || command.ignored || /^(?:echo|printf|which|command|cargo install|pip|apt-get)$/.test(toolName(command.words[0]))
        ? []
        : [{ key: keyOf(found), line: command.line }];
    }),
  );
  const actions = (pipeline?.jobs ?? []).flatMap((j) => j.steps.flatMap((s) => (s.uses !== undefined && CHECKS.test(s.uses) ? [{ key: s.uses, line: s.line }] : [])));
  return [...commands, ...actions];
}

/** The tool and what of it is asked; files and flags are no part. */
function keyOf(asked: Asked): string {
  const verb = asked.plain.find((p) => /^(?:test|tests|check|lint|verify|audit|vet|typecheck|ci|validate|plan)(?::[\w:-]+)?$/.test(p));
  return [asked.tool.replace(/^(?:yarn|pnpm|bun)$/, 'npm').replace(/^(mvn|gradle)w$/, '$1'), ...(verb === undefined ? [] : [verb])].join(' ');
}

/** Whether a step checks, by its commands or by its name. */
export const isCheck = (step: Step): boolean =>
  (step.uses !== undefined && CHECKS.test(step.uses)) ||
  /\b(?:tests?|lint|check|verify|audit|scan|validate|pytest|typecheck|tsc|mypy|eslint|vitest|jest|tflint|checkov|terraform plan|countersign)\b/i.test(
    [step.name, step.run ?? ''].join('\n'),
  );
