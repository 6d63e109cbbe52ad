/** What the tests at the doors share: bytes on a socket, pushes beside each other, and a change that passes by itself. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Ran, Stage } from '../../examples/story/stage.ts';

const PATIENCE_MS = 20_000;

/** Sends bytes and answers everything that came back until the other side closed. */
export function exchange(to: string | number, bytes: Uint8Array | string, hangUp = true): Promise<string> {
  return new Promise((resolve) => {
    const socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1');
    let heard = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (part) => {
      heard += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    if (hangUp) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** Sends bytes and leaves without waiting for an answer. */
export function sendAndLeave(to: string, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(to, () => socket.write(bytes, () => socket.destroy()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

export interface HookRequest {
  readonly door?: string;
  readonly method?: string;
  readonly repository?: string;
  readonly push?: string;
  readonly quarantine?: string;
  readonly body?: string | Uint8Array;
  /** Of the body unless told. */
  readonly length?: number | string;
}

/** A request as the hook would write it, with whatever is wrong put in. */
export function hookRequest({ door = '/hook/pre-receive', method = 'POST', repository = 'infra', push = '', quarantine = '', body = '', length }: HookRequest): Buffer {
  const bytes = Buffer.from(body);
  const head = `${method} ${door} HTTP/1.1\r\nHost: hook\r\nConnection: close\r\nContent-Length: ${length ?? bytes.length}\r\nCountersign-Repository: ${repository}\r\nCountersign-Push: ${push}\r\nCountersign-Quarantine: ${quarantine}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

const as = (name: string, mail: string): readonly string[] => ['-c', `user.name=${name}`, '-c', `user.email=${mail}@larkspur.example`];
export const INES = as('Ines Duarte', 'ines');

/** Commits a line to the README, as Ines: no system, no danger, nobody asked. Answers the commit. */
export function routine(stage: Stage, clone: string, line: string): string {
  appendFileSync(join(clone, 'README.md'), `\n${line}\n`);
  stage.must(clone, 'add', '-A');
  stage.must(clone, ...INES, 'commit', '-qm', line);
  return stage.must(clone, 'rev-parse', 'HEAD');
}

/** Runs git without waiting in line: two of these push at the same time. */
export function gitBeside(dir: string, home: string, ...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NO_PROXY: 'localhost', no_proxy: 'localhost' };
  const child = spawn('git', args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      text += part;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text })));
}
