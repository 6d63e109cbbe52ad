/** What the hooks of a clone need of it while a commit is being made: few starts of git, for each costs the one who waits. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import type { Result } from '../../core/base/result.ts';
import { addTrailers } from './reword-commit.ts';
import { gitEnvironment, runGit } from './run.ts';
import { findWorkTree } from './work-tree-find.ts';

export interface HookClone {
  readonly gitDir: string;
  /** A rebase, cherry-pick or revert writes these commits, not somebody who could answer. */
  readonly sequencing: boolean;
  /** `core.commentString` or `core.commentChar`, and our own `countersign.assistance`, as the user's git has them; empty: not set. */
  settings(): Promise<{ readonly comment: string; readonly assistance: string }>;
  /** As `git interpret-trailers` puts them: above what is thrown away. Problem: GIT_FAILED. */
  trailers(file: Uint8Array, trailers: readonly string[], comment: string): Promise<Result<Uint8Array>>;
  /** What HEAD's policy said when it was last read, by what it is made of; undefined: not read yet. `key` null: no policy. */
  kept(): Promise<{ readonly key: string | null; readonly value: string | undefined }>;
  keep(key: string, value: string): void;
}

/** null outside any work tree. @param env of the hook. @param salt of whoever reads the policy: another version may read more. */
export function openHookClone(dir: string, env: { readonly [name: string]: string | undefined }, salt: string): HookClone | null {
  const here = findWorkTree(dir);
  if (here === null) return null;
  const { gitDir, common, root } = here;
  const isolated = gitEnvironment({ GIT_DIR: gitDir });
  const user = Object.fromEntries(Object.entries({ ...env, GIT_DIR: gitDir }).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
  const file = join(common, 'countersign', 'terms.json');
  return {
    gitDir,
    sequencing: ['rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'].some((name) => existsSync(join(gitDir, name))),
    settings: async () => {
      const printed = await runGit(['config', '-z', '--get-regexp', '^(core\\.comment(char|string)|countersign\\.assistance)$'], { env: user, cwd: root });
      return settingsIn(printed.ok && printed.value.code === 0 ? (text(printed.value.stdout) ?? '') : '');
    },
    trailers: (bytes, trailers, comment) =>
      addTrailers(bytes, trailers, isolated, comment === '' ? [] : ['-c', `core.commentChar=${comment}`, '-c', `core.commentString=${comment}`]),
    kept: async () => {
      const listed = await runGit(['ls-tree', 'HEAD', 'countersign.yml', '.countersign'], { env: isolated, cwd: root });
      const made = listed.ok && listed.value.code === 0 ? (text(listed.value.stdout) ?? '') : '';
      if (!made.includes('\tcountersign.yml')) return { key: null, value: undefined };
      const key = `${salt}\n${made}`;
      return { key, value: keptUnder(file, key) };
    },
    keep: (key, value) => {
      try {
        mkdirSync(join(common, 'countersign'), { recursive: true });
        writeFileSync(file, JSON.stringify({ key, value }));
      } catch {
        // read again next time
      }
    },
  };
}

/** The last of each counts, as in git. */
function settingsIn(printed: string): { comment: string; assistance: string } {
  const all = new Map(
    printed.split('\0').flatMap((entry) => {
      const [name, value] = entry.split('\n');
      return name === undefined || value === undefined ? [] : [[name.startsWith('core.comment') ? 'comment' : 'assistance', value] as const];
    }),
  );
  return { comment: all.get('comment') ?? '', assistance: all.get('assistance') ?? '' };
}

function keptUnder(file: string, key: string): string | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof kept !== 'object' || kept === null || !('key' in kept) || !('value' in kept)) return undefined;
    return kept.key === key && typeof kept.value === 'string' ? kept.value : undefined;
  } catch {
    return undefined;
  }
}
