/** One door to the API: same origin, JSON, problems as RFC 9457 documents. */
import type { Problem } from './generated.ts';

/** What a server says of a refusal, or this client where none answered. */
export type ProblemBody = Pick<Problem, 'code' | 'title'> & Partial<Problem>;

/** What the server refused, in its own words. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly body: ProblemBody;
  constructor(status: number, body: ProblemBody) {
    super(body.title);
    this.name = 'ApiProblem';
    this.status = status;
    this.body = body;
  }
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body);
export const remove = <T>(path: string): Promise<T> => call<T>('DELETE', path);

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await reach(method, path, body);
  const text = await response.text();
  const parsed = parse(text);
  if (!response.ok) throw new ApiProblem(response.status, asProblem(parsed, response.status));
  return parsed as T;
}

/** `x-countersign` cannot be set by a foreign form, so a mutating call without it is refused by the server. */
async function reach(method: string, path: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-countersign'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await fetch(`/api/v1${path}`, { method, headers, credentials: 'same-origin', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new ApiProblem(0, { code: 'GATE_UNAVAILABLE', title: 'The server does not answer', remedy: 'Check that it is running, then try again.' });
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export function asProblem(parsed: unknown, status: number): ProblemBody {
  if (parsed !== null && typeof parsed === 'object' && 'title' in parsed && typeof parsed.title === 'string') return parsed as ProblemBody;
  return { code: 'INTERNAL', title: `The server answered ${status} and did not say why` };
}
