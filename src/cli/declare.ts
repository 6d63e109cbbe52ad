/** `countersign declare`: the one command that repairs commits which do not say whether an AI assisted. */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { type Assistant, parseAssistant } from '../core/provenance/preset-trailers.ts';
import { type Declared, declareCommits } from '../flows/declare.ts';
import { openDeclareClone } from '../world.ts';
import { declarationTerms } from './declare-terms.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible } from './terminal.ts';

export interface DeclareOptions {
  readonly repo: string;
  readonly as?: string;
  readonly session?: string;
  readonly commit?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Exit 0 where every commit asked about says it now, 2 where one does not, or nothing was done. */
export async function declare(range: string, options: DeclareOptions): Promise<Answer> {
  const as = assistantIn(options);
  if (!as.ok) return refusal([as.error], options.json);
  const world = await openDeclareClone(options.repo);
  const terms = await declarationTerms(world.repository);
  const done = await declareCommits(world, { range, only: options.commit ?? [], as: as.value, ...terms, dryRun: options.dryRun === true });
  if (!done.ok) return refusal(done.error, options.json);
  const code = done.value.unknown.length === 0 ? EXIT.ok : EXIT.refused;
  if (options.json === true) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, dryRun: options.dryRun === true, ...done.value }, null, 2)}\n`, stderr: '' };
  return {
    code,
    stdout: `${told(done.value).join('\n')}\n`,
    stderr: [...unknown(done.value), ...done.value.left.map((w) => `countersign: ${visible(w)}`)].map((l) => `${l}\n`).join(''),
  };
}

function assistantIn({ as, session }: DeclareOptions): Result<Assistant | null> {
  const id = session?.replace(/^urn:countersign:/, '');
  if (id !== undefined && (!/^s_[0-9a-f]{14}$/.test(id) || as === undefined))
    return err(
      problem('USAGE', `${JSON.stringify(session)} is no session of a recorder`, {
        place: '--session',
        remedy: 'give s_ and 14 hex digits, as hook log says it, and --as with it',
      }),
    );
  if (as === undefined) return ok(null);
  const who = parseAssistant(as);
  if (who !== undefined) return ok(who.tool === 'none' || id === undefined ? who : { ...who, session: id });
  return err(
    problem('USAGE', `${JSON.stringify(as)} is no declaration that a reader of commits understands`, {
      place: '--as',
      remedy: 'give none, or <tool>:<model> with its version, such as claude-code:claude-opus-4-6',
    }),
  );
}

function told({ branch, before, after, commits, asked, published, unknown }: Declared): readonly string[] {
  const own = commits.filter((c) => c.trailers.length > 0);
  if (asked === 0) return ['there is no commit in this range; nothing to do'];
  if (commits.length === 0) return unknown.length > 0 ? ['nothing is changed'] : ['every commit says it already; nothing to do'];
  const rows = commits.map(
    ({ from, to, title, trailers }) => `  ${from.slice(0, 12)} -> ${to?.slice(0, 12) ?? '(dry run)   '}  ${visible(title)}${trailers.map((t) => `\n      ${visible(t)}`).join('')}`,
  );
  const head =
    before === after ? `nothing is written; this would be done on ${short(branch)}:` : `${own.length} ${own.length === 1 ? 'commit' : 'commits'} declared on ${short(branch)}:`;
  if (before === after) return [head, ...rows];
  const push = published.length === 0 ? [] : [`${published.join(', ')} has the old ones: git push --force-with-lease`];
  return [head, ...rows, ...push, `to undo it: git update-ref ${branch} ${before} ${after}`];
}

const short = (ref: string): string => ref.replace(/^refs\/heads\//, '');

const unknown = ({ unknown: some }: Declared): readonly string[] =>
  some.length === 0
    ? []
    : [
        'countersign: no recorder knows what to say of:',
        ...some.map((c) => `  ${c.commit.slice(0, 12)} ${visible(c.title)}`),
        '  remedy: say it yourself: the same command with --as none, or --as <tool>:<model>',
      ];
