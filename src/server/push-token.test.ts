/**
 * Who stands behind a push that a token let in: through the door of git and the door of the hooks, as git itself goes. Whoever holds the token
 * chooses the account it names and what is pushed; the roster of the ref says whose that account is, and the token whose it is.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, type PersonName, RP, roster } from '../../test/bed/bed.ts';
import { passkeyAnswer, serverWorld, strictApp } from '../../test/bed/doors.ts';
import { Jar } from '../../test/bed/identity.ts';
import type { Scope } from '../flows/ports-login.ts';
import { newToken } from './auth/tokens.ts';
import { type GitDoor, gitDoor } from './git-door.ts';
import { hookDoor } from './hook-door.ts';
import type { ServerWorld } from './world.ts';

let bed: Bed;
let world: ServerWorld;
let git: GitDoor;
let hooks: Server;
let tip: string;
/** What git would bring next. */
let update: { readonly ref: string; readonly old: string; readonly new: string };
let heard = '';

beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, { serveGit: asGitDoes, log: (line) => expect(line).toBe('') });
  git = gitDoor(world);
  hooks = hookDoor(world, git.pushes, world.log);
  await new Promise<void>((resolve) => hooks.listen(join(bed.data, 's'), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => hooks.close(resolve));
  await bed.close();
});
beforeEach(() => {
  tip = bed.tip();
});
afterEach(() => {
  bed.served.git('update-ref', MAIN, tip);
});

/** Objects first, then the hook, with the environment the door gave. */
function asGitDoes(_: IncomingMessage, response: ServerResponse, { env }: Parameters<ServerWorld['serveGit']>[2]): Promise<void> {
  bed.work.git('push', '-q', bed.served.gitDir, `${update.new}:refs/heads/arrived/${update.new}`);
  return new Promise((resolve, reject) => {
    const headers = { 'countersign-repository': 'infra', 'countersign-push': env.COUNTERSIGN_PUSH };
    const asked = request({ socketPath: join(bed.data, 's'), path: '/hook/pre-receive', method: 'POST', headers }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        heard += part;
      });
      answer.on('end', () => {
        response.end();
        resolve();
      });
    });
    asked.on('error', reject);
    asked.end(`${update.old} ${update.new} ${update.ref}\n`);
  });
}

