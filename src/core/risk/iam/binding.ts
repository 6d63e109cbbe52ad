/** Somebody given a role that is defined elsewhere: an attached policy, a member of a project, an assignment, a binding of a cluster. */
import type { Place } from '../risk.ts';

export interface Binding {
  readonly cloud: 'aws' | 'google' | 'azure' | 'kubernetes';
  /** What it holds on: a project, a bucket, a namespace; '' for the account or the cluster. */
  readonly scope: string;
  readonly role: string;
  readonly member: string;
  /** Key of what the member is, where the source names it. */
  readonly subject: string | undefined;
  /** '' where it always holds. */
  readonly condition: string;
  readonly place: Place;
  /** Key of the block that says so, in Terraform and templates. */
  readonly by?: string;
  /** A name among what a module or a local holds: given to somebody, most likely. */
  readonly loose?: boolean;
}

/** The same binding wherever it is written. */
export const bindingKey = (b: Binding): string => JSON.stringify([b.cloud, b.scope, b.role, b.member]);
