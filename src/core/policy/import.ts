/**
 * What an importer makes of another product's file: rules of ours, tests that show them, and what a person must know
 * before adopting them. One file a dialect makes it (`import-codeowners.ts`), one renders it (`import-yaml.ts`).
 */

export interface ImportedRule {
  readonly id: string;
  readonly description: string;
  /** Globs of ours; the last match decides. */
  readonly paths: readonly string[];
  /** null: covers its paths and asks nobody. */
  readonly ask: Ask | null;
}

export interface Ask {
  readonly humans: number;
  readonly from: From;
}

/** Ids as the roster has to know them. Sorted, each once. */
export interface From {
  readonly teams: readonly string[];
  readonly people: readonly string[];
}

export interface ImportedTest {
  readonly name: string;
  readonly path: string;
  /** Ids of the rules that ask for somebody, exactly. */
  readonly rules: readonly string[];
}

/**
 * `lost`: could not be carried over. `stricter`, `weaker`: than the product it comes from. `check`: a person has to look.
 */
export interface Note {
  readonly kind: 'lost' | 'weaker' | 'stricter' | 'check';
  /** Of the imported file, where it is about one. */
  readonly line: number | null;
  readonly text: string;
}

export interface Imported {
  /** What it was made of, in words. */
  readonly source: string;
  readonly rules: readonly ImportedRule[];
  readonly tests: readonly ImportedTest[];
  readonly notes: readonly Note[];
}

/** What `countersign.yml` takes. */
export const MOST_PATHS = 500;
export const MOST_HUMANS = 20;
export const MOST_NAMES = 100;
