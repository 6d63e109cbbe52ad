/**
 * Whether this server can do its work. Answered to anybody, a balancer and an attacker alike: so the answer names the part that
 * fails and nothing of what it holds, is worked out once a second however often it is asked, and never waits longer than its bound.
 */
import { openCheckpoint, sizeIn } from '../core/log/checkpoint.ts';
import type { ServedRepository } from '../flows/site.ts';
import type { ServerWorld } from './world.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What fails, in words that name no path and no person. */
  readonly reasons: readonly { readonly part: Part; readonly message: string }[];
}

export type Part = 'store' | 'log-key' | 'checkpoint' | 'repositories' | 'stopping';

const FRESH_MS = 1_000;
const PATIENCE_MS = 3_000;
/** Repositories asked at a time: each is a process. The next time it is the next ones. */
const AT_ONCE = 8;

type Look = (world: ServerWorld) => Promise<string | null>;

export function readiness(world: ServerWorld): () => Promise<Readiness> {
  const looks: readonly (readonly [Part, Look])[] = [
    ['store', store],
    ['log-key', logKey],
    ['checkpoint', checkpoint],
    ['repositories', repositories()],
  ];
  let known: { readonly at: number; readonly answer: Promise<Readiness> } | undefined;
  const look = async (): Promise<Readiness> => {
    const found = await Promise.all(looks.map(async ([part, of]) => ({ part, message: await bounded(of(world)) })));
    const reasons = found.flatMap(({ part, message }) => (message === null ? [] : [{ part, message }]));
    return { ready: reasons.length === 0, reasons };
  };
  return () => {
    if (world.stopping?.() === true) return Promise.resolve({ ready: false, reasons: [{ part: 'stopping', message: 'this server is about to end' }] });
    const now = performance.now();
    if (known === undefined || now - known.at > FRESH_MS) known = { at: now, answer: look() };
    return known.answer;
  };
}

/** What it throws stays here: it may name a folder. */
async function bounded(looking: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('does not answer in time'), PATIENCE_MS);
  });
  try {
    return await Promise.race([looking.catch(() => 'does not answer'), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function store({ projections, ledger, hindered }: ServerWorld): Promise<string | null> {
  const [genesis] = await ledger.entries(0, 1);
  await projections.changes({ limit: 1 });
  return genesis === undefined ? 'holds no log' : ((await hindered?.()) ?? null);
}

const logKey: Look = async ({ logKeys }) => ((await logKeys()).length === 0 ? 'no key signs this log' : null);

/** Signed by the key that signs the log now: the one thing a reader of the log relies on. */
async function checkpoint({ ledger, logKeys }: ServerWorld): Promise<string | null> {
  const [key] = await logKeys();
  const opened = key === undefined ? null : openCheckpoint(await ledger.checkpoint(), [key]);
  return opened?.ok === true ? null : 'the newest checkpoint is not signed by the log';
}

function repositories(): Look {
  let next = 0;
  return async (world) => {
    const all = [...world.repositories.values()];
    const some = all.length <= AT_ONCE ? all : Array.from({ length: AT_ONCE }, (_, i) => all[(next + i) % all.length] as ServedRepository);
    next = all.length === 0 ? 0 : (next + AT_ONCE) % all.length;
    const heads = await Promise.all(some.map((s) => s.repository.resolve('HEAD')));
    const unread = heads.filter((h) => h === null).length;
    return unread === 0 ? null : `${unread} of ${some.length} that were asked cannot be read`;
  };
}

/** Seconds since the newest entry the newest checkpoint covers; null before the first. */
export async function checkpointAge({ ledger, now }: Pick<ServerWorld, 'ledger' | 'now'>): Promise<number | null> {
  const size = sizeIn(await ledger.checkpoint());
  const [last] = size > 0 ? await ledger.entries(size - 1, 1) : [];
  return last === undefined ? null : Math.max(0, (now() - last.at) / 1_000);
}
