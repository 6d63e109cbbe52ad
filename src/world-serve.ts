/**
 * Of the composition root, a server with every door: apart, so that no other command reads it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { CallTerms } from './adapters/http/terms.ts';
import { version } from './cli/version.ts';
import { err, ok, type Problem, problem, type Result } from './core/base/result.ts';
import type { NoteKey } from './core/log/note.ts';
import { type Genesis, parseGenesis } from './core/signoff/genesis.ts';
import type { AuthenticatorTrust } from './core/signoff/trust.ts';
import type { Worker } from './flows/job-worker.ts';
import type { Reader } from './flows/ports-reader.ts';
import type { Scoring } from './flows/score.ts';
import type { ServedRepository, Site } from './flows/site.ts';
import type { Witnesses, WitnessPolicyFile } from './flows/witnesses.ts';
import type { Entry } from './server/auth/entry.ts';
import { insecureAddress, notFounded } from './server/auth/founded.ts';
import type { SiteFile } from './server/auth/site-file.ts';
import type { Address, Doors } from './server/listen.ts';
import type { Operations } from './server/operations.ts';
import type { DemoAuthenticators, ServerWorld } from './server/world.ts';
import type { Store, StoreOptions } from './store/store.ts';
import { asset } from './world-asset.ts';
import type { ForgeSettings } from './world-forge.ts';
import type { HookOptions } from './world-unattended.ts';

export interface ServeOptions extends Address, HookOptions, Pick<StoreOptions, 'database'> {
  /** Serve demo data, and lay it out where the folder is empty. */
  readonly demo: boolean;
  /** What is served, and how people come in; absent with demo data, whose repositories are its own. Paths in it are beside `folder`. */
  readonly siteFile?: { readonly file: SiteFile; readonly folder: string };
  /** A language model that reads for reviewers; absent: none does. */
  readonly reader?: Reader;
  /** Whose cosignatures prove the log; absent: nothing is ever called proven. */
  readonly witnessPolicy?: WitnessPolicyFile;
  /** Whose authenticators count where a tier asks for attested keys; absent: nobody's. */
  readonly authenticators?: AuthenticatorTrust;
  /** Checkpoints of the log that were kept elsewhere: a folder that does not hold them is not served. */
  readonly known?: readonly string[];
  /** Where webhooks may go; absent: nowhere, and nobody is told of anything. */
  readonly calls?: CallTerms;
  readonly operations?: Operations;
}

export interface Served extends Doors {
  readonly site: Site;
  readonly repositories: readonly { readonly id: string; readonly title: string }[];
}

/** Opens the data folder and every door. Problems: DATA_LOCKED, DATA_INVALID, DEMO_ONLY, LOG_FORK, LOG_SIG. */
export async function serve(options: ServeOptions): Promise<Result<Served, readonly Problem[]>> {
  const [{ openStore }, { reachable }] = await Promise.all([import('./store/store.ts'), import('./server/listen.ts')]);
  // Before anything is laid out: a start that is refused leaves no folder behind that it filled.
  const wrong = reachable(options, options.demo);
  if (wrong !== null) return err([wrong]);
  const store = await openStore({ dir: options.data, database: options.database, clock: Date.now, known: (keys) => keptElsewhere(keys, options) });
  if (!store.ok) return err([store.error]);
  const opened = await open(store.value, options);
  if (opened.ok) return opened;
  await store.value.close();
  return opened;
}

/** What a server asks before it signs anything. A witness that hangs keeps a start waiting no longer than this. */
const WITNESS_MS = 5_000;

async function keptElsewhere(keys: readonly NoteKey[], { known = [], witnessPolicy, log }: ServeOptions): Promise<Result<readonly string[]>> {
  const [{ heldByWitnesses }, { witnessDoor }] = await Promise.all([import('./flows/witness-held.ts'), import('./adapters/witness/door.ts')]);
  const held = await heldByWitnesses({ keys, door: (url) => witnessDoor(url, WITNESS_MS), log }, witnessPolicy?.policy ?? null);
  return held.ok ? ok([...known, ...held.value]) : held;
}

