/**
 * CODEOWNERS to rules. GitHub: one rule for each set of owners, its paths those whose last matching line names them.
 * GitLab: the same within each section, with its number of approvals. What nobody owns is a rule of its own.
 */
import { err, ok, problem, type Result } from '../base/result.ts';
import type { Owner, OwnersFile, OwnersRule, OwnersSection } from '../change/codeowners.ts';
import { ownersIndex } from '../change/codeowners-index.ts';
import type { Part } from '../change/wildcard.ts';
import { globOf } from '../change/wildcard-glob.ts';
import { type From, type Imported, type ImportedRule, MOST_HUMANS, MOST_NAMES, MOST_PATHS, type Note } from './import.ts';
import { examplesOf } from './import-examples.ts';
import { notesOnOwners, peopleOf } from './import-owners.ts';
import { deciding, type Line, LONGEST, pathsOf, reachable } from './import-paths.ts';

/** Lines of one file times distinct owners: each line stands in the list of each, once taken in, once taken out. */
const MOST_WORK = 2_000_000;

/** @param name of the file, for its description. The only refusal is size. */
export function importCodeowners(file: OwnersFile, name: string): Result<Imported> {
  const from = peopleOf(file);
  const sets = new Set(file.rules.map(({ owners, section }) => `${section} ${keyOf(from(owners))}`)).size;
  if (file.rules.length * sets > MOST_WORK)
    return err(problem('OWNERS_INVALID', `has ${file.rules.length} lines for ${sets} sets of owners, too many for one policy`, { place: name, remedy: 'import it in parts' }));
  const names = new Names();
  const bySection = Map.groupBy(file.rules, (rule) => rule.section);
  const groups = file.sections.flatMap((section, i) => groupsOf(bySection.get(i) ?? [], section, from, names));
  const nobody = unowned(file, names);
  const rules = [...groups.map(({ rule }) => rule), nobody].filter((rule) => rule.paths.length > 0);
  return ok({
    source: `${name} (CODEOWNERS, ${file.dialect})`,
    rules,
    tests: examplesOf(file, rules, finder(file, groups, nobody, from)),
    notes: [...lost(file), ...limits(rules, file.sections), ...about(file, rules.includes(nobody)), ...notesOnOwners(file)],
  });
}

interface Group {
  readonly section: OwnersSection;
  readonly key: string;
  readonly rule: ImportedRule;
}

type FromOwners = (owners: readonly Owner[]) => From;

const keyOf = ({ teams, people }: From): string => JSON.stringify([teams, people]);
const NOBODY = keyOf({ teams: [], people: [] });
const EVERYTHING: readonly Part[] = [{ run: 'path' }];

/** One for each set of owners that decides somewhere in the section. */
function groupsOf(rules: readonly OwnersRule[], section: OwnersSection, from: FromOwners, names: Names): readonly Group[] {
  const lines = deciding(linesOf(rules, from));
  const sets = new Map(rules.flatMap(({ owners }) => (owners.length > 0 ? [[keyOf(from(owners)), owners] as const] : [])));
  return [...sets].map(([key, owners]) => ({ section, key, rule: ruleOf(section, owners, from(owners), pathsOf(lines, key), names) }));
}

function ruleOf(section: OwnersSection, owners: readonly Owner[], from: From, paths: readonly string[], names: Names): ImportedRule {
  const words = `owned by ${owners.map(({ text }) => text).join(', ')}.`;
  const description = section.name === null ? `O${words.slice(1)}` : `${section.name}${section.optional ? ', optional' : ''}: ${words}`;
  const id = names.next(section.name ?? [...from.teams, ...from.people].join('-'));
  return { id, description: cut(description), paths, ask: section.optional ? null : { humans: Math.min(section.humans, MOST_HUMANS), from } };
}

/** The rules that a path of the file falls under, as the file itself decides. */
function finder(file: OwnersFile, groups: readonly Group[], nobody: ImportedRule, from: FromOwners): (path: string) => readonly ImportedRule[] {
  const index = ownersIndex(file);
  const bySection = Map.groupBy(groups, (group) => group.section);
  return (path) => {
    const found = index(path).flatMap(({ section, rule }) => {
      const key = keyOf(from(rule.owners));
      return bySection.get(section)?.find((group) => group.key === key)?.rule ?? [];
    });
    return found.length > 0 ? found : [nobody];
  };
}

