/**
 * The composition root, with the `world-*.ts` beside it: the only files that know every room. Rooms are imported when a command needs them, so that
 * `countersign --version` costs what an empty program costs.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Program, Roots, Scope } from './adapters/agents/settings/files.ts';
import type { KeptBundle } from './adapters/git/signoff-write.ts';
import type { CallTerms } from './adapters/http/terms.ts';
import { err, ok, type Problem, problem, type Result } from './core/base/result.ts';
import type { DeclareWorld } from './flows/declare.ts';
import type { DetectWorld } from './flows/detect.ts';
import type { Floor } from './flows/governance.ts';
import type { OnboardWorld } from './flows/onboard.ts';
import type { History, Lines, Naming, Notes, Parsers, Repository } from './flows/ports.ts';
import type { Anchor, LogFolder, LogSource } from './flows/ports-log.ts';
import type { Reader } from './flows/ports-reader.ts';
import type { Trains } from './flows/ports-train.ts';
import type { CommitWorld } from './flows/record-commit.ts';
import type { RecordWorld } from './flows/record-world.ts';
import type { Scoring } from './flows/score.ts';
import type { Records } from './flows/site.ts';
import type { SiteFile } from './server/auth/site-file.ts';
import type { Address, Listening } from './server/listen.ts';
import type { Place } from './store/place.ts';
import type { StoreOptions } from './store/store.ts';
import type { WitnessOptions } from './store/witness/witness.ts';
import type { ForgeSettings } from './world-forge.ts';
import type { ServeOptions } from './world-serve.ts';

export type { ForgeSettings } from './world-forge.ts';
export { type WaitingForFounders, waitForFounders } from './world-found.ts';
export { type Served, type ServeOptions, serve } from './world-serve.ts';

export interface Clone {
  readonly repository: Repository;
  readonly parsers: Parsers;
  readonly naming: Naming;
  readonly records: Records;
  readonly trains: Trains;
  readonly scoring: Scoring;
  /** What the organisation asks of every repository, as the user handed it in. */
  readonly floors: readonly Floor[];
}

/** A user's clone: any folder of a work tree, or a bare repository. */
export async function openClone(dir: string, floors: readonly Floor[] = []): Promise<Clone> {
  // The parsers run once here. Left alone, V8 starts to optimise their WASM in the background and the process cannot end before it has: twice the time.
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  const [{ openNaming }, { openTrains }, { languages }, scoring, { repository, ...records }] = await Promise.all([
    import('./adapters/git/naming.ts'),
    import('./adapters/git/trains.ts'),
    import('./adapters/languages/index.ts'),
    openScoring(dir),
    openLineClone(dir),
  ]);
  return { repository, parsers: languages(), naming: openNaming(dir), records, trains: openTrains({ dir }), scoring, floors };
}

/** The same, as a CI system made it, with the sign-offs a ref of it carries. `top`: of its work tree, null where it has none. Problems: USAGE, GIT_FAILED. */
export async function openGatedClone(dir: string, floors: readonly Floor[], ref: string) {
  const [{ openCheckout, topOf }, { openSignoffRef, signoffsRef }] = await Promise.all([import('./adapters/git/checkout.ts'), import('./adapters/git/signoff-ref.ts')]);
  const name = signoffsRef(ref);
  if (!name.ok) return name;
  const top = await topOf({ dir });
  if (!top.ok) return top;
  const clone = await openClone(dir, floors);
  return ok({ ...clone, top: top.value, checkout: openCheckout({ dir }), sources: [openSignoffRef({ dir }, name.value)] });
}

/** Adds bundles to a ref of a clone, and of a remote where one is named; answers the commit. Problems: USAGE, GIT_FAILED, REF_CHANGED. */
export async function keepSignoffs(dir: string, ref: string, bundles: readonly KeptBundle[], remote: string | null): Promise<Result<string>> {
  const [{ writeSignoffs }, { signoffsRef }] = await Promise.all([import('./adapters/git/signoff-write.ts'), import('./adapters/git/signoff-ref.ts')]);
  const name = signoffsRef(ref);
  return name.ok ? writeSignoffs({ dir }, name.value, bundles, remote) : name;
}

/** What a clone keeps of its history for the score. @param keep the folder; in the git directory unless told. */
export async function openScoring(dir: string, keep?: string): Promise<Scoring> {
  const [{ openLanded }, { commonFolder }, { openScoreKeeping }] = await Promise.all([
    import('./adapters/git/landed.ts'),
    import('./adapters/git/place.ts'),
    import('./store/score/keeping.ts'),
  ]);
  const folder = keep ?? join((await commonFolder({ dir })) ?? dir, 'countersign', 'score');
  return { landed: openLanded({ dir }), keeping: openScoreKeeping(folder) };
}