async function open(store: Store, options: ServeOptions): Promise<Result<Served, readonly Problem[]>> {
  const laid = await layOut(store, options);
  if (!laid.ok) return laid;
  const forges = await forgesOf(options);
  if (!forges.ok) return forges;
  const site: Site = { ...laid.value.site, ...(options.authenticators === undefined ? {} : { authenticators: options.authenticators }) };
  const entry = await openEntry(site, options);
  if (!entry.ok) return err([entry.error]);
  const witnesses = await witnessed(store, options);
  if (!witnesses.ok) return err([witnesses.error]);
  const bare = await composed(store, options, { ...laid.value, site, entry: entry.value }, witnesses.value);
  const heard = await listened(bare, options);
  const { stop, ...work } = await working(store, heard, options, forges.value);
  const { listen } = await import('./server/listen.ts');
  const doors = await listen({ ...heard, ...work }, options);
  const ended = async (): Promise<void> => {
    await stop();
    await witnesses.value?.stop();
  };
  if (!doors.ok) await ended();
  if (!doors.ok) return err([doors.error]);
  const close = async (): Promise<boolean> => {
    const whole = await doors.value.close();
    await ended();
    await store.close();
    return whole;
  };
  return ok({ close, site, repositories: laid.value.repositories });
}

/** How people come in: by the site's file, with its identity provider at hand. Problem: USAGE, where its secret cannot be read. */
async function openEntry(site: Site, { siteFile }: ServeOptions): Promise<Result<Entry>> {
  const { entryFrom, PLAIN_ENTRY } = await import('./server/auth/entry.ts');
  if (siteFile === undefined) return ok(PLAIN_ENTRY);
  const { oidc } = siteFile.file.login;
  if (oidc === undefined) return ok(entryFrom(siteFile.file));
  const [{ openProvider }, { CALLBACK }, { ownSecret }] = await Promise.all([
    import('./adapters/oidc/provider.ts'),
    import('./server/auth/oidc-routes.ts'),
    import('./store/keys/secret-file.ts'),
  ]);
  const secret = oidc.secret_file === undefined ? ok(undefined) : ownSecret(resolve(siteFile.folder, oidc.secret_file));
  if (!secret.ok) return secret;
  const redirectUri = `${site.url}${CALLBACK}`;
  const scope = ['openid', ...oidc.scope.split(/\s+/)].filter((word, i, all) => word !== '' && all.indexOf(word) === i).join(' ');
  const provider = openProvider({ issuer: oidc.issuer, clientId: oidc.client_id, redirectUri, scope, ...(secret.value === undefined ? {} : { clientSecret: secret.value }) });
  return ok(entryFrom(siteFile.file, provider));
}

/** What jobs under way have to finish in, once the server is told to end; the rest is handed back. */
const JOBS_MS = 5_000;

/** Between two looks for what landed past the gate. */
const SCAN_MS = 6 * 3_600_000;

type Work = Pick<ServerWorld, 'ledger' | 'jobs' | 'webhooks' | 'forges'> & { stop(): Promise<void> };

/** Jobs, who is told of what, and what forges say: the ledger asks for them, the doors show them. Demo data that tells nobody has none of it. */
async function working(store: Store, world: ServerWorld, { calls, log }: ServeOptions, forges: ForgeSettings | null): Promise<Work> {
  const { site, ledger, random } = world;
  const { jobs, subscriptions, announcements, keys, origin } = store;
  if (calls === undefined && forges === null && site.mode === 'demo') return { ledger, jobs: { desk: jobs.desk, wake: () => undefined }, stop: async () => undefined };
  const [{ startWorker }, { announceJob, announcing, webhookHandlers }, { webhookDesk }, { guardedCalls }, { after }, { hostname }, { openForges }, { nextScan, scanHandler }] =
    await Promise.all([
      import('./flows/job-worker.ts'),
      import('./flows/webhook-jobs.ts'),
      import('./flows/webhooks.ts'),
      import('./adapters/http/guarded.ts'),
      import('./flows/witnesses.ts'),
      import('node:os'),
      import('./world-forge.ts'),
      import('./flows/scan-job.ts'),
    ]);
  // The worker begins when its handlers are there; who wakes it earlier is heard then.
  let begun: Worker | undefined;
  const wake = (): void => begun?.wake();
  const told = calls && { site, ledger: store.ledger, subscriptions, announcements, vault: keys.vault, calls: guardedCalls(calls), now: Date.now };
  const announced = told === undefined ? ledger : announcing(ledger, site.organisation, wake);
  const forging = forges && (await openForges(store, { ...world, ledger: announced }, forges, { wake, log }));
  const name = `${hostname()} ${process.pid} ${randomBytes(4).toString('hex')}`;
  const scanning = site.mode === 'demo' ? null : { gate: { ...world, ledger: announced }, files: store.files, logKeys: store.past.keys, jobs, every: SCAN_MS, log };
  const handlers = [...(told === undefined ? [] : webhookHandlers(told)), ...(forging?.handlers ?? []), ...(scanning === null ? [] : [scanHandler(scanning)])];
  begun = startWorker({ leases: jobs.leases, handlers, name, now: Date.now, after, random: Math.random, log });
  // What was appended by a server that tells nobody is told now.
  const first = [...(told !== undefined && origin !== null ? [announceJob(site.organisation)] : []), ...(forging?.jobs ?? []), ...(scanning === null ? [] : [nextScan(scanning)])];
  if (first.length > 0) await jobs.add(first);
  wake();
  const { stop } = begun;
  return {
    ledger: forging === null ? announced : forging.told(announced),
    jobs: { desk: jobs.desk, wake },
    ...(told === undefined ? {} : { webhooks: webhookDesk({ ...told, jobs, random, wake }) }),
    ...(forging === null ? {} : { forges: forging.doors }),
    stop: () => stop(JOBS_MS),
  };
}

