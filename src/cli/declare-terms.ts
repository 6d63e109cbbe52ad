/** What the policy of a clone's newest commit says of declarations, for hooks and `declare`. It asks; the gate's policy decides. */
import type { PresetName } from '../core/provenance/presets.ts';
import { POLICY_FILE, policyFrom } from '../flows/governance.ts';
import type { Repository } from '../flows/ports.ts';

export interface DeclarationTerms {
  readonly assistance: 'optional' | 'required';
  readonly presets: readonly PresetName[];
  /** It was read from a policy, all of whose files are `countersign.yml` and in `.countersign/`: while those are the same, so is this. */
  readonly keep: boolean;
  /** Globs over full names of refs that policy guards. */
  readonly guarded: readonly string[];
}

/** Where no policy is, or none that loads. */
const NO_TERMS: DeclarationTerms = { assistance: 'optional', presets: [], keep: false, guarded: ['refs/heads/main', 'refs/heads/master'] };

export async function declarationTerms(repository: Pick<Repository, 'resolve' | 'file'>): Promise<DeclarationTerms> {
  const head = await repository.resolve('HEAD');
  const bytes = head === null ? null : await repository.file(head, POLICY_FILE);
  if (head === null || bytes === null) return NO_TERMS;
  const policy = await policyFrom(repository, head, bytes, []);
  if (!policy.ok) return NO_TERMS;
  const { declarations, protected: guarded } = policy.value;
  return { assistance: declarations.assistance, presets: declarations.presets, keep: true, guarded };
}
