/** Every operation of the API, and the shapes it takes and answers with: what document.ts describes, and what tests hold each real answer against. */
import * as z from 'zod';
import { SIGSTORE_BUNDLE_TYPE } from '../core/signoff/sigstore.ts';
import { JOB_STATES } from '../flows/ports-jobs.ts';
import { changesPage, dossier, readerAnswer } from './answers/changes.ts';
import { document, gateAnswer, jobDropped, jobRetried, jobsPage, newWebhook, ramp, webhookDeleted, webhooks, webhookTold } from './answers/desk.ts';
import { authorityTaken, bundle, envelope, knownSize, ledgerPage, sigstoreBundle, trust } from './answers/evidence.ts';
import { challenge, ended, enrolled, enrolmentBegin, keyTicket, newToken, proposed, roster, session, tokenEnded, tokens } from './answers/session.ts';
import { glass, glassReceipt, ownReceipt, prepared, receipt } from './answers/signing.ts';
import { violationsPage } from './answers/violations.ts';
import { state } from './answers/words.ts';
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

/** Another answer than the usual one. */
export interface Also {
  readonly status: 200 | 202;
  readonly media: string;
  readonly shape: z.ZodType;
}

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
  readonly also?: readonly Also[];
  /** Creates: takes an `idempotency-key`. */
  readonly creates?: true;
}

/** Bodies that a client is written with a name for. */
export const BODIES: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [assertion, 'Assertion'],
  [registration, 'Registration'],
  [sshKey, 'SshKey'],
  [newTokenWords, 'TokenBody'],
  [answers, 'PrepareBody'],
  [ownershipWords, 'OwnBody'],
  [glassWords, 'GlassBody'],
  [signature, 'SignatureBody'],
  [webhookWords, 'WebhookBody'],
  [gateQuestion, 'GateQuestion'],
]);

const text = z.string();
const asked = z.enum([...state.options, 'all']);
const whole = z.string().regex(/^\d{1,15}$/);
const page = {
  limit: { shape: z.string().regex(/^([1-9]|[1-9]\d|1\d\d|200)$/), words: 'items of one page: 50 unless told, at most 200' },
  cursor: { shape: z.string().regex(/^000[0-9a-f]{13}$/), words: '`next` of the page before' },
};
const enrolmentProposed: Also = { status: 202, media: 'application/json', shape: proposed };

