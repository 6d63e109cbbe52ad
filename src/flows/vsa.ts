/**
 * The gate's summary of a landing: written with it, in the same append, and handed out afterwards. It is the server's word and no more:
 * an administrator with its key can sign any, and so nothing of ours takes one in the place of a sign-off.
 */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { formatEnvelope, pae } from '../core/signoff/dsse.ts';
import { gateKeyId } from '../core/signoff/gate-key.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { levelsOf, type Vsa, vsaStatement } from '../core/signoff/vsa.ts';
import { type Counted, countedIn } from './counted.ts';
import type { EntryDraft, LandingRow, Ledger, Projections } from './ports.ts';
import type { GateSigner } from './ports-gate.ts';
import { type GateWorld, repositoryUri, type Site } from './site.ts';

type Found = NonNullable<ReturnType<typeof countedIn>> & { readonly at: number };

/** What the gate found when it let this move pass; undefined where its verdict lost its body, or an earlier version wrote it. */
export async function foundOf(ledger: Ledger, state: Projections, landing: LandingRow): Promise<Found | undefined> {
  const allowed = await state.memory.allowed(landing);
  const body = allowed === null ? null : await ledger.body(allowed.body);
  const counted = body === null ? undefined : countedIn(body);
  return counted === undefined || allowed === null ? undefined : { ...counted, at: allowed.at };
}

/** None where there is no gate, or its signer does not answer: the landing is a fact and is recorded all the same. */
export async function vsaDrafts({ site, gate }: Pick<GateWorld, 'site' | 'gate'>, landing: LandingRow, found: Found): Promise<readonly EntryDraft[]> {
  if (gate === undefined) return [];
  const { change, repo, targetRef, old, head } = landing;
  const vsa = summaryOf(site, gate, landing, found);
  const body = await sealed(gate, vsa).catch(() => undefined);
  return body === undefined ? [] : [{ type: 'vsa', fields: { change, repo, ref: targetRef, old, new: head, result: vsa.passed ? 'PASSED' : 'FAILED' }, body }];
}

/** A gate that only watched let it land and would not have: that is no pass. */
function summaryOf(site: Site, gate: GateSigner, { repo, targetRef, head }: LandingRow, found: Found): Vsa {
  const resourceUri = repositoryUri(site, repo);
  const passed = found.would === 'allow';
  return {
    commit: head,
    ref: targetRef,
    resourceUri,
    verifier: { id: gate.id, version: gate.version },
    timeVerified: new Date(found.at).toISOString(),
    policy: { uri: `${resourceUri}#countersign.yml`, digest: found.policy },
    inputs: found.inputs,
    passed,
    levels: passed ? levelsOf(found satisfies Counted) : [],
  };
}

async function sealed(gate: GateSigner, vsa: Vsa): Promise<Uint8Array> {
  const payload = statementBytes(vsaStatement(vsa));
  const sig = await gate.sign(pae(NAMES.payloadType, payload));
  return formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: gateKeyId(gate.publicKey), sig }] });
}

/** The entry of the summary stands right behind that of its landing. @param landed index of the landing. null where it has none. */
export async function vsaIndex(ledger: Pick<Ledger, 'entries'>, landed: number): Promise<number | null> {
  const [landing, next] = await ledger.entries(landed, 2);
  const [a, b] = [landing, next].map((e) => (e === undefined ? undefined : parseEntry(e.bytes)));
  if (!a?.ok || !b?.ok || next === undefined || b.value.type !== 'vsa') return null;
  const same = (['repo', 'ref', 'old', 'new'] as const).every((field) => a.value.fields[field] === b.value.fields[field]);
  return same ? next.index : null;
}

/** The envelope over the last landing of a change. Problems: NOT_FOUND, ERASED. */
export async function vsaOfChange(ledger: Ledger, state: Projections, id: string): Promise<Result<Uint8Array>> {
  const [row] = await state.changes({ id, limit: 1 });
  if (row === undefined) return err(problem('NOT_FOUND', `there is no change ${id}`));
  const { repo, targetRef } = row.decision.change;
  const landed = (await state.landings({ change: id, repo, targetRef, pending: false }))
    .flatMap((l) => (l.index === null ? [] : [l.index]))
    .sort((a, b) => a - b)
    .at(-1);
  if (landed === undefined) return err(problem('NOT_FOUND', 'this change has not landed', { remedy: 'the gate sums up what landed, when it does' }));
  const index = await vsaIndex(ledger, landed);
  const [entry] = index === null ? [] : await ledger.entries(index, 1);
  if (entry === undefined) return err(problem('NOT_FOUND', 'the gate gave no summary of this landing', { remedy: 'what people signed is in the bundle of the change' }));
  const body = await ledger.body(entry.body);
  return body === null ? err(problem('ERASED', 'the summary was erased from beside the log')) : ok(body);
}
