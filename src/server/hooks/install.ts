/** Fills in the hook for one repository. Every setting is checked before it is quoted into a shell script. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface HookSettings {
  readonly repository: string;
  /** Folder that holds `hook.sock`, absolute. */
  readonly folder: string;
}

/** Writes `pre-receive` and `post-receive` into a bare repository. Rejects on a setting a shell could misread. */
export async function installHooks(gitDir: string, template: string, settings: HookSettings): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(settings.repository) || /['\n\0]/.test(settings.folder)) throw new Error(`a hook cannot name ${settings.repository} or ${settings.folder}`);
  const script = await readFile(template, 'utf8');
  await mkdir(join(gitDir, 'hooks'), { recursive: true });
  for (const door of ['pre-receive', 'post-receive']) {
    const file = join(gitDir, 'hooks', door);
    const filled = script
      .replace('@REPOSITORY@', settings.repository)
      .replace('@FOLDER@', () => settings.folder)
      .replace('@DOOR@', door);
    await writeFile(file, filled);
    await chmod(file, 0o755);
  }
}
