/** The shapes of a change. Readers in adapters/git fill them; nothing here reads git. */

/** Full lowercase hex object id: 40 digits (SHA-1 repositories) or 64 (SHA-256 repositories). */
export type Oid = string;

/** One record of `git diff-tree -r -z --no-renames`: one path, its modes and object ids before and after. */
export interface TreeRecord {
  /** Path for display and matching: UTF-8 where the bytes are, otherwise every foreign byte as `\xHH`. Never empty. */
  readonly path: string;
  /** The path as git stores it, any byte but NUL: what is hashed and sorted. */
  readonly pathBytes: Uint8Array;
  /** Six octal digits; `000000` where absent. 100644 file, 100755 executable, 120000 symlink, 160000 gitlink. */
  readonly oldMode: string;
  readonly newMode: string;
  /** All zeroes where absent. */
  readonly oldId: Oid;
  readonly newId: Oid;
  readonly status: 'A' | 'D' | 'M' | 'T';
}

/** What a human signs: the content of a change, whatever commits carry it. See docs/spec/manifest.md. */
export interface Manifest {
  /** `git-diff-tree-raw-z/sha256`, with `;object-format=sha256` appended in SHA-256 repositories. */
  readonly alg: string;
  /** Lowercase hex SHA-256 over the raw tree difference. */
  readonly manifest: string;
  /** Lowercase hex SHA-256 over paths, modes and the SHA-256 of both contents: closes git's SHA-1 gap. */
  readonly manifest256: string;
  readonly records: readonly TreeRecord[];
}

export interface Ident {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970, as the commit claims: never evidence of when anything happened. */
  readonly at: number;
}

export interface Commit {
  readonly id: Oid;
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Ident;
  readonly committer: Ident;
  /** The whole message; bytes that are not UTF-8 are replaced by U+FFFD. */
  readonly message: string;
}

export interface Change extends Manifest {
  /** Opaque repository id, for example `infra` on a server or the remote's address in a clone. */
  readonly repo: string;
  /** Full ref name, for example `refs/heads/main`. */
  readonly targetRef: string;
  /** Tip of the target ref (old value of a push); null where the ref does not exist yet. */
  readonly base: Oid | null;
  /** null stands for the empty tree: no common history, or a first push. */
  readonly mergeBase: Oid | null;
  readonly head: Oid;
  readonly headTree: Oid;
  /** Commits in head and not in base, oldest first. */
  readonly commits: readonly Commit[];
  /** What the reader could not see (shallow history, a partial clone, caps), in words. Not empty: asks for more. */
  readonly unseen: readonly string[];
}
