import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Witness } from '../flows/ports-witness.ts';
import { listenAsWitness, type WitnessDoor } from './witness.ts';

const HASH = 'ab'.repeat(32);
let door: WitnessDoor;
let heard: string[];
let logged: string[];
/** Says what it was asked; the judging is tested where it lives. */
const witness: Witness = {
  vkey: '',
  add: (body) => {
    heard.push(body);
    if (body === 'full disk') throw new Error('ENOSPC');
    return body === 'behind' ? { status: 409, type: 'text/x.tlog.size', body: '7\n' } : { status: 200, type: 'text/plain; charset=utf-8', body: `— w ${body.length}\n` };
  },
  checkpoint: (hash) => (hash === HASH ? 'the note\n' : null),
};

beforeEach(async () => {
  heard = [];
  logged = [];
  const opened = await listenAsWitness(witness, { host: '127.0.0.1', port: 0 }, (line) => logged.push(line));
  if (!opened.ok) throw new Error(opened.error.message);
  door = opened.value;
});
afterEach(() => door.close());

const at = (path: string): string => `http://127.0.0.1:${door.port}${path}`;
const post = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> => fetch(at('/add-checkpoint'), { method: 'POST', body });

describe('the door of a witness', () => {
  it('hands the body on and the answer back, with its type', async () => {
    const yes = await post('old 0\n');
    expect([yes.status, await yes.text(), heard]).toEqual([200, '— w 6\n', ['old 0\n']]);
    const behind = await post('behind');
    expect([behind.status, behind.headers.get('content-type'), await behind.text()]).toEqual([409, 'text/x.tlog.size', '7\n']);
  });

  it('shows monitors a checkpoint by the hash of its origin', async () => {
    const known = await fetch(at(`/${HASH}/checkpoint`));
    expect([known.status, await known.text()]).toEqual([200, 'the note\n']);
    for (const path of [`/${'cd'.repeat(32)}/checkpoint`, `/${HASH.toUpperCase()}/checkpoint`, '/', '/checkpoint', '/add-checkpoint/'])
      expect((await fetch(at(path))).status).toBe(404);
  });

  it('knows one method a path', async () => {
    expect((await fetch(at('/add-checkpoint'))).status).toBe(405);
    expect((await fetch(at(`/${HASH}/checkpoint`), { method: 'POST', body: '' })).status).toBe(405);
    expect(heard).toEqual([]);
  });

  it('reads no body over its cap and none that is not UTF-8', async () => {
    expect((await post('x'.repeat((512 << 10) + 1))).status).toBe(413);
    expect((await post(new Uint8Array([0xff, 0xfe]))).status).toBe(400);
    expect(heard).toEqual([]);
    expect((await post('x'.repeat(512 << 10))).status).toBe(200);
  });

  it('ends a body that never says its length and never ends, unheard', async () => {
    const ended = await new Promise<string>((resolve) => {
      const endless = request(at('/add-checkpoint'), { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, (response) => resolve(String(response.statusCode)));
      endless.on('error', () => resolve('cut off'));
      const more = (): void => {
        while (endless.write('x'.repeat(65_536)));
        endless.once('drain', more);
      };
      more();
    });
    expect(['413', 'cut off']).toContain(ended);
    expect(heard).toEqual([]);
  });

  it('hears nothing of a client that leaves in the middle', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(door.port, '127.0.0.1', () => {
        socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 100\r\n\r\nold', () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect((await post('after')).status).toBe(200);
    expect(heard).toEqual(['after']);
    expect(logged).toEqual([]);
  });

  it('answers 500 where the witness could not keep what it saw, and goes on', async () => {
    expect((await post('full disk')).status).toBe(500);
    expect(logged[0]).toContain('ENOSPC');
    expect((await post('on')).status).toBe(200);
  });

  it('says so where the address is taken', async () => {
    expect(await listenAsWitness(witness, { host: '127.0.0.1', port: door.port }, () => undefined)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });
});
