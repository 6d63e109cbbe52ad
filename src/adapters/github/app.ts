/**
 * Who we are at GitHub: an app, which signs a token of a few minutes with its key (RFC 7519, RS256) and is given one of an hour for each thing
 * it does in one repository. Such a token can do that one thing there, whatever else the app may do, and whatever the repository is called.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { ForgeAnswer } from '../../flows/ports-forge.ts';
import { type Answered, type Call, called, type Line, path, unreached } from './call.ts';
import { type Failed, failed, failureOf } from './failed.ts';
import { type Asker, openPatience } from './patience.ts';
import { TOKEN } from './schema.ts';

/** What is done there, and the least that lets us. Reading what a repository is called is part of each. */
const NEEDS = {
  name: { metadata: 'read' },
  contents: { contents: 'read' },
  pulls: { pull_requests: 'read' },
  checks: { checks: 'write' },
  deploy: { actions: 'read', deployments: 'write' },
  rules: { actions: 'read', administration: 'read' },
} as const;

export type Errand = keyof typeof NEEDS;

/** One repository of one installation, by its id; null while that is what is asked for: a name may be one it had before, which opens no token. */
export interface Where {
  readonly installation: number;
  readonly repository: number | null;
}

/** `may`: statuses, beside those of success, that are an answer to this call. */
export type Asking = Call & { readonly may?: readonly number[] };

export interface App {
  /** As the app itself. */
  self(call: Asking): Promise<ForgeAnswer<Answered>>;
  /** As the installation. A token that was taken back is asked for once more. */
  at(where: Where, errand: Errand, call: Asking): Promise<ForgeAnswer<Answered>>;
  token(where: Where, errand: Errand): Promise<ForgeAnswer<string>>;
}

export interface AppSettings {
  readonly line: Line;
  readonly appId: number;
  readonly key: KeyObject;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** GitHub refuses what was issued in its future, and what lives longer than ten minutes. */
const [ISSUED_BEFORE_S, LIVES_S] = [60, 540];
/** A clone may take this long to begin. */
const MARGIN_MS = 300_000;

/** @param pem as GitHub gave it (PKCS #1), or as PKCS #8. Problem: USAGE. */
export function readKey(pem: string): Result<KeyObject> {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return ok(key);
  } catch {
    // Said below, without a word of what was in it.
  }
  return err(
    problem('USAGE', 'the key of the app is no RSA key in PEM', { remedy: 'use the .pem file GitHub gave when the app was made, or make a new key in the settings of the app' }),
  );
}

function appToken({ appId, key, now }: Pick<AppSettings, 'appId' | 'key' | 'now'>): string {
  const seconds = Math.floor(now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - ISSUED_BEFORE_S, exp: seconds + LIVES_S, iss: String(appId) })}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

interface Given {
  readonly token: string;
  readonly until: number;
}

export function openApp(settings: AppSettings): App {
  const { line, now } = settings;
  // Promises: whoever asks while one is on its way is given the same.
  const given = new Map<string, Promise<ForgeAnswer<Given>>>();
  const keyOf = (where: Where, errand: Errand): string => `${where.installation} ${where.repository} ${errand}`;

  const patience = openPatience(now);
  const judged = async (asker: Asker, call: Asking, token: string): Promise<ForgeAnswer<Answered>> => {
    const alone = patience.left(asker, call);
    if (alone !== null) return alone;
    const answer = await called(line, call, token);
    if (!answer.ok) return failed(answer.error);
    const { status } = answer.value;
    const good = (status >= 200 && status < 300) || (call.may ?? []).includes(status);
    const no = good ? null : failureOf(answer.value, call.path, now());
    patience.heard(asker, answer.value, no);
    return no ?? answer;
  };
  const self = (call: Asking): Promise<ForgeAnswer<Answered>> => judged('app', call, appToken(settings));

  const asked = async ({ installation, repository }: Where, errand: Errand): Promise<ForgeAnswer<Given>> => {
    const only = repository === null ? {} : { repository_ids: [repository] };
    const call = { method: 'POST', path: path`/app/installations/${installation}/access_tokens`, body: { ...only, permissions: NEEDS[errand] } } as const;
    const answer = await self(call);
    if (!answer.ok) return answer;
    const token = TOKEN.safeParse(answer.value.body);
    return token.success ? ok({ token: token.data.token, until: token.data.expires_at }) : strange(call.path);
  };
  const tokenAt = async (where: Where, errand: Errand): Promise<ForgeAnswer<Given>> => {
    const key = keyOf(where, errand);
    const before = given.get(key);
    const known = await before;
    if (known?.ok === true && known.value.until - now() > MARGIN_MS) return known;
    // Another may have asked while this one waited.
    const meanwhile = given.get(key);
    if (meanwhile !== undefined && meanwhile !== before) return meanwhile;
    const fresh = asked(where, errand);
    given.set(key, fresh);
    const answer = await fresh;
    if (!answer.ok && given.get(key) === fresh) given.delete(key);
    return answer;
  };

  return {
    self,
    token: async (where, errand) => {
      const answer = await tokenAt(where, errand);
      return answer.ok ? ok(answer.value.token) : answer;
    },
    at: async (where, errand, call) => {
      // Before a token is asked for that nobody may use yet.
      const alone = patience.left(where.installation, call);
      if (alone !== null) return alone;
      const first = await tokenAt(where, errand);
      if (!first.ok) return first;
      const refusable = { ...call, may: [...(call.may ?? []), 401] };
      const answer = await judged(where.installation, refusable, first.value.token);
      if (!answer.ok || answer.value.status !== 401) return answer;
      const held = await given.get(keyOf(where, errand));
      if (held === first) given.delete(keyOf(where, errand));
      const second = await tokenAt(where, errand);
      return second.ok ? judged(where.installation, call, second.value.token) : second;
    },
  };
}

/** It answers, and not as GitHub does. */
export const strange = (place: string): Failed => failed(unreached('it answers with something else than its API does', place));
