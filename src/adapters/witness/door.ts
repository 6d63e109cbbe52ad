/** The port `WitnessDoor` over HTTP. A witness may lie, hang, or send without end: an answer has a bound in time and in size, and redirects lead nowhere. */
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { WitnessAnswer, WitnessDoor } from '../../flows/ports-witness.ts';

/** A note of a hundred post-quantum signatures. */
const ANSWER_CAP = 512 << 10;

/** @param prefix submission prefix, http or https. @param milliseconds for one whole answer. */
export function witnessDoor(prefix: string, milliseconds = 10_000): WitnessDoor {
  const base = prefix.replace(/\/+$/, '');
  return {
    add: (body) => asked(`${base}/add-checkpoint`, milliseconds, { method: 'POST', body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
    checkpoint: async (origin) => {
      const answer = await asked(`${base}/${sha256Hex(origin)}/checkpoint`, milliseconds, {});
      if (!answer.ok) return answer;
      if (answer.value.status === 404) return ok(null);
      return answer.value.status === 200 ? ok(answer.value.body) : err(failed(`it answers ${answer.value.status}`));
    },
  };
}

async function asked(url: string, milliseconds: number, request: RequestInit): Promise<Result<WitnessAnswer>> {
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(milliseconds) });
    const body = await bounded(response);
    if (body === undefined) return err(failed('it answers with more than 512 KiB'));
    return ok({ status: response.status, type: (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '', body });
  } catch (cause) {
    return err(failed(reasonOf(cause, milliseconds)));
  }
}

/** undefined: over the cap, and the rest is not read. */
async function bounded(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > ANSWER_CAP) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(cause: unknown, milliseconds: number): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return `it does not answer within ${milliseconds / 1000} seconds`;
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  // The code and not the message: it names addresses inside the house, and the page of the ledger is public.
  return `it cannot be reached: ${inner instanceof Error && 'code' in inner ? String(inner.code) : 'the connection broke'}`;
}

const failed = (message: string): Problem => problem('WITNESS_UNAVAILABLE', message);
