/** What people signed about who may sign, brought by anybody at all: the signatures decide. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed, type PersonName, RP } from '../../../test/bed/bed.ts';
import { serverWorld } from '../../../test/bed/doors.ts';
import { base64, hex, utf8 } from '../../core/base/bytes.ts';
import { revocationStatement, rosterStatement } from '../../core/signoff/roster-word.ts';
import { signoffBytes } from '../../testing/signoffs.ts';
import { cosigned } from '../../testing/trust-files.ts';
import { createApp } from '../app.ts';

let bed: Bed;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  bed = await openBed();
  app = createApp(serverWorld(bed));
});
afterAll(() => bed.close());

const ORIGIN = 'countersign.example/log';
const bring = async (envelope: Uint8Array) => {
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1' };
  const answer = await app.request(`${RP.origin}/api/v1/authority`, { method: 'POST', headers, body: JSON.stringify({ envelope: base64(envelope) }) });
  return { status: answer.status, body: (await answer.json()) as { code?: string } };
};
const roster = (by: readonly PersonName[], nonce = hex(bed.world.random())) =>
  cosigned(
    rosterStatement({ person: 'mara', action: 'level', level: 'L7', reason: 'promoted' }, ORIGIN, nonce),
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
