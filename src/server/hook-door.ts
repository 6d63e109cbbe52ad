/**
 * The hook's door: HTTP on a unix socket, for `pre-receive` and `post-receive`. Whoever can open the socket can ask; what
 * they say is checked: the repository against the served ones, the push token against pushes this server started, the
 * quarantine by the object store. Garbage gets a refusal, never a crash and never a pass.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from '../core/base/bytes.ts';
import { problemText } from '../core/base/result.ts';
import { recordLandings } from '../flows/land.ts';
import { judgePush, type Push, type PushAnswer } from '../flows/push.ts';
import { PUSH_CAPS } from '../flows/push-record.ts';
import type { RefUpdate } from '../flows/ref-update.ts';
import type { GateWorld } from '../flows/site.ts';
import type { Authenticated } from './door.ts';
import { failureLine, failureOf } from './logging.ts';
import { answerText } from './push-text.ts';

/** Pushes in flight: random token to whom the transport authenticated. */
export type PushesInFlight = ReadonlyMap<string, Authenticated>;

const BODY_CAP = 4 * 1024 * 1024;

/** @param heard told of every answer of the gate. */
export function hookDoor(world: GateWorld, pushes: PushesInFlight, log: (line: string) => void, heard: (answer: PushAnswer) => void = () => undefined): Server {
  const server = createServer({ requestTimeout: 30_000, maxHeaderSize: 16_384 }, (request, response) => {
    answer({ world, pushes, heard }, request, response).catch((error: unknown) => {
      log(`hook: ${failureLine(failureOf(error))}`);
      send(response, 500, false, 'countersign: refused  our own bug; the server has the details in its log [INTERNAL]\n');
    });
  });
  server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
  return server;
}

interface Desk {
  readonly world: GateWorld;
  readonly pushes: PushesInFlight;
  readonly heard: (answer: PushAnswer) => void;
}

async function answer({ world, pushes, heard }: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  const repo = String(request.headers['countersign-repository'] ?? '');
  const updates = body === undefined ? undefined : parseUpdates(body);
  if (request.method !== 'POST' || updates === undefined) return invalid(response, 'the hook sent something that is no list of ref updates, or too long a one');
  if (request.url === '/hook/post-receive') {
    await recordLandings(world, repo);
    return send(response, 200, true, '');
  }
  if (request.url !== '/hook/pre-receive') return invalid(response, 'there is no such hook');
  const quarantine = String(request.headers['countersign-quarantine'] ?? '');
  const who = pushes.get(String(request.headers['countersign-push'] ?? ''));
  const push: Push = { repo, updates, quarantine: quarantine === '' ? undefined : quarantine, pusher: who?.account ?? null, tokenOwner: who?.tokenOwner };
  const judged = await judgePush(world, push);
  heard(judged);
  send(response, judged.allow ? 200 : 403, judged.allow, answerText(world.site, repo, judged));
}

const invalid = (response: ServerResponse, message: string): void =>
  send(response, 400, false, `${problemText({ code: 'GATE_REQUEST_INVALID', message, remedy: 'reinstall the hook of this version; nothing was changed' })}\n`);

function send(response: ServerResponse, status: number, allow: boolean, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': bytes.length, 'Countersign-Verdict': allow ? 'allow' : 'deny', Connection: 'close' });
  response.end(bytes);
}

/** Undefined when the body is over the cap or cut short. What is over the cap is read and dropped, so that the answer is heard. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size <= BODY_CAP) parts.push(part);
    }
  } catch {
    return undefined;
  }
  return request.complete && size <= BODY_CAP ? Buffer.concat(parts) : undefined;
}

/**
 * `old SP new SP ref LF` per line, as git writes them to pre-receive (githooks(5)). Undefined for anything else, and for a
 * name that is not UTF-8: decoded leniently, two refs would become one.
 */
export function parseUpdates(body: Uint8Array): readonly RefUpdate[] | undefined {
  const lines = text(body)?.split('\n');
  if (lines === undefined || lines.pop() !== '' || lines.length > PUSH_CAPS.refs * 100) return undefined;
  const updates = lines.map((line) => /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^\0-\x20\x7f]+)$/.exec(line));
  if (updates.some((m) => m === null)) return undefined;
  return updates.flatMap((m) => (m === null ? [] : [{ old: m[1] ?? '', new: m[2] ?? '', ref: m[3] ?? '' }]));
}
