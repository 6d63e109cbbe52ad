/**
 * A log in a bucket that speaks S3: what the export writes for any web server to hand on. Requests are signed by aws4fetch (AWS Signature
 * Version 4). The store is believed for nothing: what is there already has to be the same bytes, and a redirect is an error.
 */
import { AwsClient } from 'aws4fetch';
import { equal, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { LogFolder } from '../../flows/ports-log.ts';
import { within } from './http.ts';

/** As the tools of such stores read them from the environment. */
export interface BucketAccess {
  readonly AWS_ACCESS_KEY_ID?: string | undefined;
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined;
  readonly AWS_SESSION_TOKEN?: string | undefined;
  /** `us-east-1` where absent. */
  readonly AWS_REGION?: string | undefined;
  /** Of any other store than Amazon's: buckets are folders there. */
  readonly AWS_ENDPOINT_URL_S3?: string | undefined;
}

const ANSWER_MS = 60_000;

/** @param where `s3://bucket` or `s3://bucket/folder`. Problem: USAGE. */
export function openBucket(where: string, access: BucketAccess): Result<LogFolder> {
  const [, bucket, folder = ''] = /^[sS]3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._/-]*))?$/.exec(where) ?? [];
  if (bucket === undefined || folder.split('/').includes('..')) return err(problem('USAGE', `${where} is no bucket`, { place: '--out', remedy: 'for example s3://audit/log' }));
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, AWS_REGION: region = 'us-east-1' } = access;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return err(
      problem('USAGE', 'nothing says who writes there', { place: where, remedy: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION or AWS_ENDPOINT_URL_S3' }),
    );
  const root = rootOf(bucket, region, access.AWS_ENDPOINT_URL_S3);
  if (root === undefined)
    return err(problem('USAGE', `${access.AWS_ENDPOINT_URL_S3} is no address`, { place: 'AWS_ENDPOINT_URL_S3', remedy: 'for example https://storage.example' }));
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 3, ...(sessionToken === undefined ? {} : { sessionToken }) });
  const base = folder === '' ? root : `${root}${folder.replace(/\/+$/, '')}/`;
  return ok(writing(where, (path, init) => client.fetch(`${base}${path}`, { ...init, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) })));
}

/** With a slash at its end. */
function rootOf(bucket: string, region: string, endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return `https://${bucket}.s3.${region}.amazonaws.com/`;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === ''
    ? `${url.href.replace(/\/*$/, '')}/${bucket}/`
    : undefined;
}

type Ask = (path: string, init: RequestInit) => Promise<Response>;

function writing(name: string, ask: Ask): LogFolder {
  // Of the checkpoint that was read: who published meanwhile is not written over.
  let seen: string | null = null;
  const read: LogFolder['read'] = (path, cap) =>
    answered<Uint8Array | null>(path, 'LOG_UNREACHABLE', async () => {
      const answer = await ask(path, { method: 'GET' });
      if (path === 'checkpoint') seen = answer.status === 200 ? answer.headers.get('etag') : null;
      if (answer.status === 200) return within(answer, path, cap);
      await answer.body?.cancel();
      return answer.status === 404 ? ok(null) : err(refused('LOG_UNREACHABLE', path, answer.status));
    });
  const write = (path: string, bytes: Uint8Array, headers: { readonly [name: string]: string }): Promise<Result<boolean>> =>
    answered(path, 'DATA_INVALID', async () => {
      // Signed with the request: who stands between cannot change what is kept.
      const answer = await ask(path, { method: 'PUT', body: new Uint8Array(bytes), headers: { ...headers, 'x-amz-content-sha256': sha256Hex(bytes) } });
      await answer.body?.cancel();
      return answer.ok ? ok(true) : err(refused('DATA_INVALID', path, answer.status));
    });
  return {
    name,
    read,
    put: async (path, bytes) => {
      const known = await read(path, bytes.length);
      if (!known.ok) return known.error.code === 'LOG_FORMAT' ? err(forked(path)) : known;
      if (known.value !== null) return equal(known.value, bytes) ? ok(false) : err(forked(path));
      // Where the store knows it, nobody writes between the question and the answer.
      return write(path, bytes, { 'content-type': 'application/octet-stream', 'cache-control': 'public, max-age=31536000, immutable', 'if-none-match': '*' });
    },
    publish: async (note) => {
      const unchanged: { readonly [name: string]: string } = seen === null ? { 'if-none-match': '*' } : { 'if-match': seen };
      const done = await write('checkpoint', utf8(note), { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache', ...unchanged });
      return done.ok ? ok(undefined) : done;
    },
    putBody: async () => err(NO_BODIES),
    dropBody: async () => err(NO_BODIES),
  };
}

const NO_BODIES: Problem = problem('USAGE', 'a bucket takes no bodies', { remedy: 'export them to a folder' });

async function answered<T>(path: string, code: 'LOG_UNREACHABLE' | 'DATA_INVALID', act: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error);
    return err(problem(code, `the bucket does not answer: ${why}`, { place: path, remedy: AGAIN }));
  }
}

const refused = (code: 'LOG_UNREACHABLE' | 'DATA_INVALID', path: string, status: number): Problem =>
  problem(code, status === 412 ? 'somebody else wrote there meanwhile' : `the bucket answered ${status}`, {
    place: path,
    remedy: status === 403 ? 'the key may not do this here: it needs to get and put objects, and to list them, or what is not there looks forbidden' : AGAIN,
  });

const AGAIN = 'run it again: it goes on where it was';

const forked = (path: string): Problem =>
  problem('LOG_FORK', 'this file is there already with other bytes', {
    place: path,
    remedy: 'keep both: one of them is not the log that was published. Find out which before anything is written here',
  });
