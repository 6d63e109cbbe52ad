/** What one entry does to the projections, as plain data: the projector writes these down, `apply` carries them out. */
import type { Insertable } from 'kysely';
import type { Schema } from '../schema.ts';

type Row<T extends keyof Schema> = Insertable<Schema[T]>;

export type Effect =
  | { readonly do: 'key'; readonly row: Row<'keys'> }
  | { readonly do: 'decide'; readonly row: Omit<Row<'changes'>, 'state'>; readonly outcome: 'pass' | 'signoff' | 'refused' }
  | { readonly do: 'mark'; readonly row: Row<'sticky'> }
  | { readonly do: 'remember'; readonly rows: readonly Row<'pushers'>[] }
  | { readonly do: 'sign'; readonly row: Row<'signoffs'> }
  | { readonly do: 'own'; readonly row: Row<'ownerships'> }
  | { readonly do: 'count'; readonly keyid: string; readonly counter: number }
  | { readonly do: 'judge'; readonly row: Row<'verdicts'> }
  | { readonly do: 'glass'; readonly row: Row<'break_glass'> }
  /** A move of a ref that was allowed (`landed` null) or happened (`landed` its entry). */
  | { readonly do: 'land'; readonly row: Row<'landings'>; readonly nonces: readonly string[]; readonly at: number }
  | { readonly do: 'carry'; readonly row: Row<'carries'> }
  | { readonly do: 'violate'; readonly row: Row<'violations'> }
  /** Bodies of entries before this one: their rows keep what the entries say alone. */
  | { readonly do: 'erase'; readonly bodies: readonly string[]; readonly before: number };

/** Columns of a change that only its body fills, when that is gone. No question answers with such a row. */
export const ERASED_CHANGE = { repo: '', target_ref: '', manifest: '', manifest256: '', decision: '', title: '', pusher: null } as const;
