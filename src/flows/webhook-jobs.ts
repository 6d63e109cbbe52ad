/**
 * Telling: an append that others may want to hear of asks, in its own transaction, for the job `announce`, which goes through the log from
 * where it was told to its end and puts down one delivery for each event and subscription. Each delivery is tried until it is taken.
 */
import { err } from '../core/base/result.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import { type BackOff, DONE, type Handler, type Worked } from './job-worker.ts';
import type { AppendedEntry, Ledger } from './ports.ts';
import type { JobDraft, TakenJob } from './ports-jobs.ts';
import { type Announcements, type OutgoingCalls, type Subscription, type Subscriptions, type Vault, WEBHOOK_EVENTS, type WebhookEvent } from './ports-webhooks.ts';
import type { Site } from './site.ts';
import { eventsOf, isTold, messageId, messageOf } from './webhook-events.ts';

export interface WebhookWorld {
  readonly site: Pick<Site, 'organisation' | 'origin' | 'url'>;
  readonly ledger: Pick<Ledger, 'entries' | 'proven' | 'checkpoint'>;
  readonly subscriptions: Subscriptions;
  readonly announcements: Announcements;
  readonly vault: Vault;
  readonly calls: OutgoingCalls;
  now(): number;
}

const [ANNOUNCE, DELIVER] = ['webhooks.announce', 'webhooks.deliver'];
/** Entries read at once. */
export const PAGE = 200;
/** Ten tries in about a day and a half: 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 12 h, 12 h. */
const DELIVERY: BackOff & { readonly tries: number } = { first: 5_000, factor: 4, last: 12 * 3_600_000, tries: 10 };
/** A receiver that asks for more is asked earlier. */
const LONGEST_ASKED = 3_600_000;

/** What a secret is sealed for: with another address in its row it opens no more, so nobody has calls signed to one that was not asked for. */
export const placeOf = ({ org, id, url }: Pick<Subscription, 'org' | 'id' | 'url'>): string => `webhook\0${org}\0${id}\0${url}`;

export const announceJob = (org: string): JobDraft => ({ org, id: 'announce', kind: ANNOUNCE, body: {}, tries: 20 });

/** The ledger of a server that tells others. @param wake once there is something to tell. */
export const announcing = (ledger: Ledger, org: string, wake: () => void): Ledger => ({
  ...ledger,
  append: async (plan) => {
    let told = false;
    const answer = await ledger.append(async (state) => {
      const drafts = await plan(state);
      if (!drafts.ok) return err(drafts.error);
      const first = drafts.value.findIndex((draft) => isTold(draft.type));
      told = first >= 0;
      return told ? { ok: true, value: drafts.value.map((draft, i) => (i === first ? { ...draft, jobs: [...(draft.jobs ?? []), announceJob(org)] } : draft)) } : drafts;
    });
    if (answer.ok && told) wake();
    return answer;
  },
});

const slug = (event: WebhookEvent): string => event.replace('.', '-');

export const deliveryJob = ({ org, id }: Pick<Subscription, 'org' | 'id'>, index: number, event: WebhookEvent): JobDraft => ({
  ...{ org, id: `deliver-${id}-${index}-${slug(event)}`, kind: DELIVER, tries: DELIVERY.tries },
  body: { subscription: id, index, event },
});

/** What of these entries this one asked to be told. */
export const deliveries = (subscription: Subscription, entries: readonly AppendedEntry[]): readonly JobDraft[] =>
  entries.flatMap((entry) =>
    eventsOf(entry)
      .filter((event) => subscription.events.includes(event))
      .map((event) => deliveryJob(subscription, entry.index, event)),
  );

export const webhookHandlers = (world: WebhookWorld): readonly Handler[] => [
  { kind: ANNOUNCE, backOff: { first: 100, factor: 2, last: 60_000 }, run: (job, signal) => announce(world, job, signal) },
  { kind: DELIVER, backOff: DELIVERY, run: (job, signal) => deliver(world, job, signal) },
];

