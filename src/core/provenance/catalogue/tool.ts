/**
 * The shape of one entry of the catalogue: everything by which one tool is known, as data. Each pattern comes with texts it
 * must match and near misses it must not; a test runs them all, and none is accepted without both.
 */
import type { ProvenanceLevel } from '../provenance.ts';

export interface Mark {
  /** Stable id, `<tool>/<what>`. */
  readonly rule: string;
  /** `*`: agent in the author slot, assisted elsewhere. */
  readonly level: ProvenanceLevel | '*';
  /** 1: worth asking about, never decides. */
  readonly trust: 1 | 2;
  /** Linear-time (no look-around, no back-references, no nested quantifiers), case-insensitive. */
  readonly pattern: RegExp;
  /** A text that matches this too is not a mark. */
  readonly not?: RegExp;
  /** The first group names the tool, in one of the spellings of `toolNamed`. */
  readonly names?: boolean;
  /** The pattern names whole mailboxes of agents: no wildcard for people reaches them. */
  readonly mailbox?: boolean;
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

/** An account of a forge. Its id outlives renames; in a commit header neither id nor login is verified. */
export interface Account {
  readonly ids: readonly number[];
  /** Lower case; a `[bot]` login also counts as a display name, for nobody can register one as a person. */
  readonly logins: readonly string[];
  /** Level where it is a co-author; as an author it is always `agent`. */
  readonly coAuthor: 'assisted' | 'suggestion';
  /** The account does other work too, and counts under this name alone. */
  readonly named?: RegExp;
}

/** A variable an agent sets for the commands it runs. */
export interface Variable {
  readonly name: string;
  /** Absent: any value but an empty one. */
  readonly value?: RegExp;
  /** The value names the tool. */
  readonly names?: boolean;
}

export interface Tool {
  readonly id: string;
  readonly name: string;
  /** Other spellings in declarations, records and hooks; lower case. */
  readonly aliases?: readonly string[];
  /** Names a footer gives it (`Generated with ...`), lower case. */
  readonly products?: readonly string[];
  /** The same, where they are words of the language too: they count at the end of a footer alone. */
  readonly words?: readonly string[];
  readonly accounts?: readonly Account[];
  /** On `Name <mail>` or a bare name, of the author and of person-valued trailers. */
  readonly identities?: readonly Mark[];
  /** The same, of the author alone. */
  readonly authors?: readonly Mark[];
  /** On `folded-key: value`. */
  readonly trailers?: readonly Mark[];
  /** On one line of the body: footers that the common form does not cover. */
  readonly footers?: readonly Mark[];
  /** On one line of the body. */
  readonly links?: readonly Mark[];
  readonly subjects?: readonly Mark[];
  /** On the head branch, without `refs/heads/`. */
  readonly branches?: readonly Mark[];
  /** On one line of a pull request's text. */
  readonly bodies?: readonly Mark[];
  /** On a path of the repository: they say that the tool is used here, never by whom. */
  readonly files?: readonly Mark[];
  readonly environment?: readonly Variable[];
}

type More = Partial<Pick<Mark, 'level' | 'trust' | 'not' | 'names' | 'mailbox'>>;
type MakeMark = (rule: string, pattern: RegExp, hits: readonly string[], misses: readonly string[], more?: More) => Mark;

const made =
  (level: Mark['level'], trust: Mark['trust']): MakeMark =>
  (rule, pattern, hits, misses, more = {}) => ({ rule, level, trust, pattern, hits, misses, ...more });

export const identity: MakeMark = made('*', 2);
/** Whole addresses that belong to agents. */
export const mailbox: MakeMark = (rule, pattern, hits, misses, more = {}) => identity(rule, pattern, hits, misses, { ...more, mailbox: true });
export const mark: MakeMark = made('assisted', 2);
/** Worth asking about: branch names, files, habits. */
export const hint: MakeMark = made('assisted', 1);

export const account = (ids: readonly number[], logins: readonly string[], more: Partial<Pick<Account, 'coAuthor' | 'named'>> = {}): Account => ({
  ids,
  logins,
  coAuthor: 'assisted',
  ...more,
});

/** `claude/feature`: people name branches after tools, so alone it only asks. */
export const branch = (tool: string, ...prefixes: readonly string[]): Mark =>
  hint(
    `${tool}/branch`,
    new RegExp(`^(?:${prefixes.join('|')})/`, 'i'),
    prefixes.map((p) => `${p}/fix-the-lock`),
    prefixes.flatMap((p) => [`${p}-docs/fix`, `fix/${p}/x`]),
  );

/** Files that hold a tool's instructions; `pattern` in the words of a regular expression on the path. */
export const file = (tool: string, pattern: string, hits: readonly string[], misses: readonly string[]): Mark =>
  hint(`${tool}/file`, new RegExp(`(?:^|/)(?:${pattern})`, 'i'), hits, misses);
