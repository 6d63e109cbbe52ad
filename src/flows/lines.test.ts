/**
 * Lines of real histories: several hands edit, a recorder notes what the AIs did, then history is rewritten. Whatever was done
 * to it, what an AI was seen writing is the AI's, and what nobody was seen writing is nobody's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openLines } from '../adapters/git/lines.ts';
import { openNotes } from '../adapters/git/notes.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { writeGitAi } from '../core/provenance/lines/git-ai-write.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { type LinesOfChange, linesOf } from './lines.ts';
import { recordLines } from './lines-write.ts';

const room = gitRoom();
afterAll(() => room.remove());

const HANDS = ['claude', 'codex', 'nobody'] as const;
type Name = (typeof HANDS)[number];
const PATHS = ['a.ts', 'b.ts', 'src/c.ts'] as const;

/** One edit of one hand: some lines put in at a place, some taken out. */
interface Edit {
  readonly by: Name;
  readonly path: (typeof PATHS)[number];
  readonly at: number;
  readonly remove: number;
  readonly insert: number;
  readonly weak: boolean;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  by: fc.constantFrom(...HANDS),
  path: fc.constantFrom(...PATHS),
  at: fc.nat(40),
  remove: fc.nat(3),
  insert: fc.integer({ min: 1, max: 6 }),
  weak: fc.boolean(),
});
const REWRITES = ['squash', 'rebase', 'cherry-pick', 'amend', 'reorder', 'merge'] as const;

/** A file of lines, each with its hand. `replaced`: put where an AI's line was taken out. */
interface Line {
  readonly text: string;
  readonly by: Name | 'base';
  readonly replaced: boolean;
}

let made = 0;
const unique = (by: string): string => {
  made += 1;
  return `export const ${by}Line${made} = compute(${made * 7919});`;
};

function applied(lines: readonly Line[], e: Edit): readonly Line[] {
  const at = Math.min(e.at, lines.length);
  const gone = lines.slice(at, at + e.remove);
  const replaced = gone.some((l) => l.by === 'claude' || l.by === 'codex');
  const fresh = Array.from({ length: e.insert }, (): Line => ({ text: unique(e.by), by: e.by, replaced }));
  return [...lines.slice(0, at), ...fresh, ...(e.weak ? [{ text: '}', by: e.by, replaced }] : []), ...lines.slice(at + e.remove)];
}

const textOf = (lines: readonly Line[]): string => lines.map((l) => `${l.text}\n`).join('');

interface History {
  readonly repo: TestRepository;
  readonly base: string;
  readonly commits: readonly string[];
  readonly byText: ReadonlyMap<string, Line>;
}

const ports = (repo: TestRepository) => ({ notes: openNotes({ dir: repo.dir }), lines: openLines({ dir: repo.dir }), repository: openRepository({ dir: repo.dir }) });

/** Commits the edits in groups; what AIs wrote is recorded at each, by git-ai's format or by ours. */
async function history(groups: readonly (readonly Edit[])[], ours: boolean): Promise<History> {
  const repo = room.init();
  const files = new Map<string, readonly Line[]>(PATHS.map((path) => [path, Array.from({ length: 12 }, (): Line => ({ text: unique('base'), by: 'base', replaced: false }))]));
  const write = (): Record<string, string> => Object.fromEntries([...files].map(([path, lines]) => [path, textOf(lines)]));
  const base = repo.commit(write());
  repo.git('checkout', '-q', '-b', 'work');
  const byText = new Map<string, Line>();
  const commits: string[] = [];
  for (const group of groups) {
    for (const e of group) files.set(e.path, applied(files.get(e.path) ?? [], e));
    for (const lines of files.values()) for (const line of lines) if (!byText.has(line.text)) byText.set(line.text, line);
    const commit = repo.commit(write());
    commits.push(commit);
    await note(repo, commit, files, ours);
  }
  return { repo, base, commits, byText };
}

async function note(repo: TestRepository, commit: string, files: ReadonlyMap<string, readonly Line[]>, ours: boolean): Promise<void> {
  const { notes, lines } = ports(repo);
  const changed = await lines.between(repo.git('rev-parse', `${commit}~1`), commit);
  if (!changed.ok) throw new Error(changed.error.message);
  const hands = new Map(
    HANDS.filter((h) => h !== 'nobody').map((tool) => [tool as string, { by: 'ai' as const, tool, session: `s_${tool.padEnd(14, '0').replaceAll(/[^0-9a-f]/g, '0')}` }]),
  );
  const attributed = changed.value.map((file) => ({
    path: file.path,
    removed: [],
    ranges: file.added.flatMap((h) =>
      h.lines.flatMap((_, i) => {
        const by = files.get(file.path)?.[h.start + i - 1]?.by ?? 'nobody';
        return by === 'claude' || by === 'codex' ? [{ start: h.start + i, end: h.start + i, hand: by as string }] : [];
      }),
    ),
  }));
  const record = { commit, source: 'git-ai' as const, version: '', trust: 3 as const, hands, files: attributed, unreadable: [] };
  if (!ours) expect(await notes.write('refs/notes/ai', [{ commit, text: writeGitAi(record).text }])).toMatchObject({ ok: true });
  else {
    const { runsOf } = await import('../core/provenance/lines/runs.ts');
    const done = await recordLines(ports(repo), { commits: [commit], runs: runsOf(record, changed.value, 1_790_000_000_000), gitAi: false });
    expect(done).toMatchObject({ ok: true });
  }
}

