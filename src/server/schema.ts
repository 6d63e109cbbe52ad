/** The shapes requests may have. After these, nobody checks again. */
import * as z from 'zod';
import { concat, text } from '../core/base/bytes.ts';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import { WEBHOOK_EVENTS } from '../flows/ports-webhooks.ts';
import { GIVEN } from './auth/access.ts';
import { LONGEST_TICKET } from './tickets.ts';

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

const index = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const webhookWords = z.strictObject({ url: z.string().min(1).max(2_000), events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length) });
/** How long the old secret signs beside the new one. */
export const rotationWords = z.strictObject({ overlapHours: z.int().min(0).max(168).default(24) });
/** Indexes of the log; `to` is the one behind the last. */
export const replayWords = z.strictObject({ from: index, to: index });

const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'is no object id: 40 or 64 lowercase hex digits');
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is no digest: sha256: and 64 lowercase hex digits');

/** The one question of every gate: docs/spec/gate.md. */
export const gateQuestion = z.strictObject({
  subject: z.strictObject({
    repo: z.string().min(1).max(1_000),
    target_ref: z.string().regex(/^refs\/[^\0-\x20\x7f]{1,500}$/, 'is no full name of a ref, such as refs/heads/main'),
    base: oid,
    head: oid,
    head_tree: oid.optional(),
    manifest: z
      .strictObject({ alg: z.enum(['git-diff-tree-raw-z/sha256', 'git-diff-tree-raw-z/sha256;object-format=sha256']), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
      .optional(),
    artifact_digests: z.array(digest).max(100).default([]),
  }),
  environment: z.string().min(1).max(200).optional(),
  gate: z.enum(['push', 'merge', 'plan', 'apply', 'admission', 'promote', 'deploy']),
  plan_digest: digest.optional(),
  caller: z
    .strictObject({ adapter: z.string().max(100).optional(), delivery_id: z.string().max(200).optional(), deadline: z.iso.datetime({ offset: true }).optional() })
    .default({}),
});

/** Sealed by us, with the statement in it. */
const ticket = z.string().max(LONGEST_TICKET);

export const signature = z.union([
  z.strictObject({ ticket, assertion }),
  z.strictObject({ ticket, demo: z.literal(true) }),
  z.strictObject({ ticket, sshsig: z.string().max(16_384) }),
  z.strictObject({ envelope: z.string().max(2_000_000) }),
]);

/** What is read at all; a shape that says little has less. */
const BODY_CAP = 4 << 20;
const CAPS: ReadonlyMap<z.ZodType, number> = new Map<z.ZodType, number>([
  [empty, 1 << 10],
  [actAs, 4 << 10],
  [passkeyBegin, 4 << 10],
  [newTokenWords, 8 << 10],
  [keyLogin, 64 << 10],
  [assertion, 128 << 10],
  [registration, 128 << 10],
  [sshKey, 128 << 10],
  [gateQuestion, 64 << 10],
]);
/** What is over the cap is read and dropped up to here, so that whoever sent it hears why; beyond, and after a while, the connection ends. */
const PATIENCE = 64 << 20;
const PATIENCE_MS = 20_000;

/** Bytes a body of this shape may have. */
const capOf = (shape: z.ZodType): number => CAPS.get(shape) ?? BODY_CAP;

/** Reads a body as JSON of one shape; every bad field is named. */
export async function read<T>(request: { readonly raw: Request }, shape: z.ZodType<T>): Promise<Result<T, readonly Problem[]>> {
  const cap = capOf(shape);
  const bytes = await whole(request.raw, cap);
  if (bytes === 'cut') return no('the body was cut short, or took too long', 'send it again, at once');
  if (bytes === 'large') return tooLarge(cap);
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
    error: parsed.error.issues.slice(0, MOST_ISSUES).map((i) => problem('USAGE', i.message, { place: placeOf(i.path), remedy: 'correct this field and send the body again' })),
  };
}

/** Whoever sends a thousand wrong fields is told of the first few, and never much of their own words. */
const MOST_ISSUES = 20;
const placeOf = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, 200) || 'body';

const no = (message: string, remedy: string): { ok: false; error: readonly Problem[] } => ({ ok: false, error: [problem('USAGE', message, { place: 'body', remedy })] });

const said = (bytes: number): string => (bytes >= 1 << 20 ? `${bytes >> 20} MiB` : `${bytes >> 10} KiB`);
const tooLarge = (cap: number): { ok: false; error: readonly Problem[] } => ({
  ok: false,
  error: [problem('BODY_TOO_LARGE', `the body is over ${said(cap)}`, { place: 'body', remedy: 'send less' })],
});

async function announced(request: Request): Promise<Uint8Array | 'cut'> {
  let late: NodeJS.Timeout | undefined;
  const cut = new Promise<'cut'>((resolve) => {
    late = setTimeout(() => resolve('cut'), PATIENCE_MS);
  });
  try {
    return await Promise.race([request.arrayBuffer().then((b) => new Uint8Array(b)), cut]);
  } catch {
    return 'cut';
  } finally {
    clearTimeout(late);
  }
}

async function whole(request: Request, cap: number): Promise<Uint8Array | 'cut' | 'large'> {
  const length = Number(request.headers.get('content-length') ?? Number.NaN);
  if (length > PATIENCE) return 'large';
  // Announced, and no longer than it may be: the server itself holds the sender to it.
  if (length <= cap) return announced(request);
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  const late = setTimeout(() => void reader?.cancel().catch(() => undefined), PATIENCE_MS);
  const began = performance.now();
  try {
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      size += part.value.length;
      if (size <= cap) parts.push(part.value);
      if (size > PATIENCE) break;
    }
  } catch {
    return 'cut';
  } finally {
    clearTimeout(late);
  }
  if (performance.now() - began >= PATIENCE_MS) return 'cut';
  return size <= cap ? concat(...parts) : 'large';
}
