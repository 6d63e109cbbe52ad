/**
 * Signing in the terminal. The security key is synthesised and stands behind a `ssh-keygen` that only carries bytes to it and
 * back; everything else is real: server, git, the built command, and the lies a server in the middle could tell.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signer } from '../../examples/story/people.ts';
import { openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { base64, fromBase64, text } from '../../src/core/base/bytes.ts';
import { publicKeyLine } from '../../src/core/signoff/keys.ts';
import { softSshKey } from '../../src/testing/authenticator.ts';
import { STORY_MESSAGE, STORY_TF } from '../../src/testing/sample/infra.ts';
import { countersignOn } from './terminal.ts';

let stage: Stage;
let clone: string;
let page: string;
let head: string;
let answers: string;
let device: Server;
let touches = 0;
let flags: number | undefined;
/** The eight words of every statement the API prepared. */
const prepared: (readonly string[])[] = [];
const key = softSshKey('sk-ssh-ed25519');
const open: Server[] = [];

beforeAll(async () => {
  stage = await openStage();
  device = await serving(async (request) => {
    touches += 1;
    return key.signPae(await bodyOf(request), { counter: touches, ...(flags === undefined ? {} : { flags }) });
  });
  writeKeygen();
  writeFileSync(file('id_sk.pub'), `${publicKeyLine(key.blob)} mara\n`);
  clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `${STORY_MESSAGE}\n${TRAILER}`);
  head = stage.must(clone, 'rev-parse', 'HEAD');
  page = /http\S+\/changes\/[0-9a-f]{16}/.exec(stage.git(clone, 'push', 'origin', 'main').text)?.[0] ?? '';
});
afterAll(async () => {
  for (const server of open) server.close();
  await stage?.end();
});

const file = (name: string): string => join(stage.folder, name);
const port = (server: Server): number => (server.address() as AddressInfo).port;

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function serving(answer: (request: IncomingMessage) => Promise<Uint8Array>): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(async (request, response) => void response.end(await answer(request)));
    open.push(server);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Stands for the device alone: carries the file to be signed there, and the signature back. */
function writeKeygen(): void {
  const script = `import { readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const file = args.at(-1);
if (args[0] !== '-Y' || args[1] !== 'sign' || args[args.indexOf('-n') + 1] !== 'signoff@countersign.dev') process.exit(9);
const response = await fetch('http://127.0.0.1:${port(device)}', { method: 'POST', body: readFileSync(file) });
writeFileSync(file + '.sig', Buffer.from(await response.arrayBuffer()));
`;
  mkdirSync(file('bin'));
  writeFileSync(file('bin/keygen.mjs'), script);
  writeFileSync(file('bin/ssh-keygen'), `#!/bin/sh\nexec '${process.execPath}' '${file('bin/keygen.mjs')}' "$@"\n`);
  chmodSync(file('bin/ssh-keygen'), 0o755);
}

const countersign = (...args: readonly string[]): Promise<Ran> => countersignOn(stage, ...args);
const sign = (url = page, repo = clone): Promise<Ran> => countersign('sign', url, '--as', 'mara', '--key', file('id_sk'), '--answers', answers, '--repo', repo);

/** A server in the middle: everything as it is, but the statement to be signed is another. */
async function lying(lie: (statement: string) => string, to = page): Promise<string> {
  const server = await serving(async (request) => {
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    const headers = { 'content-type': 'application/json', 'x-countersign': '1' };
    const response = await fetch(`${stage.url}${request.url}`, { method: request.method ?? 'GET', headers, ...(body === undefined ? {} : { body }) });
    const said = (await response.json()) as { statement?: string; words?: readonly string[] };
    if (said.words !== undefined) prepared.push(said.words);
    if (said.statement !== undefined) said.statement = base64(new TextEncoder().encode(lie(text(fromBase64(said.statement) ?? new Uint8Array(0)) ?? '')));
    return new TextEncoder().encode(JSON.stringify(said));
  });
  return `http://127.0.0.1:${port(server)}${new URL(to).pathname}`;
}

it('without a key prints the page; with one and no answers, the form to fill in', async () => {
  const bare = await countersign('sign', page);
  expect(bare).toMatchObject({ code: 1 });
  expect(bare.text).toContain(`open ${page}`);
  const form = await countersign('sign', page, '--as', 'mara', '--key', file('id_sk'), '--repo', clone);
  expect(form.code).toBe(2);
  expect(form.text).toContain('ST_UNCHECKED');
  const asked = JSON.parse(form.text.slice(form.text.indexOf('{'), form.text.lastIndexOf('}') + 1));
  expect(asked.dispositions.length).toBeGreaterThan(0);
  const given = {
    ...asked,
    decision: 'approve',
    notChecked: 'the warehouse',
    dispositions: asked.dispositions.map((d: object) => ({ ...d, disposition: 'accepted', note: 'announced' })),
    answers: asked.answers.map((a: object) => ({ ...a, answer: 'restore the snapshot' })),
  };
  answers = file('answers.json');
  writeFileSync(answers, JSON.stringify(given));
});

