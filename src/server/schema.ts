/** The shapes requests may have. After these, nobody checks again. */
import * as z from 'zod';
import { concat, text } from '../core/base/bytes.ts';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import { GIVEN } from './auth/access.ts';

const b64url = z
  .string()
  .max(16_384)
  .regex(/^[A-Za-z0-9_-]*$/, 'is not base64url')
  .transform((s) => new Uint8Array(Buffer.from(s, 'base64url')));
const words = z.string().max(10_000);

export const assertion = z.strictObject({ credentialId: z.string().max(2_048), authenticatorData: b64url, clientDataJSON: b64url, signature: b64url });
export const actAs = z.strictObject({ person: z.string().max(100) });
export const person = actAs;
/** Who, where the passkey does not find itself. */
export const passkeyBegin = z.strictObject({ person: z.string().max(100).optional() });
export const empty = z.strictObject({});

/** Armored. */
export const keyLogin = z.strictObject({ sshsig: z.string().max(16_384) });

export const newTokenWords = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z.array(z.enum(GIVEN)).min(1).max(GIVEN.length),
  days: z.int().min(1).max(365),
  /** An agent of whoever asks, to push as. */
  account: z.string().max(100).optional(),
});

export const registration = z.strictObject({
  credentialId: z.string().max(2_048),
  clientDataJSON: b64url,
  attestationObject: b64url,
  authenticatorData: b64url,
  transports: z.array(z.string().max(32)).max(10),
  expires: z.iso.datetime().optional(),
});

/** A DSSE envelope, base64 of its exact bytes. */
export const envelopeBody = z.strictObject({ envelope: z.base64().max(1_400_000) });

export const sshKey = z.strictObject({
  publicKey: z.string().max(4_096),
  /** What `ssh-keygen -O write-attestation=` wrote, and the challenge it was given. */
  attestation: z.strictObject({ record: b64url, challenge: b64url }).optional(),
  expires: z.iso.datetime().optional(),
});

export const answers = z.strictObject({
  /** Who signs, for a terminal without a session; the signature has to prove it. */
  person: z.string().max(100).optional(),
  decision: z.enum(['approve', 'approve_with_conditions', 'changes', 'cannot_judge']),
  dispositions: z.array(z.strictObject({ finding: z.string().max(2_000), disposition: z.enum(['accepted', 'mitigated', 'mistaken']), note: words })).max(500),
  notChecked: words,
  answers: z.array(z.strictObject({ question: z.string().max(100), answer: words })).max(50),
  assumptions: z.array(z.strictObject({ text: words, holds: z.enum(['true', 'false', 'unknown']) })).max(50),
  conditions: z.array(words).max(50),
  review: z.strictObject({
    openedAt: z.iso.datetime(),
    activeSeconds: z.int().min(0).max(1_000_000),
    filesViewed: z.int().min(0).max(100_000),
    filesTotal: z.int().min(0).max(100_000),
  }),
  presented: z.string().regex(/^[0-9a-f]{64}$/),
  /** Which key will sign, where the person has several. */
  credential: z.strictObject({ kind: z.enum(['webauthn', 'sk-ssh', 'demo']), keyid: z.string().max(100).optional() }).optional(),
});

const filled = words.regex(/\S/, 'is empty');
const chosen = {
  person: z.string().max(100).optional(),
  credential: z.strictObject({ kind: z.enum(['webauthn', 'sk-ssh', 'demo']), keyid: z.string().max(100).optional() }).optional(),
};

/** What a person says about break-glass. */
export const glassWords = z.discriminatedUnion('kind', [
  z.strictObject({ ...chosen, kind: z.literal('use'), reason: filled, incident: z.string().max(200).regex(/\S/, 'is empty') }),
  z.strictObject({ ...chosen, kind: z.literal('cancel'), reason: filled }),
  z.strictObject({ ...chosen, kind: z.literal('review'), outcome: z.enum(['justified', 'unjustified', 'tighten']), note: filled }),
]);

const lines = z.array(filled).min(1, 'is empty: "nothing" is an answer').max(50);

/** What an author says of their own change. */
export const ownershipWords = z.strictObject({
  ...chosen,
  filesRead: z.int().min(0).max(100_000),
  ran: lines,
  notUnderstood: lines,
  assumptions: z.array(z.strictObject({ text: words, holds: z.enum(['true', 'false', 'unknown']) })).max(50),
});

export const signature = z.union([
  z.strictObject({ ticket: z.string().max(100), assertion }),
  z.strictObject({ ticket: z.string().max(100), demo: z.literal(true) }),
  z.strictObject({ ticket: z.string().max(100), sshsig: z.string().max(16_384) }),
  z.strictObject({ envelope: z.string().max(2_000_000) }),
]);

const BODY_CAP = 4 << 20;
/** What is over the cap is read and dropped up to here, so that whoever sent it hears why; beyond, the connection ends. */
const PATIENCE = 64 << 20;

/** Reads a body as JSON of one shape; every bad field is named. */
export async function read<T>(request: { readonly raw: Request }, shape: z.ZodType<T>): Promise<Result<T, readonly Problem[]>> {
  const bytes = await whole(request.raw.body);
  if (bytes === undefined) return no('the body is over 4 MiB, or was cut short', 'send less');
  const said = text(bytes);
  if (said === undefined) return no('the body is not UTF-8', 'send a JSON object in UTF-8');
  let json: unknown;
  try {
    json = JSON.parse(said);
  } catch {
    return no('the body is not JSON', 'send a JSON object');
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    error: parsed.error.issues.map((i) => problem('USAGE', i.message, { place: i.path.join('.') || 'body', remedy: 'correct this field and send the body again' })),
  };
}

const no = (message: string, remedy: string): { ok: false; error: readonly Problem[] } => ({ ok: false, error: [problem('USAGE', message, { place: 'body', remedy })] });

async function whole(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body ?? []) {
      size += part.length;
      if (size <= BODY_CAP) parts.push(part);
      if (size > PATIENCE) return undefined;
    }
  } catch {
    return undefined;
  }
  return size <= BODY_CAP ? concat(...parts) : undefined;
}
