/** Every operation answers once as it should, on a real store with real signatures; `strictApp` holds each answer against the document, to the member. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, GLASS_TERMS, openBed, type PersonName, POLICY, RP, subjectFor } from '../../../test/bed/bed.ts';
import { cookieOf, passkeyAnswer, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { guardedCalls } from '../../adapters/http/guarded.ts';
import { readCallTerms } from '../../adapters/http/terms.ts';
import { base64, base64url, fromBase64, hex, text } from '../../core/base/bytes.ts';
import { ok } from '../../core/base/result.ts';
import { sizeIn } from '../../core/log/checkpoint.ts';
import { pae } from '../../core/signoff/dsse.ts';
import { termFrom } from '../../core/signoff/enrolment.ts';
import { publicKeyLine } from '../../core/signoff/keys.ts';
import { erasureStatement, revocationStatement, rosterStatement } from '../../core/signoff/roster-word.ts';
import { LOGIN_NAMESPACE, loginMessage } from '../../flows/login-key.ts';
import { webhookDesk } from '../../flows/webhooks.ts';
import { beginWitnessing, policyToAsk, type Witnesses } from '../../flows/witnesses.ts';
import { envelopeOf, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { cosigned } from '../../testing/trust-files.ts';
import { testWitness } from '../../testing/witnesses.ts';
import { PLAIN_ENTRY } from '../auth/entry.ts';
import { OPERATIONS } from '../openapi.ts';
import type { ServerWorld } from '../world.ts';

const RULES = `${POLICY.replace('rules:\n', 'rules:\n  - { id: owned, paths: ["own/**"], require: { humans: 1, level: L6, ownership: true } }\n')}${GLASS_TERMS}`;
const DROP = 'drop table orders;\n';
const witness = testWitness('w.example/a');

let bed: Bed;
let world: ServerWorld;
let witnesses: Witnesses;
const seen = new Set<string>();
let app: ReturnType<typeof strictApp>;

beforeAll(async () => {
  bed = await openBed('production', RULES);
  witnesses = await witnessing();
  const terms = readCallTerms(['hooks.example.com'], [], false);
  if (!terms.ok) throw new Error('no terms');
  const { subscriptions, announcements, keys, ledger, jobs } = bed.store;
  const told = { site: bed.world.site, ledger, subscriptions, announcements, vault: keys.vault, calls: guardedCalls(terms.value), now: bed.world.now };
  world = serverWorld(bed, {
    entry: { ...PLAIN_ENTRY, everybody: ['engineer', 'reviewer', 'policy-owner', 'administrator'] },
    jobs: { desk: jobs.desk, wake: () => undefined },
    webhooks: webhookDesk({ ...told, jobs, random: () => new Uint8Array(randomBytes(16)), wake: () => undefined }),
    witnesses,
    reader: { model: 'oracle', read: async () => ok({ text: JSON.stringify([{ text: 'Who reads it?', path: 'db/a.sql', line: 1 }]), tokens: 5 }) },
  });
  app = strict(world);
});
afterAll(async () => {
  await witnesses?.stop();
  await bed?.close();
});

const strict = (of: ServerWorld) =>
  strictApp(of, (op, status) => {
    if (status < 400) seen.add(`${op.method} ${op.path} ${status}`);
  });

async function witnessing(): Promise<Witnesses> {
  const read = policyToAsk(`witness a ${witness.vkey} https://a.example/\nquorum a\n`, 'policy', false);
  const door = () => ({
    add: async (body: string) => ok({ status: 200, type: '', body: witness.line(body.slice(body.indexOf('\n\n') + 2)) }),
    checkpoint: async () => ok(null),
  });
  const opened = await beginWitnessing({ ...bed.store, now: Date.now, after: () => () => undefined, log: () => undefined, door }, read.ok ? read.value : null);
  if (!opened.ok || opened.value === null) throw new Error('no witnesses');
  return opened.value;
}

type Body = { readonly [member: string]: unknown };
async function call(method: string, path: string, body?: unknown, { person = 'mara', cookie, on = app }: { person?: string; cookie?: string; on?: typeof app } = {}) {
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1', cookie: cookie ?? (await cookieOf(world, person)) };
  const answer = await on.request(`${RP.origin}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const said = await answer.text();
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${said}`);
  return {
    said: (said.startsWith('{') ? JSON.parse(said) : {}) as Body,
    set: answer.headers
      .getSetCookie()
      .map((c) => c.split(';')[0])
      .join('; '),
  };
}
const bytes = (said: unknown) => fromBase64(String(said)) ?? new Uint8Array(0);
const asserted = (person: PersonName, challenge: unknown) => passkeyAnswer(bed.keys[person], challenge);
const changed = async (path: string) => {
  const head = bed.commit({ [path]: DROP });
  return { head, id: (await bed.judged(head)).id ?? '' };
};
/** Both beats of signing, as a page does them. */
async function signs(person: PersonName, path: string, words: unknown): Promise<Body> {
  const { said } = await call('POST', `${path}/prepare`, words, { person });
  return (await call('POST', path, { ticket: said.ticket, assertion: asserted(person, said.challenge) }, { person })).said;
}

