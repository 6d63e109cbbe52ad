/**
 * From the log to the streams. What is told is read from the log, in its order, after it was committed and signed: an append only says that
 * there is something to read. Where other servers append too, their entries are found by asking, once a second and while anybody listens.
 */
import { sizeIn } from '../../core/log/checkpoint.ts';
import { type ChangeEvent, changeEvents, type EventWorld } from '../../flows/change-events.ts';
import type { Ledger } from '../../flows/ports.ts';
import { type Listener, openStreams, type Stream, type StreamTerms } from './streams.ts';

/** So many entries back a stream is taken up again; whoever missed more reads its list again. */
export const MOST_RESUMED = 1_000;
/** Entries read at once. */
const PAGE = 200;

export interface FeedTerms extends StreamTerms {
  /** Milliseconds between looks at a log that others append to as well; absent: nobody else does. */
  readonly pollMs?: number;
  /** Milliseconds between comments that keep what lies between us and a silent reader from giving the connection up. */
  readonly keepAliveMs?: number;
  /** Milliseconds between looks at whether each of them still may listen. */
  readonly lookMs?: number;
}

export interface Events {
  /** @param after log index of the last that was heard; null: from now on. `full`: too many listen. `ended`: this server is about to end. */
  join(listener: Listener, after: number | null): Promise<Stream | 'full' | 'ended'>;
  /** Something was appended, and can be read. */
  wake(): void;
  /** Asks of each listener whether it still may, now. */
  look(): Promise<void>;
  /** Nobody is told any more. */
  end(): void;
  /** Streams that are open. */
  readonly size: number;
}

/** The ledger of a server that tells of what it appends. */
export const heard = (ledger: Ledger, events: Pick<Events, 'wake'>): Ledger => ({
  ...ledger,
  append: async (plan) => {
    const done = await ledger.append(plan);
    if (done.ok && done.value.length > 0) events.wake();
    return done;
  },
});

/** What a stream is told before all else: of entries before `to`. */
interface Missed {
  readonly to: number;
  readonly said: string;
}

export function openEvents(world: EventWorld & { log(line: string): void }, { pollMs, keepAliveMs = 15_000, lookMs = 60_000, ...terms }: FeedTerms): Events {
  const streams = openStreams(terms, (size) => (size > 0 && !ended ? clocks.start() : clocks.stop()));
  const inTurn = turns();
  let ended = false;
  let asked = false;
  /** Said once, however often it is tried. */
  let failing = false;
  /** Index of the first entry that was told to nobody. Of no use while nobody listens. */
  let next = 0;

  const tellNew = async (): Promise<void> => {
    for (let page = PAGE; page === PAGE && streams.size > 0; ) {
      const entries = await world.ledger.entries(next, PAGE);
      const said = framesOf(await changeEvents(world, entries));
      page = entries.length;
      next += page;
      if (said !== '') streams.tell(encoded(said));
    }
  };
  const wake = (): void => {
    if (ended || asked || streams.size === 0) return;
    asked = true;
    inTurn(() => {
      asked = false;
      return tellNew();
    }).then(
      () => {
        failing = false;
      },
      () => {
        if (!failing) world.log('events: the log could not be read; those who listen are told later');
        failing = true;
      },
    );
  };
  const look = once(streams.look);
  const clocks = ticking([
    [keepAliveMs, () => streams.tell(KEEP_ALIVE)],
    // What could not be read when we were woken is read then.
    [pollMs ?? keepAliveMs, wake],
    [lookMs, () => void look()],
  ]);

  const between = async (from: number, to: number): Promise<string> => {
    let said = '';
    for (let at = from; at < to; at += PAGE) said += framesOf(await changeEvents(world, await world.ledger.entries(at, Math.min(PAGE, to - at))));
    return said;
  };
  const missed = async (after: number): Promise<Missed> => {
    const to = sizeIn(await world.ledger.checkpoint());
    // Too much, or of a log that is longer than this one.
    if (after >= to || to - after - 1 > MOST_RESUMED) return { to, said: frame('reset', { index: to - 1 }, to - 1) };
    return { to, said: await between(after + 1, to) };
  };
  const joined = async (listener: Listener, before: Missed | null): Promise<Stream | 'full' | 'ended'> => {
    if (!ended && !streams.room(listener.principal)) return 'full';
    if (streams.size === 0) next = sizeIn(await world.ledger.checkpoint());
    // Another server appended what those who listen here are not told of yet.
    if (before !== null && before.to > next) await tellNew();
    const said = before === null ? '' : before.said + (await between(before.to, next));
    if (ended) return 'ended';
    const stream = streams.open(listener);
    stream.write(encoded(`retry: ${again()}\n${said}${idOf(next - 1)}`));
    return stream;
  };

  return {
    get size() {
      return streams.size;
    },
    wake,
    look,
    join: async (listener, after) => {
      // What was missed may be much: it is read beside what the others are told, and only the rest while they wait.
      if (!ended && !streams.room(listener.principal)) return 'full';
      const before = after === null || ended ? null : await missed(after);
      return inTurn(() => joined(listener, before));
    },
    end: () => {
      ended = true;
      streams.end();
    },
  };
}

const encoder = new TextEncoder();
const encoded = (text: string): Uint8Array => encoder.encode(text);
const KEEP_ALIVE = encoded(':\n\n');

/** From where to go on, though nothing is told. */
const idOf = (index: number): string => `id: ${index}\n\n`;

/** Milliseconds after which a reader that lost us comes back: not all of them at once. */
const again = (): number => 1_000 + Math.floor(Math.random() * 4_000);

const frame = (event: string, data: object, id: number): string => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const framesOf = (events: readonly ChangeEvent[]): string => events.map((e) => frame('change', e, e.index)).join('');

/** One after another: whoever joins is told either before or by the next that is told to all. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** Not again while it is under way. */
function once(work: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | undefined;
  return () => {
    under ??= work().finally(() => {
      under = undefined;
    });
    return under;
  };
}

function ticking(clocks: readonly (readonly [number, () => void])[]): { start(): void; stop(): void } {
  let running: readonly NodeJS.Timeout[] = [];
  return {
    start: () => {
      if (running.length === 0) running = clocks.map(([ms, tick]) => setInterval(tick, ms).unref());
    },
    stop: () => {
      for (const clock of running) clearInterval(clock);
      running = [];
    },
  };
}
