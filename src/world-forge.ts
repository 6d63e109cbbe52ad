/** Of the composition root, the forges of a server: what they say is kept, looked at, judged and answered. */
import { resolve } from 'node:path';
import type { Github } from './adapters/github/forge.ts';
import { err, ok, type Problem, problem, type Result } from './core/base/result.ts';
import type { ForgeSource, ForgeWorld } from './flows/forge-world.ts';
import type { Handler } from './flows/job-worker.ts';
import type { Ledger } from './flows/ports.ts';
import type { Mirror } from './flows/ports-forge.ts';
import type { JobDraft } from './flows/ports-jobs.ts';
import type { GateWorld } from './flows/site.ts';
import type { SiteFile } from './server/auth/site-file.ts';
import type { ForgeDoor, ServerWorld } from './server/world.ts';
import type { Store } from './store/store.ts';

/** As the site's file says it, with its secrets read. */
export interface ForgeSettings {
  readonly github: Github;
  readonly appId: number;
  /** Each may have signed what comes. */
  readonly secrets: readonly string[];
  readonly sources: ReadonlyMap<string, ForgeSource>;
  /** Folder of the mirrors. */
  readonly root: string;
}

/** null: no repository lies at a forge. Problems: USAGE, at what is wrong in the file or beside it. */
export async function readForges({ file, folder }: { readonly file: SiteFile; readonly folder: string }, root: string): Promise<Result<ForgeSettings | null, readonly Problem[]>> {
  const sources = new Map(file.repositories.flatMap(({ id, github, merges }) => (github === undefined ? [] : [[id, { name: github, merges }] as const])));
  const { github: said } = file.forges;
  if (sources.size === 0 || said === undefined) return ok(null);
  const [{ openGithub }, { ownSecret }] = await Promise.all([import('./adapters/github/forge.ts'), import('./store/keys/secret-file.ts')]);
  const read = (name: string | undefined): Result<string | undefined> => (name === undefined ? ok(undefined) : ownSecret(resolve(folder, name)));
  const [key, secret, before] = [read(said.key_file), read(said.webhook_secret_file), read(said.old_webhook_secret_file)];
  if (!key.ok || !secret.ok || !before.ok) return err([key, secret, before].flatMap((r) => (r.ok ? [] : [r.error])));
  const github = openGithub({ api: said.api, web: said.web, appId: said.app_id, privateKey: key.value ?? '' });
  if (!github.ok) return err([github.error]);
  return ok({ github: github.value, appId: said.app_id, secrets: [secret.value, before.value].flatMap((s) => s ?? []), sources, root });
}

export interface Forging {
  readonly handlers: readonly Handler[];
  /** Put down at every start. */
  readonly jobs: readonly JobDraft[];
  readonly doors: ReadonlyMap<string, ForgeDoor>;
  /** The ledger of whoever signs: what is signed is told to the forge. */
  told(ledger: Ledger): Ledger;
}

/** @param wake the worker that does its jobs. */
export async function openForges(
  { forges: { inbox, shelf }, jobs }: Pick<Store, 'forges' | 'jobs'>,
  gate: GateWorld,
  { github, appId, secrets, sources, root }: ForgeSettings,
  { wake, log }: { wake(): void; readonly log: ServerWorld['log'] },
): Promise<Forging> {
  const [{ firstReconciles, forgeHandlers, reporting }, { keepEvent }, { unsettledViolations }, { mirror }, { readEvent }, { verifyDelivery }] = await Promise.all([
    import('./flows/forge-jobs.ts'),
    import('./flows/forge-intake.ts'),
    import('./flows/violations.ts'),
    import('./adapters/git/mirror.ts'),
    import('./adapters/github/webhook.ts'),
    import('./adapters/github/signed.ts'),
  ]);
  const copies: Mirror = mirror({ root, must: (repo, branches) => guardedIn(gate, repo, branches).catch(() => branches), log });
  const world: ForgeWorld = { gate, forge: github, rules: github, violations: (repo) => unsettledViolations(gate, repo), inbox, shelf, mirror: copies, jobs, sources, wake, log };
  const org = gate.site.organisation;
  const receive: ForgeDoor['receive'] = async (header, body) => {
    if (!verifyDelivery(secrets, body, header('x-hub-signature-256'))) return err([NOT_SIGNED]);
    const heard = readEvent(header, body, gate.now(), appId);
    if (!heard.ok) return err([heard.error]);
    if (heard.value === null) return ok('ignored');
    const { said, places } = heard.value;
    const kept = await Promise.all((places ?? [EVERYWHERE]).map((at) => keepEvent({ org, inbox, shelf, sources, wake }, { ...said, ...at })));
    return ok(kept.find((k) => k === 'kept') ?? kept.find((k) => k === 'known') ?? 'elsewhere');
  };
  return {
    handlers: forgeHandlers(world),
    jobs: firstReconciles(world),
    doors: new Map([['github', { receive }]]),
    told: (ledger) => reporting(ledger, { org, repos: [...sources.keys()], wake }),
  };
}

/** What is not known to be unprotected is. */
async function guardedIn(gate: GateWorld, repo: string, branches: readonly string[]): Promise<readonly string[]> {
  const [{ protectedUpdates }, { NOWHERE }] = await Promise.all([import('./flows/push.ts'), import('./flows/bypass.ts')]);
  const served = gate.repositories.get(repo);
  const updates = branches.map((ref) => ({ ref, old: NOWHERE, new: NOWHERE }));
  const guarded = served === undefined ? null : await protectedUpdates(gate, served, updates);
  return guarded?.ok === true ? guarded.value.map((u) => u.ref) : branches;
}

/** Of our rights to all that is there. */
const EVERYWHERE = { forgeId: 0, place: '' } as const;

const NOT_SIGNED = problem('SIG_INVALID', 'this delivery is not signed by the secret the forge and this server share', {
  place: 'x-hub-signature-256',
  remedy: 'put the secret of the app into the file the site names as webhook_secret_file',
});
