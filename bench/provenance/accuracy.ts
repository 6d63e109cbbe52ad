/**
 * How right `detect` is on real public histories: `COUNTERSIGN_BENCH_REPOS=<folder of clones> node bench/provenance/accuracy.ts`.
 * Labels are facts and nothing else: a repository, a commit, whether it declares that an AI had a hand in it, and of what kind
 * the mark is. README.md beside this file says how they were made. Clones are called `owner+name`, with or without a folder
 * `repo` in them; those that are not there are left out and said.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMessages } from '../../src/adapters/git/messages.ts';
import { openNotes } from '../../src/adapters/git/notes.ts';
import { detectHistory } from '../../src/flows/detect.ts';
import type { Detected } from '../../src/flows/detect-commit.ts';
import type { Notes } from '../../src/flows/ports.ts';
import { shown, wilson } from './wilson.ts';

interface Label {
  readonly repo: string;
  readonly sha: string;
  readonly ai: boolean;
  readonly kind: string;
}

interface Judged extends Label {
  readonly found: Detected;
}

/** Agents existed only after this: whatever is found before it is wrong. */
const BEFORE = Date.UTC(2021, 5, 1);
const AIMS = { precision: 0.995, recall: 0.96, f1: 0.98 } as const;

const folder = process.env.COUNTERSIGN_BENCH_REPOS ?? '';
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const labels: readonly Label[] = ['labels.jsonl', 'labels-fresh.jsonl']
  .flatMap((name) => read(name).split('\n'))
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const parts: { readonly [part: string]: readonly string[] } = JSON.parse(read('repositories.json'));

const placeOf = (repo: string): string | null => {
  const dir = join(folder, repo.replace('/', '+'));
  return [join(dir, 'repo'), dir].find((at) => existsSync(join(at, 'HEAD')) || existsSync(join(at, '.git'))) ?? null;
};

const noted = { of: 0, found: 0 };

interface Control {
  readonly commits: number;
  /** Found before any agent existed. */
  readonly hits: readonly string[];
}

/** Commits whose git-ai note attests lines of an AI, read by nothing of the product but the reader of notes. */
async function attestedBy(notes: Notes): Promise<ReadonlySet<string>> {
  const attested = new Set<string>();
  await notes.each(({ commit, text }) => {
    const head = text.startsWith('{') ? '' : (text.split(/^---$/m, 1)[0] ?? '');
    if (head.split('\n').some((line) => /^ {2}(?!h_|human )\S+ [\d,-]+$/.test(line))) attested.add(commit);
  });
  return attested;
}

async function judge(repo: string, dir: string): Promise<{ judged: readonly Judged[]; control: Control }> {
  const wanted = new Map(labels.filter((l) => l.repo === repo).map((l) => [l.sha, l]));
  const judged: Judged[] = [];
  const hits: string[] = [];
  let commits = 0;
  const world = { messages: openMessages({ dir }), notes: openNotes({ dir }) };
  const attested = await attestedBy(world.notes);
  const seen = await detectHistory(world, { all: true }, (batch) => {
    for (const { commit, detected } of batch) {
      const label = wanted.get(commit.id);
      if (attested.has(commit.id)) {
        noted.of += 1;
        if (isAi(detected)) noted.found += 1;
      }
      if (label !== undefined) judged.push({ ...label, found: detected });
      if (commit.at <= 0 || commit.at >= BEFORE) continue;
      commits += 1;
      if (isAi(detected)) hits.push(`${repo} ${commit.id}`);
    }
  });
  if (!seen.ok) throw new Error(`${repo}: ${seen.error.message}`);
  return { judged, control: { commits, hits } };
}

const isAi = (found: Detected): boolean => found.level !== 'unattributed' && found.level !== 'human';

function scores(name: string, judged: readonly Judged[]): boolean {
  const [found, ai] = [judged.filter((j) => isAi(j.found)), judged.filter((j) => j.ai)];
  const right = found.filter((j) => j.ai).length;
  const [precision, recall] = [wilson(right, found.length), wilson(right, ai.length)];
  const f1 = (2 * precision.share * recall.share) / (precision.share + recall.share);
  const kept = precision.share >= AIMS.precision && recall.share >= AIMS.recall && f1 >= AIMS.f1;
  console.log(`\n${name}: ${judged.length} labelled commits, ${ai.length} with AI`);
  console.log(
    `  precision  ${shown(precision)}\n  recall     ${shown(recall)}\n  F1         ${f1.toFixed(4)}; aims ${AIMS.precision}, ${AIMS.recall}, ${AIMS.f1}: ${kept ? 'yes' : 'NO'}`,
  );
  rows(
    '  recall by kind of mark',
    groups(ai, (j) => [j.kind]),
    (j) => isAi(j.found),
  );
  rows(
    '  precision by source of evidence',
    groups(found, (j) => [...new Set(j.found.evidence.filter((e) => e.trust >= 2).map((e) => e.source))]),
    (j) => j.ai,
  );
  rows(
    '  precision by tool',
    groups(found, (j) => j.found.tools),
    (j) => j.ai,
    12,
  );
  rows(
    '  by repository, right answers',
    groups(judged, (j) => [j.repo]),
    (j) => j.ai === isAi(j.found),
    40,
  );
  return kept;
}

function groups(judged: readonly Judged[], keys: (j: Judged) => readonly string[]): readonly (readonly [string, readonly Judged[]])[] {
  const all = new Map<string, Judged[]>();
  for (const j of judged) for (const key of keys(j)) all.set(key, [...(all.get(key) ?? []), j]);
  return [...all].sort((a, b) => b[1].length - a[1].length);
}

function rows(title: string, of: ReturnType<typeof groups>, right: (j: Judged) => boolean, most = 20): void {
  console.log(title);
  for (const [key, judged] of of.slice(0, most)) console.log(`    ${key.slice(0, 34).padEnd(36)}${shown(wilson(judged.filter(right).length, judged.length))}`);
}

const wrong = (judged: readonly Judged[]): readonly Judged[] => judged.filter((j) => j.ai !== isAi(j.found));

let kept = true;
const missing: string[] = [];
const control = { commits: 0, hits: [] as string[] };
for (const [part, repos] of Object.entries(parts)) {
  const judged: Judged[] = [];
  for (const repo of repos) {
    const dir = placeOf(repo);
    if (dir === null) {
      missing.push(repo);
      continue;
    }
    const answer = await judge(repo, dir);
    judged.push(...answer.judged);
    control.commits += answer.control.commits;
    control.hits.push(...answer.control.hits);
  }
  kept = scores(part, judged) && kept;
  if (process.argv.includes('--wrong'))
    for (const j of wrong(judged)) console.log(`  ${j.ai ? 'missed' : 'false'}  ${j.kind.padEnd(14)}${j.repo} ${j.sha} ${j.found.tools.join(',')}`);
}
console.log(`\nbefore June 2021: ${control.hits.length} of ${control.commits} commits; none may be: ${control.hits.length === 0 ? 'yes' : 'NO'}`);
console.log(`notes that attest lines of an AI: ${noted.found} of ${noted.of} found; all must be: ${noted.found === noted.of ? 'yes' : 'NO'}`);
for (const hit of control.hits.slice(0, 20)) console.log(`  ${hit}`);
if (missing.length > 0) console.log(`\nnot there, left out: ${missing.join(', ')}`);
process.exitCode = kept && control.hits.length === 0 && noted.found === noted.of ? 0 : 1;
