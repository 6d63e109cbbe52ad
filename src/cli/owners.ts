/** `countersign owners`: who owns which path by a CODEOWNERS file, and the line that says so. docs/spec/owners.md. */
import { concat, text } from '../core/base/bytes.ts';
import type { Json } from '../core/base/json.ts';
import { type Problem, problem, problemText } from '../core/base/result.ts';
import type { OwnersFile, OwnersMatch } from '../core/change/codeowners.ts';
import { ownersIndex } from '../core/change/codeowners-index.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { openOwners } from './owners-file.ts';
import { visible, visibleLines } from './terminal.ts';

export interface OwnersOptions {
  readonly file: string;
  readonly dialect: string;
  /** Paths on standard input end with NUL. */
  readonly z?: boolean;
  readonly json?: boolean;
}

export type Input = AsyncIterable<Uint8Array | string>;

/** @param paths from the root of the repository; `-` alone: on standard input. Exit 0 answered, 2 nothing can be answered. */
export async function owners(paths: readonly string[], options: OwnersOptions, input: Input = process.stdin): Promise<Answer> {
  const file = openOwners(options.file, options.dialect);
  if (!file.ok) return refusal([file.error], options.json);
  const asked = paths.length === 1 && paths[0] === '-' ? await pathsOn(input, options.z === true) : paths;
  if (asked === undefined) return refusal([notText()], options.json);
  const find = ownersIndex(file.value);
  const answers = asked.map((path) => ({ path, matches: find(bare(path)) }));
  if (options.json === true) return { code: EXIT.ok, stdout: `${JSON.stringify(asJson(file.value, options.file, answers), null, 2)}\n`, stderr: '' };
  return { code: EXIT.ok, stdout: answers.flatMap((a) => rows(a, options.file)).join(''), stderr: told(file.value.problems) };
}

interface Answered {
  readonly path: string;
  readonly matches: readonly OwnersMatch[];
}

const bare = (path: string): string => path.replace(/^(?:\.?\/)+/, '');

async function pathsOn(input: Input, z: boolean): Promise<readonly string[] | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  const all = text(concat(...chunks));
  const lines = all?.split(z ? '\0' : '\n').map((line) => (z ? line : line.replace(/\r$/, '')));
  return lines?.filter((line) => line !== '');
}

const notText = (): Problem => problem('USAGE', 'the paths are not UTF-8 text', { place: 'standard input', remedy: 'give paths in UTF-8, one a line, or ended by NUL with -z' });

/** What the file's own lines are said about: on standard error, where nobody parses. */
export const told = (problems: readonly Problem[]): string => problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('');

/** Path, owners, line, pattern, section, with tabs between; `-` for what there is not. */
function rows({ path, matches }: Answered, file: string): readonly string[] {
  if (matches.length === 0) return [row(path, '-', '-', '-', '-')];
  return matches.map(({ rule, section }) => row(path, rule.owners.map((o) => o.text).join(' ') || '-', `${file}:${rule.line}`, rule.pattern, section.name ?? '-'));
}

const row = (...fields: readonly string[]): string => `${fields.map(visible).join('\t')}\n`;

const asJson = ({ dialect, problems }: OwnersFile, file: string, answers: readonly Answered[]): Json => ({
  version: 1,
  exit: EXIT.ok,
  file,
  dialect,
  paths: answers.map(({ path, matches }) => ({
    path,
    owners: [...new Set(matches.flatMap(({ rule }) => rule.owners.map((owner) => owner.text)))],
    matches: matches.map(({ rule, section }) => ({
      owners: rule.owners.map((owner) => owner.text),
      line: rule.line,
      pattern: rule.pattern,
      section: section.name,
      optional: section.optional,
      approvals: section.humans,
    })),
  })),
  problems: problems.map((p) => ({ ...p })),
});
