/** Policy as it is used: loaded, checked, its conditions compiled. `load.ts` makes it out of bytes. */
import type { Order } from '../base/order.ts';
import { matches } from '../change/glob.ts';
import type { PresetName } from '../provenance/presets.ts';
import type { Tier } from '../risk/risk.ts';
import type { TierRules } from '../risk/tiers.ts';
import type { PersonId } from '../roster/roster.ts';
import type { System } from '../system/system.ts';
import type { Case } from './case.ts';
import type { Condition } from './expression.ts';
import type { CarryWord, ChangeClassName, Mode, Presence, Relation, Stage } from './words.ts';

/** What one rule asks for: `humans` distinct people who each satisfy all the rest. */
export interface Requirement {
  /** At least 1. */
  readonly humans: number;
  /** A name of the ladder, or null for any level. */
  readonly level: string | null;
  /** Strictly above everybody who stands behind the change; a peer where nobody on the roster is. */
  readonly seniorToAuthor: boolean;
  /** A person needs all of these qualifications, none of them expired. */
  readonly domains: readonly string[];
  /** A person is one of these people or of one of these teams; both empty: anybody. */
  readonly from: { readonly teams: readonly string[]; readonly people: readonly PersonId[] };
  /** The people who sign stand for at least this many different teams, one each; 1 asks nothing. At most `humans`. */
  readonly distinctTeams: number;
  readonly not: readonly Relation[];
  /** At each of these the seats are filled anew. Never empty. */
  readonly stages: readonly Stage[];
  readonly presence: Presence;
  /** The author says first what they read, ran and do not understand. */
  readonly ownership: boolean;
}

/** What becomes of a sign-off when the content it covers moves, by class of change. Absent: as the tier says. */
export type OnChangeTerms = { readonly [name in ChangeClassName]?: CarryWord };

export interface Route {
  readonly queue: string | null;
  /** Teams asked when nobody answers in time. */
  readonly escalate: readonly string[];
}

/** When something holds: from `starts`, to the moment before `until`. Milliseconds since 1970; null: always. */
export interface Window {
  readonly starts: number | null;
  readonly until: number | null;
}

/** The file or floor something came from, for example `countersign.yml`, `profile:tiered` or `floor`. */
export type Layer = string;

export interface Rule extends Window {
  readonly id: string;
  readonly description: string;
  readonly paths: readonly string[];
  readonly when: Condition | null;
  readonly unless: Condition | null;
  /** null: an `optional` rule, which covers its paths and asks nobody. */
  readonly require: Requirement | null;
  readonly onChange: OnChangeTerms;
  readonly route: Route | null;
  /** Milliseconds in which somebody should have signed. */
  readonly sla: number | null;
  /** Milliseconds a sign-off for this rule holds; null: as the tier says. */
  readonly ttl: number | null;
  /** The incident that made it, shown with it. */
  readonly incident: string | null;
  readonly layer: Layer;
  /** False for rules of a floor: they ask, and cover nothing, so that a floor never lets a path pass. */
  readonly covers: boolean;
}

export interface Forbid extends Window {
  readonly id: string;
  /** null: whatever the paths. */
  readonly paths: readonly string[] | null;
  readonly when: Condition;
  readonly unless: Condition | null;
  readonly reason: string;
  readonly layer: Layer;
}

/** Takes paths out of one rule of its own layer, for a while, under somebody's name. */
export interface Exception {
  readonly id: string;
  readonly rule: string;
  readonly paths: readonly string[];
  readonly when: Condition | null;
  readonly owner: PersonId;
  readonly reason: string;
  /** Milliseconds since 1970. An exception always ends. */
  readonly until: number;
  readonly layer: Layer;
}

export interface Modes {
  /** Of paths that belong to no system named here. */
  readonly default: Mode;
  readonly systems: ReadonlyMap<string, Mode>;
  /** From then on everything is enforced; null: no end. */
  readonly until: number | null;
}

export interface TierTerms {
  readonly onChange: OnChangeTerms;
  /** Milliseconds; null: the built-in one. */
  readonly ttl: number | null;
  readonly sla: number | null;
  /** Asked of every seat of a change of that tier. */
  readonly presence: Presence;
}

/** A trailer every change to these paths must carry, in at least one commit. */
export interface RequiredTrailer extends Window {
  readonly key: string;
  readonly paths: readonly string[] | null;
  /** Compiled over the trailer's value; null: any value that is not empty. */
  readonly accepts: ((value: string) => boolean) | null;
  readonly when: Condition | null;
  readonly reason: string;
  readonly layer: Layer;
}

