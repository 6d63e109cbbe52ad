/**
 * A page on loopback that sends the manifest of an app to GitHub, and takes the code it answers with: once, from the browser that was sent, and not
 * for long. Other pages in that browser, and other programs of this machine, know neither the address nor the state.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** Where the form is sent. @param state comes back with the code. */
  action(state: string): string;
  /** @param back where GitHub sends the browser. */
  manifest(back: string): object;
}

export interface CodeDoor {
  /** To be opened in a browser on this machine. */
  readonly page: string;
  /** Resolves once. */
  readonly code: Promise<string>;
  close(): Promise<void>;
}

const LONGEST = 200;

export async function openCodeDoor({ action, manifest }: Asked): Promise<CodeDoor> {
  const [path, state] = [randomBytes(16).toString('hex'), randomBytes(32).toString('hex')];
  let host = '';
  let taken = false;
  let take: (code: string) => void = () => undefined;
  const code = new Promise<string>((resolve) => {
    take = resolve;
  });
  const answer = (request: IncomingMessage): readonly [number, string] => {
    const url = new URL(request.url ?? '/', `http://${host}`);
    // A name that leads to this machine is not this machine.
    if (request.method !== 'GET' || request.headers.host !== host) return [404, NOTHING];
    if (url.pathname === `/${path}`) return taken ? [410, USED] : [200, formOf(action(state), manifest(`http://${host}/${path}/back`))];
    if (url.pathname !== `/${path}/back`) return [404, NOTHING];
    const came = url.searchParams.get('code') ?? '';
    if (!same(url.searchParams.get('state') ?? '', state) || came === '' || came.length > LONGEST) return [403, STRANGE];
    if (taken) return [410, USED];
    taken = true;
    take(came);
    return [200, DONE];
  };
  const server = createServer((request, response) => send(response, ...answer(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      // The last page may still be on its way.
      server.closeIdleConnections();
    });
  return { page: `http://${host}/${path}`, code, close };
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const words = (text: string): string => `<p>${text}</p>`;
const NOTHING = words('There is nothing here.');
const USED = words('This was used already. Go back to the terminal.');
const STRANGE = words('This did not come from the page the terminal named. Open that page, and begin there.');
const DONE = words('GitHub has made the app. Go back to the terminal.');

const formOf = (action: string, manifest: object): string =>
  `<form action="${escaped(action)}" method="post"><input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest))}">` +
  '<p>GitHub will ask you to name the app and to make it. You can read there what it may do.</p><button>Go to GitHub</button></form>';

function send(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    .end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Countersign</title><body>${body}</body></html>`);
}
