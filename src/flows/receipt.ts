/** What is handed to whoever just signed, or brought what others signed: the word as the log holds it, with the proof. */
import { base64 } from '../core/base/bytes.ts';
import { receiptOf, type SignedReceipt } from '../core/signoff/receipt.ts';
import type { AppendedEntry, Ledger } from './ports.ts';

/** null: the log cannot prove its own last entry, which is our own bug or a broken disk; the word stands all the same. */
export async function signedReceipt(ledger: Ledger, entry: AppendedEntry, envelope: Uint8Array): Promise<SignedReceipt | null> {
  const proof = await ledger.proof(entry.index);
  return proof === null ? null : receiptOf(entry.index, entry.bytes, envelope, proof);
}

/** An entry as the log took it, for whoever brought its body to check. */
export interface Taken {
  readonly index: number;
  /** Lowercase hex SHA-256 of the body, which the entry names. */
  readonly digest: string;
  /** base64 of the exact leaf bytes. */
  readonly entry: string;
  /** tlog-proof text: a checkpoint that the log signed holds the entry. null: no checkpoint has it yet. */
  readonly proof: string | null;
}

export const takenBy = async (ledger: Ledger, { index, body, bytes }: AppendedEntry): Promise<Taken> => ({
  index,
  digest: body,
  entry: base64(bytes),
  proof: await ledger.proof(index),
});
