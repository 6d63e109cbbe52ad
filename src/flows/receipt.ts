/** What is handed to whoever just signed: their word as the log holds it, with the proof. */
import { receiptOf, type SignedReceipt } from '../core/signoff/receipt.ts';
import type { AppendedEntry, Ledger } from './ports.ts';

/** null: the log cannot prove its own last entry, which is our own bug or a broken disk; the word stands all the same. */
export async function signedReceipt(ledger: Ledger, entry: AppendedEntry, envelope: Uint8Array): Promise<SignedReceipt | null> {
  const proof = await ledger.proof(entry.index);
  return proof === null ? null : receiptOf(entry.index, entry.bytes, envelope, proof);
}
