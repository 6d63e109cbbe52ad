/** What is offered for signing, what is handed to whoever signed, and how break-glass stands. */
import * as z from 'zod';
import { OUTCOMES, WORD_KINDS } from '../../core/gate/break-glass-words.ts';
import type { BreakGlassTerms } from '../../core/policy/document.ts';
import type { SignedReceipt } from '../../core/signoff/receipt.ts';
import type { GlassReceipt } from '../../flows/break-glass.ts';
import type { GlassView } from '../../flows/break-glass-view.ts';
import type { OwnershipReceipt } from '../../flows/ownership.ts';
import type { Receipt } from '../../flows/signoff.ts';
import { base64, component, count, fault, hex64, keyKind, list, ms, named, of, people, text, time } from './words.ts';

export const prepared = named(
  'Prepared',
  z.strictObject({
    sentence: text.describe('what signing says, word for word'),
    ticket: text.describe('the statement, sealed: sent back with the signature, to any server of the installation; used once, within 15 minutes'),
    words: list(text).describe('fingerprint of the statement'),
    challenge: text.describe('base64url: what a passkey is asked to sign'),
    rpId: text,
    allowCredentials: list(text),
    demoAuthenticator: z.boolean(),
    otherwise: list(keyKind).describe('other kinds of key this person could sign with'),
    statement: base64.describe('the exact bytes to be signed'),
  }),
);

const signedReceipt = component<SignedReceipt>()(
  'SignedReceipt',
  z.strictObject({
    mediaType: z.literal('application/vnd.countersign.receipt.v1+json'),
    ...{ index: count, leaf: hex64, digest: hex64, words: list(text), envelope: base64, entry: base64, proof: text },
  }),
  { description: 'Kept by whoever signed', page: 'receipt.md' },
);
const kept = signedReceipt.nullable();

export const receipt = component<Receipt>()(
  'Receipt',
  z.strictObject({
    ...{ index: count, digest: hex64, receipt: kept },
    complete: z.boolean().describe('every seat is filled: the same push passes now'),
    missing: text.describe('what is still missing; empty when complete'),
  }),
);
export const ownReceipt = component<OwnershipReceipt>()('OwnReceipt', z.strictObject({ index: count, digest: hex64, receipt: kept }));

const answer = z.enum(['allowed', 'waiting', 'denied']);
const stands = { answer, until: ms.nullable() };
const kind = named('GlassKind', z.enum(WORD_KINDS));
const outcome = named('Outcome', z.enum(OUTCOMES));
export const glassReceipt = component<GlassReceipt>()(
  'GlassReceipt',
  z.strictObject({ index: count, digest: hex64, kind, stands: z.strictObject(stands).nullable(), missing: text }),
);

const terms = component<BreakGlassTerms>()(
  'GlassTerms',
  z.strictObject({
    ...{ humans: count, level: text, aloneAfter: count.nullable(), expires: count, reviewWithin: count, reviewLevel: text, perMonth: count.nullable() },
  }),
  { description: 'Lengths of time in milliseconds', page: 'break-glass.md' },
);
const saidUse = { person: text, reason: text, incident: text };
const may = z.strictObject({ can: z.boolean(), why: text });
const view = {
  terms: terms.nullable().describe('null: policy offers none'),
  uses: list(z.strictObject({ ...saidUse, at: ms, expires: time, problems: list(fault) })).describe('not spent, expired or taken back'),
  stands: z
    .strictObject({ ...stands, missing: text })
    .nullable()
    .describe('what a push would meet now; null where nobody has used it'),
  act: z
    .strictObject({
      ...{ change: text, repo: text, paths: list(text).nullable(), people: list(text), uses: list(hex64), landedAt: ms, due: ms, reviewLevel: text, overdue: z.boolean() },
      reviews: list(z.strictObject({ person: text, outcome, note: text, at: ms })),
      said: list(z.strictObject(saidUse)),
    })
    .nullable()
    .describe('how it landed, where it did by break-glass'),
  mine: z.strictObject({ use: may, cancel: may, review: may }).describe('whether whoever asks may say such a thing'),
};
of<GlassView>()(z.strictObject(view));
export const glass = named('Glass', z.strictObject({ ...view, people }));