describe('one answer of every operation', () => {
  it('of sessions, tokens and keys', async () => {
    await call('GET', '/openapi.json');
    await call('GET', '/session');
    const begun = await call('POST', '/session/passkey/begin', { person: 'mara' }, { cookie: '' });
    await call('POST', '/session/passkey', asserted('mara', begun.said.challenge), { cookie: begun.set });
    const key = softSshKey('sk-ssh-ed25519');
    const subject = {
      ...subjectFor('noor', 'L6', bed.keys.noor),
      kind: 'sk-ssh' as const,
      keyid: key.keyid,
      blob: base64(key.blob),
      credentialId: '',
      attestation: key.attestation(),
    };
    await call('POST', '/authority', { envelope: base64(enrolmentBy(bed, subject, ['kim', 'lee'])) }, { cookie: '' });
    const ticket = await call('POST', '/session/key/begin', {}, { cookie: '' });
    const sshsig = text(key.signPae(loginMessage(RP.origin, String(ticket.said.ticket)), { namespace: LOGIN_NAMESPACE })) ?? '';
    await call('POST', '/session/key', { sshsig }, { cookie: ticket.set });
    const token = await call('POST', '/tokens', { name: 'ci', scopes: ['read'], days: 1 });
    await call('GET', '/tokens');
    await call('DELETE', `/tokens/${token.said.id}`);
    await call('POST', '/session/end-all', { person: 'ben' });
    await call('DELETE', '/session');
  });

  it('of enrolments, where trustees sign later and where demo founders sign at once', async () => {
    const demo: ServerWorld['demo'] = {
      people: ['mara'],
      sign: () => {
        throw new Error('nobody asks');
      },
      founders: () => ['kim', 'lee'],
      cosign: (statement) =>
        envelopeOf(
          statement,
          (['kim', 'lee'] as const).map((by) => ({ keyid: bed.keys[by].keyid, sig: bed.keys[by].signPae(pae('application/vnd.in-toto+json', statement)) })),
        ),
    };
    for (const on of [app, strict({ ...world, demo })]) {
      const begun = await call('POST', '/enrolments/begin', {}, { on });
      const passkey = softAuthenticator(RP);
      const { clientDataJSON, authenticatorData } = passkey.create(bytes(begun.said.challenge));
      const made = { clientDataJSON: base64url(clientDataJSON), authenticatorData: base64url(authenticatorData), attestationObject: '', transports: ['internal'] };
      await call('POST', '/enrolments', { credentialId: base64url(passkey.credentialId), ...made }, { on, cookie: `${await cookieOf(world, 'mara')}; ${begun.set}` });
      await call('POST', '/enrolments/ssh-key', { publicKey: publicKeyLine(softSshKey('sk-ssh-ed25519').blob) }, { on });
      await call('GET', '/people', undefined, { on });
    }
    const acting = strict({ ...world, demo });
    await call('POST', '/session/act-as', { person: 'mara' }, { on: acting });
    await call('GET', '/session', undefined, { on: acting });
  });

  it('of a change that is owned, signed and landed', async () => {
    const { head, id } = await changed('own/a.sql');
    await call('POST', '/gate/check', { subject: { repo: 'infra', target_ref: 'refs/heads/main', base: bed.tip(), head }, gate: 'push' });
    const nothing = { ran: ['nothing'], notUnderstood: ['nothing'], assumptions: [{ text: 'it is empty', holds: 'unknown' }] };
    await signs('ada', `/changes/${id}/ownership`, { filesRead: 1, ...nothing });
    await signs('mara', `/changes/${id}/signoffs`, await bed.answers(id, { decision: 'approve_with_conditions', assumptions: [{ text: 'it is empty', holds: 'true' }] }));
    for (const state of ['open', 'all']) await call('GET', `/changes?state=${state}&limit=1`);
    await call('GET', `/changes/${id}`, undefined, { person: 'noor' });
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
    await bed.land(head);
    witnesses.wake();
    for (let i = 0; i < 400 && witnesses.latest()?.checkpoint.size !== sizeIn(await bed.store.ledger.checkpoint()); i++) await new Promise((r) => setTimeout(r, 10));
    await call('GET', `/changes/${id}`);
    await call('GET', `/changes/${id}/bundle`);
    await call('GET', `/changes/${id}/vsa`);
    await call('GET', `/changes/${id}/vsa?as=sigstore`);
  });

  it('of a change that is let pass by break-glass and reviewed', async () => {
    const { head, id } = await changed('db/glass.sql');
    for (const person of ['mara', 'noor'] as const) await signs(person, `/changes/${id}/break-glass`, { kind: 'use', reason: 'orders are down', incident: 'INC-1' });
    await call('GET', `/changes/${id}/break-glass`);
    expect((await bed.judged(head)).verdict.codes).toEqual(['BREAK_GLASS']);
    await bed.land(head);
    await signs('kim', `/changes/${id}/break-glass`, { kind: 'review', outcome: 'justified', note: 'the table was empty' });
    await call('GET', `/changes/${id}/break-glass`, undefined, { person: 'lee' });
    await call('GET', '/modes/watched');
    await call('GET', '/violations');
  });

  it('of a model that reads', async () => {
    const { id } = await changed('db/a.sql');
    const states = new Set<unknown>();
    for (let i = 0; i < 400 && !states.has('read'); i++) {
      states.add((await call('GET', `/changes/${id}/reader`)).said.state);
      await new Promise((r) => setTimeout(r, 5));
    }
    expect([...states]).toEqual(['reading', 'read']);
    const failing = strict({ ...world, reader: { model: 'gone', read: () => Promise.reject(new Error('no')) } });
    while ((await call('GET', `/changes/${id}/reader`, undefined, { on: failing })).said.state !== 'failed') await new Promise((r) => setTimeout(r, 5));
    await call('GET', `/changes/${id}/reader`, undefined, { on: strict(serverWorld(bed)) });
  });

  it('of the log, and of what trustees say', async () => {
    const { said } = await call('GET', '/ledger?from=0&count=3');
    await call('GET', '/ledger/checkpoint');
    const size = (said.witnesses as { proven: { size: number } }).proven.size;
    await call('GET', `/ledger/sizes/${size}`);
    await call('GET', '/ledger/proof/0');
    await call('GET', '/trust');
    const { origin } = bed.world.site;
    const nonce = () => hex(bed.world.random());
    const decided = ((await call('GET', '/ledger')).said.entries as readonly { type: string; digest: string }[]).find((e) => e.type === 'decision');
    for (const statement of [
      rosterStatement({ person: 'ben', action: 'level', level: 'L6', reason: 'promoted' }, origin, nonce(), termFrom(bed.clock.now)),
      revocationStatement({ of: { key: bed.keys.pat.keyid }, from: bed.clock.now, reason: 'lost' }, origin, nonce()),
      erasureStatement({ bodies: [decided?.digest ?? ''], reason: 'a name slipped in' }, origin, nonce()),
    ])
      await call('POST', '/authority', { envelope: base64(cosigned(statement, [bed.keys.kim, bed.keys.lee])) });
  });

  it('of jobs and webhooks', async () => {
    await bed.store.jobs.add([{ org: world.site.organisation, id: 'a', kind: 'k', body: { a: 1 }, tries: 1 }]);
    await call('GET', '/jobs');
    await call('POST', '/jobs/a/retry', {});
    await call('DELETE', '/jobs/a');
    const made = await call('POST', '/webhooks', { url: 'https://hooks.example.com/in', events: ['change.landed'] });
    await call('POST', `/webhooks/${made.said.id}/rotate`, { overlapHours: 1 });
    await call('GET', '/webhooks');
    await call('POST', `/webhooks/${made.said.id}/replay`, { from: 0, to: 5 });
    await call('DELETE', `/webhooks/${made.said.id}`);
  });

  it('and none was left out', () => {
    // A stream has no answer to be whole: routes/events.test.ts reads it.
    const all = OPERATIONS.filter((op) => op.status !== 303 && op.answer !== 'text/event-stream').flatMap((op) =>
      [op.status, ...(op.also ?? []).map((a) => a.status)].map((s) => `${op.method} ${op.path} ${s}`),
    );
    expect([...new Set(all)].filter((op) => !seen.has(op))).toEqual([]);
  });
});
