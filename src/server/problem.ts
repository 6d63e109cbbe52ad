/** The one translator from problems to HTTP: problem+json (RFC 9457) with our reason code, a remedy and a request id. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Problem, problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import { STATUS } from './world.ts';

/** @param status the one of its code unless told. */
export function refuse(c: Context<Door>, problems: readonly Problem[], status?: ContentfulStatusCode): Response {
  const [first = problem('INTERNAL', 'refused without a reason')] = problems;
  const said = status ?? ((STATUS[first.code] ?? 422) as ContentfulStatusCode);
  const body = {
    type: `urn:countersign:reason:${first.code}`,
    code: first.code,
    title: first.message,
    status: said,
    ...(first.place === undefined ? {} : { place: first.place }),
    detail: problems.map((p) => p.message).join('; '),
    remedy: first.remedy ?? 'correct the request and send it again',
    problems,
    requestId: c.get('requestId'),
  };
  // What was not read to its end stands between this answer and the next request.
  if (first.code === 'BODY_TOO_LARGE') c.header('connection', 'close');
  return c.body(JSON.stringify(body), said, { 'content-type': 'application/problem+json' });
}