it('refuses a plain key before anything is asked, and a key that nobody enrolled', async () => {
  const plain = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32)]).toString('base64');
  writeFileSync(file('id_plain.pub'), `ssh-ed25519 ${plain} mara\n`);
  const refused = await countersign('sign', page, '--as', 'mara', '--key', file('id_plain'), '--answers', answers, '--repo', clone);
  expect(refused).toMatchObject({ code: 2, text: expect.stringContaining('KEY_PLAIN') });
  expect(await countersign('enrol', stage.url, '--as', 'mara', '--key', file('id_plain'))).toMatchObject({ code: 2, text: expect.stringContaining('KEY_PLAIN') });
  expect(await sign()).toMatchObject({ code: 2, text: expect.stringContaining('KEY_UNKNOWN') });
  expect(touches).toBe(0);
});

it('takes a key lying in ~/.ssh for none while nobody enrolled it, and says so of one that was named', async () => {
  mkdirSync(file('.ssh'));
  for (const end of ['', '.pub']) writeFileSync(file(`.ssh/id_ed25519_sk${end}`), `${publicKeyLine(key.blob)} mara\n`);
  expect(await countersign('sign', page)).toMatchObject({ code: 1, text: expect.stringContaining(`open ${page}`) });
  expect(await countersign('sign', page, '--key', file('id_sk'))).toMatchObject({ code: 2, text: expect.stringMatching(/KEY_UNKNOWN[\s\S]*countersign enrol/) });
});

it('enrols a security key, once, for one person', async () => {
  const enrolled = await countersign('enrol', stage.url, '--as', 'mara', '--key', file('id_sk.pub'));
  expect(enrolled).toMatchObject({ code: 0, text: expect.stringContaining(key.keyid) });
  expect(await countersign('enrol', stage.url, '--as', 'ines', '--key', file('id_sk'))).toMatchObject({ code: 2, text: expect.stringContaining('KEY_MODEL') });
});

