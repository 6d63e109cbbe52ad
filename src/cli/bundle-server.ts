/**
 * Bundles of a server, for a gate without one of its own. What is answered is a stranger's bytes, which are verified like any others;
 * so the one thing a server, or whoever stands before it, can do is not to answer, and then nothing passes.
 */
import { concat } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { MAX_BUNDLE } from '../core/signoff/bundle.ts';
import type { FoundBundle } from '../core/signoff/pooled.ts';
import type { SignoffSource } from '../flows/ports-carried.ts';

export interface ServerLimits {
  readonly ms: number;
  readonly bytes: number;
}

const LIMITS: ServerLimits = { ms: 20_000, bytes: MAX_BUNDLE };

/** @param url of the server: nothing but scheme, host and port. @param token of an account that may read; sent to this address and nowhere else. Problem: USAGE. */
export function serverSource(url: string, token: string | undefined, limits = LIMITS): Result<SignoffSource> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username !== '' ||
    parsed.password !== '' ||
    !/^\/?$/.test(parsed.pathname + parsed.search + parsed.hash)
  )
    return err(problem('USAGE', 'this is not the address of a server', { place: '--server', remedy: 'for example https://countersign.example' }));
  if (token !== undefined && parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname))
    return err(problem('USAGE', 'the token would travel unencrypted', { place: '--server', remedy: 'give an https address, or no COUNTERSIGN_TOKEN' }));
  const { origin } = parsed;
  return ok({ name: origin, far: true, bundles: ({ change }) => asked(origin, change, token, limits) });
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Refusals that say nothing but that nobody has signed. */
const NOBODY = new Set(['SIGNOFF_MISSING', 'NOT_FOUND']);

async function asked(origin: string, change: string, token: string | undefined, { ms, bytes: most }: ServerLimits): Promise<Result<readonly FoundBundle[]>> {
  try {
    const response = await fetch(`${origin}/api/v1/changes/${change}/bundle`, {
      headers: { accept: 'application/json', 'x-countersign': '1', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      redirect: 'error',
      signal: AbortSignal.timeout(ms),
    });
    const bytes = await bodyOf(response, most);
    if (bytes === undefined) return err(away(origin, `it answers more than ${most} bytes`));
    if (response.ok) return ok([{ name: `${origin} ${change}`, bytes }]);
    const refused = refusalIn(bytes);
    if (refused !== undefined && NOBODY.has(refused)) return ok([]);
    return err(away(origin, `it answers ${response.status}${refused === undefined ? '' : ` [${refused}]`}`));
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    return err(away(origin, why));
  }
}

/** undefined: it is longer than that, and the rest was not read. */
async function bodyOf({ body }: Response, most: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > most) return undefined;
    parts.push(part);
  }
  return concat(...parts);
}

/** The code of RFC 9457's answer, where it is one. */
function refusalIn(bytes: Uint8Array): string | undefined {
  try {
    const { code }: { code?: unknown } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

const away = (origin: string, why: string): Problem =>
  problem('GATE_UNAVAILABLE', `the server gives no sign-offs: ${why}`, { place: origin, remedy: 'check that it runs, its address, and COUNTERSIGN_TOKEN where it asks who reads' });
