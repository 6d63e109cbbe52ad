/**
 * `terraform show -json` of a plan, as adapters/terraform leaves it: no value of an attribute is kept, for plans hold secrets
 * in clear. Whoever ran the plan wrote it, so it may add findings and never take one away.
 */

export interface TerraformPlan {
  /** Lowercase hex SHA-256 of the plan file's bytes. */
  readonly digest: string;
  /** False for a plan that is targeted, errored or deferred, and for one with deposed objects. */
  readonly complete: boolean;
  readonly errored: boolean;
  /** Why it shows only part of what would happen, in words. */
  readonly partial?: readonly string[];
  readonly resources: readonly PlannedResource[];
  /** Objects that go, and objects of their type that come, alike in what is known of them. */
  readonly renames?: readonly Rename[];
  /** True: there were too many pairs to compare, so any object that goes may be one that comes. */
  readonly uncompared?: boolean;
  /** What was changed behind Terraform's back. */
  readonly drift?: readonly { readonly address: string; readonly actions: readonly string[] }[];
  /** Checks and conditions that fail. */
  readonly failedChecks?: readonly string[];
  /** Actions of providers that run when the plan is applied. */
  readonly invocations?: readonly { readonly address: string; readonly type: string }[];
  /** What the configuration names, by module; undefined where the plan holds no configuration. */
  readonly configured?: readonly ConfiguredModule[];
}

export interface PlannedResource {
  readonly address: string;
  readonly previousAddress?: string;
  readonly type: string;
  /** `managed`, `data`, or a mode that came later. */
  readonly mode: string;
  /** Key of the object of this address that an earlier replacement left behind. */
  readonly deposed?: string;
  readonly actions: readonly string[];
  readonly actionReason?: string;
  readonly replacePaths: readonly string[];
  readonly importing?: boolean;
  /** Guard attributes only (deletion_protection, skip_final_snapshot, ...), before and after; `null` unknown or absent. */
  readonly guards: readonly { readonly name: string; readonly before: boolean | number | null; readonly after: boolean | number | null }[];
  /** Guard, policy, address range and principal attributes whose value is told only when the plan is applied. */
  readonly unknown?: readonly string[];
  /** Provisioners that its configuration carries: `local-exec`, `remote-exec`, ... */
  readonly provisioners?: readonly string[];
}

export interface Rename {
  readonly from: string;
  readonly to: string;
  /** Attributes known on the new side, and how many of them the old side has with the same value. */
  readonly known: number;
  readonly equal: number;
}

export interface ConfiguredModule {
  /** Names of module calls from the root, joined by dots; empty for the root. */
  readonly module: string;
  /** `type.name`, `data.type.name` and `module.name`. */
  readonly names: readonly string[];
}
