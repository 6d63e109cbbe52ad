/** The profiles that ship: whole policies a file can extend, each with its own tests. `docs/guides/profiles.md` tells them apart. */

export interface Profile {
  readonly summary: string;
  readonly text: string;
}

export const PROFILES: { readonly [name: string]: Profile } = {};
