import { describe, expect, it } from 'vitest';
import { err, ok, problem } from '../core/base/result.ts';
import { FORGES_PREFIX, forgeDoor } from './forge-door.ts';
import type { ForgeDoor } from './world.ts';

const app = (door: ForgeDoor) => forgeDoor({ forges: new Map([['github', door]]) });
const post = (door: ForgeDoor, body: string, path = '/github') => app(door).request(path, { method: 'POST', body, headers: { 'x-said': 'yes' } });

describe(`what is said at ${FORGES_PREFIX}`, () => {
  it('is read to the byte, with its headers, and what came of it is told', async () => {
    const heard: unknown[] = [];
    const receive: ForgeDoor['receive'] = async (header, body) => {
      heard.push(header('x-said'), Buffer.from(body).toString());
      return ok('kept');
    };
    const answer = await post({ receive }, '{"ä":\r\n1}');
    expect([answer.status, await answer.json()]).toEqual([202, { said: 'kept' }]);
    expect(heard).toEqual(['yes', '{"ä":\r\n1}']);
  });

  it('by nobody who knows the secret is refused', async () => {
    const answer = await post({ receive: async () => err([problem('SIG_INVALID', 'it is not signed by the forge')]) }, '{}');
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ problems: [{ code: 'SIG_INVALID' }] });
  });

  it('of a forge nobody named is not heard', async () => {
    expect((await post({ receive: async () => ok('kept') }, '{}', '/gitlab')).status).toBe(404);
    expect((await forgeDoor({}).request('/github', { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('in more than a forge sends is not read', async () => {
    const door: ForgeDoor = { receive: async () => ok('kept') };
    const answer = await app(door).request('/github', { method: 'POST', body: 'x', headers: { 'content-length': String((25 << 20) + 1) } });
    expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close']);
  });
});
