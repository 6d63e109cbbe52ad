/** Asking a server over its public API. What it answers is a stranger's word: callers check what matters. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';

export interface ServerAnswer<T> {
  readonly body: T;
  /** What the server would have kept by a browser, to send along; empty where there is nothing. */
  readonly cookie: string;
}

/**
 * One request, POST where there is a body. @param origin scheme, host and port.
 * Problems: what the server refused with; GATE_UNAVAILABLE where it does not answer.
 */
export async function callServer<T>(origin: string, path: string, body?: unknown, cookie = ''): Promise<Result<ServerAnswer<T>, readonly Problem[]>> {
  const headers = { 'content-type': 'application/json', 'x-countersign': '1', ...(cookie === '' ? {} : { cookie }) };
  try {
    const response = await fetch(`${origin}/api/v1${path}`, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as T & { problems?: readonly Problem[] };
    if (!response.ok) return err(answer.problems ?? [problem('INTERNAL', `the server answered ${response.status}`)]);
    return ok({ body: answer, cookie: kept(response.headers) });
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    return err([problem('GATE_UNAVAILABLE', `the server does not answer: ${why}`, { place: origin, remedy: 'check that it runs, and the address' })]);
  }
}

/** What it takes back again, a browser would drop. */
const kept = (headers: Headers): string =>
  headers
    .getSetCookie()
    .filter((line) => !/;\s*max-age=0(?:;|$)/i.test(line))
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');
