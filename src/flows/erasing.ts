/**
 * What may not be erased yet, whoever signed that it is: what was decided of a change that landed by break-glass, until somebody
 * reviewed it. It names the paths an overdue review blocks, and its reviewer is to read it. What is never erased at all, the store knows.
 */
import { type Problem, problem } from '../core/base/result.ts';
import { jsonBody } from './account-log.ts';
import { reviewsOwed } from './break-glass-facts.ts';
import { changeId } from './identity.ts';
import type { Ledger, Projections } from './ports.ts';

/** @param bodies digests, as the statement names them. Problems: DATA_INVALID, naming the body. */
export async function stillNeeded(ledger: Pick<Ledger, 'body'>, state: Projections, bodies: unknown): Promise<readonly Problem[]> {
  const named = Array.isArray(bodies) ? bodies.map(String) : [];
  const owed = await Promise.all(named.map((digest) => neededBy(ledger, state, digest)));
  return owed.flat();
}

async function neededBy(ledger: Pick<Ledger, 'body'>, state: Projections, digest: string): Promise<readonly Problem[]> {
  const change = changeDecidedIn(await ledger.body(digest));
  if (change === undefined || (await reviewsOwed(state, change)) <= 0) return [];
  const text = `change ${change} landed by break-glass, and without this body nobody knows what its review is about`;
  return [problem('DATA_INVALID', text, { place: `body ${digest}`, remedy: 'have it reviewed first: countersign break-glass review URL' })];
}

function changeDecidedIn(body: Uint8Array | null): string | undefined {
  const said = jsonBody(body) as { decision?: { change?: { repo?: unknown; targetRef?: unknown; manifest?: unknown } } } | null | undefined;
  const { repo, targetRef, manifest } = said?.decision?.change ?? {};
  return typeof repo === 'string' && typeof targetRef === 'string' && typeof manifest === 'string' ? changeId({ repo, targetRef, manifest }) : undefined;
}
