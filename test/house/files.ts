/** Every source of the house, by its path from the root of the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

const sources = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && /\.[cm]?[jt]sx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name).slice(root.length + 1));

export const FILES: readonly string[] = [...sources('src'), ...sources('web')];
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');
