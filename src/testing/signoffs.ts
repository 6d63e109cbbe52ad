/** A small world of people, keys, statements and a one-entry log, for tests of signatures and of what consumes them. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { base64, fromBase64, utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../core/base/crypto.ts';
import { type Entry, formatEntry } from '../core/log/entry.ts';
import { leafHash, nodeHash } from '../core/log/merkle.ts';
import { formatNote, formatVkey, noteKey } from '../core/log/note.ts';
import { formatProof } from '../core/log/proof.ts';
import { type SignoffInput, signoffStatement, statementBytes } from '../core/signoff/build.ts';
import type { BundleParts } from '../core/signoff/bundle.ts';
import { credentialFor } from '../core/signoff/credential.ts';
import { NAMES, type PasskeyWord } from '../core/signoff/statement.ts';
import type { AttestationEvidence, SignoffTrust, TrustedKey } from '../core/signoff/trust.ts';
import type { Expectation } from '../core/signoff/verify.ts';
import { testMaker } from './maker.ts';

export const RP = { rpId: 'countersign.example', origins: ['https://countersign.example'] } as const;
export const NOW = Date.UTC(2026, 10, 20, 10, 21, 0);
export const LADDER = ['L4', 'L5', 'L6', 'L7', 'L10'];

/** What a statement says of the key of `trustedKey`. */
export const PASSKEY: PasskeyWord = { id: 'AQID', type: 'webauthn', rpId: RP.rpId, aaguid: null, uv: true, backupEligible: false };

/** A critical change signed by mara, L6; override what a test is about. */
export function signoffInput(change: Partial<SignoffInput> = {}): SignoffInput {
  return {
    decision: 'approve',
    stage: 'implementation',
    signer: { person: 'mara', level: 'L6', domains: ['infra'], rosterDigest: 'a'.repeat(64), credential: PASSKEY },
    change: {
      repo: 'infra',
      targetRef: 'refs/heads/main',
      base: 'b'.repeat(40),
      mergeBase: 'b'.repeat(40),
      head: 'c'.repeat(40),
      headTree: 'd'.repeat(40),
      alg: 'git-diff-tree-raw-z/sha256',
      manifest: '1'.repeat(64),
      manifest256: '2'.repeat(64),
    },
    intent: null,
    excluded: ['ada'],
    provenance: { level: 'agent', tools: ['claude'], authors: ['urn:agent:claude', 'urn:person:ada'], sessions: [{ sha256: '5'.repeat(64) }] },
    policy: { uri: 'git+https://countersign.example/git/infra.git#countersign.yml', digest: 'e'.repeat(64), tier: 'critical' },
    presented: 'f'.repeat(64),
    context: [{ type: 'system', id: 'warehouse' }],
    answers: [{ question: 'rollback', answer: 'restore the snapshot' }],
    dispositions: [{ finding: 'TF102:db.tf:aws_db_instance.main:3', disposition: 'accepted', note: 'planned' }],
    assumptions: [{ text: 'the backup is fresh', holds: 'true' }],
    notChecked: 'nothing',
    review: { openedAt: '2026-11-20T10:00:00Z', signedAt: '2026-11-20T10:21:00Z', activeSeconds: 960, filesViewed: 3, filesTotal: 3 },
    seen: { origin: 'countersign.example/log', size: 5, root: base64(new Uint8Array(32)) },
    nonce: '0123456789abcdef0123456789abcdef',
    expires: '2026-12-20T10:21:00Z',
    ...change,
  };
}

export const signoffBytes = (change: Partial<SignoffInput> = {}): Bytes => statementBytes(signoffStatement(signoffInput(change)));

/** Attested by the maker that `trustOf` trusts, where the key can be. */
export function trustedKey(key: { blob: Bytes; keyid: string; attestation?: () => AttestationEvidence }, change: Partial<TrustedKey> = {}): TrustedKey {
  const made = key.attestation === undefined || change.kind === 'demo' ? {} : { attestation: key.attestation() };
  return {
    person: 'mara',
    level: 'L6',
    keyid: key.keyid,
    blob: base64(key.blob),
    kind: 'webauthn',
    credentialId: change.kind === 'sk-ssh' ? '' : 'AQID',
    aaguid: '',
    backupEligible: false,
    counter: 0,
    since: 0,
    ...made,
    ...change,
  };
}

