/** The shape of `countersign.yml`, version 1. What hangs together across places is checked in `load.ts`. */
import * as z from 'zod';
import { validGlob } from '../change/glob.ts';

const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const id = z.string().regex(ID, 'must be of a-z, 0-9, dot, dash and underscore, at most 64 characters');
export const words = z.string().trim().min(1, 'must not be empty').max(400, 'must be at most 400 characters');
const glob = z.string().superRefine((pattern, context) => {
  const wrong = validGlob(pattern);
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: `is not a path pattern: ${wrong}` });
});
const globs = z.array(glob).min(1, 'must name at least one path').max(500);
const expression = z.string();
const names = z.array(words).max(100);

const requirement = z.strictObject({
  humans: z.int().min(1, 'must be at least 1; use optional: true for a rule that asks nobody').max(20),
  level: z.string().optional(),
  senior_to: z.literal('author').optional(),
  domains: names.default([]),
  teams: names.default([]),
});

const rule = z.strictObject({
  id,
  description: words.optional(),
  paths: globs,
  when: expression.optional(),
  unless: expression.optional(),
  require: requirement.optional(),
  optional: z.literal(true).optional(),
});

const system = z.strictObject({
  id,
  name: words,
  criticality: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], 'must be 1 (highest), 2, 3 or 4'),
  paths: globs,
  owners: names.default([]),
  dependents: z.array(id).max(500).default([]),
  invariants: names.default([]),
});

export const POLICY_SHAPE = z.strictObject({
  version: z.literal(1),
  organisation: words.optional(),
  ladder: z
    .array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'must be one word of letters, digits and underscores'))
    .min(1)
    .max(30),
  senior: z.string(),
  protected: z.array(glob).min(1, 'must name at least one ref').max(100),
  systems: z.array(system).max(500).default([]),
  provenance: z.strictObject({ unattributed: z.enum(['default', 'assisted', 'suggestion']).default('default') }).default({ unattributed: 'default' }),
  submodules: z.enum(['refuse', 'review']).default('refuse'),
  large_files: z.enum(['refuse', 'review']).default('refuse'),
  rules: z.array(rule).min(1, 'must hold at least one rule: a policy without rules covers nothing').max(2_000),
  forbid: z
    .array(z.strictObject({ id, paths: globs.optional(), when: expression, reason: words }))
    .max(500)
    .default([]),
});

export type PolicyShape = z.infer<typeof POLICY_SHAPE>;
