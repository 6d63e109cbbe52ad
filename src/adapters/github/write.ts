/** What GitHub is told: a check of one commit, and the answer to a deployment that waits. Everything is cut to what GitHub takes. */
import { ok, type Problem, problem } from '../../core/base/result.ts';
import type { Annotation, CheckReport, DeployReport, ForgeAnswer } from '../../flows/ports-forge.ts';
import { type App, strange } from './app.ts';
import { type Answered, type Call, path } from './call.ts';
import { failed, saidBy } from './failed.ts';
import { inside, whereOf } from './read.ts';
import { CHECK } from './schema.ts';

/** What a person presses to be looked at again. GitHub hands the identifier back. */
export const LOOK_AGAIN = 'look-again';

const MOST = { title: 255, summary: 65_535, annotations: 50, message: 4_000, comment: 1_024 } as const;

/** Only success lets a required check pass; `neutral` and `skipped` would too, and are never said. */
const CONCLUSION = { allow: 'success', wait: 'action_required', deny: 'failure' } as const;

/**
 * The check of this head and name, as it is now. What was reported before is changed; a new one takes its place where that is gone, where GitHub
 * keeps an end it had (a pass must not outlive its verdict), and where its lines are others: GitHub adds lines and takes none away.
 */
export async function report(app: App, check: CheckReport): Promise<ForgeAnswer<string>> {
  const { place, run, head } = check;
  const said = bodyOf(check);
  if (run !== null && /^\d{1,19}$/.test(run)) {
    const changed = await change(app, check, inside(place.name, path`/check-runs/${run}`), said);
    if (!changed.ok) return changed;
    if (changed.value !== null) return ok(changed.value);
  }
  const call: Call = { method: 'POST', path: inside(place.name, '/check-runs'), body: { ...said, head_sha: head } };
  const answer = await app.at(whereOf(place), 'checks', call);
  if (!answer.ok) return answer;
  const made = CHECK.safeParse(answer.value.body);
  return made.success ? ok(String(made.data.id)) : strange(call.path);
}

interface Body {
  readonly status: 'in_progress' | 'completed';
  readonly conclusion?: (typeof CONCLUSION)[keyof typeof CONCLUSION];
  readonly output: { readonly title: string; readonly summary: string; readonly annotations?: readonly object[] };
  readonly [field: string]: unknown;
}

/** null: a new one has to take its place. */
async function change(app: App, { place, annotations, verdict }: CheckReport, at: string, said: Body): Promise<ForgeAnswer<string | null>> {
  const lines = said.output.annotations?.length ?? 0;
  const has = annotations.length === 0 ? ok(0) : await linesOf(app, place, at);
  if (!has.ok) return has;
  if (has.value === null || (has.value > 0 && has.value !== lines)) return ok(null);
  const { annotations: _, ...bare } = said.output;
  const body = { ...said, output: has.value > 0 ? bare : said.output };
  const answer = await app.at(whereOf(place), 'checks', { method: 'PATCH', path: at, body, may: [404] });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(null);
  const now = CHECK.safeParse(answer.value.body);
  if (!now.success) return strange(at);
  const asSaid = now.data.status === said.status && (now.data.conclusion ?? null) === (said.conclusion ?? null);
  const shown = verdict === 'looking' || (now.data.output?.annotations_count ?? 0) === lines;
  return ok(asSaid && shown ? String(now.data.id) : null);
}

/** null: it is gone. */
async function linesOf(app: App, place: CheckReport['place'], at: string): Promise<ForgeAnswer<number | null>> {
  const answer = await app.at(whereOf(place), 'checks', { method: 'GET', path: at, may: [404] });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(null);
  const known = CHECK.safeParse(answer.value.body);
  return known.success ? ok(known.data.output?.annotations_count ?? 0) : strange(at);
}

function bodyOf({ name, verdict, title, summary, annotations, url, change: id }: CheckReport): Body {
  const shown = [...annotations].sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity]).slice(0, MOST.annotations);
  const more = annotations.length - shown.length;
  const notice = more > 0 ? `\n\n${more} more lines have something said of them than are shown beside the code: all are on our page.` : '';
  return {
    name,
    details_url: url,
    ...(id === '' ? {} : { external_id: id }),
    ...(verdict === 'looking' ? { status: 'in_progress' } : { status: 'completed', conclusion: CONCLUSION[verdict] }),
    output: {
      title: cut(title, MOST.title),
      summary: onALine(summary, MOST.summary - Buffer.byteLength(notice)) + notice,
      ...(shown.length === 0 ? {} : { annotations: shown.map(lineOf) }),
    },
    actions: [{ label: 'Look again', description: 'Judge this commit again', identifier: LOOK_AGAIN }],
  };
}

const GRAVITY = { notice: 0, warning: 1, failure: 2 } as const;

const lineOf = ({ path: file, line, severity, title, message }: Annotation) => ({
  path: file,
  start_line: line,
  end_line: line,
  annotation_level: severity,
  title: cut(title, MOST.title),
  message: cut(message, MOST.message),
});

/**
 * `waiting` says something and decides nothing. GitHub answers 404 or 422 of a run that is not there or waits for us no more; what the app may not
 * do is 403, or said of its token, and stays to be answered.
 */
export async function deploy(app: App, { place, runId, environment, state, comment }: DeployReport): Promise<ForgeAnswer<void>> {
  const body = { environment_name: environment, comment: cut(comment, MOST.comment), ...(state === 'waiting' ? {} : { state }) };
  const call = { method: 'POST', path: inside(place.name, path`/actions/runs/${runId}/deployment_protection_rule`), body } as const;
  const answer = await app.at(whereOf(place), 'deploy', { ...call, may: [404, 422] });
  if (!answer.ok) return answer;
  return answer.value.status < 300 ? ok(undefined) : failed(nothingWaits(answer.value, call.path), { gone: true });
}

const nothingWaits = (answer: Answered, place: string): Problem =>
  problem('NOT_FOUND', `no deployment waits for us there: ${saidBy(answer)}`, { place, remedy: 'it was cancelled, or answered; deploy again to be asked again' });

/** Characters. No half of one is left at the end. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const CUT = '\n\nThis goes on: all of it is on our page.';

/** Bytes, so that it fits whichever way GitHub counts. */
function onALine(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const room = Buffer.from(text)
    .subarray(0, most - Buffer.byteLength(CUT))
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  const end = room.lastIndexOf('\n');
  return (end > 0 ? room.slice(0, end) : room) + CUT;
}
