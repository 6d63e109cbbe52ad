/** The log, and what verifies it offline. Core reads these formats itself, more strictly than a schema can say; here is what they are made of. */
import * as z from 'zod';
import type { BundleParts, MoreParts } from '../../core/signoff/bundle.ts';
import type { WrittenWord } from '../../core/signoff/trust-file.ts';
import type { Taken } from '../../flows/receipt.ts';
import { base64, component, count, hex64, list, named, of, reasonCode, text, time } from './words.ts';

export const envelope = named('Envelope', z.strictObject({ payloadType: text, payload: base64, signatures: list(z.strictObject({ keyid: text.optional(), sig: base64 })) }), {
  description: 'DSSE v1.0, to the byte as it was logged',
  page: 'vsa.md',
});
export const sigstoreBundle = named(
  'SigstoreBundle',
  z.strictObject({
    mediaType: z.literal('application/vnd.dev.sigstore.bundle.v0.3+json'),
    verificationMaterial: z.strictObject({ publicKey: z.strictObject({ hint: text }) }),
    dsseEnvelope: envelope,
  }),
  { description: 'The same, as other tools read it', page: 'vsa.md' },
);

const parts = component<BundleParts>()('LoggedParts', z.strictObject({ envelope: base64, entry: base64, proof: text.describe('tlog-proof') }));
const written = of<WrittenWord>()(z.strictObject({ index: count, entry: base64, envelope: base64 }));
const more = {
  carries: list(parts).optional(),
  ownership: list(parts).optional(),
  gate: parts.optional(),
  glass: list(parts).optional(),
  snapshot: z.strictObject({ note: text, later: list(written) }).optional(),
};
of<MoreParts>()(z.strictObject(more));
export const bundle = named(
  'Bundle',
  z.strictObject({ mediaType: z.literal('application/vnd.countersign.bundle.v1+json'), signoffs: list(parts), landed: parts.optional(), ...more }),
  { description: 'The evidence of one change, for an offline verifier', page: 'bundle.md' },
);

export const trust = named(
  'Trust',
  z.strictObject({
    mediaType: z.literal('application/vnd.countersign.trust.v2+json'),
    logKeys: list(text),
    rotations: list(count).optional(),
    ladder: list(text),
    size: count,
    genesis: z.strictObject({ entry: base64, body: base64 }),
    authority: list(written),
    witnesses: text.nullable().describe('a C2SP tlog-policy; null: nobody is asked for'),
    gates: list(z.strictObject({ id: text, key: base64 })),
    expires: count.optional(),
    authenticators: z.strictObject({ roots: list(base64), models: list(text).optional() }).optional(),
  }),
  { description: 'What a verifier trusts; carry it by another road than the evidence', page: 'trust.md' },
);

const second = z.iso.datetime();
const proven = { at: second, by: list(z.strictObject({ witness: text, at: second })) };
const why = z.strictObject({ code: reasonCode, message: text }).nullable();
const witnessed = named(
  'Witnessed',
  z.strictObject({
    policy: text.nullable(),
    quorum: text.nullable().describe('in words, such as `2 of a, b, c`; null: the policy asks nobody'),
    proven: z.strictObject({ size: count, ...proven }).nullable(),
    fork: why,
    standings: list(z.strictObject({ name: text, size: count, problem: why })),
  }),
  { description: 'How far witnesses have seen the log', page: 'witness.md' },
);
const entry = named('LedgerEntry', z.strictObject({ index: count, type: text, time, digest: text, text, proven: z.boolean() }), {
  description: '`text`: the exact leaf; `digest`: of the body it names',
  page: 'log.md',
});
export const ledgerPage = named(
  'LedgerPage',
  z.strictObject({
    ...{ size: count, vkey: text, checkpoint: text.describe('with the cosignatures of witnesses under it, as far as they are there') },
    witnesses: witnessed.nullable().describe('null: no witnesses are configured, and nothing is ever proven'),
    entries: list(entry),
  }),
);
export const knownSize = named('KnownSize', z.strictObject({ size: count, checkpoint: text, proven: z.strictObject(proven).nullable() }));

export const taken = of<Taken>()(z.strictObject({ index: count, digest: hex64, entry: base64, proof: text.nullable() }));
export const authorityTaken = named(
  'AuthorityTaken',
  z.discriminatedUnion('type', [
    taken.extend({ type: z.literal('enrolment'), person: text, keyid: text }),
    taken.extend({ type: z.literal('roster'), person: text, action: text }),
    taken.extend({ type: z.literal('erasure'), bodies: list(hex64) }),
    taken.extend({ type: z.literal('revocation'), of: text }),
  ]),
  { description: 'What the log took of who may sign', page: 'authority.md' },
);
