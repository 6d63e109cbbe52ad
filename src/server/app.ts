/** The API and the pages. Routes are one file each; what holds for all of them is here. */
import { Hono } from 'hono';
import { problem } from '../core/base/result.ts';
import { API } from './auth/access.ts';
import { callerOf } from './auth/caller.ts';
import { guard } from './auth/guard.ts';
import { session } from './auth/session-routes.ts';
import { tokens } from './auth/token-routes.ts';
import { openApi } from './document.ts';
import type { Door } from './door.ts';
import { FORGES_PREFIX, forgeDoor } from './forge-door.ts';
import { idempotent } from './idempotency.ts';
import { limited } from './limits.ts';
import { failureLine, failureOf } from './logging.ts';
import { notKept, onlyJson, otherMethods, tagged } from './manners.ts';
import { observed, routeOf } from './observed.ts';
import { OPERATIONS } from './openapi.ts';
import { pages } from './pages.ts';
import { refuse } from './problem.ts';
import { authority } from './routes/authority.ts';
import { breakGlass } from './routes/break-glass.ts';
import { changes } from './routes/changes.ts';
import { enrolments } from './routes/enrolments.ts';
import { events } from './routes/events.ts';
import { gate } from './routes/gate.ts';
import { jobs } from './routes/jobs.ts';
import { ledger } from './routes/ledger.ts';
import { LOG_PREFIX, logFiles } from './routes/log.ts';
import { modes } from './routes/modes.ts';
import { operations } from './routes/operations.ts';
import { ownership } from './routes/ownership.ts';
import { people } from './routes/people.ts';
import { reader } from './routes/reader.ts';
import { signoffs } from './routes/signoffs.ts';
import { violations } from './routes/violations.ts';
import { webhooks } from './routes/webhooks.ts';
import { secured } from './secured.ts';
import type { ServerWorld } from './world.ts';

export function createApp(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const hosts = new Set(world.site.origins.map((o) => new URL(o).host));

  app.use(secured);
  app.use(observed(world));
  // Whoever asks whether we live names us by an address of their own.
  app.route('/', operations(world));
  app.use(async (c, next) => {
    // Another site that resolves its own name to our address (DNS rebinding) is not us.
    if (!hosts.has(c.req.header('host') ?? ''))
      return refuse(c, [problem('USAGE', `this server does not answer for ${c.req.header('host') ?? 'nobody'}`, { remedy: `open ${world.site.url}` })]);
    return next();
  });
  // Before the limits of whoever asks: a forge says much at once, and from few addresses.
  app.route(FORGES_PREFIX, forgeDoor(world));
  // Who asks is looked up by a digest, one row; everything that costs more, a body first of all, comes behind the limits.
  app.use(`${API}/*`, async (c, next) => {
    c.set('session', await callerOf(world, c));
    return next();
  });
  app.use(limited(world.limits));
  // A form on another site can send a cookie but not this header, so a mutation without it is not from our page.
  app.use('/api/*', async (c, next) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!reads && c.req.header('x-countersign') === undefined) return refuse(c, [problem('USAGE', 'the header x-countersign is missing', { remedy: 'send x-countersign: 1' })]);
    return next();
  });
  app.use('/api/*', onlyJson);
  app.use('/api/*', notKept);
  app.use(`${API}/*`, tagged);
  const absent = otherMethods(app);
  app.use(`${API}/*`, guard(world, absent));

  // Behind the guard: what was answered once is answered again only to who may still ask.
  const once = idempotent(world.now);
  for (const op of OPERATIONS) if (op.creates === true) app.on('POST', `${API}${op.path}`, once);

  const api = new Hono<Door>();
  api.route('/session', session(world));
  api.route('/tokens', tokens(world));
  api.route('/enrolments', enrolments(world));
  // Before a change may be named so.
  api.route('/changes', events(world));
  api.route('/changes', changes(world));
  api.route('/violations', violations(world));
  api.route('/changes', signoffs(world));
  api.route('/changes', ownership(world));
  api.route('/changes', breakGlass(world));
  api.route('/changes', reader(world));
  api.route('/people', people(world));
  api.route('/modes', modes(world));
  api.route('/jobs', jobs(world));
  api.route('/webhooks', webhooks(world));
  api.route('/authority', authority(world));
  api.route('/gate', gate(world));
  api.get('/openapi.json', (c) => c.json(openApi()));
  api.route('/', ledger(world));
  app.route(API, api);
  app.all('/api/*', absent);
  app.route(LOG_PREFIX, logFiles(world));
  app.route('/', pages(world.webRoot));
  app.notFound(absent);

  app.onError((error, c) => {
    const failure = failureOf(error);
    const at = { requestId: c.get('requestId'), door: 'http', route: routeOf(c) } as const;
    if (world.journal === undefined) world.log(`${at.requestId} ${c.req.method} ${at.route}: ${failureLine(failure)}`);
    else world.journal.failed({ ...at, failure });
    if (world.away?.(error) === true)
      return refuse(c, [problem('STORE_UNAVAILABLE', 'what keeps the log does not answer', { remedy: 'ask again in a moment: nothing is done twice' })]);
    return refuse(c, [problem('INTERNAL', 'our own bug; the log has the details', { remedy: 'report it with the request id' })]);
  });
  return app;
}
