/** `--site FILE`: which repositories are served, how people come in, who has which role. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { readSiteFile, type SiteFile } from '../server/auth/site-file.ts';
import { fileAt } from './named-file.ts';

/** Unnamed, it is `site.yml` of the data folder; null where there is none. `folder`: what paths in it are beside. Problems: USAGE. */
export async function siteFileAt(name: string | undefined, data: string): Promise<Result<{ readonly file: SiteFile; readonly folder: string } | null, readonly Problem[]>> {
  const usual = join(data, 'site.yml');
  if (name === undefined && !existsSync(usual)) return ok(null);
  const path = name ?? usual;
  const bytes = await fileAt('--site', path);
  if (!bytes.ok) return err([bytes.error]);
  const file = readSiteFile(new Uint8Array(bytes.value.bytes), path);
  return file.ok ? ok({ file: file.value, folder: dirname(resolve(path)) }) : file;
}
