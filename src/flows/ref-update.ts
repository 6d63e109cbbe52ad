/** One move of a ref, as git tells a hook. */
export interface RefUpdate {
  readonly ref: string;
  /** All zeroes: created. */
  readonly old: string;
  /** All zeroes: deleted. */
  readonly new: string;
}

export const isZero = (oid: string): boolean => /^0+$/.test(oid);

/** Nobody pushes these. */
export const RESERVED = ['refs/replace/**', 'refs/countersign/**', 'refs/kept/**'];
