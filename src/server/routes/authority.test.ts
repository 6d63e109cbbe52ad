/** What people signed about who may sign, brought by anybody at all: the signatures decide. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, enrolmentBy, openBed, type PersonName, RP, subjectFor } from '../../../test/bed/bed.ts';
import { serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { base64, fromBase64, hex, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { parseVkey } from '../../core/log/note.ts';
import { verifyProof } from '../../core/log/proof.ts';
import { termFrom } from '../../core/signoff/enrolment.ts';
import { erasureStatement, revocationStatement, rosterStatement } from '../../core/signoff/roster-word.ts';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { signoffBytes } from '../../testing/signoffs.ts';
import { cosigned } from '../../testing/trust-files.ts';

let bed: Bed;
let app: ReturnType<typeof strictApp>;
beforeAll(async () => {
  bed = await openBed();
  app = strictApp(serverWorld(bed));
});
afterAll(() => bed.close());

const ORIGIN = 'countersign.example/log';
const bring = async (envelope: Uint8Array) => {
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1' };
  const answer = await app.request(`${RP.origin}/api/v1/authority`, { method: 'POST', headers, body: JSON.stringify({ envelope: base64(envelope) }) });
  return { status: answer.status, body: (await answer.json()) as { readonly [member: string]: unknown } };
};
const roster = (by: readonly PersonName[], nonce = hex(bed.world.random())) =>
  cosigned(
    rosterStatement({ person: 'mara', action: 'level', level: 'L7', reason: 'promoted' }, ORIGIN, nonce, termFrom(bed.clock.now)),
    by.map((p) => bed.keys[p]),
  );
const size = async (): Promise<number> => (await bed.world.ledger.entries(0, 1_000)).length;

it('is kept where it holds, once', async () => {
  const word = roster(['kim', 'lee']);
  expect(await bring(word)).toMatchObject({ status: 201, body: { type: 'roster', person: 'mara', action: 'level' } });
  expect(await bring(word)).toMatchObject({ body: { code: 'ST_NONCE' } });
  const revocation = revocationStatement({ of: { key: bed.keys.pat.keyid }, from: bed.clock.now, reason: 'lost' }, ORIGIN, hex(bed.world.random()));
  expect(await bring(cosigned(revocation, [bed.keys.pat]))).toMatchObject({ status: 201, body: { type: 'revocation', of: 'key' } });
});

it('is answered with what the log took: the entry and the proof check against the key of the log, and name what was brought', async () => {
  const key = softAuthenticator(RP);
  const envelope = enrolmentBy(bed, subjectFor('ada', 'L4', key), ['kim', 'lee']);
  const { status, body } = await bring(envelope);
  expect({ status, body }).toMatchObject({ status: 201, body: { type: 'enrolment', person: 'ada', keyid: key.keyid, digest: sha256Hex(envelope) } });
  const vkey = parseVkey(bed.store.logVerifierKey ?? '');
  const entry = fromBase64(String(body.entry)) ?? new Uint8Array(0);
  if (!vkey.ok) throw new Error(vkey.error.message);
  expect(verifyProof(String(body.proof), entry, [vkey.value])).toMatchObject({ ok: true, value: { index: body.index } });
  expect(parseEntry(entry)).toMatchObject({ ok: true, value: { type: 'enrolment', envelope: sha256Hex(envelope), fields: { person: 'ada', keyid: key.keyid } } });
  expect(await size()).toBe(Number(body.index) + 1);
});

it('erases a body, once: the same words brought again erase nothing that came back', async () => {
  const violation = { type: 'violation' as const, fields: { repo: 'infra', ref: 'refs/heads/main', new: 'a'.repeat(40) }, body: utf8('{"v":1,"why":"a name"}') };
  const laid = await bed.store.ledger.append(() => ok([violation]));
  const digest = laid.ok ? (laid.value[0]?.body ?? '') : '';
  const word = (by: readonly PersonName[]) =>
    cosigned(
      erasureStatement({ bodies: [digest], reason: 'asked for' }, ORIGIN, 'e'.repeat(32)),
      by.map((p) => bed.keys[p]),
    );
  const once = word(['kim', 'lee']);
  expect(await bring(word(['kim']))).toMatchObject({ status: 422, body: { code: 'QUORUM' } });
  expect(await bed.store.ledger.body(digest)).not.toBeNull();
  expect(await bring(once)).toMatchObject({ status: 201, body: { type: 'erasure' } });
  expect(await bed.store.ledger.body(digest)).toBeNull();
  expect(await bed.store.audit()).toEqual([]);
  await bed.store.ledger.append(() => ok([violation]));
  expect(await bring(once)).toMatchObject({ body: { code: 'ST_NONCE' } });
  expect(await bed.store.ledger.body(digest)).not.toBeNull();
});

it('is refused and not written down where it does not', async () => {
  const before = await size();
  for (const [envelope, code] of [
    [roster(['kim']), 'QUORUM'],
    [roster(['kim', 'ada']), 'KEY_UNKNOWN'],
    [roster([]), 'SIG_FORMAT'],
    [bed.keys.kim.signEnvelope(signoffBytes()), 'ST_TYPE'],
    [utf8('{}'), 'SIG_FORMAT'],
  ] as const)
    expect(await bring(envelope)).toMatchObject({ status: 422, body: { code } });
  expect(await size()).toBe(before);
});