/** Signing is two beats: `prepare` makes the bytes, the second call brings the signature over exactly those. */
export const OPERATIONS: readonly Operation[] = [
  { method: 'GET', path: '/openapi.json', summary: 'This document', status: 200, answer: document },
  { method: 'GET', path: '/session', summary: 'Who is signed in', status: 200, answer: session },
  { method: 'DELETE', path: '/session', summary: 'Sign out', status: 200, answer: session },
  { method: 'POST', path: '/session/act-as', summary: 'Act as somebody, in demo data only', body: actAs, status: 200, answer: session },
  {
    method: 'POST',
    path: '/session/passkey/begin',
    summary: 'A challenge to sign in with',
    body: passkeyBegin,
    status: 200,
    answer: challenge,
  },
  { method: 'POST', path: '/session/passkey', summary: 'Sign in', body: assertion, status: 200, answer: session },
  {
    method: 'POST',
    path: '/session/key/begin',
    summary: 'A ticket to sign in with a security key of the terminal: docs/spec/sign-in.md',
    body: empty,
    status: 200,
    answer: keyTicket,
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
    answer: ended,
  },
  { method: 'GET', path: '/tokens', summary: 'API tokens of whoever asks', status: 200, answer: tokens },
  // Takes no `idempotency-key`: an answer that is kept would keep the secret.
  { method: 'POST', path: '/tokens', summary: 'Make one; its secret is shown once', body: newTokenWords, status: 201, answer: newToken },
  { method: 'DELETE', path: '/tokens/:id', summary: 'End one', status: 200, answer: tokenEnded },
  {
    method: 'POST',
    path: '/enrolments/begin',
    summary: 'A challenge to enrol a passkey with',
    body: empty,
    status: 200,
    answer: enrolmentBegin,
  },
  { method: 'POST', path: '/enrolments', summary: 'Enrol a passkey', body: registration, status: 201, answer: enrolled, also: [enrolmentProposed], creates: true },
  {
    method: 'POST',
    path: '/enrolments/ssh-key',
    summary: 'Enrol a security key of the terminal',
    body: sshKey,
    status: 201,
    answer: enrolled,
    also: [enrolmentProposed],
    creates: true,
  },
  {
    ...{ method: 'GET', path: '/changes', summary: 'Changes, the latest first', status: 200 },
    query: { state: { shape: asked, words: 'open unless told' }, ...page },
    answer: changesPage,
  },
  { method: 'GET', path: '/changes/events', summary: 'What happens to changes, as it happens: docs/spec/events.md', status: 200, answer: 'text/event-stream' },
  {
    ...{ method: 'GET', path: '/changes/:id', summary: 'A change: what is asked, by which rule, what was found, who signed', status: 200 },
    answer: dossier,
  },
  { method: 'GET', path: '/changes/:id/bundle', summary: 'The evidence, for an offline verifier', status: 200, answer: bundle },
  {
    ...{ method: 'GET', path: '/changes/:id/vsa', summary: 'What the gate signed of its landing', status: 200 },
    query: { as: { shape: z.enum(['dsse', 'sigstore']), words: 'dsse unless told' } },
    answer: envelope,
    also: [{ status: 200, media: SIGSTORE_BUNDLE_TYPE, shape: sigstoreBundle }],
  },
  { method: 'POST', path: '/changes/:id/signoffs/prepare', summary: 'The bytes of a sign-off', body: answers, status: 200, answer: prepared },
  { method: 'POST', path: '/changes/:id/signoffs', summary: 'Sign off', body: signature, status: 201, answer: receipt, creates: true },
  { method: 'POST', path: '/changes/:id/ownership/prepare', summary: "The bytes of the author's own word", body: ownershipWords, status: 200, answer: prepared },
  { method: 'POST', path: '/changes/:id/ownership', summary: 'Say it', body: signature, status: 201, answer: ownReceipt, creates: true },
  { method: 'GET', path: '/changes/:id/break-glass', summary: 'How break-glass stands with a change', status: 200, answer: glass },
  { method: 'POST', path: '/changes/:id/break-glass/prepare', summary: 'The bytes of a use, a taking back or a review', body: glassWords, status: 200, answer: prepared },
  { method: 'POST', path: '/changes/:id/break-glass', summary: 'Sign it', body: signature, status: 201, answer: glassReceipt, creates: true },
  {
    method: 'GET',
    path: '/changes/:id/reader',
    summary: 'Questions of a language model, where one reads for reviewers',
    status: 200,
    answer: readerAnswer,
  },
  {
    ...{ method: 'GET', path: '/violations', summary: 'What came past a gate, the newest first: who answers, by when, what settles it', status: 200 },
    query: {
      state: { shape: z.enum(['open', 'answered', 'all']), words: 'open unless told' },
      repo: { shape: z.string(), words: 'of all repositories unless told' },
      ref: { shape: z.string(), words: 'its full name; of all refs unless told' },
      ...page,
    },
    answer: violationsPage,
  },
  { method: 'GET', path: '/people', summary: 'The roster, with enrolled keys', status: 200, answer: roster },
  {
    ...{ method: 'GET', path: '/modes/watched', summary: 'What gates that only watch would have denied', status: 200 },
    query: { days: { shape: z.string().regex(/^[1-9]\d{0,3}$/), words: '90 unless told' } },
    answer: ramp,
  },
  {
    ...{ method: 'GET', path: '/jobs', summary: 'Work for later: what waits, what is being done, what was given up and why', status: 200 },
    query: {
      state: { shape: z.enum(JOB_STATES), words: 'all unless told' },
      limit: page.limit,
      cursor: { shape: z.string().regex(/^[a-z0-9-]{1,100}$/), words: '`next` of the page before' },
    },
    answer: jobsPage,
  },
  { method: 'POST', path: '/jobs/:id/retry', summary: 'Begin a job at once, with all its tries', body: empty, status: 200, answer: jobRetried },
  { method: 'DELETE', path: '/jobs/:id', summary: 'Throw a job away', status: 200, answer: jobDropped },
  { method: 'GET', path: '/webhooks', summary: 'Who is told of what the log records', status: 200, answer: webhooks },
  { method: 'POST', path: '/webhooks', summary: 'Tell somebody; the secret is shown once', body: webhookWords, status: 201, answer: newWebhook },
  { method: 'DELETE', path: '/webhooks/:id', summary: 'Tell them no more', status: 200, answer: webhookDeleted },
  {
    ...{ method: 'POST', path: '/webhooks/:id/rotate', summary: 'A new secret, shown once; the old one signs beside it for a while', body: rotationWords, status: 200 },
    answer: newWebhook,
  },
  { method: 'POST', path: '/webhooks/:id/replay', summary: 'Tell events of these entries again', body: replayWords, status: 200, answer: webhookTold },
  { method: 'POST', path: '/authority', summary: 'What trustees signed about who may sign', body: envelopeBody, status: 201, answer: authorityTaken, creates: true },
  { method: 'POST', path: '/gate/check', summary: 'The one question of every gate: docs/spec/gate.md', body: gateQuestion, status: 200, answer: gateAnswer },
  {
    ...{ method: 'GET', path: '/ledger', summary: 'Entries of the log', status: 200 },
    query: { from: { shape: whole, words: 'index of the first; 0 unless told' }, count: { shape: whole, words: 'entries of one page, at most 200' } },
    answer: ledgerPage,
  },
  { method: 'GET', path: '/ledger/checkpoint', summary: 'The newest checkpoint, a signed note', status: 200, answer: 'text/plain' },
  { method: 'GET', path: '/ledger/sizes/:size', summary: 'The checkpoint of this size, and who cosigned it', status: 200, answer: knownSize },
  { method: 'GET', path: '/ledger/proof/:index', summary: 'The proof of an entry', status: 200, answer: 'text/plain' },
  { method: 'GET', path: '/trust', summary: 'The trust bundle', status: 200, answer: trust },
];
