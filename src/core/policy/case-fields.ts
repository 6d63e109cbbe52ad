/**
 * The shape of a case as people and programs write it; `docs/spec/facts.schema.json` is made of it. What may be left out is
 * left out because a case is written by hand: docs/spec/policy.md says what each absence means. The word `unknown` says of a
 * fact that it could not be found out, and asks for more.
 */
import * as z from 'zod';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';
import { FILE_KINDS, FILE_STATUSES, RESULTS, SIGNOFF_DECISIONS } from './case.ts';
import { id, words } from './field-shapes.ts';
import { PEOPLE_FIELDS } from './roster-file.ts';
import { moment } from './time.ts';
import { CHANGE_CLASS_NAMES, MODES, STAGES } from './words.ts';

const UNKNOWN = z.literal('unknown');
/** A fact, or the word that says it could not be found out. */
const known = <T extends z.ZodType>(shape: T, what: string) => z.union([UNKNOWN, shape], `must be ${what}, or unknown`);

const path = z.string().min(1, 'must not be empty').max(4_096);
const paths = z.array(path).max(50_000);
/** An id of the roster, an account or an address: whoever it names may be anybody. */
const who = z.string().trim().min(1, 'must not be empty').max(400);
const several = z.union([who, z.array(who).max(100)], 'must be a name, or a list of names');
const text = z.string().max(100_000);
const count = z.int().min(0).max(1_000_000);

const file = z.strictObject({
  path,
  status: z.enum(FILE_STATUSES).default('M').describe('As git says: added, deleted, modified, or another type.'),
  kind: z.enum(FILE_KINDS).default('file'),
});

const commit = z.strictObject({
  author: who.describe('An id of the roster, which stands for that address; an address; or Name <address>.'),
  committer: who.optional().describe('The author unless told.'),
  co_authors: z.array(who).max(100).default([]),
  message: text.default('Change something\n'),
});

const behind = z
  .strictObject({ prompter: several.optional(), 'agent-owner': several.optional(), 'token-owner': several.optional(), 'deploy-starter': several.optional() })
  .describe('Who else stands behind it, by records and transports: none of them may sign.');

const provenance = z
  .strictObject({
    level: z.enum([...PROVENANCE_LEVELS.values, 'unknown']),
    tools: z.array(words).max(100).default([]),
    lines: count.optional().describe('Added lines an AI wrote, proven by a managed recorder. Left out: unknown.'),
    added: count.optional().describe('All added lines; those of the AI unless told.'),
    prompter: several.optional().describe('The same as behind.prompter.'),
  })
  .describe('What is known of AI in it. Left out: what the messages of its commits say.');

const finding = z.strictObject({ rule: words, severity: z.enum(TIERS.values), path: path.optional() });
const risk = z
  .strictObject({
    tier: z
      .enum([...TIERS.values, 'unknown'])
      .optional()
      .describe('The worst there is, before a critical system counts one more; stands for one finding.'),
    findings: z.array(finding).max(5_000).default([]),
    not_analysed: paths.default([]).describe('Changed files that could not be read.'),
    percentile: z.int().min(0).max(100).optional().describe('How many of 100 changes score lower. Left out: not known.'),
  })
  .describe('What detectors found. Left out: nothing.');

const plan = z
  .strictObject({
    destroys: z
      .array(z.strictObject({ type: words, address: words }))
      .max(5_000)
      .default([]),
    creates: z.int().min(0).max(100_000).default(0),
    updates: z.int().min(0).max(100_000).default(0),
    complete: z.boolean().default(true),
  })
  .describe('What a Terraform plan would do. Left out: no plan was handed in.');

