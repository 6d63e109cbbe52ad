/** `countersign risk file|sql|plan`: findings of single artefacts, before there is a change to speak of. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { planEvidence } from '../core/risk/plan-file.ts';
import { type JudgedFile, judgeFiles } from '../flows/judge-files.ts';
import type { Repository } from '../flows/ports.ts';
import { openParsers, openTopOf } from '../world.ts';
import { type Answer, refusal } from './exit.ts';
import { plansAt } from './plan-file.ts';
import { type RiskOptions, riskAnswer } from './risk-text.ts';
import { unreadable } from './unreadable.ts';

export interface FileOptions extends RiskOptions {
  /** What was there before: a revision; `none` for nothing. HEAD unless told. */
  readonly base?: string;
  /** What to call standard input. */
  readonly as?: string;
}

/** @param names files, or `-` for standard input. */
export async function riskFiles(names: readonly string[], options: FileOptions): Promise<Answer> {
  const read = await Promise.all(names.map((name) => artefact(name, options)));
  const problems = read.flatMap((r) => (r.ok ? [] : [r.error]));
  if (problems.length > 0) return refusal(problems, options.json);
  const found = read.flatMap((r) => (r.ok ? [r.value] : []));
  const changed = found.filter((f) => !same(f.file));
  const risk = await judgeFiles(
    await openParsers(),
    changed.map((f) => f.file),
    { plan: null },
  );
  const still = found.filter((f) => same(f.file)).map((f) => `${f.file.path} is as it was: nothing changes`);
  return riskAnswer({ ...risk, change: { files: found.map((f) => f.file.path) }, score: null, notes: [...new Set(found.flatMap((f) => f.notes)), ...still] }, options);
}

interface Artefact {
  readonly file: JudgedFile;
  readonly notes: readonly string[];
}

/** What a repository has of it is what it is compared with: most dangers are in what goes away. */
async function artefact(name: string, { base = 'HEAD', as }: FileOptions): Promise<Result<Artefact>> {
  const path = name === '-' ? as : name;
  if (path === undefined)
    return err(problem('USAGE', 'what comes on standard input has no name, and its name says what it is', { place: '-', remedy: 'give one: --as db/migrations/7.sql' }));
  const head = await contentOf(name);
  if (!head.ok) return head;
  if (base === 'none') return ok({ file: { path: named(path), base: null, head: head.value }, notes: [] });
  const top = await openTopOf(resolve(path));
  if (top === null) return ok({ file: { path: named(path), base: null, head: head.value }, notes: ['outside any repository: everything counts as new'] });
  const inside = relative(top.root, resolve(path)).split(sep).join('/');
  const before = await baseOf(top.repository, base, inside);
  if (!before.ok) return before;
  const notes = before.value === null ? [`${inside} is not at ${base}: everything in it counts as new`] : [];
  return ok({ file: { path: inside, base: before.value, head: head.value }, notes });
}

/** A name that leads elsewhere means as much as it says. */
const named = (path: string): string => (isAbsolute(path) ? path.slice(1) : path.replace(/^(?:\.{1,2}\/)+/, ''));

async function baseOf(repository: Repository, base: string, path: string): Promise<Result<Uint8Array | null>> {
  const commit = await repository.resolve(base);
  // a repository without a commit has nothing yet
  if (commit === null) return base === 'HEAD' ? ok(null) : err(problem('NOT_FOUND', `${base} names no commit here`, { place: '--base', remedy: 'name a revision, or none' }));
  try {
    return ok(await repository.file(commit, path));
  } catch (error) {
    return err(problem('CONTENT_UNSEEN', `${path} at ${base} cannot be read: ${unreadable(error)}`, { remedy: 'fetch what is missing, or compare with nothing: --base none' }));
  }
}

async function contentOf(name: string): Promise<Result<Uint8Array>> {
  try {
    return ok(name === '-' ? await standardInput() : await readFile(name));
  } catch (error) {
    return err(problem('USAGE', `${name} cannot be read: ${unreadable(error)}`, { remedy: 'name a file that is there, or - for standard input with --as <path>' }));
  }
}

async function standardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const same = ({ base, head }: JudgedFile): boolean => base !== null && head !== null && Buffer.compare(base, head) === 0;

/** Migrations that are new, in deploy order within a folder, whatever they are called. */
export const riskSql = (names: readonly string[], options: FileOptions): Promise<Answer> =>
  riskFilesAs(names, (name) => (/\.(?:sql|psql|pgsql|ddl)$/i.test(name) ? name : `${name}.sql`), options);

async function riskFilesAs(names: readonly string[], call: (name: string) => string, options: FileOptions): Promise<Answer> {
  const read = await Promise.all(names.map(async (name) => ({ path: named(call(name === '-' ? (options.as ?? 'standard-input.sql') : name)), content: await contentOf(name) })));
  const problems = read.flatMap(({ content }): readonly Problem[] => (content.ok ? [] : [content.error]));
  if (problems.length > 0) return refusal(problems, options.json);
  const files = read.flatMap(({ path, content }): readonly JudgedFile[] => (content.ok ? [{ path, base: null, head: content.value }] : []));
  const risk = await judgeFiles(await openParsers(), files, { plan: null });
  return riskAnswer({ ...risk, change: { files: files.map((f) => f.path) }, score: null, notes: [] }, options);
}

export async function riskPlans(names: readonly string[], options: RiskOptions): Promise<Answer> {
  const plans = await plansAt(names);
  if (!plans.ok) return refusal(plans.error, options.json);
  const risk = await judgeFiles(await openParsers(), [], planEvidence(plans.value));
  return riskAnswer({ ...risk, change: { files: names }, score: null, notes: [] }, options);
}
