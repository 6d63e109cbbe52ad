/** What the server's doors need, handed in by the composition root. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReasonCode } from '../core/base/codes.ts';
import type { Problem, Result } from '../core/base/result.ts';
import type { SigningKey } from '../core/log/checkpoint.ts';
import type { Kept } from '../flows/forge-intake.ts';
import type { JobDesk } from '../flows/ports-jobs.ts';
import type { LogFiles } from '../flows/ports-log.ts';
import type { Logins } from '../flows/ports-login.ts';
import type { Reader } from '../flows/ports-reader.ts';
import type { SigningWorld } from '../flows/prepare.ts';
import type { WebhookDesk } from '../flows/webhooks.ts';
import type { Witnesses } from '../flows/witnesses.ts';
import type { Entry } from './auth/entry.ts';
import type { Events } from './events/feed.ts';
import type { Operations } from './operations.ts';

/** What navigator.credentials.get() answered, decoded. */
export interface Assertion {
  readonly credentialId: string;
  readonly authenticatorData: Uint8Array;
  readonly clientDataJSON: Uint8Array;
  /** DER. */
  readonly signature: Uint8Array;
}

/** The labelled software authenticators of a demo log. Absent everywhere else. */
export interface DemoAuthenticators {
  /** People it can act as. */
  readonly people: readonly string[];
  sign(person: string, challenge: Uint8Array): Assertion;
  /** Names of the founders who confirm this person's enrolments. */
  founders(person: string): readonly string[];
  /** The envelope over an enrolment statement of this person, signed by those founders. */
  cosign(statement: Uint8Array, person: string): Uint8Array;
}

export interface ServerWorld extends SigningWorld, Operations {
  /** Every key the log ever signed with, the one that signs it now first. */
  logKeys(): Promise<readonly SigningKey[]>;
  /** The log as anybody reads it. */
  readonly files: LogFiles;
  /** 32 bytes; seals what a browser carries between the two halves of a sign-in. */
  readonly cookieSecret: Uint8Array;
  /** Whether this throw says that what keeps the log is away or busy for now. */
  away?(cause: unknown): boolean;
  /** Why nothing would be appended now, in words that name nobody; null where nothing is known against it. */
  hindered?(): Promise<string | null>;
  readonly logins: Logins;
  readonly entry: Entry;
  readonly demo: DemoAuthenticators | null;
  /** Folder of the built web client. */
  readonly webRoot: string;
  /** The account a user name and password stand for, or null. Compares in constant time. */
  account(user: string, password: string): string | null;
  /** `git http-backend` for one request. `env` reaches the hooks. */
  serveGit(request: IncomingMessage, response: ServerResponse, as: { path: string; account: string; env: Readonly<Record<string, string>> }): Promise<void>;
  /** Who cosigns the log; absent where no witness policy is in force: then nothing is proven. */
  readonly witnesses?: Witnesses;
  /** A language model that reads for reviewers; absent unless somebody configured one. */
  readonly reader?: Reader;
  /** Work for later; absent where this server has none. */
  readonly jobs?: ServedJobs;
  /** Who is told of what is appended; absent where this server may call nobody. */
  readonly webhooks?: WebhookDesk;
  /** Forges that tell us what happens there, by name; absent where none does. */
  readonly forges?: ReadonlyMap<string, ForgeDoor>;
  /** Who listens to what happens to changes; absent where nobody may. */
  readonly events?: Events;
  /** Words of our own, to whoever runs this. */
  log(line: string): void;
  /** This server is about to end and takes no new work. */
  stopping?(): boolean;
}

export interface ForgeDoor {
  /** @param header by its lower-case name. `ignored`: nothing a decision rests on. Problems: SIG_INVALID; FORGE_EVENT where it is of no shape that is known. */
  receive(header: (name: string) => string | undefined, body: Uint8Array): Promise<Result<Kept | 'ignored', readonly Problem[]>>;
}

export interface ServedJobs {
  readonly desk: JobDesk;
  /** There may be something to do. */
  wake(): void;
}

/** HTTP status of a refusal. Everything not named is 422: understood, and refused. */
export const STATUS: Partial<Record<ReasonCode, number>> = {
  USAGE: 400,
  GATE_REQUEST_INVALID: 400,
  NOT_SIGNED_IN: 401,
  LOGIN_REFUSED: 401,
  LOGIN_STALE: 401,
  ROLE_MISSING: 403,
  DEMO_ONLY: 403,
  NOT_FOUND: 404,
  ERASED: 410,
  ST_NONCE: 409,
  CONTENT_MISMATCH: 409,
  METHOD_NOT_ALLOWED: 405,
  MEDIA_TYPE: 415,
  BODY_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  IDEMPOTENCY_KEY: 409,
  INTERNAL: 500,
  LOG_DAMAGED: 500,
  STORE_UNAVAILABLE: 503,
};
