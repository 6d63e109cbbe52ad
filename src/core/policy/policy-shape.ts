/**
 * The shape of `countersign.yml`, version 1; `docs/spec/countersign.schema.json` is made of it. What hangs together across
 * places is checked in `load.ts`.
 */
import * as z from 'zod';
import { PRESET_NAMES } from '../provenance/presets.ts';
import { TIERS } from '../risk/risk.ts';
import { expression, glob, globs, id, names, words } from './field-shapes.ts';
import { length, moment } from './time.ts';
import { MODES, PRESENCES, RELATIONS, STAGES } from './words.ts';

const onChange = z
  .strictObject(
    Object.fromEntries(
      (['no-change', 'message', 'trivial-rebase', 'context-moved', 'rework'] as const).map((name) => [name, z.enum(['keep', 'recheck', 'revoke']).optional()]),
    ) as {
      readonly [name in 'no-change' | 'message' | 'trivial-rebase' | 'context-moved' | 'rework']: z.ZodOptional<z.ZodEnum<{ keep: 'keep'; recheck: 'recheck'; revoke: 'revoke' }>>;
    },
  )
  .describe('What becomes of a sign-off when the content it covers moves: keep it, have the signer confirm the difference, or void it.');

const requirement = z.strictObject({
  humans: z.int().min(1, 'must be at least 1; use optional: true for a rule that asks nobody').max(20).describe('How many distinct people.'),
  level: z.string().optional().describe('At least this level of the ladder.'),
  senior: z.literal(true).optional().describe('At least the senior level of the policy, whatever it is called.'),
  senior_to: z.literal('author').optional().describe('Strictly above everybody behind the change; where nobody on the roster is, an independent peer of the same level.'),
  domains: names.default([]).describe('Qualifications each of them needs, all of these.'),
  from: z
    .strictObject({ teams: names.default([]), people: names.default([]) })
    .default({ teams: [], people: [] })
    .describe('Each of them is of one of these teams, or one of these people.'),
  distinct_teams: z.int().min(1).max(20).default(1).describe('They stand for at least this many different teams.'),
  not: z
    .array(z.enum([...RELATIONS, 'author', 'committer', 'co-author', 'pusher', 'prompter', 'agent-owner', 'token-owner', 'deploy-starter']))
    .max(20)
    .default([])
    .describe('Who may not sign beside the people behind the change, who never may: their manager, their reports, their team.'),
  stages: z.array(z.enum(STAGES)).min(1).max(3).default(['implementation']).describe('When: before it is built, before it lands, before it is deployed.'),
  presence: z.enum(PRESENCES).default('passkey').describe('hardware: an authenticator whose certificate chain was checked.'),
  ownership: z.literal(true).optional().describe('Only after somebody behind the change has signed what they read, ran and do not understand.'),
});

const window = { starts: moment.optional().describe('From when on it holds.'), until: moment.optional().describe('When it stops holding by itself.') };

const rule = z.strictObject({
  id: id.describe('Stable: reasons name it.'),
  description: words.optional(),
  paths: globs.describe('Changed files it is about. A leading ! takes paths out again; the last pattern that matches decides.'),
  when: expression.optional().describe('A condition (CEL). Where it cannot be decided, the rule applies.'),
  unless: expression.optional().describe('Waives what is asked; the paths stay covered. Where it cannot be decided, nothing is waived.'),
  require: requirement.optional(),
  optional: z.literal(true).optional().describe('Covers its paths and asks nobody.'),
  on_change: onChange.optional(),
  route: z
    .strictObject({ queue: words.optional(), escalate: names.default([]) })
    .optional()
    .describe('Whose queue it goes to, and who is asked when nobody answers in time.'),
  sla: length.optional().describe('In which time somebody should have signed.'),
  ttl: length.optional().describe('How long a sign-off for this rule holds.'),
  incident: words.optional().describe('The incident that made this rule.'),
  ...window,
});

const system = z.strictObject({
  id,
  name: words,
  criticality: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], 'must be 1 (highest), 2, 3 or 4'),
  paths: globs,
  owners: names.default([]).describe('Teams.'),
  dependents: z.array(id).max(500).default([]).describe('Ids of systems that break when this one does.'),
  invariants: names.default([]).describe('What no test knows; reviewers are shown it.'),
});

const tierTerms = z.strictObject({
  on_change: onChange.optional(),
  ttl: length.optional(),
  sla: length.optional(),
  presence: z.enum(PRESENCES).default('passkey'),
});

const NO_TIERS = { raise_at_criticality: 1 as const, raise_at_dependents: 10, not_production: [] };

const percentile = z.int().min(1, 'must be a percentile from 1 to 99').max(99, 'must be a percentile from 1 to 99');

const forbid = z.strictObject({ id, paths: globs.optional(), when: expression.default('true'), unless: expression.optional(), reason: words, ...window });

const exception = z.strictObject({
  id,
  rule: id.describe('A rule of this same file.'),
  paths: globs,
  when: expression.optional(),
  owner: words.describe('The person who answers for it, by id.'),
  reason: words,
  until: moment.describe('An exception always ends.'),
});

const trailer = z.strictObject({
  key: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a trailer, such as Change-Doc'),
  matches: z.string().max(500).optional().describe('A regular expression (RE2) found in its value.'),
  paths: globs.optional(),
  when: expression.optional(),
  reason: words,
  ...window,
});

