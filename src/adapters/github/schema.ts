/** What is read of GitHub's answers, and of what it sends: only the fields that are used, and nothing where one of them is not of its shape. */
import * as z from 'zod';

/** A number GitHub gives to things. */
export const ID = z.int().positive();
export const OID = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'is no object id');
/** Bots end in `[bot]`; accounts that an enterprise manages hold an underscore. */
export const LOGIN = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$/, 'is no login');
export const NAME = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 'is no owner/name');

/** As git has them (git-check-ref-format), and no longer than a file system lets them be. */
const REFUSED = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[./-]|[./]$/;
const named = (name: string): boolean => name !== '' && name !== '@' && name.length <= 1_000 && !REFUSED.test(name);
/** `main`. */
export const BRANCH = z.string().refine(named, 'is no name of a branch');
/** `refs/heads/main`. */
export const BRANCH_REF = z.string().refine((ref) => ref.startsWith('refs/heads/') && named(ref.slice('refs/heads/'.length)), 'is no full name of a branch');
export const REF = z.string().refine((ref) => ref.startsWith('refs/') && named(ref), 'is no full name of a ref');
/** Any text a person may call a thing by. */
export const WORDS = z.string().min(1).max(400);
export const INSTANT = z.iso.datetime({ offset: true }).transform((said) => Date.parse(said));

/** Who somebody without an account is at GitHub: their account was deleted. */
export const GHOST = 'github:ghost';
export const accountOf = (login: string): string => `github:${login.toLowerCase()}`;
export const ACCOUNT = z
  .object({ login: LOGIN })
  .nullish()
  .transform((user) => (user == null ? GHOST : accountOf(user.login)));

export const INSTALLATION = z.object({ id: ID, suspended_at: z.string().nullish() });
export const TOKEN = z.object({ token: z.string().min(1).max(1_000), expires_at: INSTANT });
export const REPOSITORY = z.object({ id: ID, full_name: NAME });
export const PULLS = z.array(z.object({ number: ID, user: ACCOUNT, head: z.object({ sha: OID }), base: z.object({ ref: BRANCH, repo: z.object({ id: ID }) }) }));
export const CHECK = z.object({
  id: ID,
  status: z.string(),
  conclusion: z.string().nullish(),
  output: z.object({ annotations_count: z.int().nonnegative().default(0) }).nullish(),
});
export const SUITES = z.array(
  z.object({
    ref: REF,
    before_sha: OID,
    after_sha: OID,
    actor_name: LOGIN.nullish().transform((login) => (login == null ? GHOST : accountOf(login))),
    pushed_at: INSTANT,
    result: z.string(),
  }),
);

/** An older server does not say: then they may. */
const BYPASS = z
  .boolean()
  .nullish()
  .transform((may) => may !== false);
export const ENVIRONMENT = z.object({ name: WORDS, can_admins_bypass: BYPASS });
export const ENVIRONMENTS = z.object({ environments: z.array(ENVIRONMENT) });
export const CUSTOM_RULES = z.object({ custom_deployment_protection_rules: z.array(z.object({ enabled: z.boolean(), app: z.object({ id: ID }) })) });

export const RULES = z.array(
  z.object({
    type: z.string(),
    ruleset_id: ID.optional(),
    parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.int().nullish() })).optional() }).optional(),
  }),
);
export const RULESET = z.object({
  name: WORDS,
  bypass_actors: z.array(z.object({ actor_type: WORDS, actor_id: z.int().nullish(), bypass_mode: z.string().nullish() })).optional(),
});
export const PROTECTION = z.object({
  required_status_checks: z.object({ checks: z.array(z.object({ context: z.string(), app_id: z.int().nullish() })).default([]) }).optional(),
  enforce_admins: z.object({ enabled: z.boolean() }).optional(),
});

export const CONVERSION = z.object({
  id: ID,
  slug: z.string().regex(/^[a-z0-9-]{1,100}$/),
  html_url: z.url(),
  pem: z.string().min(1).max(20_000),
  webhook_secret: z.string().min(1).max(1_000),
});
