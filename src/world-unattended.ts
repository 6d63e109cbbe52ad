/** The composition root's part for pushes that come while no server lives: what a server lays out for its hooks, and what a hook opens. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { err, ok, problem, type Result } from './core/base/result.ts';
import type { Floor } from './flows/governance.ts';
import type { Spool } from './flows/ports-spool.ts';
import type { UnattendedWorld } from './flows/unattended-push.ts';
import type { Verifier } from './server/hooks/install.ts';
import type { UnattendedSettings } from './server/hooks/unattended.ts';

export interface HookOptions {
  /** The server's data folder: the hook's socket is in it. */
  readonly data: string;
  /** Path of a trust file: by it a hook verifies a break-glass where no server lives. Absent: no server, no push. */
  readonly breakGlassTrust?: string;
  readonly floors?: readonly Floor[];
  /** Folder that several servers share: the copies of what was pushed are in it, and repositories of demo data. Absent: in `data`. */
  readonly shared?: string;
  /** There may be other servers. */
  readonly database?: string | undefined;
  readonly log: (line: string) => void;
}

/** Files, absolute: the hook as it ships, and what it has Node run where no server lives. */
export interface HookFiles {
  readonly template: string;
  readonly verifier: string;
}

/** A served repository's hooks, with whatever they need beside it. */
export async function layHooks(gitDir: string, repository: string, files: HookFiles, options: HookOptions): Promise<void> {
  const { installHooks } = await import('./server/hooks/install.ts');
  const unattended = await layUnattended(gitDir, repository, files.verifier, options);
  const settings = { repository, folder: options.data, ...(unattended === undefined ? {} : { unattended }) };
  // A hook asks one server. In a shared repository lies that of whoever started last, for pushes that come by no server at all.
  await installHooks(gitDir, files.template, settings);
  const own = dirname(hooksOf(gitDir, repository, options));
  if (own !== resolve(gitDir)) await installHooks(own, files.template, settings);
}

/** Folder of the hooks that ask this server, absolute. */
export const hooksOf = (gitDir: string, repository: string, { data, shared, database }: Pick<HookOptions, 'data' | 'shared' | 'database'>): string =>
  resolve(shared === undefined && database === undefined ? gitDir : join(data, 'gate', repository), 'hooks');

/** undefined: without a server nothing passes. */
async function layUnattended(gitDir: string, repository: string, program: string, { breakGlassTrust, floors = [] }: HookOptions): Promise<Verifier | undefined> {
  const [{ removeSettings, settingsFile, writeSettings }, { handedFolder, laySpool, spoolFolder }, { advertisePushOptions }] = await Promise.all([
    import('./server/hooks/unattended.ts'),
    import('./adapters/spool/spool.ts'),
    import('./adapters/git/push-options.ts'),
  ]);
  if (breakGlassTrust === undefined) {
    await removeSettings(gitDir);
    return undefined;
  }
  const at = await realpath(gitDir);
  await laySpool(spoolFolder(at));
  await writeSettings({ repository, gitDir: at, trust: resolve(breakGlassTrust), floors });
  await advertisePushOptions(at);
  return { node: process.execPath, program, settings: settingsFile(at), handed: handedFolder(at) };
}

/** What hooks left for a server. That something of it cannot be read is said each time it is looked at. */
export async function spoolsOf(gitDirOf: (repo: string) => string, log: (line: string) => void): Promise<(repo: string) => Spool> {
  const { openSpool, spoolFolder } = await import('./adapters/spool/spool.ts');
  return (repo) => {
    const spool = openSpool(spoolFolder(gitDirOf(repo)));
    const waiting = async () => {
      const pushes = await spool.waiting();
      if (!pushes.ok) log(`${repo}: ${pushes.error.message} [${pushes.error.code}] ${pushes.error.place ?? ''}`);
      return pushes;
    };
    return { ...spool, waiting };
  };
}

/** What a hook's verifier has of its machine. Problems: DATA_INVALID, GIT_FAILED, GATE_REQUEST_INVALID. */
export async function openUnattended(
  { repository: id, gitDir, floors }: UnattendedSettings,
  quarantine: string | undefined,
): Promise<Result<Omit<UnattendedWorld, 'trust' | 'allowDemo'>>> {
  const [{ openRepository }, { aliasesIn }, { openTrains }, { pushedRecords }, { locate }, { quarantineFolder }, { openSpool, spoolFolder }, { languages }] = await Promise.all([
    import('./adapters/git/repository.ts'),
    import('./adapters/git/aliases.ts'),
    import('./adapters/git/trains.ts'),
    import('./adapters/git/records.ts'),
    import('./adapters/git/place.ts'),
    import('./adapters/git/quarantine.ts'),
    import('./adapters/spool/spool.ts'),
    import('./adapters/languages/index.ts'),
  ]);
  if (!existsSync(gitDir))
    return err(problem('DATA_INVALID', 'the repository is not where the hook’s settings say', { place: gitDir, remedy: 'start the server once: it writes them anew' }));
  const place = await locate({ gitDir });
  if (!place.ok) return place;
  const folder = quarantine === undefined ? ok(undefined) : await quarantineFolder(place.value, quarantine);
  if (!folder.ok) return folder;
  const repository = openRepository({ gitDir, ...(folder.value === undefined ? {} : { objectDirectory: folder.value }) });
  return ok({
    served: { id, repository, aliases: (refs) => aliasesIn(gitDir, refs) },
    trains: openTrains({ gitDir }),
    parsers: languages(),
    records: (of) => pushedRecords((repo) => (repo === id ? gitDir : undefined), of),
    floors,
    spool: openSpool(spoolFolder(gitDir)),
    now: Date.now,
  });
}