async function announce({ ledger, subscriptions, announcements }: WebhookWorld, { org, entry }: TakenJob, signal: AbortSignal): Promise<Worked> {
  let from = await announcements.next(org);
  while (!signal.aborted) {
    // Nobody who is here now asked for what is before.
    const begin = Math.max(from, Math.min(...(await subscriptions.list(org)).map((s) => s.since), sizeIn(await ledger.checkpoint())));
    const entries = await ledger.entries(begin, PAGE);
    if (entries.length === 0 && begin === from) break;
    // Read after the entries: whoever is not among them yet came after these were appended.
    const now = await subscriptions.list(org);
    const jobs = now.flatMap((s) =>
      deliveries(
        s,
        entries.filter((e) => e.index >= s.since),
      ),
    );
    const to = begin + entries.length;
    if (!(await announcements.advance(org, from, to, jobs))) return { do: 'retry', why: 'another server told of it meanwhile' };
    from = to;
  }
  // It is committed when this job is there; it can be read once the log has signed it.
  return entry !== null && from <= entry ? { do: 'retry', why: `entry ${entry} is not signed yet` } : DONE;
}

async function deliver(world: WebhookWorld, { org, body }: TakenJob, signal: AbortSignal): Promise<Worked> {
  const { ledger, subscriptions, calls, site } = world;
  const said = body as { readonly subscription?: unknown; readonly index?: unknown; readonly event?: unknown };
  const event = WEBHOOK_EVENTS.find((e) => e === said.event);
  const subscription = (await subscriptions.list(org)).find((s) => s.id === said.subscription);
  // Whoever took it back is not told any more.
  if (subscription === undefined) return DONE;
  // A receiver acts on what it is told under our secret: it is what was signed, whatever stands in the database now.
  const [entry = null] = typeof said.index === 'number' ? await ledger.proven([said.index]) : [];
  if (entry?.ok === false) return { do: 'retry', why: [entry.error.message, entry.error.remedy ?? []].flat().join('; ') };
  const message = entry === null || event === undefined ? undefined : messageOf(site, entry.value, event);
  if (entry === null || event === undefined || message === undefined) return { do: 'give-up', why: 'the log holds no such event' };
  const headers = headersOf(world, subscription, messageId(site.origin, entry.value.index, event), message);
  if (headers === null) return { do: 'retry', why: `${SEALED_ELSEWHERE}: ${UNSEAL}` };
  const called = await calls.post(subscription.url, headers, message, signal);
  const words = 'failed' in called ? called.failed : `answered ${called.status}`;
  await subscriptions.said(org, subscription.id, { at: world.now(), said: words });
  return judged(called, words);
}

export const SEALED_ELSEWHERE = 'its secret was sealed for another address, or by another installation';
export const UNSEAL = 'give every server the same keys/cookie.secret; where they have it, delete the webhook and ask for it again';

function judged(called: Awaited<ReturnType<OutgoingCalls['post']>>, words: string): Worked {
  if ('failed' in called) return { do: 'retry', why: words };
  const { status, retryAfter } = called;
  if (status >= 200 && status < 300) return DONE;
  if (status >= 300 && status < 400) return { do: 'retry', why: `${words}: nobody is followed elsewhere` };
  return { do: 'retry', why: words, ...(retryAfter === null ? {} : { after: Math.min(retryAfter, LONGEST_ASKED) }) };
}

/** Standard Webhooks 1.0: a signature by the secret, and by the one before while both count. Null: a secret is not ours to open. */
function headersOf({ vault, now }: WebhookWorld, subscription: Subscription, id: string, message: string): Readonly<Record<string, string>> | null {
  const at = Math.floor(now() / 1_000);
  const { secret, previous } = subscription;
  const secrets = previous !== null && previous.until > now() ? [secret, previous.secret] : [secret];
  const signatures = secrets.map((sealed) => vault.sign(placeOf(subscription), sealed, `${id}.${at}.${message}`));
  if (signatures.includes(null)) return null;
  return { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signatures.map((s) => `v1,${s}`).join(' ') };
}