it('signs nothing that this clone does not hold', async () => {
  const other = stage.clone('infra', 'mara');
  const refused = await sign(page, other);
  expect(refused).toMatchObject({ code: 2, text: expect.stringContaining(head.slice(0, 12)) });
  expect(refused.text).toMatch(/CONTENT_UNSEEN[\s\S]*remedy: fetch the author's branch/);
  expect(touches).toBe(0);
});

it.each<[string, (statement: string) => string, string]>([
  ['of other content', (s) => s.replace(/("manifest":\{"alg":"[^"]+","sha256":")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`), 'CONTENT_MISMATCH'],
  ['of an earlier commit', (s) => s.replaceAll(head, stage.must(clone, 'rev-parse', 'HEAD~1')), 'CONTENT_MISMATCH'],
  ['for another ref', (s) => s.replace('refs/heads/main', 'refs/heads/release'), 'CONTENT_MISMATCH'],
  ['that says something else', (s) => s.replace('the warehouse', 'nothing'), 'notChecked'],
  ['that decides otherwise', (s) => s.replace('"decision":"approve"', '"decision":"approve_with_conditions"'), 'decision'],
  ['in the name of somebody else', (s) => s.replace('urn:person:mara', 'urn:person:ines'), 'signer'],
  ['that is none', () => '{}', 'ST_TYPE'],
])('touches no key for a statement %s', async (_, lie, said) => {
  const refused = await sign(await lying(lie));
  expect(refused).toMatchObject({ code: 2, text: expect.stringContaining(said) });
  expect(touches).toBe(0);
});

it('lets somebody who acts in demo data and has a passkey elsewhere sign with either, as the statement says', async () => {
  const ines = await signer(stage.url, 'ines');
  const route = `/changes/${page.slice(-16)}/signoffs`;
  const said = { ...((await ines.answers(page.slice(-16))) as object), decision: 'cannot_judge' };
  type Answer = { ticket: string; demoAuthenticator: boolean; otherwise: readonly string[]; allowCredentials: readonly string[] };
  const passkey = await ines.call<Answer>('POST', `${route}/prepare`, said);
  expect(passkey.body).toMatchObject({ demoAuthenticator: false, otherwise: ['demo'], allowCredentials: [expect.any(String)] });
  expect(await ines.call('POST', route, { ticket: passkey.body.ticket, demo: true })).toMatchObject({ status: 422, body: { code: 'KEY_UNKNOWN' } });
  const demo = await ines.call<Answer>('POST', `${route}/prepare`, { ...said, credential: { kind: 'demo' } });
  expect(demo.body).toMatchObject({ demoAuthenticator: true, otherwise: ['webauthn'], allowCredentials: [] });
  expect(await ines.call('POST', route, { ticket: demo.body.ticket, demo: true })).toMatchObject({ status: 201, body: { complete: false } });
  expect(await ines.call('POST', `${route}/prepare`, { ...said, credential: { kind: 'sk-ssh' } })).toMatchObject({ body: { code: 'KEY_UNKNOWN' } });
});

it('refuses a touch that did not verify the person', async () => {
  flags = 0x01;
  expect(await sign()).toMatchObject({ code: 2, text: expect.stringContaining('WA_UV') });
  flags = undefined;
});

it('opens the page where that is wanted, whatever keys there are', async () => {
  expect(await countersign('sign', page, '--page')).toMatchObject({ code: 1, text: expect.stringContaining(`open ${page}`) });
});

describe('break-glass in the terminal', () => {
  const glass = (url = page, ...more: readonly string[]): Promise<Ran> =>
    countersign('break-glass', url, '--reason', 'orders are down', '--incident', 'INC-2041', '--key', file('id_sk'), '--repo', clone, ...more);

  it.each<[string, (statement: string) => string, string]>([
    ['of other content', (s) => s.replace(/("manifest":\{"alg":"[^"]+","sha256":")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`), 'ST_TYPE'],
    ['for another ref', (s) => s.replace('refs/heads/main', 'refs/heads/release'), 'CONTENT_MISMATCH'],
    ['that holds longer', (s) => s.replace(/"expires":"\d{4}/, '"expires":"2999'), 'policy, expires and review'],
    ['that is reviewed later', (s) => s.replace('"withinSeconds":86400', '"withinSeconds":8640000'), 'policy, expires and review'],
    ['for another incident', (s) => s.replace('INC-2041', 'INC-1'), 'incident'],
    ['that says something else', (s) => s.replace('I answer for it', 'nobody answers for it'), 'statement'],
  ])('touches no key for a statement %s', async (_, lie, said) => {
    const before = touches;
    expect(await glass(await lying(lie))).toMatchObject({ code: 2, text: expect.stringContaining(said) });
    expect(touches).toBe(before);
  });

  it('signs, says what is missing, is taken back, and answers JSON', async () => {
    const used = await glass();
    expect(used).toMatchObject({ code: 1, text: expect.stringContaining('one person alone waits until') });
    expect(used.text).toMatch(/you {10}urn:person:mara break the glass[\s\S]*reviews it within 24 hours of landing/);
    const cancel = ['--key', file('id_sk'), '--repo', clone];
    const taken = await countersign('break-glass', 'cancel', page, '--reason', 'it is over', '--json', ...cancel);
    expect(taken.code, taken.text).toBe(0);
    expect(JSON.parse(taken.text.slice(taken.text.indexOf('{"version"')))).toMatchObject({ version: 1, kind: 'cancel', stands: null });
    expect(await countersign('break-glass', 'cancel', page, '--reason', 'again', ...cancel)).toMatchObject({ code: 2, text: expect.stringContaining('NOT_FOUND') });
    expect(await countersign('break-glass', 'review', page, '--outcome', 'justified', '--note', 'x', ...cancel)).toMatchObject({
      code: 2,
      text: expect.stringContaining('NOT_FOUND'),
    });
    expect(await countersign('break-glass', 'nonsense', '--reason', 'x', '--incident', 'y')).toMatchObject({ code: 2, text: expect.stringContaining('USAGE') });
  });
});

it('signs with the usual key, as whoever enrolled it, shows the words of exactly what was signed, and the same push passes', async () => {
  const through = await lying((statement) => statement);
  const signed = await countersign('sign', through, '--answers', answers, '--repo', clone, '--receipt', file('receipt.json'));
  expect(signed.code, signed.text).toBe(0);
  const shown = (/fingerprint {2}([a-z ]+)\n/.exec(signed.text)?.[1] ?? '').trim();
  expect(shown.split(' ')).toHaveLength(8);
  expect(shown).toBe(prepared.at(-1)?.join(' '));
  expect(signed.text).toContain('every seat is filled');
  expect(stage.git(clone, 'push', 'origin', 'main')).toMatchObject({ code: 0 });
  const log = (await (await fetch(`${stage.url}/api/v1/ledger`)).json()) as { entries: { type: string; text: string }[] };
  const [signoff] = log.entries.filter((e) => e.type === 'signoff');
  expect(signoff?.text).not.toMatch(/keyid|counter|mara/);
});

describe('the receipt', () => {
  const verify = (receipt: string, ...more: readonly string[]): Promise<Ran> => countersign('receipt', 'verify', receipt, '--trust', file('trust.json'), ...more);
  beforeAll(async () => writeFileSync(file('trust.json'), await (await fetch(`${stage.url}/api/v1/trust`)).text()));

  it('proves offline that the word was in the log', async () => {
    expect(await verify(file('receipt.json'), '--demo')).toMatchObject({ code: 0, text: expect.stringMatching(/verified: sign-off of mara, log entry \d+ of at least \d+/) });
    const said = await verify(file('receipt.json'), '--demo', '--json');
    expect(JSON.parse(said.text)).toMatchObject({ version: 1, person: 'mara', type: 'signoff', words: expect.any(Array) });
  });

  it('does not where the log changed it, of demo data unless asked, and of no file', async () => {
    expect(await verify(file('receipt.json'))).toMatchObject({ code: 1, text: expect.stringContaining('TRUST_DEMO') });
    const receipt = JSON.parse(readFileSync(file('receipt.json'), 'utf8'));
    const entry = base64(new TextEncoder().encode((text(fromBase64(receipt.entry) ?? new Uint8Array(0)) ?? '').replace('"approve"', '"changes"')));
    writeFileSync(file('changed.json'), JSON.stringify({ ...receipt, entry }));
    expect(await verify(file('changed.json'), '--demo')).toMatchObject({ code: 1, text: expect.stringContaining('LOG_INCLUSION') });
    expect(await verify(file('none.json'), '--demo')).toMatchObject({ code: 2, text: expect.stringContaining('USAGE') });
    expect(await verify(file('answers.json'), '--demo')).toMatchObject({ code: 2, text: expect.stringContaining('BUNDLE_FORMAT') });
  });

  it('is never written over: that is said before a key is touched', async () => {
    const before = touches;
    const again = await countersign('sign', page, '--answers', answers, '--repo', clone, '--receipt', file('receipt.json'));
    expect(again).toMatchObject({ code: 2, text: expect.stringContaining('this file is there already') });
    expect(touches).toBe(before);
  });
});

describe("the author's own word in the terminal", () => {
  let mine: string;
  const own = (url = mine, ...more: readonly string[]): Promise<Ran> => countersign('own', url, '--key', file('id_sk'), '--repo', clone, ...more);
  const answered = (url = mine): Promise<Ran> => own(url, '--answers', file('own.json'));

  beforeAll(async () => {
    // Mara's own change this time: her key is the one that is there.
    writeFileSync(join(clone, 'databases/orders/main.tf'), '# nothing is left\n');
    stage.must(clone, '-c', 'user.name=Mara Lindqvist', '-c', 'user.email=mara@larkspur.example', 'commit', '-qam', `Remove the orders database\n\n${TRAILER}`);
    mine = /http\S+\/changes\/[0-9a-f]{16}/.exec(stage.git(clone, 'push', 'origin', 'main').text)?.[0] ?? '';
  });

  it('asks with a form, and signs what the author says of what their clone holds', async () => {
    const form = await own();
    expect(form).toMatchObject({ code: 2, text: expect.stringContaining('OWNERSHIP_MISSING') });
    const asked = JSON.parse(form.text.slice(form.text.indexOf('{\n'), form.text.lastIndexOf('}\n') + 1));
    writeFileSync(file('own.json'), JSON.stringify({ ...asked, filesRead: 1, ran: ['terraform plan: 1 to destroy'], notUnderstood: ['who reads the replica'] }));
    const before = touches;
    for (const [lie, said] of [
      [(s: string) => s.replace('1 to destroy', '0 to destroy'), 'ran'],
      [(s: string) => s.replace('who reads the replica', 'nothing'), 'notUnderstood'],
      [(s: string) => s.replace('"files":1', '"files":0'), 'filesRead'],
      [(s: string) => s.replace('urn:person:mara', 'urn:person:ines'), 'author'],
      [(s: string) => s.replace('I stand behind', 'I know nothing of'), 'statement'],
      [(s: string) => s.replace('refs/heads/main', 'refs/heads/release'), 'CONTENT_MISMATCH'],
      [() => '{}', 'ST_TYPE'],
    ] as const)
      expect(await answered(await lying(lie, mine))).toMatchObject({ code: 2, text: expect.stringContaining(said) });
    expect(touches).toBe(before);
    const signed = await own(await lying((s) => s, mine), '--answers', file('own.json'), '--receipt', file('own-receipt.json'));
    expect(signed.code, signed.text).toBe(0);
    expect(signed.text).toContain('whoever reviews it can sign now');
    expect(signed.text).toContain(`fingerprint  ${prepared.at(-1)?.join(' ')}\n`);
    expect(await countersign('receipt', 'verify', file('own-receipt.json'), '--trust', file('trust.json'), '--demo')).toMatchObject({
      code: 0,
      text: expect.stringContaining('verified: ownership statement of mara'),
    });
  });

  it('of a change that is somebody else’s is refused', async () => {
    expect(await answered(page)).toMatchObject({ code: 2, text: expect.stringMatching(/OWNERSHIP_INVALID|USAGE/) });
  });
});
