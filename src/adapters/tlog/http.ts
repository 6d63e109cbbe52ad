/**
 * A log behind an address. The server is a stranger: its answers are capped, it cannot send us to another host, and it cannot keep us
 * waiting. What it says is checked by whoever asked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { concat } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { LogSource } from '../../flows/ports-log.ts';

const TRIES = 3;
const HOPS = 3;

/** What a try came to: an answer, or why it may be worth another. */
type Tried = { readonly answer: Result<Uint8Array | null> } | { readonly again: string };

/** @param address http or https, with or without a slash at its end. @param waits milliseconds for one answer, and before another try. Problem: USAGE. */
export function httpSource(address: string, waits: { readonly answer: number; readonly again: number } = { answer: 30_000, again: 300 }): Result<LogSource> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    return err(problem('USAGE', `${address} is not the address of a log`, { place: address, remedy: 'for example https://countersign.example/log/' }));
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
  return ok({
    name: base,
    read: async (path, cap) => {
      let why = '';
      for (let tries = 0; tries < TRIES; tries++) {
        if (tries > 0) await pause(waits.again * tries);
        const tried = await attempt(new URL(path, base), cap, waits.answer);
        if ('answer' in tried) return tried.answer;
        why = tried.again;
      }
      return unreachable(path, `${why} (${base}, asked ${TRIES} times)`);
    },
  });
}

async function attempt(first: URL, cap: number, wait: number): Promise<Tried> {
  try {
    const signal = AbortSignal.timeout(wait);
    let url = first;
    for (let hop = 0; hop <= HOPS; hop++) {
      const answer = await fetch(url, { redirect: 'manual', signal, headers: { accept: '*/*' } });
      const to = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || to === null) return await taken(answer, first, cap);
      await answer.body?.cancel();
      const next = URL.canParse(to, url) ? new URL(to, url) : url;
      if (next.origin !== first.origin) return { answer: unreachable(first.pathname, `the server sends us to another host (${next.host})`) };
      url = next;
    }
    return { answer: unreachable(first.pathname, 'the server sends us from one address to the next') };
  } catch (error) {
    return { again: error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error) };
  }
}

async function taken(answer: Response, url: URL, cap: number): Promise<Tried> {
  if (answer.status === 200) return { answer: await within(answer, url.pathname, cap) };
  await answer.body?.cancel();
  // Buckets that nobody may list say 403 of a file that is not there.
  if ([403, 404, 410].includes(answer.status)) return { answer: ok(null) };
  if (answer.status === 429 || answer.status >= 500) return { again: `the server answered ${answer.status}` };
  return { answer: unreachable(url.pathname, `the server answered ${answer.status}`) };
}

/** What the server says of its length is believed only against it. Counted after decompression: a small answer can be a large one. */
export async function within(answer: Response, place: string, cap: number): Promise<Result<Uint8Array>> {
  const tooLong = err(problem('LOG_FORMAT', `the answer is longer than the ${cap} bytes that can be right`, { place }));
  if (Number(answer.headers.get('content-length') ?? 0) > cap) {
    await answer.body?.cancel();
    return tooLong;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > cap) return tooLong;
    chunks.push(chunk);
  }
  return ok(concat(...chunks));
}

const unreachable = (place: string, why: string): { readonly ok: false; readonly error: ReturnType<typeof problem> } =>
  err(problem('LOG_UNREACHABLE', `cannot be read: ${why}`, { place, remedy: 'check the address, and that the log is served there' }));
