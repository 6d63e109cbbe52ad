/** What a log says of who may sign, read from its entries; and what it cannot say any more. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { NOW, RP } from '../../testing/signoffs.ts';
import { cosigned, genesisOf, subjectOf } from '../../testing/trust-files.ts';
import { utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { formatEntry } from '../log/entry.ts';
import { enrolmentStatement, termFrom } from './enrolment.ts';
import { latest } from './fold.ts';
import { heedLog, heedLogged, type LoggedWord, loggedWord } from './heed-log.ts';
import { revocationStatement } from './roster-word.ts';

const ORIGIN = 'countersign.example/log';
const make = () => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const [mara, kim, ada, eve] = [make(), make(), make(), make()] as const;
const nonce = (n: number): string => n.toString(16).padStart(32, '0');

const enrolled = (person: string, key: typeof ada, n: number): Bytes => cosigned(enrolmentStatement(subjectOf({ person, key }), RP.rpId, nonce(n), termFrom(NOW)), [mara, kim]);
const BODIES = [
  [
    'genesis',
    genesisOf(
      [
        { person: 'mara', key: mara },
        { person: 'kim', key: kim },
      ],
      ORIGIN,
    ),
  ],
  ['enrolment', enrolled('ada', ada, 1)],
  ['enrolment', enrolled('eve', eve, 2)],
  ['revocation', cosigned(revocationStatement({ of: { key: ada.keyid }, from: NOW, reason: 'stolen' }, ORIGIN, nonce(3)), [mara, kim])],
] as const;

function bytesOf(type: string, body: Bytes, at: number): Bytes {
  const bytes = formatEntry({ type, at, envelope: sha256Hex(body), fields: {} });
  if (!bytes.ok) throw new Error(bytes.error.message);
  return bytes.value;
}
const log: readonly LoggedWord[] = BODIES.map(([type, body], index) => loggedWord({ index, bytes: bytesOf(type, body, NOW + index), body }));
const read = (words: readonly LoggedWord[]) => {
  const answer = heedLog(words);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
};
const but = (at: number, change: Partial<LoggedWord>): readonly LoggedWord[] => log.map((one, i) => (i === at ? { ...one, ...change } : one));

it('heeds what holds, in order', () => {
  const { heeded, lost } = read(log);
  expect(heeded.passedOver).toEqual([]);
  expect(heeded.held.map((w) => [w.index, w.type])).toEqual([
    [1, 'enrolment'],
    [2, 'enrolment'],
    [3, 'revocation'],
  ]);
  expect(latest(heeded.states).keys.find((k) => k.keyid === ada.keyid)?.revokedAt).toBeDefined();
  expect(lost).toEqual([]);
});

it.each<[string, Partial<LoggedWord>]>([
  ['is gone', { body: null }],
  ['is another', { body: utf8('another') }],
  ['is named by no entry', { entry: undefined }],
])('names a statement whose body %s, and never takes it for one that took nothing back', (_, change) => {
  expect(read(but(3, change)).lost).toEqual([3]);
  expect(heedLog(but(0, change))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: 'entry 0' } });
});

it('is founded by entry 0 alone, and by a genesis', () => {
  const [genesis, ...rest] = log;
  if (genesis === undefined) throw new Error('no genesis');
  for (const words of [[], rest, [{ ...genesis, index: 1 }], but(0, { entry: { type: 'roster', at: NOW, envelope: genesis.entry?.envelope ?? '' } })])
    expect(heedLog(words)).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  const other = utf8('{}');
  expect(heedLog([loggedWord({ index: 0, bytes: bytesOf('genesis', other, NOW), body: other })])).toMatchObject({ ok: false, error: { code: 'TRUST_FORMAT' } });
});

it('says the same in parts, whatever was lost, and reads any bytes', () => {
  fc.assert(
    fc.property(fc.subarray([1, 2, 3]), fc.integer({ min: 1, max: 4 }), fc.uint8Array(), (gone, cut, noise) => {
      const words = [...log.map((one) => (gone.includes(one.index) ? { ...one, body: null } : one)), loggedWord({ index: 4, bytes: noise, body: noise })];
      const whole = read(words);
      expect(heedLogged(read(words.slice(0, cut)), words.slice(cut))).toEqual(whole);
      expect(whole.lost).toEqual([...gone, 4]);
    }),
    { numRuns: 25 },
  );
});