/** Facts of the change itself: under `change`, or beside it. */
const CHANGE = {
  paths: known(paths, 'a list of paths').optional().describe('Changed files, modified each.'),
  files: known(z.array(file).max(50_000), 'a list of {path, status, kind}').optional().describe('The same with more to say of each.'),
  commits: known(z.array(commit).max(10_000), 'a list of commits').optional(),
  author: who.optional().describe('Short for one commit by this person.'),
  co_authors: z.array(who).max(100).optional().describe('Of that one commit.'),
  message: text.optional().describe('Of that one commit.'),
  pusher: who.optional().describe('Account or id of whoever the transport authenticated. Left out: nobody pushed, as in a clone.'),
  behind: known(behind, 'people by role').optional(),
  provenance: known(provenance, '{level, tools, lines, prompter}').optional(),
  risk: known(risk, '{tier}, or {findings, not_analysed}').optional(),
  plan: known(plan, '{destroys, creates, updates, complete}').optional(),
  repo: words.optional(),
  target: words.optional().describe('Full name of the ref it is for; refs/heads/main unless told.'),
  target_exists: known(z.boolean(), 'true or false').optional(),
};

const incident = z.strictObject({
  id: words,
  severity: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], 'must be 1 (the worst), 2, 3 or 4'),
  class: words.default('unclassified'),
  systems: z.array(words).max(500).default([]),
  open: z.boolean().default(true),
  days: count.default(0).describe('Whole days since it began.'),
});

const movement = z.enum(CHANGE_CLASS_NAMES);
const signoff = z.strictObject({
  by: who,
  decision: z.enum(SIGNOFF_DECISIONS).default('approve'),
  stage: z.enum(STAGES).default('implementation'),
  at: moment.optional(),
  expires: moment.optional(),
  presence: z.enum(['passkey', 'hardware', 'none']).default('passkey').describe('none: no human was proved to be there, as with a comment, a bot, or a review on a forge.'),
  level: words.optional().describe('What the signature proves; the level of the roster unless told.'),
  moved: z
    .union([movement, z.record(path, movement)], `must be ${CHANGE_CLASS_NAMES.join(', ')}, or one of them for each path`)
    .optional()
    .describe('How the content moved since it was signed.'),
});

const expected = z
  .strictObject({
    result: z.enum(RESULTS).optional(),
    tier: z.enum(TIERS.values).optional(),
    mode: z.enum(MODES).optional(),
    missing: z
      .array(z.strictObject({ rule: id, humans: z.int().min(1).max(100).optional(), any_of: z.array(who).max(1_000).optional() }))
      .max(500)
      .optional()
      .describe('Exactly these seats are still empty.'),
    ignored: z
      .array(z.strictObject({ by: who, reason: words }))
      .max(500)
      .optional()
      .describe('At least these sign-offs do not count, for these reason codes.'),
    codes: z.array(words).max(100).optional().describe('At least these reason codes are given.'),
    rules: z.array(id).max(2_000).optional().describe('Exactly these rules ask.'),
  })
  .describe('What is named here is compared, the rest is not.');

export const CASE_SHAPE = z.strictObject({
  name: words.optional(),
  at: known(moment, 'a moment in UTC such as 2027-01-31T18:00Z').optional().describe('When it is judged. Left out: not known, so no exception holds.'),
  first_seen: moment.optional().describe('When the gate first saw it: the wait of somebody alone counts from then.'),
  stage: z.enum(STAGES).optional().describe('How far it is: seats of this stage and those before are due. implementation unless told.'),
  change: z.strictObject(CHANGE).optional(),
  ...CHANGE,
  incidents: known(z.array(incident).max(1_000), 'a list of incidents').optional().describe('Left out: not known.'),
  lane: known(z.strictObject({ sampled: count, escapes: count }), '{sampled, escapes}')
    .optional()
    .describe('What reviews after landing found. Left out: not known.'),
  people: PEOPLE_FIELDS.people.optional().describe('Who there is, in place of the roster.'),
  agents: PEOPLE_FIELDS.agents.optional(),
  signoffs: z.array(signoff).max(1_000).default([]).describe('Oldest first; the last word of a person holds.'),
  owned_by: several.optional().describe('Who signed the ownership statement of exactly this change. Left out: nobody.'),
  expect: expected.optional(),
});

export const CHANGE_KEYS: readonly string[] = Object.keys(CHANGE);
export type CaseShape = z.infer<typeof CASE_SHAPE>;
export type ChangeShape = NonNullable<CaseShape['change']>;

/** A scenario file. */
export const SCENARIOS_SHAPE = z.strictObject({ version: z.literal(1), cases: z.array(z.unknown()).min(1, 'must hold at least one case').max(10_000) });