/** The signer's part of a statement that names this key. */
export const signedBy = (key: TrustedKey, change: Partial<SignoffInput['signer']> = {}): Pick<SignoffInput, 'signer'> => ({
  signer: { ...signoffInput().signer, credential: credentialFor([key]), ...change },
});

export const trustOf = (keys: readonly TrustedKey[], change: Partial<SignoffTrust> = {}): SignoffTrust => ({
  ...RP,
  keys,
  namespace: NAMES.namespace,
  mode: 'production',
  ladder: LADDER,
  authenticators: { roots: [testMaker().pin] },
  ...change,
});

/** What the statement of `signoffInput` is expected to be. */
export const expectationOf = (change: Partial<Expectation> = {}): Expectation => ({
  repo: 'infra',
  targetRef: 'refs/heads/main',
  manifest: '1'.repeat(64),
  manifest256: '2'.repeat(64),
  stage: 'implementation',
  policyDigest: 'e'.repeat(64),
  tier: 'critical',
  findings: ['TF102:db.tf:aws_db_instance.main:3'],
  now: NOW,
  counters: 'online',
  excluded: new Map([['ada', ['author']]]),
  seat: { level: 'L6', candidates: ['mara', 'noor', 'kim'] },
  allowDemo: false,
  ...change,
});

export interface LoggedAs {
  readonly type?: string;
  readonly at?: number;
  readonly envelope?: string;
  readonly fields?: Entry['fields'];
}

export interface TestLog {
  readonly vkey: string;
  readonly origin: string;
  /** These envelopes as the entries of one log, in this order. @param as of each, in the same order. */
  recordAll(envelopes: readonly Bytes[], as?: readonly LoggedAs[]): readonly BundleParts[];
  /** Any text as a note of this log. */
  note(text: string): string;
  /** The envelope as the only entry of a log of its own, signed by this log's key. */
  record(envelope: Bytes, change?: LoggedAs): BundleParts;
}

export function testLog(origin = 'countersign.example/log'): TestLog {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = noteKey(origin, fromBase64(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0));
  if (key === undefined) throw new Error('no log key');
  const signed = (entries: readonly Bytes[]): string => noted(`${origin}\n${entries.length}\n${base64(rootOf(entries.map(leafHash)))}\n`);
  const noted = (body: string): string => {
    const note = formatNote(body, [{ name: origin, id: key.id, signature: new Uint8Array(sign(null, utf8(body), privateKey)) }]);
    if (!note.ok) throw new Error(note.error.message);
    return note.value;
  };
  const entryOf = (envelope: Bytes, { type = 'signoff', at = NOW, envelope: named = sha256Hex(envelope), fields = {} }: LoggedAs = {}): Bytes => {
    const entry = formatEntry({ type, at, envelope: named, fields });
    if (!entry.ok) throw new Error(entry.error.message);
    return entry.value;
  };
  return {
    vkey: formatVkey(key),
    origin,
    note: noted,
    record: (envelope, change) => {
      const entry = entryOf(envelope, change);
      return { envelope: base64(envelope), entry: base64(entry), proof: formatProof({ index: 0, hashes: [], checkpoint: signed([entry]) }) };
    },
    recordAll: (envelopes, as = []) => {
      const entries = envelopes.map((e, i) => entryOf(e, as[i]));
      const checkpoint = signed(entries);
      return envelopes.map((envelope, index) => {
        const proof = formatProof({ index, hashes: pathOf(entries.map(leafHash), index), checkpoint });
        return { envelope: base64(envelope), entry: base64(entries[index] ?? new Uint8Array(0)), proof };
      });
    },
  };
}

/** RFC 6962 section 2.1, word for word. */
function rootOf(leaves: readonly Bytes[]): Bytes {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return only;
  const k = halfOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

function pathOf(leaves: readonly Bytes[], index: number): readonly Bytes[] {
  if (leaves.length <= 1) return [];
  const k = halfOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k ? [...pathOf(left, index), rootOf(right)] : [...pathOf(right, index - k), rootOf(left)];
}

/** The largest power of two below n. */
const halfOf = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));
