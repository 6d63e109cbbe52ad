/** `pulumi preview --json` as adapters/pulumi leaves it: inputs and outputs are not kept, they may be secrets. */

export interface Preview {
  /** Lowercase hex SHA-256 of the file's bytes. */
  readonly digest: string;
  /** False: planning ended with an error, so it may do more than it says. */
  readonly complete: boolean;
  readonly steps: readonly PreviewStep[];
}

export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  /** `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Whether the provider runs it, and not the program alone: components hold nothing of their own. */
  readonly custom: boolean;
  readonly replaceReasons: readonly string[];
  /** False: `detailedDiff` is null, so what changes was not worked out. */
  readonly detailed: boolean;
  readonly before: PreviewGuards;
  readonly after: PreviewGuards;
}

/** undefined where the preview says nothing of it. */
export interface PreviewGuards {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}
