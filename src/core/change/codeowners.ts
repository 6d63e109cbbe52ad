/**
 * Who owns a path, by a CODEOWNERS file: GitHub's, GitLab's, or one whose patterns are git's own. `codeowners-read.ts`
 * reads the file, `codeowners-index.ts` finds the rule for many paths; here are the words and the plain answer.
 */
import type { Problem } from '../base/result.ts';
import { pointsOf } from './codeowners-patterns.ts';
import { bytesOf } from './gitignore-pattern.ts';
import { type Part, runs, SLASH, type Wildcard } from './wildcard.ts';

export const DIALECTS = ['github', 'gitlab', 'gitignore'] as const;
export type Dialect = (typeof DIALECTS)[number];

/**
 * `name` is a person or, at GitLab, perhaps a group; `team` has a slash; `role` is GitLab's `@@maintainer`.
 * Forges look names up without case.
 */
export interface Owner {
  readonly kind: 'name' | 'team' | 'email' | 'role';
  /** As written, with its `@`. */
  readonly text: string;
}

export interface OwnersRule {
  /** As written, a leading `!` included. */
  readonly pattern: string;
  /** From 1. */
  readonly line: number;
  /** Its own, else the defaults of its section; empty: nobody. */
  readonly owners: readonly Owner[];
  /** GitLab: takes paths out of its section for good. Gitignore: takes back what earlier lines matched. */
  readonly exclusion: boolean;
  /** Index into `sections`. */
  readonly section: number;
  readonly parts: readonly Part[];
  readonly wildcard: Wildcard;
  /** Gitignore: matches folders alone; matches the last segment alone. */
  readonly folder: boolean;
  readonly name: boolean;
}

/** GitHub and gitignore files have one, nameless. */
export interface OwnersSection {
  /** null: before the first heading. */
  readonly name: string | null;
  readonly optional: boolean;
  /** Approvals it asks for, at least 1. */
  readonly humans: number;
}

export interface OwnersFile {
  readonly dialect: Dialect;
  readonly rules: readonly OwnersRule[];
  readonly sections: readonly OwnersSection[];
  /** Lines the forge skips or reads otherwise than they look, with their place. The rest of the file counts. */
  readonly problems: readonly Problem[];
}

/** The rule that decides; its owners may be nobody. */
export interface OwnersMatch {
  readonly rule: OwnersRule;
  readonly section: OwnersSection;
}

/**
 * The deciding rule of each section, in the order of sections: at most one, but for GitLab.
 * @param path from the root of the repository, no leading slash.
 */
export const ownersOf = (file: OwnersFile, path: string): readonly OwnersMatch[] =>
  file.sections.flatMap((section, i) => {
    const rules = file.rules.filter((rule) => rule.section === i);
    const decides = deciding(file.dialect, path, (matching) => rules.findLast(matching));
    return decides === undefined ? [] : [{ rule: decides, section }];
  });

/** What is known of the path, or of a folder above it, before any rule is tried. */
export interface Asked {
  /** Its first segments, its first two, and so on, itself among them: at most DEEPEST. */
  readonly prefixes: readonly string[];
  /** All its segments. */
  readonly names: readonly string[];
  /** The folder, where it is one. */
  readonly folder: string | null;
}

/** Beyond, a path is as deep as that for the index: what whoever pushes can make it remember is bounded. */
export const DEEPEST = 8;

/** Answers the last rule that the test accepts. */
type Last = (matching: (rule: OwnersRule) => boolean, asked: Asked) => OwnersRule | undefined;

/** One section's answer, whatever finds the rules. */
export function deciding(dialect: Dialect, path: string, last: Last): OwnersRule | undefined {
  if (dialect === 'gitignore') return decidingForGit(path, last);
  const points = pointsOf(path);
  const names = path.split('/');
  const asked: Asked = { prefixes: prefixesOf(names), names, folder: null };
  const whole = ({ wildcard }: OwnersRule): boolean => runs(wildcard, points, 0, points.length);
  if (dialect === 'gitlab' && last((rule) => rule.exclusion && whole(rule), asked) !== undefined) return undefined;
  return last((rule) => !rule.exclusion && whole(rule), asked);
}

/** Git asks about the folders first, from the root down: what is inside one that matches cannot be taken back. */
function decidingForGit(path: string, last: Last): OwnersRule | undefined {
  const bytes = bytesOf(path);
  const names = path.split('/');
  const prefixes = prefixesOf(names);
  let start = 0;
  let above = '';
  for (const [i, name] of names.entries()) {
    const folder = i < names.length - 1;
    const [from, end] = [start, folder ? bytes.indexOf(SLASH, start) : bytes.length];
    above = i === 0 ? name : `${above}/${name}`;
    const asked: Asked = { prefixes: prefixes.slice(0, i + 1), names: names.slice(0, i + 1), folder: folder ? above : null };
    const found = last((rule) => (folder || !rule.folder) && runs(rule.wildcard, bytes, rule.name ? from : 0, end), asked);
    if (!folder || (found !== undefined && !found.exclusion)) return found;
    start = end + 1;
  }
  return undefined;
}

function prefixesOf(names: readonly string[]): readonly string[] {
  let prefix = '';
  return names.slice(0, DEEPEST).map((name, i) => {
    prefix = i === 0 ? name : `${prefix}/${name}`;
    return prefix;
  });
}
