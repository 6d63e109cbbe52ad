/**
 * Bytes of `.countersign/agents.yml` to a Registry, or everything that is wrong with it: the organisation's private agents,
 * the robots that are none, the people an agent's name or address is taken for. Read from the target ref, so what it takes
 * away somebody signed for.
 */
import { RE2JS } from 're2js';
import * as z from 'zod';
import { concat, fromBase64, utf8 } from '../base/bytes.ts';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import { PERSON_KEYS } from '../provenance/catalogue/keys.ts';
import { fold } from '../provenance/fold.ts';
import { type Account, type AccountMatch, catalogueRules, isCatalogueRule, type Registry } from '../provenance/registry.ts';
import type { Roster } from '../roster/roster.ts';
import { words } from './field-shapes.ts';
import { shaped } from './file-shape.ts';
import { hint } from './suggest.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

const MOST = 10_000;

const pattern = z
  .string()
  .max(254, 'must be at most 254 characters')
  .regex(/[^\s*@.]/, 'must name somebody: a wildcard alone is everybody');
const match = z
  .strictObject({
    login: pattern.optional().describe('Login on the forge; a bot with its [bot].'),
    mail: pattern.optional().describe('Address of the commit. * stands for any run of characters.'),
    name: pattern.optional().describe('Display name: anybody may choose it.'),
  })
  .refine((m) => m.login !== undefined || m.mail !== undefined || m.name !== undefined, 'must hold login, mail or name')
  .describe('Who: all that is given has to fit. Case does not matter.');
const level = z.enum(['suggestion', 'assisted', 'agent']);
const tool = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/, 'must be a name of letters, digits, space, dot, dash and underscore, at most 60');
const key = z.string().regex(/^[A-Za-z][A-Za-z0-9 _-]{0,40}$/, 'must be the key of a trailer, without the colon');

export const AGENTS_SHAPE = z.strictObject({
  version: z.literal(1).default(1),
  agents: z
    .array(z.strictObject({ match, tool, level: level.default('agent'), owner: words.describe('A person of the roster, or @team: answers for it and signs none of it.') }))
    .max(MOST)
    .default([])
    .describe('Accounts behind which an AI works.'),
  automation: z
    .array(z.strictObject({ match, why: words.optional() }))
    .max(MOST)
    .default([])
    .describe('Robots that are no AI.'),
  people: z
    .array(z.strictObject({ match, why: words }))
    .max(MOST)
    .default([])
    .describe('People whose name or address the catalogue takes for an agent. Cancels marks of trust 1 and 2 on names and addresses, nothing else.'),
  human_trailers: z.array(key).max(100).default([]).describe('Trailers that name people here.'),
  trailers: z
    .array(z.strictObject({ key, level: level.default('assisted'), tool: tool.optional().describe('Left out: the value names it.') }))
    .max(100)
    .default([])
    .describe('Trailers of your own that state assistance.'),
  catalogue: z.strictObject({ veto: z.array(z.string()).max(500).describe('Rule ids that do not count here.'), why: words }).optional(),
  recorders: z
    .array(
      z.strictObject({ key: z.string().max(400), owner: words.optional(), managed: z.boolean().default(false).describe('Its user cannot change it: its records are of trust 4.') }),
    )
    .max(MOST)
    .default([])
    .describe('Public keys of recorders of sessions.'),
});

type Shape = z.infer<typeof AGENTS_SHAPE>;

/** @param file its name in messages. @param roster whose people and teams own the agents; null: owners are not looked up. Every problem is POLICY_INVALID. */
export function loadAgents(bytes: Uint8Array, file: string, roster: Roster | null): Result<Registry, readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'POLICY_INVALID');
  if (!yaml.ok) return yaml;
  const shape = shaped(AGENTS_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  const keys = shape.value.recorders.map((r) => recorderKey(r.key));
  const problems = [...vetoes(shape.value, yaml.value), ...owners(shape.value, yaml.value, roster), ...trailers(shape.value, yaml.value), ...recorders(keys, yaml.value)];
  return problems.length > 0 ? err(problems) : ok(registryOf(shape.value, keys, yaml.value.digest));
}

