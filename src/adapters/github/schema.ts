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
export const BRANCHES = z.array(z.object({ name: BRANCH }));
/** `refs/heads/main`. */
export const BRANCH_REF = z.string().refine((ref) => ref.startsWith('refs/heads/') && named(ref.slice('refs/heads/'.length)), 'is no full name of a branch');
/** Any text a person may call a thing by. */
export const WORDS = z.string().min(1).max(400);
const INSTANT = z.iso.datetime({ offset: true }).transform((said) => Date.parse(said));

/** Who somebody without an account is at GitHub: their account was deleted. */
const GHOST = 'github:ghost';
const accountOf = (login: string): string => `github:${login.toLowerCase()}`;
const USER = z.object({ login: LOGIN });
const ACCOUNT = USER.nullish().transform((user) => (user == null ? GHOST : accountOf(user.login)));
/** The robot of the merge queue: it moves branches, and nobody stands behind it. */
const QUEUE_ROBOT = 'github-merge-queue[bot]';
/** null: the queue. */
export const moverOf = (login: string): string | null => (login === QUEUE_ROBOT ? null : accountOf(login));

export const INSTALLATION = z.object({ id: ID, suspended_at: z.string().nullish() });
export const TOKEN = z.object({ token: z.string().min(1).max(1_000), expires_at: INSTANT });
export const REPOSITORY = z.object({ id: ID, full_name: NAME });
/**
 * A branch of a fork is called as whoever owns that likes. A name that could be taken for something else is left out, and hides no other
 * proposal.
 */
const THEIR_BRANCH = z.string().transform((name) => (named(name) ? name : ''));
/** The two sides of a proposal. The repository it comes from may be gone, and its account too. */
export const SIDES = z
  .object({
    number: ID,
    head: z.object({ ref: THEIR_BRANCH, sha: OID, user: USER.nullish(), repo: z.object({ id: ID, owner: USER.nullish() }).nullish() }),
    base: z.object({ ref: BRANCH, repo: z.object({ id: ID }) }),
  })
  .transform(({ number, head: { ref: branch, sha: head, user, repo }, base }) => {
    const owner = repo == null ? user : repo.owner;
    return { in: base.repo.id, number, targetRef: `refs/heads/${base.ref}`, head, branch, owner: owner == null ? null : accountOf(owner.login), fork: repo?.id !== base.repo.id };
  });
export const PULLS = z.array(z.intersection(SIDES, z.object({ user: ACCOUNT })));
/** GitHub may come to know other kinds of move, and an account that is gone did this one all the same. */
const MOVED = z.enum(['push', 'force_push', 'branch_creation', 'branch_deletion', 'pr_merge', 'merge_queue_merge', 'other']).catch('other');
export const ACTIVITY = z.array(
  z
    .object({ ref: z.string(), before: OID, after: OID, activity_type: MOVED, actor: USER.nullish() })
    .transform(({ ref, before, after, activity_type: kind, actor }) => ({ ref, move: { account: actor == null ? GHOST : moverOf(actor.login), before, after, kind } })),
);
export const CHECK = z.object({
  id: ID,
  status: z.string(),
  conclusion: z.string().nullish(),
  output: z.object({ annotations_count: z.int().nonnegative().default(0) }).nullish(),
});
export const CHECKS = z.object({ check_runs: z.array(z.object({ id: ID, name: z.string(), head_sha: OID, app: z.object({ id: ID }).nullish() })) });

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
