/** Who is told: asked for, taken back, a new secret, and telling again what was told before. */
import { hex } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import type { Jobs } from './ports-jobs.ts';
import type { Subscription, WebhookEvent } from './ports-webhooks.ts';
import { deliveries, PAGE, placeOf, SEALED_ELSEWHERE, UNSEAL, type WebhookWorld } from './webhook-jobs.ts';

export interface WebhookDesk {
  list(): Promise<readonly Subscription[]>;
  /** `secret`: shown once, and kept nowhere else in clear. Problems: USAGE. */
  add(asked: { url: string; events: readonly WebhookEvent[]; by: string }): Promise<Result<Shown>>;
  /** Both secrets sign until `overlap` milliseconds from now. Problems: NOT_FOUND, DATA_INVALID for one whose secret is sealed for another address. */
  rotate(id: string, overlap: number): Promise<Result<Shown>>;
  drop(id: string): Promise<boolean>;
  /** Tells events of entries [from, to) again, whether or not they were told before. Answers how many. Problems: NOT_FOUND, USAGE. */
  replay(id: string, from: number, to: number): Promise<Result<number>>;
}

export interface Shown {
  readonly subscription: Subscription;
  readonly secret: string;
}

export interface DeskWorld extends WebhookWorld {
  readonly jobs: Pick<Jobs, 'add'>;
  /** 16 fresh random bytes. */
  random(): Uint8Array;
  wake(): void;
}

/** Of one organisation. */
const MOST_WEBHOOKS = 50;
/** Entries of one replay. */
const MOST_REPLAYED = 10_000;

export function webhookDesk(world: DeskWorld): WebhookDesk {
  const { subscriptions, vault, now } = world;
  const org = world.site.organisation;
  const find = async (id: string): Promise<Subscription | undefined> => (await subscriptions.list(org)).find((s) => s.id === id);
  return {
    list: () => subscriptions.list(org),
    drop: (id) => subscriptions.drop(org, id),
    add: async ({ url, events, by }) => {
      const refused = world.calls.refused(url);
      if (refused !== null) return err(refused);
      const id = hex(world.random()).slice(0, 16);
      const { shown, sealed } = vault.make(placeOf({ org, id, url }));
      const subscription = { org, id, url, events, by, since: sizeIn(await world.ledger.checkpoint()), created: now(), secret: sealed, previous: null, last: null };
      if (await subscriptions.add(subscription, MOST_WEBHOOKS)) return ok({ subscription, secret: shown });
      return err(problem('USAGE', `there are ${MOST_WEBHOOKS} webhooks already`, { remedy: 'delete one first' }));
    },
    rotate: async (id, overlap) => {
      const before = await find(id);
      if (before === undefined) return err(unknown(id));
      // Whoever wrote another address into the row would be given what signs there.
      if (vault.sign(placeOf(before), before.secret, '') === null) return err(problem('DATA_INVALID', SEALED_ELSEWHERE, { place: id, remedy: UNSEAL }));
      const { shown, sealed } = vault.make(placeOf(before));
      if (!(await subscriptions.rotate(org, id, sealed, now() + overlap))) return err(unknown(id));
      const subscription = await find(id);
      return subscription === undefined ? err(unknown(id)) : ok({ subscription, secret: shown });
    },
    replay: async (id, from, to) => {
      const subscription = await find(id);
      if (subscription === undefined) return err(unknown(id));
      if (to <= from || to - from > MOST_REPLAYED)
        return err(problem('USAGE', `a replay is of 1 to ${MOST_REPLAYED} entries`, { place: 'to', remedy: 'to is the index behind the last entry; ask for the rest afterwards' }));
      let told = 0;
      for (let at = from; at < to; at += PAGE) {
        const jobs = deliveries(subscription, await world.ledger.entries(at, Math.min(PAGE, to - at)));
        if (jobs.length > 0) await world.jobs.add(jobs);
        told += jobs.length;
      }
      if (told > 0) world.wake();
      return ok(told);
    },
  };
}

const unknown = (id: string) => problem('NOT_FOUND', 'there is no such webhook', { place: id.slice(0, 100), remedy: 'see /api/v1/webhooks' });
