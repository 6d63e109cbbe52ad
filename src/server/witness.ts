/**
 * The door of a witness: C2SP tlog-witness over HTTP. Nobody is authenticated but the log, by its signature; so bodies are bounded,
 * slow clients are cut off, and an answer never says more than the public log does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { concat, text } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { Witness, WitnessAnswer } from '../flows/ports-witness.ts';

export interface WitnessDoor {
  /** The port in use, where 0 was asked for. */
  readonly port: number;
  /** Answers what was asked already, then ends. */
  close(): Promise<void>;
}

/** 63 hashes and a note of a hundred signatures, post-quantum ones among them. */
const BODY_CAP = 512 << 10;
const PATIENCE_MS = 10_000;
const CONNECTIONS = 200;

/** Problems: USAGE, where the address cannot be listened on. */
export function listenAsWitness(witness: Witness, at: { readonly host: string; readonly port: number }, log: (line: string) => void): Promise<Result<WitnessDoor>> {
  const server = createServer(
    { headersTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, keepAliveTimeout: PATIENCE_MS, connectionsCheckingInterval: 1_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(witness, request)
        .catch((cause: unknown): WitnessAnswer => {
          log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
          return said(500, 'our own bug, or a full disk: nothing was cosigned');
        })
        .then((given) => send(response, given));
    },
  );
  server.maxConnections = CONNECTIONS;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const late = setTimeout(() => server.closeAllConnections(), PATIENCE_MS / 2);
      server.close(() => {
        clearTimeout(late);
        resolve();
      });
      server.closeIdleConnections();
    });
  return new Promise((resolve) => {
    server.once('error', (cause) =>
      resolve(err(problem('USAGE', `this address cannot be listened on: ${cause.message}`, { place: `${at.host}:${at.port}`, remedy: 'choose another --port' }))),
    );
    server.listen(at.port, at.host, () => resolve(ok({ port: (server.address() as AddressInfo).port, close })));
  });
}

async function answer(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return said(405, 'add-checkpoint is a POST');
    const body = await whole(request);
    if (body === undefined) return said(413, 'the body is over 512 KiB');
    const asked = text(body);
    return asked === undefined ? said(400, 'the body is not UTF-8') : witness.add(asked);
  }
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (hash === undefined) return said(404, 'there is POST /add-checkpoint, and GET /<hex sha256 of the origin>/checkpoint');
  if (request.method !== 'GET') return said(405, 'a checkpoint is a GET');
  const note = witness.checkpoint(hash);
  return note === null ? said(404, 'no checkpoint of this log was ever cosigned here') : { status: 200, type: PLAIN, body: note };
}

/** undefined: over the cap, or given up by the client. What is over is not read: the connection ends. */
async function whole(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_CAP) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > BODY_CAP) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return concat(...parts);
}

const PLAIN = 'text/plain; charset=utf-8';
const said = (status: number, words: string): WitnessAnswer => ({ status, type: PLAIN, body: `${words}\n` });

function send(response: ServerResponse, { status, type, body }: WitnessAnswer): void {
  const rest = status === 413 ? { connection: 'close' } : {};
  const allow = status === 405 ? { allow: 'GET, POST' } : {};
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...rest, ...allow });
  response.end(body);
}
