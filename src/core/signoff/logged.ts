/** One logged object of a bundle, shown to be in the trusted log. */
import { sha256Hex } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { type Entry, parseEntry } from '../log/entry.ts';
import { verifyProof } from '../log/proof.ts';
import type { Evidence } from './bundle.ts';
import type { TrustBundle } from './trust-file.ts';

/** Clocks differ by a little. */
const AHEAD = 300_000;

/** The entry is of this type, names exactly this envelope, and is in the trusted log. Problems: LOG_*. */
export function logged({ envelope, entry, proof }: Evidence, trust: TrustBundle, type: string): Result<{ readonly entry: Entry; readonly index: number }> {
  const proven = verifyProof(proof, entry, trust.logKeys, trust.witnesses ?? undefined);
  if (!proven.ok) return proven;
  const parsed = parseEntry(entry);
  if (!parsed.ok) return parsed;
  const seen = proven.value.witnessed?.at ?? Number.POSITIVE_INFINITY;
  // Witnesses keep time: the log's own clock may not run ahead of theirs.
  if (parsed.value.at > seen + AHEAD) return err(problem('LOG_FORK', 'the entry is dated after its witnesses had seen it'));
  if (parsed.value.type !== type) return err(problem('LOG_FORMAT', `the log entry is a ${parsed.value.type}, not a ${type}`));
  return parsed.value.envelope === sha256Hex(envelope)
    ? ok({ entry: parsed.value, index: proven.value.index })
    : err(problem('LOG_INCLUSION', 'the log entry is of another envelope'));
}
