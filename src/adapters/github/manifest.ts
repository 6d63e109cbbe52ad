/**
 * The app of an organisation at GitHub, as a manifest GitHub makes it from: what it may do and hears of, once, in one place. The key and the secret
 * are made there and come back for a code that counts once (docs.github.com: registering a GitHub App from a manifest).
 */
import { ok, problem } from '../../core/base/result.ts';
import type { ForgeAnswer } from '../../flows/ports-forge.ts';
import { strange } from './app.ts';
import { called, type Fetch, PATIENCE_MS, path } from './call.ts';
import { failed, failureOf } from './failed.ts';
import { CONVERSION } from './schema.ts';

/** Where GitHub delivers to, behind the address of the server. */
const DELIVERIES = '/forges/github';

/** The least that lets it do its work. It writes checks and answers deployments, and can change no content, no rule and no setting. */
const PERMISSIONS = {
  /** Reading environments; which run a waiting deployment is of. */
  actions: 'read',
  /**
   * Rules, branch protection and environments, and hearing that rules changed. The gate works without it, and what went past it is found all the same,
   * when it landed; `countersign github check` cannot ask then.
   */
  administration: 'read',
  /** The check itself. */
  checks: 'write',
  /** Fetching what is proposed and what landed: everything is judged from git. And who moved a branch. */
  contents: 'read',
  /** The answer to a deployment that waits. */
  deployments: 'write',
  /** Hearing of groups of the merge queue: without, the queue waits for a check that never comes. */
  merge_queues: 'read',
  metadata: 'read',
  /** Which proposals are open, and hearing of them. */
  pull_requests: 'read',
} as const;

/** `check_run`, `check_suite` and `installation*` come unasked. */
const EVENTS = [
  'branch_protection_configuration',
  'branch_protection_rule',
  'deployment_protection_rule',
  'merge_group',
  'pull_request',
  'push',
  'repository',
  'repository_ruleset',
] as const;

/** What GitHub lets a name be long. */
const MOST_NAME = 34;

/** @param url of the server, without a slash at its end. @param back where the browser is sent with the code. */
export function appManifest(url: string, back: string) {
  return {
    name: `Countersign ${new URL(url).hostname}`.slice(0, MOST_NAME).trim(),
    url,
    hook_attributes: { url: `${url}${DELIVERIES}`, active: true },
    redirect_url: back,
    public: false,
    default_permissions: PERMISSIONS,
    default_events: EVENTS,
  };
}

/** Where a browser posts the manifest to. @param org null: the app is the person's own. */
export const manifestForm = (web: string, org: string | null, state: string): string =>
  `${web}${org === null ? '' : path`/organizations/${org}`}/settings/apps/new?${new URLSearchParams({ state }).toString()}`;

export interface MadeApp {
  readonly id: number;
  readonly slug: string;
  /** Its page, where it is installed from. */
  readonly page: string;
  readonly pem: string;
  readonly webhookSecret: string;
}

/** Nobody has to be signed in: the code is the secret, lives an hour and counts once. */
export async function convert({ api, fetch = globalThis.fetch, ms = PATIENCE_MS }: { api: string; fetch?: Fetch; ms?: number }, code: string): Promise<ForgeAnswer<MadeApp>> {
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(code)) return failed(problem('FORGE_REFUSED', 'what came back is no code of GitHub', { remedy: 'begin again' }));
  // The code stands in no message.
  const place = '/app-manifests';
  const answer = await called({ api, fetch, ms }, { method: 'POST', path: path`/app-manifests/${code}/conversions` }, null);
  if (!answer.ok) return failed({ ...answer.error, place });
  if (answer.value.status !== 201) return failureOf(answer.value, place, Date.now());
  const made = CONVERSION.safeParse(answer.value.body);
  if (!made.success) return strange(place);
  const { id, slug, html_url: page, pem, webhook_secret: webhookSecret } = made.data;
  return ok({ id, slug, page, pem, webhookSecret });
}
