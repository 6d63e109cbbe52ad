/** Bytes of `.countersign/roster.yml` to a Roster, or everything that is wrong with it. */
import * as z from 'zod';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { Person, Roster } from '../roster/roster.ts';
import type { Policy } from './document.ts';
import { id, words } from './field-shapes.ts';
import { shaped } from './file-shape.ts';
import { hint } from './suggest.ts';
import { moment } from './time.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

const email = z
  .string()
  .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address')
  .max(254)
  .transform((address) => address.toLowerCase());
const emails = z.array(email).max(100).default([]);
const accounts = z.array(words).max(100).default([]);
const names = z.array(words).max(100).default([]);

/** A name, or a name with what it rests on and when it ends. */
const qualification = z.union([words, z.strictObject({ domain: words, basis: words.optional(), until: moment.optional() })], 'must be a domain, or {domain, basis, until}');
const qualifications = z.array(qualification).max(100).default([]);

/** The shapes of a person and of an agent as a case writes them: everything but ids, levels and owners may be left out. */
export const PEOPLE_FIELDS = {
  people: z
    .array(z.strictObject({ id, name: words.optional(), level: z.string(), teams: names, domains: qualifications, manager: z.string().optional(), emails, accounts }))
    .max(100_000),
  agents: z.array(z.strictObject({ id, owner: z.string(), emails, accounts })).max(10_000),
};

export const ROSTER_SHAPE = z.strictObject({
  version: z.literal(1),
  people: z
    .array(z.strictObject({ id, name: words, level: z.string(), teams: names, domains: qualifications, manager: z.string().optional(), emails, accounts }))
    .min(1, 'must hold at least one person')
    .max(100_000),
  agents: z
    .array(z.strictObject({ id, owner: z.string(), emails, accounts }))
    .max(10_000)
    .default([]),
});

type RosterShape = z.infer<typeof ROSTER_SHAPE>;

/** What a roster is checked against. */
type RosterPolicy = Pick<Policy, 'ladder'> & Partial<Pick<Policy, 'domains'>>;

/**
 * @param file its name in messages. @param policy whose ladder the levels are names of. Every problem is ROSTER_INVALID.
 * An e-mail address or account belongs to one person or agent only: otherwise an author could be read as somebody else.
 */
export function loadRoster(bytes: Uint8Array, file: string, policy: RosterPolicy): Result<Roster, readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'ROSTER_INVALID');
  if (!yaml.ok) return yaml;
  const shape = shaped(ROSTER_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  const problems = [levels, owners, managers, domains, twice].flatMap((check) => check(shape.value, yaml.value, policy));
  return problems.length > 0 ? err(problems) : ok({ people: shape.value.people.map(personOf), agents: shape.value.agents, digest: yaml.value.digest });
}

type PersonShape = RosterShape['people'][number];

export function personOf({ domains: given, manager, ...person }: PersonShape): Person {
  const documented = given.flatMap((d) => (typeof d === 'string' ? [] : [{ domain: d.domain, basis: d.basis ?? '', until: d.until ?? null }]));
  const names = [...new Set(given.map((d) => (typeof d === 'string' ? d : d.domain)))];
  return { ...person, domains: names, ...(documented.length === 0 ? {} : { qualifications: documented }), ...(manager === undefined ? {} : { manager }) };
}

function managers({ people }: RosterShape, yaml: YamlFile): readonly Problem[] {
  const ids = new Set(people.map((p) => p.id));
  return people.flatMap(({ manager }, i) =>
    manager === undefined || ids.has(manager) ? [] : [yaml.at(['people', i, 'manager'], `there is no person ${manager}`, { remedy: () => hint(manager, [...ids]) })],
  );
}

/** Where the policy declares its domains, a word beside them is a slip: a seat would wait for somebody who is there. */
function domains({ people }: RosterShape, yaml: YamlFile, { domains: known }: RosterPolicy): readonly Problem[] {
  if (known === null || known === undefined) return [];
  return people.flatMap((p, i) =>
    p.domains.flatMap((d, j) => {
      const name = typeof d === 'string' ? d : d.domain;
      return known.includes(name) ? [] : [yaml.at(['people', i, 'domains', j], `${name} is no domain the policy declares`, { remedy: () => hint(name, known) })];
    }),
  );
}

function levels({ people }: RosterShape, yaml: YamlFile, { ladder }: RosterPolicy): readonly Problem[] {
  return people.flatMap((p, i) =>
    ladder.has(p.level) ? [] : [yaml.at(['people', i, 'level'], `${p.level} is not a level of the policy's ladder`, { remedy: () => hint(p.level, ladder.values) })],
  );
}

function owners({ people, agents }: RosterShape, yaml: YamlFile): readonly Problem[] {
  const ids = new Set(people.map((p) => p.id));
  return agents.flatMap((a, i) => (ids.has(a.owner) ? [] : [yaml.at(['agents', i, 'owner'], `there is no person ${a.owner}`, { remedy: () => hint(a.owner, [...ids]) })]));
}

/** Ids, addresses and accounts that stand in two places. Accounts are compared without case: transports fold it. */
function twice({ people, agents }: RosterShape, yaml: YamlFile): readonly Problem[] {
  const first = new Map<string, string>();
  const problems: Problem[] = [];
  const claim = (what: string, value: string, holder: string, path: readonly PropertyKey[]): void => {
    const key = `${what} ${value.toLowerCase()}`;
    const other = first.get(key);
    if (other !== undefined) problems.push(yaml.at(path, `${what} ${value} already belongs to ${other}`, { remedy: 'keep it in one place' }));
    else first.set(key, holder);
  };
  for (const [list, entries] of [
    ['people', people],
    ['agents', agents],
  ] as const) {
    for (const [i, entry] of entries.entries()) {
      claim('id', entry.id, entry.id, [list, i, 'id']);
      for (const [j, e] of entry.emails.entries()) claim('e-mail', e, entry.id, [list, i, 'emails', j]);
      for (const [j, a] of entry.accounts.entries()) claim('account', a, entry.id, [list, i, 'accounts', j]);
    }
  }
  return problems;
}
