/** What every answer tells a browser it may do with it: hono's own list, and a policy under which a page runs nothing but what it brings. */
import { Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const all = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'], workerSrc: ["'self'"], frameAncestors: ["'none'"] },
});
const asked = await new Hono()
  .use(all)
  .get('/', (c) => c.body(null))
  .request('/');
const HEADERS: readonly (readonly [string, string])[] = [...asked.headers];

/** Said before a route answers and not after: an answer whose headers are touched afterwards is built twice, a third of what a quick one costs. */
export const secured: MiddlewareHandler = (c, next) => {
  for (const [name, value] of HEADERS) c.header(name, value);
  return next();
};
