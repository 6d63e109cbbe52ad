/** The payloads of GitHub's webhooks: of each, the fields that say which subject to look at again, and nothing else. */
import * as z from 'zod';
import { BRANCH_REF, ID, LOGIN, NAME, OID, SIDES, WORDS } from './schema.ts';

const PLACE = z.object({ id: ID, full_name: NAME });

/** What every payload may hold beside its own. */
export const ENVELOPE = z.object({
  action: z
    .string()
    .regex(/^[a-z_]{1,60}$/, 'is no action')
    .optional(),
  repository: PLACE.nullish(),
  installation: z.object({ id: ID }).nullish(),
  sender: z.object({ login: LOGIN }).nullish(),
});
/** Which of a list an installation was given, or lost. */
export const REPOSITORIES = z.array(PLACE).nullish();

export const PULL = z.object({
  pull_request: z.intersection(SIDES, z.object({ state: z.enum(['open', 'closed']) })),
  changes: z.object({ base: z.unknown() }).partial().nullish(),
});
/** Beside it, where commits came to a head. */
export const SYNCHRONIZED = z.object({ before: OID });
export const PUSH = z.object({ ref: BRANCH_REF, before: OID, after: OID });
/** A tag is nobody's branch. */
export const PUSHED_REF = z.object({ ref: z.string() });
export const GROUP = z.object({ merge_group: z.object({ head_sha: OID, head_ref: BRANCH_REF, base_ref: BRANCH_REF }) });
const OF_APP = z.object({ id: ID }).nullish();
export const CHECK_RUN = z.object({
  check_run: z.object({ head_sha: OID, app: OF_APP }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});
export const CHECK_SUITE = z.object({ check_suite: z.object({ head_sha: OID, app: OF_APP }) });
/** The run is named in the address alone; nobody calls that address. */
const RUN = z.url().transform((url, context) => {
  const [, id] = /\/actions\/runs\/([1-9]\d{0,15})\/deployment_protection_rule$/.exec(new URL(url).pathname) ?? [];
  if (id !== undefined) return Number(id);
  context.addIssue('names no run');
  return z.NEVER;
});
export const DEPLOYMENT = z
  .object({ environment: WORDS, deployment_callback_url: RUN, sha: OID.optional(), deployment: z.object({ sha: OID }).nullish() })
  .transform(({ environment, deployment_callback_url: runId, sha, deployment }, context) => {
    const commit = sha ?? deployment?.sha;
    if (commit !== undefined) return { environment, runId, sha: commit };
    context.addIssue('names no commit');
    return z.NEVER;
  });
