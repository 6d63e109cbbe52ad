/**
 * The API as OpenAPI 3.1, out of the shapes that requests are read by. A route that is not in the table, or a row that is no route,
 * fails a test, as does a successful answer that is not of the shape stated here.
 */
import * as z from 'zod';
import { REASON_CODES } from '../core/base/codes.ts';
import { JOB_STATES } from '../flows/ports-jobs.ts';
import { ROLES, SCOPES } from '../flows/ports-login.ts';
import { WEBHOOK_EVENTS } from '../flows/ports-webhooks.ts';
import { needOf } from './auth/access.ts';
import {
  actAs,
  answers,
  assertion,
  empty,
  envelopeBody,
  gateQuestion,
  glassWords,
  keyLogin,
  newTokenWords,
  ownershipWords,
  passkeyBegin,
  person as personWords,
  registration,
  replayWords,
  rotationWords,
  signature,
  sshKey,
  webhookWords,
} from './schema.ts';

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/api/v1`, as hono writes it. */
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: { readonly [name: string]: { readonly shape: z.ZodType; readonly words: string } };
  /** 303: the browser goes on elsewhere. */
  readonly status: 200 | 201 | 303;
  readonly answer: z.ZodType | 'text/plain' | 'text/event-stream' | null;
  /** Creates: takes an `idempotency-key`. */
  readonly creates?: true;
}

const text = z.string();
const count = z.int().min(0);
const any = z.looseObject({});
const list = <T extends z.ZodType>(item: T) => z.array(item);
const person = z.looseObject({ id: text, name: text, level: text });
const receipt = z.looseObject({ index: count });
const offer = z.looseObject({ ticket: text, challenge: text, statement: text, sentence: text, rpId: text, allowCredentials: list(text) });
const session = z.looseObject({
  ...{ person: person.nullable(), via: text.nullable(), roles: list(z.enum(ROLES)), fresh: z.iso.datetime().nullable(), demo: z.boolean() },
  ...{ people: list(any), oidc: text.nullable(), organisation: text, rpId: text },
});
const token = z.looseObject({ id: text, name: text, account: text, scopes: list(z.enum(SCOPES)), created: z.iso.datetime(), until: z.iso.datetime() });
const listed = z.looseObject({ id: text, repo: text, targetRef: text, title: text, summary: text, tier: text, state: text, createdAt: count });
const entry = z.looseObject({ index: count, type: text, time: text, digest: text, text, proven: z.boolean() });
const job = z.looseObject({ id: text, kind: text, state: z.enum(JOB_STATES), attempts: count, tries: count, due: text.nullable(), error: text.nullable(), created: text });
const webhook = z.looseObject({ id: text, url: text, events: list(z.enum(WEBHOOK_EVENTS)), since: count, created: text, by: text, last: any.nullable() });
const reason = z.strictObject({
  code: z.enum(Object.keys(REASON_CODES) as [string, ...string[]]),
  text,
  rule: text.optional(),
  need: z.strictObject({ humans: count, level: text.nullable(), domains: list(text) }).optional(),
});
const gateAnswer = z.strictObject({
  verdict: z.enum(['allow', 'wait', 'deny']),
  verdict_id: z.uuid(),
  policy_digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  reasons: list(reason),
  signoff_url: text.nullable(),
  evidence_bundle_url: text.nullable(),
  retry_after: count.nullable(),
  valid_until: z.iso.datetime().nullable(),
});

export const problemShape = z.looseObject({
  type: text,
  code: z.enum(Object.keys(REASON_CODES) as [string, ...string[]]),
  title: text,
  status: z.int().min(400).max(599),
  detail: text,
  remedy: text,
  requestId: text,
  place: text.optional(),
  problems: list(z.looseObject({ code: text, message: text })),
});

const state = z.enum(['open', 'signed', 'passed', 'landed', 'refused', 'all']);
const whole = z.string().regex(/^\d{1,15}$/);
const page = {
  limit: { shape: z.string().regex(/^([1-9]|[1-9]\d|1\d\d|200)$/), words: 'items of one page: 50 unless told, at most 200' },
  cursor: { shape: z.string().regex(/^000[0-9a-f]{13}$/), words: '`next` of the page before' },
};

/** Signing is two beats: `prepare` makes the bytes, the second call brings the signature over exactly those. */
export const OPERATIONS: readonly Operation[] = [
  { method: 'GET', path: '/openapi.json', summary: 'This document', status: 200, answer: any },
  { method: 'GET', path: '/session', summary: 'Who is signed in', status: 200, answer: session },
  { method: 'DELETE', path: '/session', summary: 'Sign out', status: 200, answer: session },
  { method: 'POST', path: '/session/act-as', summary: 'Act as somebody, in demo data only', body: actAs, status: 200, answer: session },
  {
    method: 'POST',
    path: '/session/passkey/begin',
    summary: 'A challenge to sign in with',
    body: passkeyBegin,
    status: 200,
    answer: z.looseObject({ challenge: text, rpId: text, allowCredentials: list(text) }),
  },
  { method: 'POST', path: '/session/passkey', summary: 'Sign in', body: assertion, status: 200, answer: session },
  {
    method: 'POST',
    path: '/session/key/begin',
    summary: 'A ticket to sign in with a security key of the terminal: docs/spec/sign-in.md',
    body: empty,
    status: 200,
    answer: z.looseObject({ ticket: text, origin: text }),
  },
  { method: 'POST', path: '/session/key', summary: 'Sign in with it', body: keyLogin, status: 200, answer: session },
  {
    ...{ method: 'GET', path: '/session/oidc', summary: 'To the identity provider, where one is configured', status: 303, answer: null },
    query: { back: { shape: text, words: 'page to come back to' }, fresh: { shape: text, words: 'prove again who you are' } },
  },
  { method: 'GET', path: '/session/oidc/callback', summary: 'Back from the identity provider', status: 303, answer: null },
  {
    method: 'POST',
    path: '/session/end-all',
    summary: 'End the sessions and tokens of somebody',
    body: personWords,
    status: 200,
    answer: z.looseObject({ sessions: count, tokens: count }),
  },
  { method: 'GET', path: '/tokens', summary: 'API tokens of whoever asks', status: 200, answer: z.looseObject({ items: list(token) }) },
  // Takes no `idempotency-key`: an answer that is kept would keep the secret.
  { method: 'POST', path: '/tokens', summary: 'Make one; its secret is shown once', body: newTokenWords, status: 201, answer: token.extend({ secret: text }) },
  { method: 'DELETE', path: '/tokens/:id', summary: 'End one', status: 200, answer: z.looseObject({ ended: text }) },
  {
    method: 'POST',
    path: '/enrolments/begin',
    summary: 'A challenge to enrol a passkey with',
    body: empty,
    status: 200,
    answer: z.looseObject({ challenge: text, rpId: text, user: any, excludeCredentials: list(text) }),
  },
  { method: 'POST', path: '/enrolments', summary: 'Enrol a passkey', body: registration, status: 201, answer: receipt, creates: true },
  { method: 'POST', path: '/enrolments/ssh-key', summary: 'Enrol a security key of the terminal', body: sshKey, status: 201, answer: receipt, creates: true },
  {
    ...{ method: 'GET', path: '/changes', summary: 'Changes, the latest first', status: 200 },
    query: { state: { shape: state, words: 'open unless told' }, ...page },
    answer: z.looseObject({ items: list(listed), next: text.nullable() }),
  },
  { method: 'GET', path: '/changes/events', summary: 'What happens to changes, as it happens: docs/spec/events.md', status: 200, answer: 'text/event-stream' },
  {
    ...{ method: 'GET', path: '/changes/:id', summary: 'A change: what is asked, by which rule, what was found, who signed', status: 200 },
    answer: z.looseObject({ id: text, state: text, title: text, decision: any, people: any, files: list(any), commits: list(any), signoffs: list(any), presented: text }),
  },
  { method: 'GET', path: '/changes/:id/bundle', summary: 'The evidence, for an offline verifier', status: 200, answer: any },
  {
    ...{ method: 'GET', path: '/changes/:id/vsa', summary: 'What the gate signed of its landing', status: 200 },
    query: { as: { shape: z.enum(['dsse', 'sigstore']), words: 'dsse unless told' } },
    answer: any,
  },
  { method: 'POST', path: '/changes/:id/signoffs/prepare', summary: 'The bytes of a sign-off', body: answers, status: 200, answer: offer },
  { method: 'POST', path: '/changes/:id/signoffs', summary: 'Sign off', body: signature, status: 201, answer: receipt, creates: true },
  { method: 'POST', path: '/changes/:id/ownership/prepare', summary: "The bytes of the author's own word", body: ownershipWords, status: 200, answer: offer },
  { method: 'POST', path: '/changes/:id/ownership', summary: 'Say it', body: signature, status: 201, answer: receipt, creates: true },
  { method: 'GET', path: '/changes/:id/break-glass', summary: 'How break-glass stands with a change', status: 200, answer: any },
  { method: 'POST', path: '/changes/:id/break-glass/prepare', summary: 'The bytes of a use, a taking back or a review', body: glassWords, status: 200, answer: offer },
  { method: 'POST', path: '/changes/:id/break-glass', summary: 'Sign it', body: signature, status: 201, answer: receipt, creates: true },
  {
    method: 'GET',
    path: '/changes/:id/reader',
    summary: 'Questions of a language model, where one reads for reviewers',
    status: 200,
    answer: z.looseObject({ state: z.enum(['off', 'reading', 'read', 'failed']) }),
  },
  { method: 'GET', path: '/people', summary: 'The roster, with enrolled keys', status: 200, answer: z.looseObject({ items: list(person), agents: list(any) }) },
  {
    ...{ method: 'GET', path: '/modes/watched', summary: 'What gates that only watch would have denied', status: 200 },
    query: { days: { shape: z.string().regex(/^[1-9]\d{0,3}$/), words: '90 unless told' } },
    answer: any,
  },
  {
    ...{ method: 'GET', path: '/jobs', summary: 'Work for later: what waits, what is being done, what was given up and why', status: 200 },
    query: {
      state: { shape: z.enum(JOB_STATES), words: 'all unless told' },
      limit: page.limit,
      cursor: { shape: z.string().regex(/^[a-z0-9-]{1,100}$/), words: '`next` of the page before' },
    },
    answer: z.looseObject({ items: list(job), next: text.nullable(), counts: z.strictObject({ waiting: count, held: count, dead: count }) }),
  },
  { method: 'POST', path: '/jobs/:id/retry', summary: 'Begin a job at once, with all its tries', body: empty, status: 200, answer: any },
  { method: 'DELETE', path: '/jobs/:id', summary: 'Throw a job away', status: 200, answer: any },
  { method: 'GET', path: '/webhooks', summary: 'Who is told of what the log records', status: 200, answer: z.looseObject({ items: list(webhook) }) },
  { method: 'POST', path: '/webhooks', summary: 'Tell somebody; the secret is shown once', body: webhookWords, status: 201, answer: webhook.extend({ secret: text }) },
  { method: 'DELETE', path: '/webhooks/:id', summary: 'Tell them no more', status: 200, answer: any },
  {
    ...{ method: 'POST', path: '/webhooks/:id/rotate', summary: 'A new secret, shown once; the old one signs beside it for a while', body: rotationWords, status: 200 },
    answer: webhook.extend({ secret: text }),
  },
  { method: 'POST', path: '/webhooks/:id/replay', summary: 'Tell events of these entries again', body: replayWords, status: 200, answer: z.looseObject({ told: count }) },
  { method: 'POST', path: '/authority', summary: 'What trustees signed about who may sign', body: envelopeBody, status: 201, answer: any, creates: true },
  { method: 'POST', path: '/gate/check', summary: 'The one question of every gate: docs/spec/gate.md', body: gateQuestion, status: 200, answer: gateAnswer },
  {
    ...{ method: 'GET', path: '/ledger', summary: 'Entries of the log', status: 200 },
    query: { from: { shape: whole, words: 'index of the first; 0 unless told' }, count: { shape: whole, words: 'entries of one page, at most 200' } },
    answer: z.looseObject({ size: count, vkey: text, checkpoint: text, entries: list(entry) }),
  },
  { method: 'GET', path: '/ledger/checkpoint', summary: 'The newest checkpoint, a signed note', status: 200, answer: 'text/plain' },
  { method: 'GET', path: '/ledger/sizes/:size', summary: 'The checkpoint of this size, and who cosigned it', status: 200, answer: any },
  { method: 'GET', path: '/ledger/proof/:index', summary: 'The proof of an entry', status: 200, answer: 'text/plain' },
  { method: 'GET', path: '/trust', summary: 'The trust bundle', status: 200, answer: any },
];

type Json = { readonly [member: string]: unknown };

const schemaOf = (shape: z.ZodType): Json => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
  return schema;
};

const problemAnswer = { description: 'Refused; RFC 9457', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };

function answered(answer: Operation['answer']): Json {
  if (answer === null) return { description: 'Go on at `location`', headers: { location: { schema: { type: 'string' } } } };
  return { description: 'Done', content: typeof answer === 'string' ? { [answer]: { schema: { type: 'string' } } } : { 'application/json': { schema: schemaOf(answer) } } };
}

/** Out of the table that is asked at each request. Demo data asks nothing of people. */
function needed(op: Operation): Json {
  const need = needOf(op.method, op.path);
  if (need === undefined || need.roles === null) return { security: [] };
  return {
    security: [{ session: [] }, ...(need.scope === undefined ? [] : [{ token: [need.scope] }])],
    'x-roles': need.roles,
    ...(need.fresh === true ? { 'x-fresh-sign-in': true } : {}),
  };
}

function described(op: Operation): Json {
  const ids = [...op.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const query = Object.entries(op.query ?? {}).map(([name, { shape, words }]) => ({ name, in: 'query', required: false, description: words, schema: schemaOf(shape) }));
  const key = {
    name: 'idempotency-key',
    in: 'header',
    required: false,
    description: 'The same key with the same body has the same answer, for 24 h',
    schema: { type: 'string', maxLength: 200 },
  };
  const own = { name: 'x-countersign', in: 'header', required: true, description: 'Anything: a form of another site cannot send it', schema: { type: 'string' } };
  return {
    summary: op.summary,
    operationId: `${op.method.toLowerCase()}${op.path.replace(/[/:.-]+(\w)/g, (_, c: string) => c.toUpperCase())}`,
    parameters: [...ids, ...query, ...(op.method === 'GET' ? [] : [own]), ...(op.creates ? [key] : [])],
    ...(op.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(op.body) } } } }),
    ...needed(op),
    responses: { [op.status]: answered(op.answer), default: problemAnswer },
  };
}

export function openApi(): Json {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const op of OPERATIONS) {
    const path = `/api/v1${op.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [op.method.toLowerCase()]: described(op) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1',
      description: 'Human sign-off of AI-assisted code changes, made mechanical.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    paths,
    components: {
      schemas: { Problem: schemaOf(problemShape) },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-countersign_session', description: 'Of a person who signed in; on loopback over http `countersign_session`' },
        token: { type: 'http', scheme: 'bearer', description: 'An API token of the scope named' },
      },
    },
  };
}
