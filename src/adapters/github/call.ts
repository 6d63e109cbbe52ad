/**
 * One call of GitHub's API. It leads to no other host, for it carries a token; it ends in time; and of an answer no more is read than the longest
 * list needs. A redirect inside the API is followed: a repository that was renamed answers by one.
 *
 * By hand and not by Octokit: its app authentication shares tokens that are on their way between all apps of a process, by the number of the
 * installation alone, so that one forge was seen to be given the token of another; and it takes a redirect and a page of HTML for an answer.
 */
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Behind the base address. @see path */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Answered with 304 where nothing changed since. */
  readonly tag?: string | null;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** undefined: it is no JSON. */
  readonly body: unknown;
}

export interface Line {
  /** `https://api.github.com`, `https://ghe.example/api/v3`: no slash at its end. */
  readonly api: string;
  readonly fetch: Fetch;
  /** For one call, redirects and body included. */
  readonly ms: number;
}

/** Unless told otherwise. */
export const PATIENCE_MS = 10_000;

/** A hundred proposals whose text is as long as GitHub lets it be, four bytes a character. */
const MOST_BYTES = 32 << 20;
const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Every value is one segment. What a segment cannot say is refused when it is called. */
export const path = (parts: TemplateStringsArray, ...values: readonly (string | number)[]): string =>
  parts.reduce((whole, part, i) => `${whole}${encodeURIComponent(String(values[i - 1] ?? ''))}${part}`);

/** @param token what stands behind `Bearer`; null: nobody in particular asks. Problem: FORGE_UNAVAILABLE, FORGE_REFUSED. */
export async function called(line: Line, call: Call, token: string | null): Promise<Result<Answered>> {
  const query = new URLSearchParams(Object.entries(call.query ?? {}).map(([name, value]) => [name, String(value)])).toString();
  const url = `${line.api}${call.path}${query === '' ? '' : `?${query}`}`;
  // `..` as a name would ask for something else.
  if (!URL.canParse(url) || new URL(url).href !== url) return err(problem('FORGE_REFUSED', 'there can be nothing of this name', { place: call.path }));
  try {
    const signal = AbortSignal.timeout(line.ms);
    const response = await followed(line, url, { ...requestOf(call, token), signal }, MOST_REDIRECTS);
    return response.ok ? await read(response.value, call.path) : response;
  } catch (cause) {
    return err(unreached(wordsOf(cause, line.ms), call.path));
  }
}

function requestOf({ method, body, tag }: Call, token: string | null): RequestInit {
  return {
    method,
    redirect: 'manual',
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'countersign',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(tag == null ? {} : { 'if-none-match': tag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

async function followed(line: Line, url: string, request: RequestInit, left: number): Promise<Result<Response>> {
  const response = await line.fetch(url, request);
  if (!REDIRECTS.has(response.status)) return ok(response);
  await response.body?.cancel();
  const location = response.headers.get('location') ?? '';
  const next = URL.canParse(location, url) ? new URL(location, url) : null;
  const place = new URL(url).pathname;
  if (next === null || !next.href.startsWith(`${line.api}/`) || next.username !== '')
    return err(problem('FORGE_REFUSED', 'it leads to another host, and our token goes to none', { place, remedy: 'set `api` to the address the forge answers at itself' }));
  return left === 0 ? err(unreached('it leads in a circle', place)) : followed(line, next.href, request, left - 1);
}

async function read(response: Response, place: string): Promise<Result<Answered>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) return err(unreached(`it answers with more than ${MOST_BYTES >> 20} MiB`, place));
    parts.push(part);
  }
  return ok({ status: response.status, headers: response.headers, body: parsed(Buffer.concat(parts).toString('utf8')) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const unreached = (what: string, place: string): Problem =>
  problem('FORGE_UNAVAILABLE', `GitHub did not answer: ${what}`, { place, remedy: 'it is tried again; where it stays so, look whether this server reaches `api`' });

function wordsOf(cause: unknown, ms: number): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return `not within ${ms / 1_000} s`;
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return `it cannot be reached: ${inner instanceof Error && 'code' in inner ? String(inner.code) : 'the connection broke'}`;
}
