/** The one door there is before a log: founders open their links, and nothing else is here. It closes when the last of them came. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import * as z from 'zod';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { Founding } from '../flows/founding.ts';
import type { Door } from './door.ts';
import { limited } from './limits.ts';
import { failureLine, failureOf } from './logging.ts';
import { notKept, onlyJson, otherMethods } from './manners.ts';
import { pages } from './pages.ts';
import { refuse } from './problem.ts';
import { read, registration } from './schema.ts';

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is no link of ours');
const foundingBegin = z.strictObject({ secret });
const foundingKey = z.strictObject({ secret, key: registration });

export interface FoundingDoor {
  readonly founding: Founding;
  /** Scheme, host and port as people reach it. */
  readonly url: string;
  readonly webRoot: string;
  log(line: string): void;
}

/** A link is a fragment: no server, proxy or referrer ever hears of it but by what its page sends. */
export const linkOf = (url: string, of: string): string => `${url}/found#${of}`;

function foundingApp({ founding, url, webRoot, log }: FoundingDoor): Hono<Door> {
  const app = new Hono<Door>();
  const { host } = new URL(url);
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'], frameAncestors: ["'none'"] } }));
  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID());
    c.set('session', null);
    if (c.req.header('host') !== host) return refuse(c, [problem('USAGE', 'this server does not answer for that name', { remedy: `open ${url}` })]);
    return next();
  });
  app.use(limited({ perSecond: 10, burst: 200, proxies: [] }));
  app.use('/api/*', async (c, next) => {
    if (c.req.method !== 'GET' && c.req.header('x-countersign') === undefined)
      return refuse(c, [problem('USAGE', 'the header x-countersign is missing', { remedy: 'send x-countersign: 1' })]);
    return next();
  });
  app.use('/api/*', onlyJson);
  app.use('/api/*', notKept);
  app.post('/api/v1/founding/begin', async (c) => {
    const body = await read(c.req, foundingBegin);
    if (!body.ok) return refuse(c, body.error);
    const asked = founding.begin(body.value.secret);
    return asked.ok ? c.json(asked.value) : refuse(c, asked.error);
  });
  app.post('/api/v1/founding', async (c) => {
    const body = await read(c.req, foundingKey);
    if (!body.ok) return refuse(c, body.error);
    const { expires: _, transports: __, ...key } = body.value.key;
    const done = founding.enrol(body.value.secret, key);
    return done.ok ? c.json(done.value, 201) : refuse(c, done.error);
  });
  const absent = otherMethods(app);
  app.all('/api/*', absent);
  app.route('/', pages(webRoot));
  app.notFound(absent);
  app.onError((error, c) => {
    log(`founding: ${failureLine(failureOf(error))}`);
    return refuse(c, [problem('INTERNAL', 'our own bug; the log has the details', { remedy: 'report it' })]);
  });
  return app;
}

/** Problem: USAGE, where the address cannot be listened on. */
export function listenForFounders(door: FoundingDoor, at: { readonly host: string; readonly port: number }): Promise<Result<{ close(): Promise<void> }>> {
  const patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 };
  const server = createServer(patience, getRequestListener(foundingApp(door).fetch));
  server.maxConnections = 200;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const late = setTimeout(() => server.closeAllConnections(), 2_000);
      server.close(() => {
        clearTimeout(late);
        resolve();
      });
      server.closeIdleConnections();
    });
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(err(problem('USAGE', `this address cannot be listened on: ${error.message}`, { place: `${at.host}:${at.port}`, remedy: 'choose another --port' }))),
    );
    server.listen(at.port, at.host, () => resolve(ok({ close })));
  });
}
