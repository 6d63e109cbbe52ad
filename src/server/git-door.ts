/**
 * Smart HTTP for the served repositories. The pusher is whoever this door authenticated: the name reaches the hook as a
 * random token that only this process can turn back into an account, so nothing a client or a shell sets can forge it.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tokenPusher } from './auth/tokens.ts';
import type { Authenticated } from './door.ts';
import type { ServerWorld } from './world.ts';

export interface GitDoor {
  /** Random token to who pushes, for the hook's door. */
  readonly pushes: ReadonlyMap<string, Authenticated>;
  /** @param as told the account, once it is known. */
  handle(request: IncomingMessage, response: ServerResponse, as?: (account: string) => void): Promise<void>;
}

export const GIT_PREFIX = '/git/';

export function gitDoor(world: ServerWorld): GitDoor {
  const pushes = new Map<string, Authenticated>();
  return {
    pushes,
    async handle(request, response, as) {
      const who = await authenticated(world, request.headers.authorization);
      if (who === null) return askForPassword(response);
      as?.(who.account);
      const token = randomBytes(24).toString('base64url');
      pushes.set(token, who);
      try {
        const path = (request.url ?? '').slice(GIT_PREFIX.length - 1);
        await world.serveGit(request, response, { path, account: who.account, env: { COUNTERSIGN_PUSH: token } });
      } finally {
        pushes.delete(token);
      }
    },
  };
}

/** A password of demo data, or a token whose scope is to push. */
async function authenticated(world: ServerWorld, header: string | undefined): Promise<Authenticated | null> {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const said = password.join(':');
  const account = world.account(user, said);
  return account === null ? tokenPusher(world, user, said) : { account };
}

function askForPassword(response: ServerResponse): void {
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="Countersign git"', 'Content-Type': 'text/plain' });
  response.end('sign in with your account, and a token made for pushing as the password, to read or push; an auditor does neither over git\n');
}
