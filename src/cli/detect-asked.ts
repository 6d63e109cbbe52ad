/** Which commits of a history `detect` and `agents` are asked about. */
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { dateOf } from '../core/simulate/date.ts';
import type { MessagesAsked } from '../flows/ports.ts';

/** As the command line gives them. */
export interface DetectOptions {
  readonly repo: string;
  readonly branch?: string;
  readonly all?: boolean;
  readonly since?: string;
  readonly notes?: boolean;
  readonly registry?: string;
  readonly stdin?: boolean;
  readonly jsonl?: boolean;
  readonly json?: boolean;
}

export const onlyOne = (what: string): Problem => problem('USAGE', `${what} do not go together`, { place: 'command line', remedy: 'give one of them' });

/** Which commits, as the options name them. */
export function askedOf(range: string | undefined, { branch, all, since }: Pick<DetectOptions, 'branch' | 'all' | 'since'>): Result<MessagesAsked> {
  if ([range, branch, all === true ? '' : undefined].filter((named) => named !== undefined).length > 1) return err(onlyOne('RANGE, --branch and --all'));
  const from = since === undefined ? undefined : dateOf(since);
  if (from === null) return err(problem('USAGE', `${JSON.stringify(since)} is no date`, { place: '--since', remedy: 'write 2026-01-31' }));
  const tip = range ?? branch;
  return { ok: true, value: { ...(tip === undefined ? {} : { range: tip }), ...(all === true ? { all } : {}), ...(from === undefined ? {} : { since: from }) } };
}
