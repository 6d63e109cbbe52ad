/** Exports what proves a change years later: the bundle with its log proofs, and the trust it is verified against. */
import { base64 } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { type BundleParts, formatBundle } from '../core/signoff/bundle.ts';
import { formatTrust, trustedPeople } from '../core/signoff/trust.ts';
import type { Ledger, Projections } from './ports.ts';
import type { GateWorld } from './push.ts';
import { SIGNING_NAMESPACE, trustedKeys } from './site.ts';

/** The sign-offs of one change as a bundle file, each with its exact bytes, its log entry and an inclusion proof. */
export async function exportBundle(ledger: Ledger, state: Projections, id: string): Promise<Result<string>> {
  const [row] = await state.changes({ id, limit: 1 });
  if (row === undefined) return err(problem('NOT_FOUND', `there is no change ${id}`));
  const { repo, targetRef, manifest } = row.decision.change;
  const signoffs = (await state.signoffs({ repo, manifest })).filter((s) => s.targetRef === targetRef);
  if (signoffs.length === 0) return err(problem('SIGNOFF_MISSING', 'nobody has signed this change yet', { remedy: 'a bundle exists once somebody has' }));
  const parts: BundleParts[] = [];
  for (const s of signoffs) {
    const [entry] = await ledger.entries(s.index, 1);
    const body = await ledger.body(s.body);
    const proof = await ledger.proof(s.index);
    if (entry === undefined || body === null || proof === null) return err(problem('CONTENT_UNSEEN', `the sign-off at log index ${s.index} was erased`));
    parts.push({ envelope: base64(body), entry: base64(entry.bytes), proof });
  }
  return ok(formatBundle(parts));
}

/** The trust bundle as of now: log key, founders' and enrolled keys, relying party. Carry it by another road than the evidence. */
export async function exportTrust(world: GateWorld, logKey: string, ladder: readonly string[]): Promise<string> {
  const keys = await trustedKeys(world.projections);
  const names = new Map((await world.projections.keys({})).map((k) => [k.person, k.name]));
  const { mode, origin, rpId, origins } = world.site;
  return formatTrust({ version: 1, mode, origin, logKey, rpId, origins, namespace: SIGNING_NAMESPACE, ladder, people: trustedPeople(keys, names) });
}
