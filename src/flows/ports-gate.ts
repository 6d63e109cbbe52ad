/** The gate's own key: a file on a small installation, a KMS on a large one. It proves no human and fills no seat. */

/** Implemented by store/keys over a file. */
export interface GateSigner {
  /** Verifier id of what it signs, a URI; who trusts the key trusts it under this id alone. */
  readonly id: string;
  /** DER SubjectPublicKeyInfo of an ECDSA P-256 key. */
  readonly publicKey: Uint8Array;
  /** Of this program, as its statements name it. */
  readonly version: string;
  /**
   * ECDSA P-256 over SHA-256, DER. Asked inside an append, while everybody else waits for the ledger: whoever asks a KMS bounds the wait.
   * Rejects where it cannot sign; what landed is then recorded without a summary, which every verifier takes for a no.
   */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
