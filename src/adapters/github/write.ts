/** What GitHub is told: a check of one commit, and the answer to a deployment that waits. Everything is cut to what GitHub takes. */
import { ok, type Problem, problem } from '../../core/base/result.ts';
import type { Annotation, CheckReport, DeployReport, ForgeAnswer } from '../../flows/ports-forge.ts';
import { type App, strange } from './app.ts';
import { type Answered, type Call, path } from './call.ts';
import { type Failed, failed, saidBy } from './failed.ts';
import { inside, whereOf } from './read.ts';
import { CHECK, CHECKS } from './schema.ts';

/** What a person presses to be looked at again. GitHub hands the identifier back. */
export const LOOK_AGAIN = 'look-again';

const MOST = { title: 255, summary: 65_535, annotations: 50, message: 4_000, comment: 1_024 } as const;

/** Only success lets a required check pass; `neutral` and `skipped` would too, and are never said. */
const CONCLUSION = { allow: 'success', wait: 'action_required', deny: 'failure' } as const;

/**
 * The check of this head and name, as it is now. What was reported before is changed; a new one takes its place where that is gone, where GitHub
 * keeps an end it had (a pass must not outlive its verdict), and where its lines are others: GitHub adds lines and takes none away.
 *
 * A try to make one that ended without an answer may have made it: the next one looks first, and goes on with it. That is remembered by this
 * process alone; of two runs of one name, GitHub goes by the later.
 */
export function reports(app: App, appId: number): (check: CheckReport) => Promise<ForgeAnswer<string>> {
  const unsure = new Set<string>();
  return async (check) => {
    const { place, name, head } = check;
    const said = bodyOf(check);
    const known = check.run !== null && /^\d{1,19}$/.test(check.run) ? check.run : null;
    const changed = known === null ? NONE : await change(app, check, known, said);
    if (!changed.ok) return changed;
    if (changed.value !== null) return ok(changed.value);
    const key = `${place.forgeId} ${head} ${name}`;
    const before = unsure.has(key) ? await madeBefore(app, appId, check) : NONE;
    if (!before.ok) return before;
    const other = before.value === null || before.value === known ? NONE : await change(app, check, before.value, said);
    if (!other.ok) return other;
    const call: Call = { method: 'POST', path: inside(place.name, '/check-runs'), body: { ...said, head_sha: head } };
    const made = other.value === null ? await make(app, check, call) : ok(other.value);
    if (made.ok) unsure.delete(key);
    else if (isUnsure(made, call)) unsure.add(key);
    for (const oldest of unsure) if (unsure.size > MOST_UNSURE) unsure.delete(oldest);
    return made;
  };
}

const NONE = ok(null);

/** Asked to wait, GitHub made none; where its token was not given, nobody asked it to. */
const isUnsure = ({ error, after }: Failed, { path: at }: Call): boolean => error.code === 'FORGE_UNAVAILABLE' && after === null && error.place === at;

const MOST_UNSURE = 1_000;

async function make(app: App, { place }: CheckReport, call: Call): Promise<ForgeAnswer<string>> {
  const answer = await app.at(whereOf(place), 'checks', call);
  if (!answer.ok) return answer;
  const made = CHECK.safeParse(answer.value.body);
  return made.success ? ok(String(made.data.id)) : strange(call.path);
}

/** null: there is none of ours. Of a commit that is not there, whoever makes one is told so. */
async function madeBefore(app: App, appId: number, { place, name, head }: CheckReport): Promise<ForgeAnswer<string | null>> {
  const at = inside(place.name, path`/commits/${head}/check-runs`);
  const answer = await app.at(whereOf(place), 'checks', { method: 'GET', path: at, query: { check_name: name, app_id: appId, filter: 'latest' }, may: [404, 422] });
  if (!answer.ok) return answer;
  if (answer.value.status >= 400) return ok(null);
  const listed = CHECKS.safeParse(answer.value.body);
  if (!listed.success) return strange(at);
  const ours = listed.data.check_runs.filter((run) => run.name === name && run.head_sha === head && run.app?.id === appId);
  return ok(ours.length === 0 ? null : String(Math.max(...ours.map((run) => run.id))));
}

interface Body {
  readonly status: 'completed';
  readonly conclusion: (typeof CONCLUSION)[keyof typeof CONCLUSION];
  readonly output: { readonly title: string; readonly summary: string; readonly annotations?: readonly object[] };
  readonly [field: string]: unknown;
}

/** null: a new one has to take its place. */
async function change(app: App, { place, annotations }: CheckReport, run: string, said: Body): Promise<ForgeAnswer<string | null>> {
  const at = inside(place.name, path`/check-runs/${run}`);
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
  const asSaid = now.data.status === said.status && (now.data.conclusion ?? null) === said.conclusion;
  const shown = (now.data.output?.annotations_count ?? 0) === lines;
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
    ...{ status: 'completed', conclusion: CONCLUSION[verdict] },
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