/** Of production alone: demo data is no repository of anybody's. */
async function forgesOf({ siteFile, data, demo }: ServeOptions): Promise<Result<ForgeSettings | null, readonly Problem[]>> {
  if (siteFile === undefined || demo) return ok(null);
  return (await import('./world-forge.ts')).readForges(siteFile, join(data, 'mirrors'));
}

/** How often a log is looked at that other servers append to as well, while anybody listens. */
const POLL_MS = 1_000;

/** With streams of what happens to changes. Half of the connections stay for everything else, git above all. */
async function listened(world: ServerWorld, { operations, database }: ServeOptions): Promise<ServerWorld> {
  const streams = operations?.streams;
  if (streams === undefined) return world;
  const [{ heard, openEvents }, { roomForConnections }] = await Promise.all([import('./server/events/feed.ts'), import('./server/room.ts')]);
  const most = Math.min(streams.most, Math.floor(roomForConnections() / 2));
  const events = openEvents(world, { ...streams, most, ...(database === undefined ? {} : { pollMs: POLL_MS }) });
  return { ...world, ledger: heard(world.ledger, events), events };
}

/** Writes the policy in force into the log and begins to ask its witnesses; null where there is none. Problems: LOG_ORIGIN, and those of an append. */
async function witnessed(store: Store, { witnessPolicy, log }: ServeOptions): Promise<Result<Witnesses | null>> {
  const [{ after, beginWitnessing }, { witnessDoor }] = await Promise.all([import('./flows/witnesses.ts'), import('./adapters/witness/door.ts')]);
  return beginWitnessing({ ...store, door: witnessDoor, now: Date.now, after, log }, witnessPolicy ?? null);
}

/** What a folder holds, ready to be served. */
interface Laid {
  readonly site: Site;
  readonly repositories: readonly LaidRepository[];
  readonly demo: DemoAuthenticators | null;
  /** Folder of `<id>.git`, for git's own server. */
  readonly root: string;
  /** Passwords of demo data; nobody has one elsewhere. */
  account(user: string, password: string): string | null;
}

interface LaidRepository {
  readonly id: string;
  readonly title: string;
  readonly protected: readonly string[];
  /** It lies at a forge: nobody pushes to our copy. */
  readonly mirrored: boolean;
}

/** Demo is a fact of the log: what genesis says is what is served, and an empty folder becomes demo only when asked to. */
async function layOut(store: Store, options: ServeOptions): Promise<Result<Laid, readonly Problem[]>> {
  const known = await genesisMode(store);
  if (!options.demo && known === 'demo')
    return err([problem('DEMO_ONLY', `${options.data} holds demo data`, { remedy: 'add --demo to look at it, or choose another --data folder' })]);
  if (options.demo && known === 'production')
    return err([problem('DEMO_ONLY', `${options.data} holds production data`, { remedy: 'leave --demo away, or choose another --data folder' })]);
  return options.demo ? layOutDemo(store, options, known === null) : layOutProduction(store, options);
}

