/**
 * The file that says what one installation serves and who may ask for what: repositories, sign-in, roles. Whoever runs the server writes it.
 * It gives nobody the right to sign: who may, people signed in the log. Fields: docs/guides/server.md.
 */
import * as z from 'zod';
import { err, type Problem, type Result } from '../../core/base/result.ts';
import { shaped } from '../../core/policy/file-shape.ts';
import { readYaml, type YamlFile } from '../../core/policy/yaml-file.ts';
import { ROLES } from '../../flows/ports-login.ts';

const filled = z.string().regex(/\S/, 'is empty').max(400);
const person = z.string().regex(/^[a-z0-9._-]{1,100}$/, 'must be a person id of the roster: lowercase letters, digits, dot, dash, underscore');
const roles = z.array(z.enum(ROLES)).max(ROLES.length);
const span = z.string().regex(/^[1-9]\d{0,3}[mhd]$/, 'must be a time such as 15m, 8h or 7d');

/** What the provider leaves of what the roster says. */
const leaving = (what: string) =>
  z.strictObject({
    claim: filled,
    values: z.record(filled, filled).optional().describe(`From groups to ${what}. Left out: the claim says it itself.`),
    required: z.boolean().default(false).describe('To whoever it gave none yet, it leaves the least.'),
  });

const OIDC = z.strictObject({
  issuer: z.url({ protocol: /^https?$/, message: 'must be an address' }).describe('As the provider names itself; https, but on loopback.'),
  client_id: filled,
  secret_file: filled.optional().describe('The client secret, in a file that only its owner reads, beside this one unless absolute. Left out: a public client.'),
  scope: filled.default('openid').describe('What is asked for beside `openid`.'),
  name: filled.default('your organisation').describe('What the button says.'),
  person: filled.default('sub').describe('The claim that says who it is. `email` counts only where the provider verified it.'),
  people: z.record(filled, person).optional().describe('From values of that claim to persons of the roster. Left out: the value is the person.'),
  roles: z
    .strictObject({ claim: filled, values: z.record(filled, roles) })
    .optional()
    .describe('A claim that lists groups, and which roles they leave: it takes roles away and gives none.'),
  levels: leaving('levels of the ladder').optional().describe('The claim that says above which level nobody signs, whatever the roster says: it lowers, and never raises.'),
  teams: leaving('teams of the roster').optional().describe('The claim that says for which teams somebody still signs: it takes away, and gives none.'),
});

const GITHUB = z.strictObject({
  api: z
    .url({ protocol: /^https?$/, message: 'must be an address' })
    .default('https://api.github.com')
    .describe('Of an Enterprise Server: its address and /api/v3.'),
  web: z
    .url({ protocol: /^https?$/, message: 'must be an address' })
    .default('https://github.com')
    .describe('Where it is cloned from.'),
  app_id: z.int().positive().describe('The id GitHub gave the app.'),
  key_file: filled.describe('The key of the app, in a file that only its owner reads, beside this one unless absolute.'),
  webhook_secret_file: filled.describe('What GitHub signs its deliveries by, likewise.'),
  old_webhook_secret_file: filled.optional().describe('The secret before, while deliveries signed by it may still come.'),
});

const SITE_SHAPE = z.strictObject({
  version: z.literal(1),
  repositories: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be lowercase letters, digits, dot, dash and underscore'),
        title: filled.optional(),
        path: filled.optional().describe('A bare repository, beside this file unless absolute. This or `github`.'),
        github: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/[A-Za-z0-9._-]{1,100}$/, 'must be owner/name')
          .optional()
          .describe('A repository at GitHub, which is mirrored here and judged there.'),
        merges: z
          .enum(['squash', 'any'])
          .default('any')
          .describe('How GitHub merges there. `squash`: as one commit, and never otherwise, so the commits of a proposal are not judged one by one.'),
        protected: z.array(filled).min(1).max(100).default(['refs/heads/main', 'refs/heads/master']).describe('Ref globs protected whatever the policy in the repository says.'),
      }),
    )
    .min(1)
    .max(1_000),
  forges: z.strictObject({ github: GITHUB.optional() }).prefault({}),
  login: z
    .strictObject({
      fresh: span.default('15m').describe('Signing needs a sign-in this fresh, beside the key.'),
      idle: span.default('8h').describe('A session nobody uses ends after this.'),
      longest: span.default('12h').describe('Every session ends after this.'),
      oidc: OIDC.optional(),
    })
    .prefault({}),
  roles: z
    .strictObject({
      everybody: roles.default(['engineer', 'reviewer']).describe('Roles of whoever is not named below.'),
      people: z.record(person, roles).default({}).describe('Exactly these roles, and no others.'),
    })
    .prefault({}),
});

export type SiteFile = z.infer<typeof SITE_SHAPE>;

/** Every problem is USAGE, at its place in the file. */
export function readSiteFile(bytes: Uint8Array, name: string): Result<SiteFile, readonly Problem[]> {
  const yaml = readYaml(bytes, name, 'USAGE');
  if (!yaml.ok) return yaml;
  const shape = shaped(SITE_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  const problems = [...twice(shape.value, yaml.value), ...lying(shape.value, yaml.value), ...insecure(shape.value, yaml.value), ...spans(shape.value, yaml.value)];
  return problems.length > 0 ? err(problems) : shape;
}

const twice = ({ repositories }: SiteFile, file: YamlFile): readonly Problem[] =>
  repositories.flatMap(({ id }, i) =>
    repositories.findIndex((r) => r.id === id) < i ? [file.at(['repositories', i, 'id'], `${id} is there twice`, { remedy: 'give it another id' })] : [],
  );

/** Where each lies, said once. */
const lying = ({ repositories, forges }: SiteFile, file: YamlFile): readonly Problem[] =>
  repositories.flatMap(({ id, path, github }, i) => {
    if ((path === undefined) === (github === undefined))
      return [file.at(['repositories', i], `${id} needs one of path and github`, { remedy: 'say where it lies: a folder here, or owner/name at GitHub' })];
    return github === undefined || forges.github !== undefined
      ? []
      : [file.at(['repositories', i, 'github'], 'no app speaks to GitHub for it', { remedy: 'make one with countersign github app, and name it under forges.github' })];
  });

function insecure({ login: { oidc } }: SiteFile, file: YamlFile): readonly Problem[] {
  if (oidc === undefined) return [];
  const { protocol, hostname } = new URL(oidc.issuer);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || loopback ? [] : [file.at(['login', 'oidc', 'issuer'], 'is not reached over https', { remedy: 'use its https address' })];
}

function spans({ login }: SiteFile, file: YamlFile): readonly Problem[] {
  const { fresh, longest } = login;
  return spanMs(fresh) > spanMs(longest) ? [file.at(['login', 'fresh'], `is longer than a session lasts (${longest})`, { remedy: 'make it shorter' })] : [];
}

const UNIT = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `15m`, `8h` or `7d`. */
export const spanMs = (said: string): number => Number(said.slice(0, -1)) * (UNIT[said.slice(-1) as keyof typeof UNIT] ?? Number.NaN);
