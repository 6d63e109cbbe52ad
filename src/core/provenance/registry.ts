/**
 * The organisation's own word on accounts and trailers no catalogue can know, as it stands on the target ref: who proposes a
 * change does not choose it. It adds marks and takes forgeable ones away (trust 1 and 2); it never makes anything a human's.
 */
import { RULE_IDS } from './catalogue/catalogue.ts';
import type { Scanner } from './catalogue/scan.ts';
import { catalogueScanner, scannerWith } from './catalogue/words.ts';
import type { ProvenanceLevel } from './provenance.ts';

/** Where it is kept. */
export const AGENTS_FILE = '.countersign/agents.yml';

/** Somebody a header or a forge names; all of it lower case and folded. */
export interface Account {
  /** Login on the forge, where the address or the name tells it. */
  readonly login: string | null;
  readonly email: string;
  readonly name: string;
}

export interface AccountMatch {
  /** As the file says it, for people: `mail dana+ai@acme.example`. */
  readonly text: string;
  /** It has a wildcard: then it does not reach whole mailboxes that the catalogue knows as an agent's. */
  readonly wide: boolean;
  matches(account: Account): boolean;
}

export interface RegistryAgent {
  readonly match: AccountMatch;
  readonly tool: string;
  readonly level: Exclude<ProvenanceLevel, 'human' | 'unattributed'>;
  /** A person or a team (`@platform`): answers for what it does and signs none of it. */
  readonly owner: string;
}

export interface RegistryTrailer {
  readonly level: RegistryAgent['level'];
  /** null: the value names it. */
  readonly tool: string | null;
}

/** A recorder of sessions whose records count as signed. */
export interface RegistryRecorder {
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array;
  readonly owner: string | null;
  /** The organisation runs it where its user cannot: only then are its records of trust 4. */
  readonly managed: boolean;
}

export interface Registry {
  readonly agents: readonly RegistryAgent[];
  readonly automation: readonly AccountMatch[];
  /** They cancel name and mail matches of trust 1 and 2. */
  readonly people: readonly { readonly match: AccountMatch; readonly why: string }[];
  /** Keys, folded, that name people here (`assisted-by` at curl). */
  readonly humanTrailers: ReadonlySet<string>;
  /** By folded key. */
  readonly trailers: ReadonlyMap<string, RegistryTrailer>;
  /** Rule ids of the catalogue that do not count here. */
  readonly veto: ReadonlySet<string>;
  readonly recorders: readonly RegistryRecorder[];
  /** Lowercase hex SHA-256 of the file. */
  readonly digest: string;
}

/** Nobody keeps one. */
export const NO_REGISTRY: Registry = {
  agents: [],
  automation: [],
  people: [],
  humanTrailers: new Set(),
  trailers: new Map(),
  veto: new Set(),
  recorders: [],
  digest: '',
};

/** Rule ids that may be vetoed. */
export const isCatalogueRule = (rule: string): boolean => RULE_IDS.has(rule);
export const catalogueRules = (): readonly string[] => [...RULE_IDS];

const scanners = new WeakMap<Registry, Scanner>();

/** What messages are scanned for under this registry. */
export function scannerFor(registry: Registry): Scanner {
  if (registry.agents.length === 0 && registry.automation.length === 0 && registry.trailers.size === 0) return catalogueScanner();
  const known = scanners.get(registry) ?? scannerWith(registry.trailers.keys());
  scanners.set(registry, known);
  return known;
}
