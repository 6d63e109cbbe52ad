/** Typed trees handed in by adapters/languages, and plans by adapters/terraform, cloudformation and pulumi. Positions are 1-based lines of the file. */

import type { ChangeSet } from './cloudformation/change-set.ts';
import type { DataNode } from './data.ts';
import type { Preview } from './pulumi/preview.ts';
import type { Script } from './shell/script.ts';
import type { TerraformPlan } from './terraform/planned.ts';

/** One changed file. `undefined` where the side does not exist. */
export interface FileEvidence {
  readonly path: string;
  readonly status: 'A' | 'D' | 'M' | 'T';
  readonly oldMode: string;
  readonly newMode: string;
  readonly base?: Parsed;
  readonly head?: Parsed;
}

/**
 * `text` beside a tree is the source it was read from: comments and invisible characters are not in the tree.
 * `scripts`: what of it a shell runs.
 */
export type Parsed =
  | { readonly kind: 'hcl'; readonly blocks: readonly HclBlock[]; readonly text?: string; readonly scripts?: readonly Script[] }
  | { readonly kind: 'sql'; readonly statements: readonly SqlStatement[]; readonly text?: string }
  /** YAML or JSON. `problem`: where and why the rest could not be read; what was read until then is there. */
  | {
      readonly kind: 'data';
      readonly format: 'yaml' | 'json';
      readonly documents: readonly DataNode[];
      readonly text: string;
      readonly problem?: string;
      readonly scripts?: readonly Script[];
    }
  /** `migration`: of a Rails, Django, Alembic or JavaScript migration, the SQL that its calls come to. */
  | { readonly kind: 'text'; readonly text: string; readonly migration?: MigrationCalls; readonly scripts?: readonly Script[] }
  | { readonly kind: 'binary' }
  | { readonly kind: 'gitlink'; readonly commit: string }
  | { readonly kind: 'symlink'; readonly target: string }
  /** A Git LFS pointer: the content lies in another store, under this hash and with this many bytes (its own words). */
  | { readonly kind: 'large-file'; readonly oid: string; readonly size: string }
  /** A covered file kind that could not be read: parse failure, size or time cap, missing object. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** `type "label" "label" { attributes, blocks }`. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: readonly HclAttribute[];
  readonly blocks: readonly HclBlock[];
  readonly line: number;
  readonly endLine: number;
}

export interface HclAttribute {
  readonly name: string;
  /** Source text of the expression, white space folded. */
  readonly expression: string;
  readonly line: number;
  /** What of the expression is constant: objects, lists, strings, heredocs, `jsonencode({...})`; the rest of it is `unknown`. */
  readonly value?: DataNode;
}

/** One top-level statement as libpg-query's parse tree (`stmt` node), or the reason it did not parse. */
export interface SqlStatement {
  readonly line: number;
  /** Source text, at most 2,000 characters. */
  readonly text: string;
  readonly node: { readonly [kind: string]: unknown } | null;
  readonly error?: string;
  /** A block of code of which everything that runs stands behind it, as statements by themselves. */
  readonly read?: true;
  /** Of a migration in another language: what only runs when it is undone. */
  readonly part?: 'down';
  /** Of such a migration: what the call does is not written in it, so that nothing found there is more than elevated. */
  readonly unsure?: true;
}

/** A migration in another language, read by the names of its calls; what is not such a call is not here. */
export interface MigrationCalls {
  /** Whether its tool runs it in one transaction. */
  readonly wrapped: boolean;
  readonly statements: readonly SqlStatement[];
  /** Not a migration: the whole schema, as a tool writes it down (`db/schema.rb`). */
  readonly dump?: true;
}

export type { PlannedResource, TerraformPlan } from './terraform/planned.ts';

export interface RiskEvidence {
  readonly files: readonly FileEvidence[];
  readonly plan: TerraformPlan | null;
  /** Further Terraform plans: a repository may hold several roots. See `planEvidence`. */
  readonly plans?: readonly TerraformPlan[];
  readonly changeSets?: readonly ChangeSet[];
  readonly previews?: readonly Preview[];
}