function registryOf(shape: Shape, keys: readonly (Uint8Array | undefined)[], digest: string): Registry {
  return {
    agents: shape.agents.map((a) => ({ match: matcher(a.match), tool: a.tool, level: a.level, owner: a.owner })),
    automation: shape.automation.map((a) => matcher(a.match)),
    people: shape.people.map((p) => ({ match: matcher(p.match), why: p.why })),
    humanTrailers: new Set(shape.human_trailers.map(folded)),
    trailers: new Map(shape.trailers.map((t) => [folded(t.key), { level: t.level, tool: t.tool ?? null }])),
    veto: new Set(shape.catalogue?.veto ?? []),
    recorders: shape.recorders.flatMap((r, i) => {
      const raw = keys[i];
      return raw === undefined ? [] : [{ key: raw, owner: r.owner ?? null, managed: r.managed }];
    }),
    digest,
  };
}

const folded = (name: string): string => name.trim().toLowerCase().replace(/[ _]+/g, '-');

const FIELDS = ['login', 'mail', 'name'] as const;

function matcher(given: z.infer<typeof match>): AccountMatch {
  const tests = FIELDS.flatMap((field) => {
    const wanted = given[field];
    return wanted === undefined ? [] : [{ field, fits: fitting(fold(wanted).toLowerCase()) }];
  });
  const exact = [given.login, given.mail].some((g) => g !== undefined && !g.includes('*'));
  return {
    text: FIELDS.flatMap((f) => (given[f] === undefined ? [] : [`${f} ${given[f]}`])).join(', '),
    wide: !exact,
    matches: (account) => tests.every(({ field, fits }) => fits(fieldOf(account, field))),
  };
}

const fieldOf = (account: Account, field: (typeof FIELDS)[number]): string => (field === 'mail' ? account.email : field === 'login' ? (account.login ?? '') : account.name);

/** Only `*` means anything. Headers are an attacker's words, so matching is linear in them. */
function fitting(wanted: string): (text: string) => boolean {
  if (!wanted.includes('*')) return (text) => text === wanted;
  const compiled = RE2JS.compile(`^(?:${wanted.split('*').map(RE2JS.quote).join('.*')})$`, RE2JS.DOTALL);
  return (text) => compiled.test(text);
}

function vetoes(shape: Shape, file: YamlFile): readonly Problem[] {
  const given = shape.catalogue?.veto ?? [];
  return given.flatMap((rule, i) =>
    isCatalogueRule(rule) ? [] : [file.at(['catalogue', 'veto', i], `no rule of the catalogue is called ${rule}`, { remedy: () => hint(rule, catalogueRules()) })],
  );
}

function owners(shape: Shape, file: YamlFile, roster: Roster | null): readonly Problem[] {
  if (roster === null) return [];
  const known = new Set([...roster.people.map((p) => p.id), ...roster.people.flatMap((p) => p.teams.map((t) => `@${t}`))]);
  const wrong = (list: 'agents' | 'recorders') =>
    shape[list].flatMap(({ owner }, i) =>
      owner === undefined || known.has(owner)
        ? []
        : [file.at([list, i, 'owner'], `${owner} is nobody on the roster, and no team of it`, { remedy: () => hint(owner, [...known]) })],
    );
  return [...wrong('agents'), ...wrong('recorders')];
}

/** A trailer cannot both name people and state assistance. */
function trailers(shape: Shape, file: YamlFile): readonly Problem[] {
  const people = new Set([...PERSON_KEYS, ...shape.human_trailers.map(folded)]);
  return shape.trailers.flatMap((t, i) => (people.has(folded(t.key)) ? [file.at(['trailers', i, 'key'], `${t.key} names people`)] : []));
}

function recorders(keys: readonly (Uint8Array | undefined)[], file: YamlFile): readonly Problem[] {
  const remedy = 'write ssh-ed25519 and its base64, or the 32 bytes in base64';
  return keys.flatMap((raw, i) => (raw === undefined ? [file.at(['recorders', i, 'key'], 'is not a public Ed25519 key', { remedy })] : []));
}

/** How an OpenSSH blob of this kind begins (RFC 8709): its name and the length of the key, each with a length before it. */
const SSH = concat(new Uint8Array([0, 0, 0, 11]), utf8('ssh-ed25519'), new Uint8Array([0, 0, 0, 32]));

function recorderKey(text: string): Uint8Array | undefined {
  const [kind, blob] = text.trim().split(/\s+/);
  const bytes = fromBase64((kind === 'ssh-ed25519' ? blob : kind) ?? '');
  if (kind !== 'ssh-ed25519') return bytes?.length === 32 ? bytes : undefined;
  return bytes?.length === SSH.length + 32 && SSH.every((b, i) => bytes[i] === b) ? bytes.slice(SSH.length) : undefined;
}
