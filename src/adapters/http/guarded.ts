/**
 * Calls to addresses that somebody else chose. The name is resolved here, every address it has is judged, and the connection goes to one of
 * those: a name that leads elsewhere a moment later (DNS rebinding) is not asked again. Nobody is followed, nothing is reused, and whatever
 * is answered is dropped: only its status is told.
 */
import { lookup } from 'node:dns/promises';
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Called, OutgoingCalls } from '../../flows/ports-webhooks.ts';
import { mayCall } from './address.ts';
import { type CallTerms, refusedBy } from './terms.ts';

interface Address {
  readonly address: string;
  readonly family: number;
}

export interface Limits {
  readonly ms: number;
  /** Bytes of an answer that are read, and dropped. */
  readonly bytes: number;
}

const LIMITS: Limits = { ms: 10_000, bytes: 64 << 10 };

type Resolve = (name: string) => Promise<readonly Address[]>;
const resolved: Resolve = (name) => lookup(name, { all: true, order: 'verbatim' });

export function guardedCalls(terms: CallTerms, resolve: Resolve = resolved, limits = LIMITS): OutgoingCalls {
  return {
    refused: (url) => refusedBy(terms, url),
    post: async (url, headers, body, signal) => {
      const refused = refusedBy(terms, url);
      if (refused !== null) return { failed: refused.message };
      const late = AbortSignal.any([signal, AbortSignal.timeout(limits.ms)]);
      try {
        const { hostname } = new URL(url);
        const name = hostname.replace(/^\[|\]$/g, '');
        const family = isIP(name);
        const addresses = family === 0 ? await before(late, resolve(name)) : [{ address: name, family }];
        // One that may not be called spoils the name: somebody put it there.
        const bad = addresses.find(({ address }) => !mayCall(address, terms.networks));
        if (bad !== undefined || addresses.length === 0) return { failed: `${name} leads to ${bad?.address ?? 'nowhere'}, which is not called` };
        return await posted(url, { headers, addresses, signal: late, bytes: limits.bytes }, body);
      } catch (cause) {
        return { failed: signal.aborted ? 'the server ended' : late.aborted ? `no answer within ${limits.ms / 1_000} s` : wordsOf(cause) };
      }
    },
  };
}

/** The resolver of the machine cannot be told to stop: nobody waits for it. */
const before = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('too late'));
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
    work.then(resolve, reject);
  });

interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  readonly addresses: readonly Address[];
  readonly signal: AbortSignal;
  readonly bytes: number;
}

/** Whatever asks for the name is given what was judged. */
const given =
  (addresses: readonly Address[]): LookupFunction =>
  (_, options, done) => {
    const [first] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };

function posted(url: string, { headers, addresses, signal, bytes }: Posting, body: string): Promise<Called> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      ...{ method: 'POST', agent: false, signal, lookup: given(addresses), maxHeaderSize: 16_384 },
      headers: { ...headers, 'user-agent': 'countersign', 'content-length': Buffer.byteLength(body), connection: 'close' },
    };
    const answered = (response: IncomingMessage): void => {
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > bytes) request.destroy();
      });
      // However it ends, it was answered.
      request.off('error', reject);
      for (const end of [request, response]) end.on('error', () => undefined);
      response.on('close', () => resolve({ status: response.statusCode ?? 0, retryAfter: waitOf(response.headers['retry-after']) }));
    };
    const request: ClientRequest = (url.startsWith('https:') ? tlsRequest : plainRequest)(url, options, answered);
    request.on('error', reject);
    request.end(body);
  });
}

/** Seconds; dates are left alone. */
const waitOf = (header: string | undefined): number | null => (header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null);

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? `it cannot be reached: ${cause.code}` : cause.message;
}
