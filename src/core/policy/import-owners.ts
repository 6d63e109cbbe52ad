/** Owners as a forge writes them, to the teams and people a requirement names, and what is lost on the way. */
import type { Dialect, Owner, OwnersFile } from '../change/codeowners.ts';
import type { From, Note } from './import.ts';

/** How names of this file become ids: at GitHub, the organisation is left out where there is only one. */
export function peopleOf(file: OwnersFile): (owners: readonly Owner[]) => From {
  const single = file.dialect === 'github' && new Set(everybody(file).flatMap(({ kind, text }) => (kind === 'team' ? [lower(text).split('/')[0]] : []))).size === 1;
  return (owners) => ({
    teams: sorted(owners.flatMap((owner) => teamOf(owner, single))),
    people: sorted(owners.flatMap(({ kind, text }) => (kind === 'name' || kind === 'email' ? [lower(text)] : []))),
  });
}

const everybody = (file: OwnersFile): readonly Owner[] => file.rules.flatMap((rule) => rule.owners);
const lower = (text: string): string => text.toLowerCase().replace(/^@+/, '');
const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

function teamOf({ kind, text }: Owner, single: boolean): readonly string[] {
  if (kind === 'role') return [`${lower(text).replace(/s$/, '')}s`];
  if (kind !== 'team') return [];
  return [single ? (lower(text).split('/')[1] ?? '') : lower(text)];
}

/** What a person has to look at before these names mean anything here. */
export function notesOnOwners(file: OwnersFile): readonly Note[] {
  const owners = everybody(file);
  const emails = distinct(owners, 'email');
  const roles = distinct(owners, 'role');
  const notes: Note[] = [{ kind: 'check', line: null, text: 'names are ids of your roster here: give each person and team that name there, or change it here' }];
  if (emails.length > 0) notes.push({ kind: 'check', line: null, text: `e-mail addresses name nobody in a rule: put the ids of these people instead: ${some(emails)}` });
  if (roles.length > 0) notes.push({ kind: 'check', line: null, text: `roles of the forge are not known here: make a team for each in the roster: ${some(roles)}` });
  if (file.dialect === 'gitlab' && owners.some(({ kind }) => kind === 'name'))
    notes.push({ kind: 'check', line: null, text: '@name may be a group at GitLab: it is imported as a person; move groups to teams' });
  if (owners.some(({ text }) => text !== text.toLowerCase()))
    notes.push({ kind: 'check', line: null, text: 'names are written small here: forges do not tell @Name from @name, the roster does' });
  return [...notes, ...ALWAYS[file.dialect]];
}

const distinct = (owners: readonly Owner[], kind: Owner['kind']): readonly string[] => [...new Set(owners.filter((owner) => owner.kind === kind).map(({ text }) => text))];
const some = (names: readonly string[]): string => `${names.slice(0, 10).join(', ')}${names.length > 10 ? `, and ${names.length - 10} more` : ''}`;

const behind: Note = {
  kind: 'stricter',
  line: null,
  text: 'an owner who stands behind the change (author, co-author, pusher, owner of an agent) does not count here, and a bot never does',
};

const ALWAYS: { readonly [dialect in Dialect]: readonly Note[] } = {
  github: [behind, { kind: 'stricter', line: null, text: 'an owner without write access is ignored by GitHub; here the roster alone says who may sign' }],
  gitlab: [
    behind,
    {
      kind: 'stricter',
      line: null,
      text: 'an owner who is no member of the project is ignored by GitLab, and a line with none left is approved by itself; here the seat stays open',
    },
  ],
  gitignore: [behind],
};