async function layOutDemo(store: Store, { data, port, shared = data }: ServeOptions, empty: boolean): Promise<Result<Laid, readonly Problem[]>> {
  const rp = { rpId: 'localhost', origin: `http://localhost:${port}` };
  const { layLedger, layRepositories, REPOSITORIES, SAMPLE_PASSWORD } = await import('./testing/sample/seed.ts');
  const { demoAuthenticators, sampleKeys } = await import('./testing/sample/authenticators.ts');
  const { ORGANISATION, PEOPLE } = await import('./testing/sample/organisation.ts');
  const keys = sampleKeys(join(data, 'demo', 'authenticators.json'), rp);
  const origin = 'localhost/countersign-demo';
  const root = join(shared, 'repositories');
  layRepositories(root);
  if (empty) {
    const laid = await layLedger(store.ledger, { origin, rpId: rp.rpId, origins: [rp.origin] }, keys, () => new Uint8Array(randomBytes(16)), Date.now());
    if (!laid.ok) return err([laid.error]);
  }
  const accounts = new Set([...PEOPLE.map((p) => p.id), 'build-7']);
  return ok({
    site: { organisation: ORGANISATION, mode: 'demo', origin, rpId: rp.rpId, origins: [rp.origin], url: rp.origin },
    repositories: REPOSITORIES.map(({ id, title }) => ({ id, title, protected: ['refs/heads/main', 'refs/heads/release'], mirrored: false })),
    demo: demoAuthenticators(keys),
    root,
    account: (user, password) => (accounts.has(user) && sameText(password, SAMPLE_PASSWORD) ? user : null),
  });
}

/** What founders pinned is what is served; the site's file says which repositories. */
async function layOutProduction(store: Store, { data, siteFile }: ServeOptions): Promise<Result<Laid, readonly Problem[]>> {
  const genesis = await genesisOf(store);
  if (genesis === null) return err([notFounded(data)]);
  if (!genesis.ok) return err([genesis.error]);
  if (siteFile === undefined)
    return err([
      problem('USAGE', 'no file says which repositories are served', {
        place: '--site',
        remedy: `write ${join(data, 'site.yml')}, or name one with --site: docs/guides/server.md`,
      }),
    ]);
  const { origin, rpId, origins, organisation } = genesis.value;
  const [url = ''] = origins;
  const plain = insecureAddress(url);
  if (plain !== null) return err([plain]);
  const linked = await (await import('./adapters/git/served.ts')).linkServed(
    join(data, 'served'),
    siteFile.file.repositories.flatMap(({ id, path }) => (path === undefined ? [] : [{ id, path: resolve(siteFile.folder, path) }])),
  );
  if (!linked.ok) return linked;
  return ok({
    site: { organisation, mode: 'production', origin, rpId, origins, url },
    repositories: siteFile.file.repositories.map(({ id, title = id, protected: refs, github }) => ({ id, title, protected: refs, mirrored: github !== undefined })),
    demo: null,
    root: linked.value,
    account: () => null,
  });
}

/** null before genesis. Problem: DATA_INVALID, where its bytes are gone; TRUST_FORMAT. */
async function genesisOf(store: Store): Promise<Result<Genesis> | null> {
  const [entry] = await store.ledger.entries(0, 1);
  if (entry === undefined) return null;
  const body = await store.ledger.body(entry.body);
  if (body === null) return err(problem('DATA_INVALID', 'the genesis of the log has lost its bytes', { remedy: 'restore the data folder from a backup' }));
  return parseGenesis(body);
}

async function genesisMode(store: Store): Promise<'demo' | 'production' | null> {
  const [genesis] = await store.ledger.entries(0, 1);
  if (genesis === undefined) return null;
  return JSON.parse(new TextDecoder().decode(genesis.bytes)).mode === 'demo' ? 'demo' : 'production';
}

