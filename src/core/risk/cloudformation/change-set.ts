/** `aws cloudformation describe-change-set` as adapters/cloudformation leaves it: values of properties are not kept, they may be secrets. */

export interface ChangeSet {
  /** Lowercase hex SHA-256 of the file's bytes. */
  readonly digest: string;
  /** Id of the change set (an ARN), so that a parent's nested stacks find theirs. */
  readonly id: string;
  readonly stack: string;
  /** False: more pages follow, or it was not made in full, so it may do more than it says. */
  readonly complete: boolean;
  /** Why not, in words. */
  readonly partial: readonly string[];
  readonly changes: readonly StackChange[];
}

export interface StackChange {
  /** `Add`, `Modify`, `Remove`, `Import`, `Dynamic`, or an action that came later. */
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `True`, `False` or `Conditional`. */
  readonly replacement?: string;
  /** What happens to the old object: `Delete`, `Retain`, `Snapshot`, `ReplaceAndDelete`, `ReplaceAndRetain`, `ReplaceAndSnapshot`. */
  readonly policyAction?: string;
  /** Of a nested stack. */
  readonly changeSetId?: string;
  /** Properties that ask for it to be made again, and whether that is known (`Static`) or decided when it runs (`Dynamic`). */
  readonly details: readonly { readonly target: string; readonly recreation: string; readonly evaluation: string }[];
  /** `DeletionPolicy` and `UpdateReplacePolicy` where they change: words of a closed list. */
  readonly policies: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}
