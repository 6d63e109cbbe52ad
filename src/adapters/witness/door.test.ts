import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { witnessDoor } from './door.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
}

describe('the way to a witness', () => {
  it('brings the body and the answer, whatever its status', async () => {
    const url = await serving((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => response.writeHead(409, { 'content-type': 'text/x.tlog.size; charset=utf-8' }).end(`${request.method} ${request.url} ${body}`));
    });
    for (const prefix of [url, `${url}/`, `${url}/prefix/`]) {
      const path = prefix.endsWith('prefix/') ? '/prefix/add-checkpoint' : '/add-checkpoint';
      expect(await witnessDoor(prefix).add('old 0\n')).toEqual({ ok: true, value: { status: 409, type: 'text/x.tlog.size', body: `POST ${path} old 0\n` } });
    }
  });

  it('asks for the checkpoint of a log by the hash of its origin', async () => {
    const url = await serving((request, response) => {
      response.writeHead(request.url?.endsWith('/checkpoint') ? 404 : 500).end();
    });
    expect(await witnessDoor(url).checkpoint('log.example')).toEqual({ ok: true, value: null });
    const echo = await serving((request, response) => response.end(request.url));
    const shown = await witnessDoor(echo).checkpoint('log.example');
    expect(shown.ok && shown.value).toMatch(/^\/[0-9a-f]{64}\/checkpoint$/);
  });

  it.each([
    ['never answers', () => undefined, 'does not answer within'],
    ['begins an answer and never ends it', (_, response) => void response.writeHead(200).write('x'), 'does not answer within'],
    [
      'sends without end',
      (_, response) => {
        const more = (): void => {
          while (response.write('x'.repeat(65_536)));
          response.once('drain', more);
        };
        more();
      },
      'more than 512 KiB',
    ],
    ['hangs up', (request) => void request.socket.destroy(), 'cannot be reached'],
  ] satisfies readonly (readonly [string, RequestListener, string])[])('is no answer where a witness %s', async (_, answer, words) => {
    const url = await serving(answer);
    expect(await witnessDoor(url, 700).add('')).toMatchObject({ ok: false, error: { code: 'WITNESS_UNAVAILABLE', message: expect.stringContaining(words) } });
  });

  it('follows no redirect', async () => {
    let led = 0;
    const inside = await serving((_, response) => {
      led++;
      response.end('inside');
    });
    const url = await serving((_, response) => response.writeHead(307, { location: inside }).end());
    expect(await witnessDoor(url).add('')).toMatchObject({ ok: true, value: { status: 307 } });
    expect(await witnessDoor(url).checkpoint('x')).toMatchObject({ ok: false });
    expect(led).toBe(0);
  });

  it('says where nobody listens', async () => {
    expect(await witnessDoor('http://127.0.0.1:1').add('')).toMatchObject({ ok: false, error: { code: 'WITNESS_UNAVAILABLE' } });
  });
});