/** Answers what the terminal would show; empty where the door let nobody in. */
async function push(account: string, secret: string, head: string, { ref = MAIN, old = bed.served.git('rev-parse', ref) } = {}): Promise<string> {
  heard = '';
  update = { ref, old, new: head };
  const authorization = `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
  const response = { writeHead: () => response, end: () => response } as unknown as ServerResponse;
  await git.handle({ headers: { authorization }, url: '/git/infra.git/git-receive-pack' } as IncomingMessage, response);
  return heard;
}

/** As it may stand in the database since the roster was another. */
const tokenOf = async (person: string, account: string, scopes: readonly Scope[] = ['push']): Promise<string> =>
  (await newToken(world, { person, account, name: 'x', scopes, created: 0, until: world.now() + 3_600_000 })).secret;

const drop = (by = 'ada'): string => bed.commit({ 'db/drop.sql': `drop table t${++count};\n` }, { by });
let count = 0;
const idIn = (text: string): string => /\/changes\/([0-9a-f]{16})/.exec(text)?.[1] ?? '';
/** The roster of main, from now on. */
const rosterIs = (text: string): Promise<number> => bed.land(bed.commit({ '.countersign/roster.yml': text }, { by: 'kim' }));
const others = (given: Readonly<Record<string, string>>): string => Object.entries(given).reduce((text, [from, to]) => text.replace(from, to), roster());

describe('a push with a token', () => {
  it('as an account that is somebody else’s by now is refused, says whose token, and what to do; nothing of it is recorded', async () => {
    // Mara's token for an account that was hers: the roster gives it to ada since.
    await rosterIs(others({ 'accounts: [ada]': 'accounts: [ada, spare]' }));
    const secret = await tokenOf('mara', 'spare');
    const size = (await world.ledger.entries(0, 10_000)).length;
    const text = await push('spare', secret, drop());
    expect(text).toContain('PUSHER_FOREIGN');
    expect(text).toContain('the account spare is not of mara, whose token this is: by the roster ada answers for it');
    expect(text).toContain('push with a token made for an account of your own');
    expect((await world.ledger.entries(0, 10_000)).length).toBe(size);
  });

  it('is refused so to a ref that nobody protects, too', async () => {
    await rosterIs(others({ 'accounts: [ada]': 'accounts: [ada, spare]' }));
    expect(await push('spare', await tokenOf('mara', 'spare'), drop(), { ref: 'refs/heads/topic', old: '0'.repeat(40) })).toContain('PUSHER_FOREIGN');
    expect(await push('ada', await tokenOf('ada', 'ada'), drop(), { ref: 'refs/heads/topic', old: '0'.repeat(40) })).toBe('');
  });

  it('as the agent of somebody else is refused, whoever owned it when the token was made', async () => {
    await rosterIs(others({ 'owner: ben': 'owner: ada' }));
    expect(await push('robo', await tokenOf('ben', 'robo'), drop())).toContain('PUSHER_FOREIGN');
    expect(await push('robo', await tokenOf('ada', 'robo'), drop('robo'))).not.toContain('PUSHER_FOREIGN');
  });

  it('is refused where the roster of the ref itself gives the account to somebody else', async () => {
    const release = bed.served.git('rev-parse', 'refs/heads/release');
    await rosterIs(others({ 'owner: ben': 'owner: ada' }));
    const head = bed.commit({ 'db/drop.sql': 'drop table r;\n' }, { on: release, by: 'ada' });
    expect(await push('robo', await tokenOf('ada', 'robo'), head, { ref: 'refs/heads/release' })).toContain('PUSHER_FOREIGN');
  });

  it('as an account nobody has is refused', async () => {
    expect(await push('ghost', await tokenOf('mara', 'ghost'), drop())).toContain('SOD_UNRESOLVED');
  });

  it('keeps its owner from signing, whatever account it names', async () => {
    // Not of today's roster: the door itself tells whose token it was.
    const head = drop();
    const text = await push('ghost', await tokenOf('mara', 'ghost'), head);
    expect(text).toContain('SOD_UNRESOLVED');
    // The same content once more, by somebody who is known: whoever lent a token before stays behind it.
    const again = await push('ada', await tokenOf('ada', 'ada'), head);
    const row = await bed.row(idIn(again));
    expect(row.decision.excluded.map((e) => e.person)).toContain('mara');
    expect(await bed.sign('mara', row.id)).toMatchObject({ ok: false });
    expect((await bed.sign('noor', row.id)).ok).toBe(true);
  });

  it('names its owner a principal of the push', async () => {
    const text = await push('ada', await tokenOf('ada', 'ada'), drop());
    expect((await bed.row(idIn(text))).decision.excluded).toEqual([{ person: 'ada', roles: expect.arrayContaining(['pusher', 'token-owner']) }]);
    const agents = await push('robo', await tokenOf('ben', 'robo'), drop('ada'));
    expect((await bed.row(idIn(agents))).decision.excluded).toContainEqual({ person: 'ben', roles: expect.arrayContaining(['agent-owner', 'token-owner']) });
  });
});

describe('a token for pushing', () => {
  const signedIn = async (name: PersonName) => {
    const app = strictApp(world);
    const jar = new Jar();
    const call = async (method: string, path: string, body: unknown): Promise<Record<string, unknown>> => {
      const headers = { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header() };
      const answer = await app.request(`${RP.origin}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      jar.take(answer.headers);
      return (await answer.json()) as Record<string, unknown>;
    };
    const { challenge } = await call('POST', '/session/passkey/begin', {});
    await call('POST', '/session/passkey', passkeyAnswer(bed.keys[name], challenge));
    return (more: object) => call('POST', '/tokens', { name: 'x', scopes: ['push'], days: 1, ...more });
  };

  it('is made for an account of one’s own, and for no other, whatever a person or an agent is called', async () => {
    // Ben is no account of ben's here, and the id of his agent is an account of mara's.
    await rosterIs(others({ 'accounts: [ben]': 'accounts: [b-en]', 'accounts: [mara]': 'accounts: [mara, ben, robo]', 'accounts: [robo]': 'accounts: [robo-ci]' }));
    const make = await signedIn('ben');
    expect(await make({})).toMatchObject({ account: 'b-en' });
    expect(await make({ account: 'robo' })).toMatchObject({ account: 'robo-ci' });
    expect(await make({ account: 'robo-ci' })).toMatchObject({ account: 'robo-ci' });
    for (const account of ['ben', 'mara', 'ghost']) expect(await make({ account }), account).toMatchObject({ code: 'PERSON_UNKNOWN', remedy: expect.stringContaining('b-en') });
  });
});
