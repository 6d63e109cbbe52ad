/** Fills in the hook for one repository. Every setting is checked or quoted before a shell reads it. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface HookSettings {
  /** `[a-z0-9][a-z0-9._-]*`. */
  readonly repository: string;
  /** Folder that holds `hook.sock`, absolute. */
  readonly folder: string;
  /** How long a push waits for the gate before it is refused; whole, 60 unless told. */
  readonly seconds?: number;
  /** The verifier of a break-glass for when no server lives; absent: no server, no push. */
  readonly unattended?: Verifier;
}

/** Paths, absolute. */
export interface Verifier {
  readonly node: string;
  /** What Node runs. */
  readonly program: string;
  /** What the program is told by. */
  readonly settings: string;
  /** Where statements are handed over as files. */
  readonly handed: string;
}

/** Writes `pre-receive` and `post-receive` into a bare repository. Rejects on a setting a shell could misread. */
export async function installHooks(gitDir: string, template: string, settings: HookSettings): Promise<void> {
  const script = await readFile(template, 'utf8');
  await mkdir(join(gitDir, 'hooks'), { recursive: true });
  for (const door of ['pre-receive', 'post-receive'] as const) {
    const file = join(gitDir, 'hooks', door);
    // Renamed into place: a push that arrives meanwhile meets the old hook or the new one, never half of one. Another server may do the same.
    const fresh = `${file}.${randomUUID()}`;
    await writeFile(fresh, fillIn(script, door, settings));
    await chmod(fresh, 0o755);
    await rename(fresh, file);
  }
}

/** The hook's text for one door. Throws on a repository id or a number of seconds that is none. */
export function fillIn(script: string, door: 'pre-receive' | 'post-receive', { repository, folder, seconds = 60, unattended }: HookSettings): string {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(repository)) throw new Error(`a hook cannot name the repository ${JSON.stringify(repository)}`);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error(`a hook cannot wait ${seconds} seconds`);
  const { node = '', program = '', settings = '', handed = '' } = unattended ?? {};
  if ([folder, node, program, settings, handed].some((path) => path.includes('\0'))) throw new Error('a hook cannot name a folder with a NUL in it');
  const values: Readonly<Record<string, string>> = {
    ...{ REPOSITORY: repository, FOLDER: quoted(folder), DOOR: door, SECONDS: String(seconds) },
    ...{ NODE: quoted(node), PROGRAM: quoted(program), SETTINGS: quoted(settings), HANDED: quoted(handed) },
  };
  return script.replace(/@(REPOSITORY|FOLDER|DOOR|SECONDS|NODE|PROGRAM|SETTINGS|HANDED)@/g, (_, name: string) => values[name] ?? '');
}

/** Inside single quotes a shell knows one special character, the quote. */
const quoted = (path: string): string => path.replaceAll("'", `'\\''`);