/** Exclusions come last whatever their place: what GitLab took out of a section no later line brings back. */
const linesOf = (rules: readonly OwnersRule[], from: FromOwners): readonly Line<string>[] =>
  [...rules.filter((rule) => !rule.exclusion), ...rules.filter((rule) => rule.exclusion)].map(({ parts, owners }) => ({ parts, key: keyOf(from(owners)) }));

/** What no line gives to anybody passes without a person at the forge: said in a rule, so that somebody decides about it. */
function unowned(file: OwnersFile, names: Names): ImportedRule {
  const id = names.next('nobody');
  const description = 'Owned by nobody, so nobody is asked.';
  const takesOut = file.dialect === 'gitlab' && file.rules.some((rule) => rule.exclusion || rule.owners.length === 0);
  const asked = file.rules.filter((rule) => file.sections[rule.section]?.optional !== true);
  // Sections overlap: where one takes paths out, another may still own them, and a list of globs cannot say both.
  const lines = takesOut ? [] : asked.map(({ parts, owners }) => ({ parts, key: owners.length === 0 ? NOBODY : 'owned' }));
  return { id, description, paths: pathsOf(deciding([{ parts: EVERYTHING, key: NOBODY }, ...lines]), NOBODY), ask: null };
}

function lost(file: OwnersFile): readonly Note[] {
  const invalid = file.problems.map(({ place = '', message }): Note => ({ kind: 'lost', line: Number(/:(\d+):\d+$/.exec(place)?.[1] ?? 0) || null, text: message }));
  const never = file.rules.flatMap((rule): readonly Note[] => {
    if ((globOf(rule.parts) ?? '').length > LONGEST) return [{ kind: 'lost', line: rule.line, text: `is longer than the ${LONGEST} characters a glob may have: shorten it` }];
    return reachable(rule.parts) === undefined ? [{ kind: 'lost', line: rule.line, text: 'matches no path a repository can have, so it is left out' }] : [];
  });
  return [...invalid, ...never];
}

function limits(rules: readonly ImportedRule[], sections: readonly OwnersSection[]): readonly Note[] {
  const wide = rules
    .filter(({ paths }) => paths.length > MOST_PATHS)
    .map(({ id, paths }) => `${id} has ${paths.length} paths, and a rule may have ${MOST_PATHS}: split the file by folders first`);
  const many = rules
    .filter(({ ask }) => ask !== null && ask.from.teams.length + ask.from.people.length > MOST_NAMES)
    .map(({ id }) => `${id} names more than ${MOST_NAMES}: make a team of them`);
  const high = sections.filter(({ humans }) => humans > MOST_HUMANS).map(({ name, humans }) => `${name ?? ''} asks for ${humans} approvals, and a rule for at most ${MOST_HUMANS}`);
  return [
    ...wide.map((text): Note => ({ kind: 'check', line: null, text })),
    ...many.map((text): Note => ({ kind: 'check', line: null, text })),
    ...high.map((text): Note => ({ kind: 'weaker', line: null, text })),
  ];
}

function about(file: OwnersFile, nobody: boolean): readonly Note[] {
  const notes: Note[] = [];
  const say = (kind: Note['kind'], text: string): unknown => notes.push({ kind, line: null, text });
  if (nobody) say('weaker', 'files with no owner pass without a person, as they do at the forge: give that rule a require to change it');
  if (file.sections.some(({ optional }) => optional))
    say('weaker', 'optional sections ask nobody; at GitLab their owners must still approve what is pushed straight to a protected branch');
  const exclusions = file.dialect === 'gitlab' && file.rules.some(({ exclusion }) => exclusion);
  if (exclusions) say('check', 'what a line with ! takes out of a section stays out of it: a later line of the section brings nothing back');
  return notes;
}

const cut = (words: string): string => (words.length > 400 ? `${words.slice(0, 397)}...` : words);

/** Ids: letters, digits, dot, dash, each once. */
class Names {
  private readonly taken = new Set<string>();

  next(label: string): string {
    const base = `owners.${
      label
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(0, 48) || 'section'
    }`;
    let id = base;
    for (let n = 2; this.taken.has(id); n++) id = `${base}-${n}`;
    this.taken.add(id);
    return id;
  }
}