/** A clone, for whose hand made which lines. */
export async function openLineClone(dir: string): Promise<{ readonly repository: Repository; readonly notes: Notes; readonly lines: Lines }> {
  const [{ openRepository }, { openNotes }, { openLines }] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/notes.ts'),
    import('./adapters/git/lines.ts'),
  ]);
  return { repository: openRepository({ dir }), notes: openNotes({ dir }), lines: openLines({ dir }) };
}

/** What to say where the folder is in no repository; null where it is in one. */
export async function noRepositoryAt(dir: string): Promise<Problem | null> {
  const { locate } = await import('./adapters/git/place.ts');
  const place = await locate({ dir });
  return place.ok ? null : place.error;
}

/** A user's clone whose commits may be worded again, and what recorders on this machine saw of them. */
export async function openDeclareClone(dir: string): Promise<DeclareWorld> {
  const [clone, { openRewording }, log] = await Promise.all([openLineClone(dir), import('./adapters/git/reword.ts'), openRecorderLog(dir)]);
  const { recordedHands } = await import('./flows/declare-recorded.ts');
  return { ...clone, rewording: openRewording({ dir }), recorded: (commits) => recordedHands(clone.lines, log?.log ?? null, commits) };
}

/** Git's hooks of a clone, to set and to take out. */
export async function clonesHooks() {
  const { setHooks, unsetHooks } = await import('./adapters/git/hooks.ts');
  return { set: setHooks, unset: unsetHooks };
}

/** The clone a hook of git's runs in: what is staged, what was recorded. null outside any. @param env as git gave it to the hook. */
export async function openHooked(dir: string, env: { readonly [name: string]: string | undefined }, salt: string) {
  const [{ openHookClone }, { openLines }, log] = await Promise.all([import('./adapters/git/hook-clone.ts'), import('./adapters/git/lines.ts'), openRecorderLog(dir)]);
  const hook = openHookClone(dir, env, salt);
  if (hook === null || log === null) return null;
  return { hook, log: log.log, lines: openLines({ gitDir: hook.gitDir }, env.GIT_INDEX_FILE === undefined ? undefined : resolve(dir, env.GIT_INDEX_FILE)) };
}

/** Paths of the files in a clone's newest commit. Problem: GIT_FAILED. */
export async function filesAtHead(dir: string): Promise<Result<readonly string[]>> {
  const files = await import('./adapters/git/files.ts');
  return files.filesAtHead(dir);
}

/** A clone to read from end to end. The parsers run long enough for V8 to make them fast. */
export async function openHistoryOf(dir: string, floors: readonly Floor[] = []): Promise<Omit<Clone, 'records' | 'trains' | 'scoring'> & { readonly history: History }> {
  const [{ openRepository }, { openHistory }, { openNaming }, { languages }] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/history.ts'),
    import('./adapters/git/naming.ts'),
    import('./adapters/languages/index.ts'),
  ]);
  return { repository: openRepository({ dir }), history: openHistory({ dir }), parsers: languages(), naming: openNaming(dir), floors };
}

/** A repository to propose a policy for: read from end to end, and what stands in it now. */
export async function openOnboard(dir: string): Promise<OnboardWorld> {
  const [clone, { openGround }] = await Promise.all([openHistoryOf(dir), import('./adapters/git/ground.ts')]);
  return { ...clone, ground: openGround({ dir }), clock: Date.now };
}

