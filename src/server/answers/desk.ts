/** What gates ask and what whoever runs a server looks at. */
import * as z from 'zod';
import type { Ramp } from '../../core/gate/ramp.ts';
import type { GateReason } from '../../flows/gate-check.ts';
import { JOB_STATES } from '../../flows/ports-jobs.ts';
import { WEBHOOK_EVENTS } from '../../flows/ports-webhooks.ts';
import { component, count, list, named, reasonCode, text, time } from './words.ts';

const need = z.strictObject({ humans: count, level: text.nullable(), domains: list(text) });
const reason = component<GateReason>()('GateReason', z.strictObject({ code: reasonCode, text, rule: text.optional(), need: need.optional() }));
export const gateAnswer = named(
  'GateAnswer',
  z.strictObject({
    verdict: z.enum(['allow', 'wait', 'deny']),
    verdict_id: z.uuid(),
    policy_digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .nullable(),
    reasons: list(reason),
    signoff_url: text.nullable(),
    evidence_bundle_url: text.nullable(),
    retry_after: count.nullable().describe('seconds'),
    valid_until: time.nullable(),
  }),
  { description: 'What every gate is answered', page: 'gate.md' },
);

const counted = { changes: count, denied: count };
export const ramp = component<Ramp>()(
  'Ramp',
  z.strictObject({
    version: z.literal(1),
    ...counted,
    weeks: list(z.strictObject({ week: text, ...counted })),
    repositories: list(z.strictObject({ repo: text, ref: text, mode: text, ...counted })),
    codes: list(z.strictObject({ code: text, changes: count })),
  }),
);

const job = named(
  'Job',
  z.strictObject({
    ...{ id: text, kind: text, state: z.enum(JOB_STATES) },
    body: z.unknown().describe('what its handler is told, by its kind'),
    ...{ entry: count.nullable(), attempts: count, tries: count, error: text.nullable(), due: time.nullable(), created: time },
  }),
);
export const jobsPage = named('JobsPage', z.strictObject({ items: list(job), next: text.nullable(), counts: z.strictObject({ waiting: count, held: count, dead: count }) }));
export const jobRetried = named('JobRetried', z.strictObject({ id: text, retried: z.literal(true) }));
export const jobDropped = named('JobDropped', z.strictObject({ id: text, dropped: z.literal(true) }));

const webhook = {
  ...{ id: text, url: text, events: list(z.enum(WEBHOOK_EVENTS)), since: count, created: time, by: text },
  oldSecretUntil: time.nullable().describe('until then the secret before signs too'),
  last: z.strictObject({ at: time, said: text }).nullable().describe('how the last call ended'),
};
export const webhooks = named('Webhooks', z.strictObject({ items: list(named('Webhook', z.strictObject(webhook))) }));
export const newWebhook = named('NewWebhook', z.strictObject({ ...webhook, secret: text.describe('shown this once') }), {
  description: 'How calls are signed with it',
  page: 'webhooks.md',
});
export const webhookDeleted = named('WebhookDeleted', z.strictObject({ id: text, deleted: z.literal(true) }));
export const webhookTold = named('WebhookTold', z.strictObject({ id: text, told: count }));

export const document = named(
  'OpenApi',
  z.looseObject({ openapi: z.literal('3.1.0'), info: z.looseObject({}), paths: z.record(text, z.unknown()), components: z.looseObject({}) }),
  { description: 'OpenAPI 3.1', page: 'openapi.json' },
);
