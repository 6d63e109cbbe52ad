/** Bytes of `.countersign/roster.yml` to a Roster, or everything that is wrong with it. */
import * as z from 'zod';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { Roster } from '../roster/roster.ts';
import type { Policy } from './document.ts';
import { shaped } from './file-shape.ts';
import { id, words } from './policy-shape.ts';
import { hint } from './suggest.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

const email = z
  .string()
  .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address')
  .max(254)
  .transform((address) => address.toLowerCase());
const emails = z.array(email).max(100).default([]);
const accounts = z.array(words).max(100).default([]);
const names = z.array(words).max(100).default([]);

const ROSTER_SHAPE = z.strictObject({
  version: z.literal(1),
  people: z
    .array(z.strictObject({ id, name: words, level: z.string(), teams: names, domains: names, emails, accounts }))
    .min(1, 'must hold at least one person')
    .max(100_000),
  agents: z
    .array(z.strictObject({ id, owner: z.string(), emails, accounts }))
    .max(10_000)
    .default([]),
});

type RosterShape = z.infer<typeof ROSTER_SHAPE>;

/**
 * @param file its name in messages. @param policy whose ladder the levels are names of. Every problem is ROSTER_INVALID.
 * An e-mail address or account belongs to one person or agent only: otherwise an author could be read as somebody else.
 */
export function loadRoster(bytes: Uint8Array, file: string, policy: Pick<Policy, 'ladder'>): Result<Roster, readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'ROSTER_INVALID');
  if (!yaml.ok) return yaml;
  const shape = shaped(ROSTER_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  const problems = [...levels(shape.value, yaml.value, policy), ...owners(shape.value, yaml.value), ...twice(shape.value, yaml.value)];
  return problems.length > 0 ? err(problems) : ok({ ...shape.value, digest: yaml.value.digest });
}

function levels({ people }: RosterShape, yaml: YamlFile, { ladder }: Pick<Policy, 'ladder'>): readonly Problem[] {
  return people.flatMap((p, i) =>
    ladder.has(p.level) ? [] : [yaml.at(['people', i, 'level'], `${p.level} is not a level of the policy's ladder`, { remedy: hint(p.level, ladder.values) })],
  );
}

function owners({ people, agents }: RosterShape, yaml: YamlFile): readonly Problem[] {
  const ids = people.map((p) => p.id);
  return agents.flatMap((a, i) => (ids.includes(a.owner) ? [] : [yaml.at(['agents', i, 'owner'], `there is no person ${a.owner}`, { remedy: hint(a.owner, ids) })]));
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