/** What `countersign hook agent` is made of, and nothing else: it starts twice for every call of every tool. */
export async function openRecording(version: string) {
  const [{ openWorkTrees }, { openRecorder }, { readEvent }, { modelFrom }] = await Promise.all([
    import('./adapters/git/work-tree.ts'),
    import('./store/recorder/recorder.ts'),
    import('./adapters/agents/read.ts'),
    import('./adapters/agents/transcript.ts'),
  ]);
  const world: RecordWorld = {
    trees: openWorkTrees(),
    recorder: (common) => openRecorder(common, { version, clock: Date.now }),
    clock: Date.now,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
  return { world, readEvent, modelFrom };
}

/** The same for `hook post-commit`: with the objects and notes of the clone at hand. @param dir any folder of a work tree. */
export async function openCommitRecording(dir: string, version: string): Promise<CommitWorld> {
  const [{ world }, recorder, { openRecorderKey }, { stateFolder }, { openRepository }, { openLines }, { openNotes }] = await Promise.all([
    openRecording(version),
    import('./store/recorder/recorder.ts'),
    import('./store/recorder/signer.ts'),
    import('./store/recorder/place.ts'),
    import('./adapters/git/repository.ts'),
    import('./adapters/git/lines.ts'),
    import('./adapters/git/notes.ts'),
  ]);
  const place = { dir };
  return {
    ...world,
    log: (common) => recorder.openRecordedLog(common),
    signer: () => openRecorderKey(stateFolder()),
    repository: openRepository(place),
    lines: openLines(place),
    notes: openNotes(place),
  };
}

/** The log of the repository a folder stands in; null outside any. */
export async function openRecorderLog(dir: string) {
  const [{ openWorkTrees }, recorder] = await Promise.all([import('./adapters/git/work-tree.ts'), import('./store/recorder/recorder.ts')]);
  const here = openWorkTrees().at(resolve(dir));
  if (here === null) return null;
  const { common } = here.tree;
  return { log: recorder.openRecordedLog(common), verify: () => recorder.verifyLog(common) };
}

/**
 * The settings of agents, to install the recorder's hooks in. @param dir any folder of the work tree, for the scope of a project.
 * Problem: GIT_FAILED where that scope is asked for outside any.
 */
export async function agentSettings({ scope, dir, program, ...roots }: { scope: Scope; home: string; dir: string; env: Roots['env']; program: Program }) {
  const [{ INSTALLABLE, settingsOf }, { installHooks, uninstallHooks }, { openWorkTrees }, { stateFolder }] = await Promise.all([
    import('./adapters/agents/settings/files.ts'),
    import('./adapters/agents/settings/install.ts'),
    import('./adapters/git/work-tree.ts'),
    import('./store/recorder/place.ts'),
  ]);
  const here = openWorkTrees().at(resolve(dir));
  if (scope === 'project' && here === null) return err(problem('GIT_FAILED', 'there is no work tree here', { place: dir, remedy: 'name a folder inside a clone with --repo' }));
  const all = INSTALLABLE.map((agent) => settingsOf(agent, scope, { ...roots, project: here?.tree.root ?? '' }, program));
  const how = (dry: boolean) => ({ undo: join(stateFolder(), 'settings'), dry });
  const of = (name: string) => all.find((settings) => settings.agent === name) ?? raise(`no settings of ${name}`);
  return ok({
    names: INSTALLABLE as readonly string[],
    inUse: all.filter(({ folder }) => existsSync(folder)).map(({ agent }): string => agent),
    install: (name: string, dry: boolean) => installHooks(of(name), how(dry)),
    uninstall: (name: string, dry: boolean) => uninstallHooks(of(name), how(dry)),
  });
}

function raise(message: string): never {
  throw new Error(message);
}

/** A clone whose commits are read for what they say of AI. @param notes read line records beside commits too. */
export async function openDetect(dir: string, notes: boolean): Promise<DetectWorld & { readonly repository: Repository }> {
  const [{ openRepository }, { openMessages }, adapter] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/messages.ts'),
    notes ? import('./adapters/git/notes.ts') : null,
  ]);
  return { repository: openRepository({ dir }), messages: openMessages({ dir }), notes: adapter?.openNotes({ dir }) ?? null };
}

/** A clone, or the repository that is served, for a scan: the way its refs went, and what weighs what is found. Problem: GIT_FAILED. */
export async function openScanClone(dir: string) {
  const wrong = await noRepositoryAt(dir);
  if (wrong !== null) return err(wrong);
  const [{ openRepository }, { openRefHistory }, { openNaming }, parsers] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/ref-history.ts'),
    import('./adapters/git/naming.ts'),
    openParsers(),
  ]);
  return ok({ repository: openRepository({ dir }), history: openRefHistory({ dir }), naming: openNaming(dir), parsers });
}

export async function openParsers(): Promise<Parsers> {
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  return (await import('./adapters/languages/index.ts')).languages();
}

/** The repository a file stands in, and its top folder; null outside any. @param path absolute; the file need not be there. */
export async function openTopOf(path: string): Promise<{ readonly root: string; readonly repository: Repository } | null> {
  const [{ openWorkTrees }, { openRepository }] = await Promise.all([import('./adapters/git/work-tree.ts'), import('./adapters/git/repository.ts')]);
  const here = openWorkTrees().at(path);
  return here === null ? null : { root: here.tree.root, repository: openRepository({ dir: here.tree.root }) };
}

/** A Terraform plan, a change set or a preview, whichever the bytes are. Problems: PLAN_INVALID. */
export async function readPlan(bytes: Uint8Array) {
  const [{ readPlanFile }, terraform, cloudformation, pulumi] = await Promise.all([
    import('./flows/plan-file.ts'),
    import('./adapters/terraform/plan.ts'),
    import('./adapters/cloudformation/change-set.ts'),
    import('./adapters/pulumi/preview.ts'),
  ]);
  return readPlanFile(bytes, { terraform: terraform.readPlan, cloudformation: cloudformation.readChangeSet, pulumi: pulumi.readPreview });
}