async function composed(store: Store, options: ServeOptions, laid: Laid & { readonly entry: Entry }, witnesses: Witnesses | null): Promise<ServerWorld> {
  const { site, root } = laid;
  const [
    { openRepository },
    { openRefHistory },
    { aliasesIn },
    { tipReader },
    { openScoreKeeping },
    { servedScores },
    { objectStore },
    { handleGit },
    { languages },
    { hooksOf, layHooks, spoolsOf },
    { pushedRecords },
    { waking },
    { ceilingsBy },
    { MIRROR_CAPS, mirrorFolder },
  ] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/ref-history.ts'),
    import('./adapters/git/aliases.ts'),
    import('./adapters/git/tip.ts'),
    import('./store/score/keeping.ts'),
    import('./flows/score-served.ts'),
    import('./adapters/git/keep.ts'),
    import('./adapters/git/http.ts'),
    import('./adapters/languages/index.ts'),
    import('./world-unattended.ts'),
    import('./adapters/git/records.ts'),
    import('./flows/witnesses.ts'),
    import('./flows/ceiling.ts'),
    import('./adapters/git/mirror.ts'),
  ]);
  const counted = options.operations?.metrics?.counting(store.ledger) ?? store.ledger;
  const mirrored = new Set(laid.repositories.filter((r) => r.mirrored).map((r) => r.id));
  const gitDirOf = (id: string): string => (mirrored.has(id) ? mirrorFolder(join(options.data, 'mirrors'), id) : join(root, `${id}.git`));
  const hook = { template: asset('hooks/gate.sh', 'server/hooks/gate.sh'), verifier: asset('unattended-gate.js', 'cli/unattended-gate.ts') };
  for (const { id } of laid.repositories) if (!mirrored.has(id)) await layHooks(gitDirOf(id), id, hook, options);
  const served = laid.repositories.map(({ id, title, protected: refs }): ServedRepository => {
    const repository = openRepository({ gitDir: gitDirOf(id) });
    const history = openRefHistory({ gitDir: gitDirOf(id) });
    const aliases: ServedRepository['aliases'] = (asked) => aliasesIn(gitDirOf(id), asked);
    const tip = tipReader(gitDirOf(id), () => repository.resolve('HEAD'));
    return { id, title, protected: refs, repository, history, aliases, tip, ...(mirrored.has(id) ? { mirrored: true } : {}) };
  });
  const ids = new Set(served.map((s) => s.id));
  const known = (id: string): string | undefined => (ids.has(id) ? gitDirOf(id) : undefined);
  // What a mirror took whole, nobody pushes here: it is kept in a job, and may be as much.
  const caps = (id: string) => (mirrored.has(id) ? MIRROR_CAPS : {});
  const objects = objectStore({ root: join(options.shared ?? options.data, 'kept'), gitDirOf: known, caps });
  const scoringOf = (repo: string): Scoring => ({ landed: objects.landed(repo), keeping: openScoreKeeping(join(options.data, 'score', repo)) });
  return {
    site,
    ledger: witnesses === null ? counted : waking(counted, witnesses),
    projections: store.projections,
    objects,
    score: servedScores(scoringOf, options.log, Date.now),
    parsers: languages(),
    records: (of) => pushedRecords(known, of),
    repositories: new Map(served.map((s) => [s.id, s])),
    floors: options.floors ?? [],
    spool: await spoolsOf(gitDirOf, options.log),
    gate: store.keys.gate(`${site.url}/gate`, version()),
    // Of this process: who pushes cannot foresee what is drawn for a review after landing.
    seed: randomBytes(32).toString('hex'),
    now: Date.now,
    random: () => new Uint8Array(randomBytes(16)),
    ceilings: ceilingsBy(store.logins.ceilings, laid.entry.oidc),
    logKeys: store.past.keys,
    files: witnesses === null ? store.files : { ...store.files, checkpoint: witnesses.checkpoint },
    cookieSecret: store.keys.cookieSecret,
    away: store.away,
    hindered: store.hindered,
    logins: store.logins,
    entry: laid.entry,
    demo: laid.demo,
    webRoot: asset('web', '../dist/web'),
    account: laid.account,
    serveGit: (request, response, as) => {
      request.url = as.path;
      return handleGit(request, response, {
        projectRoot: root,
        remoteUser: as.account,
        env: as.env,
        hooks: (id) => (ids.has(id) && !mirrored.has(id) ? hooksOf(gitDirOf(id), id, options) : undefined),
      });
    },
    ...(options.reader === undefined ? {} : { reader: options.reader }),
    ...(witnesses === null ? {} : { witnesses }),
    ...options.operations,
    log: options.log,
  };
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