function rewrite({ repo, base, commits }: History, how: (typeof REWRITES)[number]): void {
  const quiet = (...args: readonly string[]): boolean => {
    try {
      repo.git(...args);
      return true;
    } catch {
      repo.git('reset', '-q', '--hard');
      return false;
    }
  };
  if (how === 'squash') {
    repo.git('checkout', '-q', '-b', 'landed', base);
    repo.git('merge', '-q', '--squash', 'work');
    repo.git('commit', '-q', '--allow-empty', '-m', 'squashed');
    return;
  }
  if (how === 'amend') {
    repo.git('checkout', '-q', '-b', 'landed', 'work');
    mkdirSync(join(repo.dir, 'src'), { recursive: true });
    writeFileSync(join(repo.dir, 'd.ts'), `${unique('nobody')}\n`);
    repo.git('add', '-A');
    repo.git('commit', '-q', '--amend', '-m', 'amended');
    return;
  }
  // somebody landed something meanwhile, at the top of a file
  repo.git('checkout', '-q', '-b', 'landed', base);
  repo.commit({ 'a.ts': `${unique('meanwhile')}\n${unique('meanwhile')}\n${repo.git('show', `${base}:a.ts`)}\n`, 'meanwhile.ts': `${unique('meanwhile')}\n` });
  repo.git('branch', 'moved');
  if (how === 'merge') {
    if (!quiet('merge', '-q', '--no-ff', '-m', 'merged', 'work')) repo.git('reset', '-q', '--hard', 'moved');
    return;
  }
  for (const commit of how === 'reorder' ? [...commits].reverse() : commits)
    if (!quiet('cherry-pick', '--allow-empty', '--keep-redundant-commits', commit)) quiet('cherry-pick', '--abort');
}

async function landed(repo: TestRepository): Promise<LinesOfChange> {
  const base = repo.git('merge-base', 'landed', repo.git('branch', '--list', 'moved') === '' ? 'main' : 'moved');
  const commits = repo.git('rev-list', '--reverse', '--topo-order', `${base}..landed`).split('\n').filter(Boolean);
  const found = await linesOf(ports(repo), { base, head: repo.git('rev-parse', 'landed'), commits });
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

/** Every added line of the change with the tool it is said to be of. */
function* said(found: Pick<LinesOfChange, 'changed' | 'whole'>): Generator<{ readonly text: string; readonly tool: string | undefined }> {
  for (const { path, added } of found.changed) {
    const ranges = found.whole.files.find((f) => f.path === path)?.ranges ?? [];
    for (const { start, lines } of added)
      for (const [i, text] of lines.entries()) {
        const range = ranges.find((r) => r.start <= start + i && start + i <= r.end);
        yield { text, tool: range === undefined ? undefined : found.whole.hands.get(range.hand)?.tool };
      }
  }
}

function check({ byText }: History, found: Pick<LinesOfChange, 'changed' | 'whole'>): number {
  let seen = 0;
  for (const { text, tool } of said(found)) {
    if (text === '}') continue;
    const line = byText.get(text);
    if (line === undefined || line.by === 'nobody' || line.by === 'base') {
      // put in the place of an AI's line it is an edit of it; nothing else of nobody's is anybody's
      if (tool !== undefined) expect({ text, replaced: line?.replaced }).toEqual({ text, replaced: true });
    } else {
      expect({ text, tool }).toEqual({ text, tool: line.by });
      seen += 1;
    }
  }
  return seen;
}

describe.each(REWRITES)('after %s', (how) => {
  test.each([
    ['git-ai’s notes', false],
    ['our records', true],
  ])(
    'every line an AI was seen writing is its own still, by %s',
    async (_, ours) => {
      let seen = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }), async (groups) => {
          const made = await history(groups, ours);
          rewrite(made, how);
          const found = await landed(made.repo);
          seen += check(made, found);
          for (const commit of found.commits) check(made, { changed: commit.changed, whole: commit.attribution });
          expect(found.totals.aiLines + found.totals.uncovered).toBe(found.totals.addedLines);
        }),
        { numRuns: Number(process.env.LINES_RUNS ?? 3) },
      );
      expect(seen).toBeGreaterThan(0);
    },
    120_000,
  );
});