/** The language model the environment names; null where it names none. Problem: USAGE. */
export async function readerFrom(env: { readonly [name: string]: string | undefined }): Promise<Result<Reader | null>> {
  if (!env.COUNTERSIGN_READER) return ok(null);
  const { openReader, readerSettings } = await import('./adapters/reader/reader.ts');
  const settings = readerSettings(env);
  return settings.ok ? ok(settings.value === null ? null : openReader(settings.value)) : settings;
}

/** What makes an app at GitHub. */
export async function openAppMaker() {
  const [maker, { addressOf }] = await Promise.all([import('./adapters/github/manifest.ts'), import('./adapters/github/forge.ts')]);
  return { ...maker, addressOf };
}

/** The forges of a site, asked by no server. null: no repository lies at one. Problems: USAGE. */
export const forgesOfSite = async (site: { readonly file: SiteFile; readonly folder: string }): Promise<Result<ForgeSettings | null, readonly Problem[]>> =>
  (await import('./world-forge.ts')).readForges(site, '');

/** What is done with a store that no server does. */
export const openUpkeep = () => import('./store/upkeep.ts');
/** Where webhooks may go, as the settings say; null where they name no host. Problems: USAGE. */
export async function callTermsFrom(
  { hosts, networks }: { readonly hosts: readonly string[]; readonly networks: readonly string[] },
  demo: boolean,
): Promise<Result<CallTerms | null, readonly Problem[]>> {
  if (hosts.length === 0) return ok(null);
  const { readCallTerms } = await import('./adapters/http/terms.ts');
  return readCallTerms(hosts, networks, demo);
}

/** Writes the genesis of a log into an empty data folder, or into a database; answers the log's vkey. Problems: DATA_INVALID, DATA_LOCKED. */
export const foundLog = async (at: Pick<StoreOptions, 'dir' | 'database'>, origin: string, genesis: Uint8Array): Promise<Result<string>> =>
  (await openUpkeep()).foundLog({ ...at, clock: Date.now }, origin, genesis);

/** `port` 0: any free one. */
export type WitnessSettings = Pick<WitnessOptions, 'dir' | 'name' | 'logs'> & Pick<Address, 'host' | 'port'> & Pick<ServeOptions, 'log'>;

/** Opens a witness and its door. Problems: DATA_LOCKED, DATA_INVALID, USAGE. */
export async function witness(settings: WitnessSettings): Promise<Result<Listening & { readonly vkey: string; readonly port: number }>> {
  const [{ openWitness }, { listenAsWitness }] = await Promise.all([import('./store/witness/witness.ts'), import('./server/witness.ts')]);
  const opened = openWitness({ ...settings, clock: Date.now, warn: (p) => settings.log(`${p.message} [${p.code}]`) });
  if (!opened.ok) return opened;
  const door = await listenAsWitness(opened.value, settings, settings.log);
  if (!door.ok) opened.value.close();
  return door.ok ? ok({ close: () => door.value.close().then(opened.value.close), vkey: opened.value.vkey, port: door.value.port }) : door;
}

/** The files of a log. @param where an address, or a folder. Problem: USAGE. */
export async function openLogSource(where: string): Promise<Result<LogSource>> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(where)) return (await import('./adapters/tlog/http.ts')).httpSource(where);
  return ok((await import('./adapters/tlog/folder.ts')).folderSource(where));
}

/** The folder or bucket a log is exported to. Problems: DATA_INVALID, USAGE. */
export const openLogFolder = async (where: string): Promise<Result<LogFolder>> => (await import('./adapters/tlog/target.ts')).openTarget(where, process.env);

/** A branch that checkpoints are kept in. Problems: USAGE, GIT_FAILED. */
export const openAnchor = async (repo: string, ref: string): Promise<Result<Anchor>> => (await import('./adapters/git/anchor.ts')).openAnchor(repo, ref);

/** Jobs of a data folder or a database. @param change false: beside a server that runs. Problems: NOT_FOUND, DATA_LOCKED, DATA_INVALID. */
export const openJobDesk = async (place: Place, change: boolean) => (await import('./store/jobs/open.ts')).openDesk(place, change);

/** A log as it stands, beside whoever has it open: nothing locked or written. @param name for messages. Problems: NOT_FOUND, DATA_INVALID. */
export async function openLogBeside(place: Place, name: string) {
  const [{ readOnlyLog }, { sourceOf }] = await Promise.all([import('./store/read-only.ts'), import('./flows/log-read.ts')]);
  const log = await readOnlyLog(place);
  return log.ok ? ok({ ...log.value, source: sourceOf(log.value.files, name) }) : log;
}