const breakGlass = z.strictObject({
  humans: z.int().min(1).max(5).default(2),
  level: z.string().optional().describe('Of the people who sign it; the senior level unless named.'),
  alone_after: length.optional().describe('What one person alone waits, in which anybody on call can cancel. Without it, never alone.'),
  expires: length.default(3_600_000),
  review: z.strictObject({ within: length.default(86_400_000), level: z.string().optional() }).default({ within: 86_400_000 }),
  per_month: z.int().min(1).max(1_000).optional(),
});

const authenticators = z.strictObject({
  synced: z.enum(['none', 'elevated', 'high']).default('high').describe('The highest tier at which a passkey that can be copied counts; never at critical.'),
  attested_from: z
    .enum(TIERS.values)
    .optional()
    .describe('From this tier on a key is attested by a pinned maker, cannot be copied, and was enrolled longer ago than the cool-down. Critical always is, outside demo data.'),
  cool_down: length.optional().describe('How long ago, where that is more than the built-in 24h.'),
});

const sample = z.strictObject({
  share: z.number().min(0).max(1).default(0.02),
  close_after: z.strictObject({ escapes: z.int().min(0).max(100), of: z.int().min(1).max(10_000) }).default({ escapes: 1, of: 50 }),
});

export const POLICY_SHAPE = z.strictObject({
  version: z.literal(1),
  organisation: words.optional(),
  extends: z
    .array(words)
    .max(8)
    .default([])
    .describe('Profiles (profile:tiered) and files (.countersign/base.yml) whose rules apply as well. They add; nothing here takes away from them.'),
  ladder: z
    .array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'must be one word of letters, digits and underscores'))
    .min(1)
    .max(30)
    .describe('Levels of people, lowest first.'),
  senior: z.string().describe('The level from which people are senior.'),
  domains: z.array(words).max(200).optional().describe('The qualifications there are; without it any word is one.'),
  protected: z.array(glob).min(1, 'must name at least one ref').max(100).describe('Refs this policy guards: globs over full names.'),
  systems: z.array(system).max(500).default([]).describe('The running things you operate.'),
  catalogue: words.optional().describe('More systems, in a file of their own, such as .countersign/systems.yml.'),
  tiers: z
    .strictObject({
      raise_at_criticality: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).default(1),
      raise_at_dependents: z.int().min(0).max(500).default(10).describe('A finding in a system this many others depend on counts one tier more; 0: never.'),
      score: z
        .strictObject({ elevated: percentile.optional(), high: percentile.optional() })
        .optional()
        .describe('Percentile of the score from which a change is at least of that tier. A score that is not known counts as the highest named here.'),
      not_production: z.array(glob).max(500).default([]).describe('Paths whose findings count one tier less; a loss of data never less than elevated.'),
      routine: tierTerms.optional(),
      elevated: tierTerms.optional(),
      high: tierTerms.optional(),
      critical: tierTerms.optional(),
    })
    .default(NO_TIERS),
  modes: z
    .strictObject({ default: z.enum(MODES).default('enforce'), systems: z.record(z.string(), z.enum(MODES)).default({}), until: moment.optional() })
    .default({ default: 'enforce', systems: {} })
    .describe('observe: allowed and counted. warn: allowed, counted and said. enforce: denied.'),
  provenance: z.strictObject({ unattributed: z.enum(['default', 'assisted', 'suggestion']).default('default') }).default({ unattributed: 'default' }),
  submodules: z.enum(['refuse', 'review']).default('refuse'),
  large_files: z.enum(['refuse', 'review']).default('refuse'),
  declarations: z
    .strictObject({
      assistance: z.enum(['optional', 'required']).optional().describe('required: every commit says whether an AI assisted.'),
      preset: z.enum(PRESET_NAMES).optional().describe('The project whose words about AI in a message hold: what hooks write and what is refused. Never what counts as evidence.'),
      trailers: z.array(trailer).max(50).default([]),
    })
    .default({ trailers: [] }),
  solo: z.strictObject({ cool_down: length }).optional().describe('One person, who signs their own changes after a wait, recorded as such.'),
  ownership: z
    .strictObject({ from_tier: z.enum(TIERS.values).describe('Of every change of this tier and above that asks somebody to sign.') })
    .optional()
    .describe("The author's own signed word, before anybody else's minutes are spent. Whatever layer asks for it, no other takes it away."),
  break_glass: breakGlass.optional(),
  sample: sample.optional(),
  authenticators: authenticators.optional().describe('Whose keys count at which tier. It only tightens, and the strictest of all layers holds.'),
  rules: z.array(rule).max(2_000).default([]),
  forbid: z.array(forbid).max(500).default([]),
  exceptions: z.array(exception).max(500).default([]),
  tests: z.array(z.unknown()).max(2_000).default([]).describe('Cases, answered by countersign policy test.'),
});

/** A catalogue of systems in a file of its own. */
export const SYSTEMS_SHAPE = z.strictObject({ version: z.literal(1), systems: z.array(system).max(2_000) });

/** A layer another file extends: everything optional but the version. */
export const LAYER_SHAPE = POLICY_SHAPE.partial({ ladder: true, senior: true, protected: true });

export type PolicyShape = z.infer<typeof POLICY_SHAPE>;
export type LayerShape = z.infer<typeof LAYER_SHAPE>;
export const TIER_NAMES = TIERS.values;