export interface Declarations {
  /** Every commit says `Assisted-by: <tool>:<model>` or `Assisted-by: none`. */
  readonly assistance: 'optional' | 'required';
  /** Whose words about AI in a message hold: every floor's, then the repository's own. The first is what hooks write. */
  readonly presets: readonly PresetName[];
  readonly trailers: readonly RequiredTrailer[];
}

/** Terms of an emergency pass; `core/gate/break-glass.ts` judges by them. */
export interface BreakGlassTerms {
  /** People who sign it, at this level or above. */
  readonly humans: number;
  readonly level: string;
  /** Milliseconds one person alone must wait, in which anybody on call can cancel; null: never alone. */
  readonly aloneAfter: number | null;
  /** Milliseconds it may be used for. */
  readonly expires: number;
  /** Milliseconds until the review after it is due; an overdue one blocks the next use. */
  readonly reviewWithin: number;
  readonly reviewLevel: string;
  /** Uses in thirty days; null: no limit. */
  readonly perMonth: number | null;
}

/** Whose keys count at which tier: beside what is built in, and never less. */
export interface AuthenticatorTerms {
  /** The highest tier at which a passkey that can be copied counts. */
  readonly synced: 'none' | 'elevated' | 'high';
  /** From this tier on a key is attested by its maker, cannot be copied, and was enrolled longer ago than the cool-down; null: the built-in one. */
  readonly attestedFrom: Tier | null;
  /** Milliseconds; null: the built-in one. */
  readonly coolDown: number | null;
}

/** Reviewed after landing: a seeded share of what passed by itself. */
export interface Sample {
  /** 0 to 1. */
  readonly share: number;
  /** `lane.open` is false once more than `escapes` of the last `of` sampled changes should not have passed. */
  readonly closeAfter: { readonly escapes: number; readonly of: number };
}

/** A case written in a policy, and which of its layers wrote it. */
export interface PolicyTest {
  readonly layer: Layer;
  /** Its place in `tests:` of that file, from 0. */
  readonly index: number;
  readonly given: Case;
}

export interface Policy {
  readonly version: 1;
  readonly organisation: string | null;
  /** Lowest first. */
  readonly ladder: Order<string>;
  /** The name of the ladder from which people are senior. */
  readonly senior: string;
  /** Declared qualifications; null: any word is one. */
  readonly domains: readonly string[] | null;
  /** Globs over full ref names. */
  readonly protected: readonly string[];
  readonly systems: readonly System[];
  readonly tiers: { readonly [tier in Tier]: TierTerms };
  readonly tierRules: TierRules;
  /** One list of globs for each layer that binds: a path is not production where every list selects it. Empty: all is production. */
  readonly notProduction: readonly (readonly string[])[];
  /** One for each layer that speaks of them: the strictest holds. Empty: everything is enforced. */
  readonly modes: readonly Modes[];
  /** What silence about AI compares as; `default`: assisted where it matters, otherwise suggestion. */
  readonly unattributed: 'default' | 'assisted' | 'suggestion';
  readonly submodules: 'refuse' | 'review';
  /** Git LFS pointers. */
  readonly largeFiles: 'refuse' | 'review';
  readonly declarations: Declarations;
  /** One person, who signs their own changes after a wait, recorded as such. */
  readonly solo: { readonly coolDown: number } | null;
  readonly breakGlass: BreakGlassTerms | null;
  readonly sample: Sample | null;
  /** null: what is built in. */
  readonly authenticators: AuthenticatorTerms | null;
  /** From this tier on the author speaks before anybody is asked to sign; null: only where a rule asks for it. */
  readonly ownershipFrom: Tier | null;
  readonly rules: readonly Rule[];
  readonly forbid: readonly Forbid[];
  readonly exceptions: readonly Exception[];
  readonly tests: readonly PolicyTest[];
  /** Names of the layers it was made of, the file itself first. */
  readonly layers: readonly Layer[];
  /** Lowercase hex SHA-256 of the file's bytes; of the digests of all layers where there are several. */
  readonly digest: string;
}

/** Does this policy speak about that ref at all? */
export const protects = (policy: Policy, ref: string): boolean => matches(policy.protected, ref);

/** Files that decide about the change itself, and hooks that run on the way. Letter case is folded: some file systems do. */
export const decidesItself = (path: string): boolean => /^(?:countersign\.yml|\.countersign(?:\/.*)?|(?:.*\/)?\.(?:githooks|husky)(?:\/.*)?)$/is.test(path);
