/** Pushes that are odd, many, nobody's, or at the same time. What is not judged passes; what cannot be judged does not. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { STORY_TF } from '../../src/testing/sample/infra.ts';
import { exchange, gitBeside, routine } from './server-wire.ts';

let stage: Stage;
let gitDir: string;
let port: number;

beforeAll(async () => {
  stage = await openStage();
  gitDir = join(stage.data, 'repositories/infra.git');
  port = Number(new URL(stage.url).port);
});
afterAll(() => stage?.end());

const at = (ref: string): string => stage.git(gitDir, 'rev-parse', '--verify', '-q', ref).text.trim();
const size = async (): Promise<number> => ((await (await fetch(`${stage.url}/api/v1/ledger`)).json()) as { size: number }).size;
const entries = async (): Promise<readonly { type: string; text: string }[]> =>
  ((await (await fetch(`${stage.url}/api/v1/ledger?from=0&count=200`)).json()) as { entries: { type: string; text: string }[] }).entries;

/** Refused, with this code and a remedy, and the ref stands where it stood. */
function refused(pushed: Ran, code: string, remedy = 'remedy'): void {
  expect(pushed.code, pushed.text).not.toBe(0);
  expect(pushed.text).toContain(code);
  expect(pushed.text).toContain(remedy);
}

/** A change that needs a sign-off, committed in a fresh clone. */
function dangerous(): string {
  const clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `Rename the database\n\n${TRAILER}`);
  return clone;
}

it('leaves tags and unprotected branches alone', async () => {
  const clone = dangerous();
  const before = await size();
  const main = at('refs/heads/main');
  for (const ref of ['refs/heads/topic', 'refs/heads/mainly', 'refs/heads/a/main', 'refs/tags/v1', 'refs/tags/mainly', 'refs/notes/commits']) {
    expect(stage.must(clone, 'push', 'origin', `HEAD:${ref}`)).not.toContain('countersign: refused');
    expect(at(ref)).toBe(stage.must(clone, 'rev-parse', 'HEAD'));
  }
  expect(stage.git(clone, 'push', '--force', 'origin', 'HEAD~1:refs/heads/topic').code).toBe(0);
  for (const ref of ['refs/heads/topic', 'refs/tags/mainly']) expect(stage.git(clone, 'push', 'origin', `:${ref}`).code).toBe(0);
  expect(at('refs/heads/main')).toBe(main);
  expect(await size()).toBe(before);
});

