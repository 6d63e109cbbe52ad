/** Which lockfile a path is, who reads it, and which manifests speak beside it. */
import type { FileEvidence } from '../evidence.ts';
import { textOf } from '../lines.ts';
import { baseName } from '../source/files.ts';
import type { Locked } from './lock.ts';
import { readPackageLock, readPnpmLock, readYarnLock } from './read-npm.ts';
import { readComposerLock, readGemfileLock, readGoSum, readPipfileLock, readRequirements, readTomlLock } from './read-others.ts';

export interface Lockfile {
  readonly tool: 'npm' | 'yarn' | 'pnpm' | 'go' | 'cargo' | 'python' | 'ruby' | 'php';
  readonly read: (text: string) => readonly Locked[] | null;
  /** Names of the manifests that a change of it goes with. */
  readonly manifest: RegExp;
}

const NODE = /^(?:package\.json|pnpm-workspace\.yaml|\.yarnrc(?:\.yml)?|\.npmrc|\.pnpmfile\.cjs|lerna\.json)$/;
const PYTHON = /^(?:pyproject\.toml|setup\.(?:py|cfg)|pipfile|requirements.*\.(?:in|txt)|constraints.*\.txt|uv\.toml)$/i;
const BY_NAME: { readonly [name: string]: Lockfile } = {
  'package-lock.json': { tool: 'npm', read: readPackageLock, manifest: NODE },
  'npm-shrinkwrap.json': { tool: 'npm', read: readPackageLock, manifest: NODE },
  'yarn.lock': { tool: 'yarn', read: readYarnLock, manifest: NODE },
  'pnpm-lock.yaml': { tool: 'pnpm', read: readPnpmLock, manifest: NODE },
  'go.sum': { tool: 'go', read: readGoSum, manifest: /^go\.(?:mod|work)$/ },
  'go.work.sum': { tool: 'go', read: readGoSum, manifest: /^go\.(?:mod|work)$/ },
  'cargo.lock': { tool: 'cargo', read: readTomlLock, manifest: /^Cargo\.toml$/i },
  'poetry.lock': { tool: 'python', read: readTomlLock, manifest: PYTHON },
  'uv.lock': { tool: 'python', read: readTomlLock, manifest: PYTHON },
  'pipfile.lock': { tool: 'python', read: readPipfileLock, manifest: PYTHON },
  'gemfile.lock': { tool: 'ruby', read: readGemfileLock, manifest: /^(?:Gemfile|gems\.rb|\.ruby-version)$|\.gemspec$/ },
  'composer.lock': { tool: 'php', read: readComposerLock, manifest: /^composer\.json$/ },
};
const REQUIREMENTS: Lockfile = { tool: 'python', read: readRequirements, manifest: PYTHON };

export function lockfileOf(file: FileEvidence): Lockfile | undefined {
  const base = baseName(file.path).toLowerCase();
  const known = BY_NAME[base];
  if (known !== undefined) return known;
  return /\.txt$/.test(base) && /(?:^|\/)(?:requirements|constraints)/i.test(file.path) && /--hash=/.test(textOf(file.base) || textOf(file.head)) ? REQUIREMENTS : undefined;
}
