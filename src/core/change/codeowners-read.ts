/**
 * The text of a CODEOWNERS file to its rules, and to what is wrong with it. Total: whatever the text, there is an answer,
 * and a line the forge would skip is skipped and said, never silently.
 */
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Dialect, Owner, OwnersFile, OwnersRule, OwnersSection } from './codeowners.ts';
import { cut, type Heading, headingOf, ownerOf, type Word } from './codeowners-line.ts';
import { githubDoubt, githubParts, gitlabParts } from './codeowners-patterns.ts';
import { gitignorePattern } from './gitignore-pattern.ts';
import { wildcard } from './wildcard.ts';

/** GitHub loads no larger file, and we read none, whatever the dialect. */
export const MOST_BYTES = 3_000_000;
/** Whoever has so many needs no more of them: the file is in another dialect, or no CODEOWNERS file at all. */
const MOST_PROBLEMS = 1_000;
/** UTF-16 units in one pattern: no path git checks out is longer. */
const LONGEST_PATTERN = 4_096;

/** @param name the file, for messages. The only refusal is size. */
export function readOwners(text: string, dialect: Dialect, name: string): Result<OwnersFile> {
  if (text.length >= MOST_BYTES) return err(problem('OWNERS_INVALID', 'is 3 MB or larger, so the forge loads none of it', { place: name, remedy: 'replace lines by wildcards' }));
  const reading = new Reading(dialect, name);
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries())
    reading.line(line.replace(/\r$/, ''), i + 1);
  return ok(reading.file());
}

type Compiled = Pick<OwnersRule, 'parts' | 'wildcard' | 'folder' | 'name'>;
type Wrong = { readonly at: number; readonly message: string; readonly remedy: string };

class Reading {
  private readonly dialect: Dialect;
  private readonly name: string;
  private readonly rules: OwnersRule[] = [];
  private readonly problems: Problem[] = [];
  private readonly sections: OwnersSection[] = [{ name: null, optional: false, humans: 1 }];
  /** Sections by their names in small letters. */
  private readonly named = new Map<string, number>();
  private section = 0;
  private defaults: readonly Owner[] = [];

  constructor(dialect: Dialect, name: string) {
    this.dialect = dialect;
    this.name = name;
  }

  file(): OwnersFile {
    const { dialect, rules, problems, sections } = this;
    return { dialect, rules, sections, problems };
  }

  line(line: string, number: number): void {
    const words = cut(line, this.dialect);
    const [pattern, ...rest] = words;
    if (pattern === undefined) return;
    const wrong = (w: Wrong): unknown => this.problems.length < MOST_PROBLEMS && this.problems.push(placed(this.name, line, number, w));
    const heading = this.dialect === 'gitlab' ? headingOf(line) : undefined;
    if (heading !== undefined) {
      this.heading(heading, wrong);
      return;
    }
    if (this.dialect === 'gitlab' && /^\^?\[/.test(pattern.text))
      wrong({ at: pattern.at, message: 'is no heading of a section, so GitLab reads it as a path and its owners', remedy: 'close the name with ]' });
    const compiled = compile(pattern.text, this.dialect);
    if (!compiled.ok) {
      wrong({ ...compiled.error, at: pattern.at + compiled.error.at });
      return;
    }
    const doubt = this.dialect === 'github' ? githubDoubt(pattern.text) : undefined;
    if (doubt !== undefined) wrong({ ...doubt, at: pattern.at + doubt.at });
    const owners = this.owners(rest, wrong);
    if (owners === undefined) return;
    this.rule(pattern, owners, compiled.value, number, wrong);
  }

  private rule({ text: pattern, at }: Word, own: readonly Owner[], compiled: Compiled, line: number, wrong: (w: Wrong) => unknown): void {
    const exclusion = this.dialect !== 'github' && pattern.startsWith('!');
    const owners = exclusion ? [] : own.length > 0 ? own : this.defaults;
    if (this.dialect === 'gitlab' && !exclusion && owners.length === 0)
      wrong({ at, message: 'has no owners, so GitLab approves what it matches by itself', remedy: 'name owners, or write ! before the path to say so' });
    this.rules.push({ pattern, line, owners, exclusion, section: this.section, ...compiled });
  }

  /** undefined: GitHub skips a line with one wrong owner in it; the others skip the owner. */
  private owners(words: readonly Word[], wrong: (w: Wrong) => unknown): readonly Owner[] | undefined {
    // Each once, however often it is named.
    const owners = new Map<string, Owner>();
    // GitLab reads on in what looks like a comment: one problem says it.
    let comment = false;
    for (const word of words) {
      const owner = ownerOf(word.text, this.dialect);
      if (owner !== undefined) owners.set(owner.text, owner);
      if (owner !== undefined || comment) continue;
      comment = word.text.startsWith('#');
      wrong({ at: word.at, message: malformed(word.text, this.dialect), remedy: OWNER_REMEDY[this.dialect] });
      if (this.dialect === 'github') return undefined;
    }
    return [...owners.values()];
  }

  private heading(heading: Heading, wrong: (w: Wrong) => unknown): void {
    for (const w of heading.wrong) wrong(w);
    const key = heading.name.toLowerCase();
    this.section = this.named.get(key) ?? this.sections.length;
    this.named.set(key, this.section);
    const before = this.sections[this.section];
    this.sections[this.section] = {
      name: before?.name ?? heading.name,
      // Of two headings of one name, the one that asks for more holds.
      optional: heading.optional && (before?.optional ?? true),
      humans: Math.max(heading.humans, before?.humans ?? 1),
    };
    this.defaults = heading.owners;
  }
}

function compile(pattern: string, dialect: Dialect): Result<Compiled, Wrong> {
  if (pattern.length > LONGEST_PATTERN) return err({ at: 0, message: `is longer than ${LONGEST_PATTERN} characters`, remedy: 'shorten it' });
  if (dialect === 'gitignore') {
    const { parts, folder, name } = gitignorePattern(pattern);
    return ok({ parts, wildcard: wildcard(parts), folder, name });
  }
  const parts = dialect === 'github' ? githubParts(pattern) : ok(gitlabParts(pattern.replace(/^!/, '')));
  return parts.ok ? ok({ parts: parts.value, wildcard: wildcard(parts.value), folder: false, name: false }) : parts;
}

const malformed = (word: string, dialect: Dialect): string => {
  if (dialect === 'gitlab' && word.startsWith('#')) return 'GitLab knows no comment behind a path: owners named in it count';
  return dialect === 'github' ? 'is no owner, so GitHub skips the line' : 'is no owner, and is ignored';
};

const OWNER_REMEDY: { readonly [dialect in Dialect]: string } = {
  github: 'write @user, @organisation/team or an e-mail address',
  gitlab: 'write @user, @group, @group/subgroup, @@role or an e-mail address; comments stand on lines of their own',
  gitignore: 'write @user, @organisation/team or an e-mail address',
};

function placed(file: string, line: string, number: number, { at, message, remedy }: Wrong): Problem {
  const shown = line.slice(0, 160).replace(/\t/g, ' ');
  const margin = String(number);
  const excerpt = `${margin} | ${shown}\n${' '.repeat(margin.length)} | ${' '.repeat(Math.min(at, shown.length))}^`;
  return problem('OWNERS_INVALID', message, { place: `${file}:${number}:${at + 1}`, excerpt, remedy });
}
