/** What one installation is called and where it is reached. Fixed at genesis; nothing here can be changed by a request. */
import type { Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import type { Score } from '../core/risk/score/score.ts';
import { NAMES } from '../core/signoff/statement.ts';
import type { AuthenticatorTrust } from '../core/signoff/trust.ts';
import type { Floor } from './governance.ts';
import type { Ledger, Lines, Notes, ObjectStore, Parsers, Projections, Repository } from './ports.ts';
import type { GateSigner } from './ports-gate.ts';
import type { RefHistory } from './ports-scan.ts';
import type { Spool } from './ports-spool.ts';

export interface Site {
  readonly organisation: string;
  readonly mode: 'production' | 'demo';
  /** Log origin, for example `countersign.example/log`. */
  readonly origin: string;
  readonly rpId: string;
  /** Exact origins (scheme, host, port) a passkey may be used on. */
  readonly origins: readonly string[];
  /** Whose authenticators count where a certificate chain is asked for; absent: nobody's. */
  readonly authenticators?: AuthenticatorTrust;
  /** Where people open pages, without a slash at the end. */
  readonly url: string;
}

/** What a repository is called outside this installation. */
export const repositoryUri = ({ url }: Pick<Site, 'url'>, repo: string): string => `git+${url}/git/${repo}.git`;

export interface ServedRepository {
  /** `[a-z0-9][a-z0-9._-]*`. */
  readonly id: string;
  readonly title: string;
  /** Ref globs the gate protects whatever a repository's policy says; policy may add more. */
  readonly protected: readonly string[];
  /** Our copy of one that lies at a forge: its refs move there, and each move is judged after it happened (forge-landed.ts). */
  readonly mirrored?: true;
  /** The repository as git serves it, without any push in flight. */
  readonly repository: Repository;
  /** Which of these refs are symbolic, and what they name, a name that is not there included: git would move that instead. */
  aliases(refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The way its refs went, for scans and for what is said of violations. Absent: git is not asked about those. */
  readonly history?: RefHistory;
  /** Where HEAD stands, for pages: as cheaply as it can be known. Absent: `repository.resolve` is asked. */
  readonly tip?: () => Promise<Oid | null>;
}

export { STICKY_MS } from '../core/provenance/provenance.ts';

export const SIGNING_NAMESPACE = NAMES.namespace;

/** What says whose hand made which line. */
export interface Records {
  readonly notes: Notes;
  readonly lines: Lines;
}

/** What every gate of an installation works with. */
export interface GateWorld {
  readonly site: Site;
  readonly ledger: Ledger;
  readonly projections: Projections;
  readonly objects: ObjectStore;
  readonly parsers: Parsers;
  readonly repositories: ReadonlyMap<string, ServedRepository>;
  /** What the organisation asks of every repository, whatever its own policy says. */
  readonly floors?: readonly Floor[];
  /**
   * Line records beside the commits of one push, as its refs will stand, its own objects included. Without it, none are read.
   * Problem: GIT_FAILED where the repository, or the push's quarantine, is not there.
   */
  readonly records?: (of: { readonly repo: string; readonly quarantine: string | undefined; readonly moving: ReadonlyMap<string, Oid> }) => Promise<Result<Records>>;
  /** What the history of a repository says of a change at that time (seconds since 1970); absent, or null: nobody can tell. */
  readonly score?: (repo: string, change: Change, at: number) => Promise<Score | null>;
  /** What hooks let pass while no server lived; absent: they let nothing pass. */
  readonly spool?: (repo: string) => Spool;
  /** Signs what the gate says of a landing; absent: it says nothing. */
  readonly gate?: GateSigner;
  /** Nobody outside knows it: it draws what is reviewed after landing. */
  readonly seed?: string;
  now(): number;
}