it('takes a push of no refs for what it is', async () => {
  const clone = stage.clone('infra', 'jonas');
  expect(stage.git(clone, 'push', 'origin', 'refs/heads/main')).toMatchObject({ code: 0 });
  const before = at('refs/heads/main');
  const credentials = Buffer.from('jonas:demo').toString('base64');
  const post = (body: string): Promise<string> =>
    exchange(
      port,
      `POST /git/infra.git/git-receive-pack HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${credentials}\r\nConnection: close\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      false,
    );
  for (const body of ['0000', '', '00', 'zzzz', '0004', `${'x'.repeat(500)}`]) expect(await post(body)).not.toContain('countersign: allowed');
  expect(at('refs/heads/main')).toBe(before);
});

it('refuses 2,000 refs at once, and takes them in parts', () => {
  const clone = stage.clone('infra', 'jonas');
  const tip = stage.must(clone, 'rev-parse', 'HEAD');
  const file = join(clone, '.git/packed-refs');
  const names = Array.from({ length: 2_000 }, (_, i) => `refs/heads/many/b${String(i).padStart(4, '0')}`);
  writeFileSync(file, `# pack-refs with: sorted \n${names.map((n) => `${tip} ${n}\n`).join('')}`);
  refused(stage.git(clone, 'push', 'origin', 'refs/heads/many/*:refs/heads/many/*'), 'PUSH_TOO_LARGE', 'remedy: push in smaller parts');
  expect(stage.must(gitDir, 'for-each-ref', 'refs/heads/many')).toBe('');
  expect(stage.git(clone, 'push', 'origin', 'refs/heads/many/b0*:refs/heads/many/b0*').code).toBe(0);
  expect(stage.must(gitDir, 'for-each-ref', 'refs/heads/many').split('\n')).toHaveLength(1_000);
});

it('keeps reserved names to itself', () => {
  const clone = stage.clone('infra', 'jonas');
  const tip = stage.must(clone, 'rev-parse', 'HEAD');
  for (const ref of [`refs/replace/${tip}`, 'refs/countersign/kept', 'refs/kept/x', 'refs/heads/refs/heads/main', 'refs/tags/HEAD', 'refs/tags/main']) {
    refused(stage.git(clone, 'push', 'origin', `HEAD:${ref}`), 'REF_RESERVED');
    expect(at(ref)).toBe('');
  }
  // One reserved name takes the whole push with it.
  refused(stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/innocent', `HEAD:refs/replace/${tip}`), 'REF_RESERVED');
  expect(at('refs/heads/innocent')).toBe('');
});

it('moves nothing of a push of which one part is refused', () => {
  const clone = dangerous();
  const before = at('refs/heads/main');
  refused(stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main', 'HEAD:refs/heads/beside'), 'SIGNOFF_MISSING', 'needs');
  expect(at('refs/heads/main')).toBe(before);
  expect(at('refs/heads/beside')).toBe('');
});

it('lets nobody in without a password of theirs', async () => {
  const clone = stage.clone('infra', 'jonas');
  const remote = (who: string): string => `http://${who}localhost:${port}/git/infra.git`;
  for (const who of ['jonas:wrong@', 'nobody:demo@', 'jonas:@', ':demo@', '__proto__:demo@'])
    expect(stage.git(clone, 'push', remote(who), 'HEAD:refs/heads/x').text, who).toMatch(/Authentication failed|could not read/);
  expect(stage.git(clone, 'push', remote(''), 'HEAD:refs/heads/x').text).toContain('could not read Username');
  expect(at('refs/heads/x')).toBe('');
  for (const header of ['Basic', 'Basic !!!!', 'Bearer x', `Basic ${'A'.repeat(5_000)}`, `Basic ${Buffer.from('jonas').toString('base64')}`]) {
    const answer = await fetch(`${stage.url}/git/infra.git/info/refs?service=git-receive-pack`, { headers: { authorization: header } });
    expect(answer.status, header).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  }
});

it('serves no path but the repositories', async () => {
  const credentials = Buffer.from('jonas:demo').toString('base64');
  for (const path of [
    'nope.git/info/refs',
    'infra.git/config',
    'infra.git/hooks/pre-receive',
    '..%2f..%2fcountersign.db',
    'infra.git/../../countersign.db',
    'infra.git/objects/../config',
    '',
    '%00',
    '%',
  ]) {
    // As bytes: a client of good manners would tidy the path up.
    const answer = await exchange(port, `GET /git/${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${credentials}\r\nConnection: close\r\n\r\n`, false);
    expect(answer, path).toMatch(/^HTTP\/1\.1 404 /);
  }
});

it('refuses a push by file path: nobody said who pushes', () => {
  const clone = stage.clone('infra', 'ines');
  const before = at('refs/heads/main');
  routine(stage, clone, 'Past the server');
  refused(stage.git(clone, 'push', gitDir, 'HEAD:refs/heads/main'), 'PUSHER_UNKNOWN', 'remedy: push over an authenticated transport');
  expect(at('refs/heads/main')).toBe(before);
});

it('answers the same push with the same change, however often it is tried', () => {
  const clone = dangerous();
  const ids = [1, 2, 3, 4, 5].map(() => /change {3}([0-9a-f]{16})/.exec(stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main').text)?.[1]);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
});

it('lets one of two win who push at the same time', async () => {
  const clones = [1, 2, 3].map((n) => {
    const clone = stage.clone('infra', 'ines');
    routine(stage, clone, `Racer ${n}`);
    return clone;
  });
  const before = at('refs/heads/main');
  const raced = await Promise.all(clones.map((clone) => gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main')));
  expect(raced.filter((r) => r.code === 0)).toHaveLength(1);
  const winner = raced.findIndex((r) => r.code === 0);
  const tip = stage.must(clones[winner] ?? '', 'rev-parse', 'HEAD');
  expect(at('refs/heads/main')).toBe(tip);
  expect(at('refs/heads/main^')).toBe(before);
  for (const [i, r] of raced.entries()) if (i !== winner) expect(r.text).toMatch(/rejected|failed to (update|lock) ref|cannot lock ref/);
  const landed = (await entries()).filter((e) => e.type === 'landed' && e.text.includes(before));
  expect(landed).toHaveLength(1);
  expect(landed[0]?.text).toContain(tip);
});

it('asks for main where main is missing, and says who can put it there', () => {
  const clone = stage.clone('infra', 'ines');
  const before = at('refs/heads/main');
  stage.must(gitDir, 'update-ref', '-d', 'refs/heads/main');
  try {
    refused(stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main'), 'TARGET_MISSING', 'an administrator');
    expect(at('refs/heads/main')).toBe('');
  } finally {
    stage.must(gitDir, 'update-ref', 'refs/heads/main', before);
  }
});

it('asks for a first commit in an empty repository, and takes the remedy it gives', async () => {
  const orders = join(stage.data, 'repositories/orders.git');
  const clone = stage.clone('orders', 'ines');
  await stage.stop();
  rmSync(orders, { recursive: true });
  stage.must(stage.folder, 'init', '-q', '--bare', '-b', 'main', orders);
  await stage.start();
  expect(stage.must(stage.clone('orders', 'ines'), 'status')).toContain('No commits yet');
  refused(stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main'), 'TARGET_MISSING', 'git fetch CLONE BRANCH:BRANCH');
  expect((await fetch(`${stage.url}/api/v1/people`)).status).toBe(200);
  stage.must(orders, 'fetch', '-q', clone, 'main:main');
  routine(stage, clone, 'Judged again');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:refs/heads/main')).toContain('countersign: allowed  orders');
});

it('finds nothing wrong in the ledger after all this', async () => {
  await stage.stop();
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: stage.data, clock: Date.now });
  expect(store.ok && (await store.value.audit())).toEqual([]);
  if (store.ok) await store.value.close();
});
