/** A key found stolen, and what the thief did with it since: undone, whatever was built on it. */
import { describe, expect, it } from 'vitest';
import { type SoftAuthenticator, softAuthenticator } from '../../testing/authenticator.ts';
import { LADDER, NOW, RP } from '../../testing/signoffs.ts';
import { authorityFrom, cosigned, subjectOf } from '../../testing/trust-files.ts';
import { type Authority, type Said, settledKeys } from './authority.ts';
import { enrolmentStatement, termFrom } from './enrolment.ts';
import { asOf, heedAll, heedMore, latest } from './fold.ts';
import { type RevocationWord, type RosterWord, revocationStatement, rosterStatement } from './roster-word.ts';

const ORIGIN = 'countersign.example/log';
const make = (): SoftAuthenticator => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const [mara, noor, kim, eve, ada] = [make(), make(), make(), make(), make()] as const;
const start = authorityFrom(
  [
    { person: 'mara', key: mara },
    { person: 'noor', key: noor },
    { person: 'kim', key: kim },
  ],
  ORIGIN,
);

/** What a sign-off counts as. */
const levelOf = (authority: Authority, of: SoftAuthenticator): string | undefined => settledKeys(authority.keys, LADDER).find((k) => k.keyid === of.keyid)?.level;

/** The n-th entry, n hours after NOW. */
const at = (n: number): number => NOW + n * 3_600_000;
let count = 0;
const nonce = (): string => (++count).toString(16).padStart(32, '0');
const enrolled = (n: number, person: string, key: SoftAuthenticator, by: readonly SoftAuthenticator[], level = 'L5'): Said => ({
  ...{ type: 'enrolment', index: n, at: at(n) },
  body: cosigned(enrolmentStatement(subjectOf({ person, key, level }), RP.rpId, nonce(), termFrom(at(n))), by),
});
const roster = (n: number, word: Omit<RosterWord, 'reason'>, by: readonly SoftAuthenticator[]): Said => ({
  ...{ type: 'roster', index: n, at: at(n) },
  body: cosigned(rosterStatement({ reason: 'because', ...word }, ORIGIN, nonce(), termFrom(at(n))), by),
});
const revoked = (n: number, of: RevocationWord['of'], since: number, by: readonly SoftAuthenticator[]): Said => ({
  ...{ type: 'revocation', index: n, at: at(n) },
  body: cosigned(revocationStatement({ of, from: since, reason: 'stolen' }, ORIGIN, nonce()), by),
});
const key = ({ keys }: Authority, of: SoftAuthenticator) => keys.find((k) => k.keyid === of.keyid);

describe('a key found stolen', () => {
  const words = [
    enrolled(1, 'ada', ada, [mara, noor]),
    enrolled(2, 'eve', eve, [noor, kim], 'L7'),
    roster(3, { person: 'eve', action: 'trustee' }, [noor, kim]),
    roster(4, { person: 'ada', action: 'level', level: 'L7' }, [eve, noor]),
  ];
  const theft = revoked(5, { key: noor.keyid }, at(2), [mara, kim]);

  it('undoes whom it confirmed since, and what rests on them', () => {
    const { states, held, undone, passedOver } = heedAll(start, [...words, theft]);
    expect(passedOver).toEqual([]);
    expect(held.map((w) => w.index)).toEqual([1, 2, 3, 4, 5]);
    expect(undone.map((w) => w.index)).toEqual([2, 3, 4]);
    const now = latest(states);
    expect([...now.trustees].sort()).toEqual(['kim', 'mara', 'noor']);
    expect([key(now, eve)?.revokedAt, levelOf(now, ada), key(now, ada)?.revokedAt]).toEqual([at(2), 'L5', undefined]);
    // At every place of the log: what eve signed in between counts for nothing.
    for (const place of [3, 4, 5, 6]) expect([key(asOf(states, place), eve)?.revokedAt, levelOf(asOf(states, place), ada)]).toEqual([at(2), 'L5']);
  });

  it('gives nobody a level back that it had a hand in taking, until trustees say it anew', () => {
    const lowered = [enrolled(1, 'ada', ada, [mara, kim], 'L7'), roster(3, { person: 'ada', action: 'level', level: 'L4' }, [noor, kim])];
    const { states, undone, passedOver } = heedAll(start, [...lowered, theft, roster(6, { person: 'ada', action: 'level', level: 'L6' }, [mara, kim])]);
    expect([undone.map((w) => w.index), passedOver]).toEqual([[3], []]);
    expect([2, 4, 6, 7].map((place) => levelOf(asOf(states, place), ada))).toEqual(['L7', 'L4', 'L4', 'L6']);
  });

  it('comes to the same word by word', () => {
    const all = heedAll(start, [...words, theft]);
    const slowly = [...words, theft].reduce((so, word) => heedMore(so, [word]), heedAll(start, []));
    expect(slowly).toEqual(all);
  });

  it('leaves what others confirmed, and what it confirmed before', () => {
    const other = make();
    const { states, undone } = heedAll(start, [enrolled(1, 'ada', ada, [mara, noor]), enrolled(2, 'zoe', other, [mara, kim]), revoked(3, { key: noor.keyid }, at(2), [mara, kim])]);
    expect(undone).toEqual([]);
    expect([key(latest(states), ada)?.revokedAt, key(latest(states), other)?.revokedAt]).toEqual([undefined, undefined]);
  });

  it('leaves taken back what was taken back meanwhile, even by those who are undone', () => {
    const { states } = heedAll(start, [...words, revoked(5, { key: ada.keyid }, at(5), [eve, kim]), revoked(6, { key: noor.keyid }, at(2), [mara, kim])]);
    expect(key(latest(states), ada)?.revokedAt).toBe(at(5));
  });

  it('is found by trustees at quorum: its holder alone undoes nothing', () => {
    const { states, undone } = heedAll(start, [...words, revoked(5, { key: noor.keyid }, at(2), [noor])]);
    expect(undone).toEqual([]);
    expect([key(latest(states), noor)?.revokedAt, key(latest(states), eve)?.revokedAt]).toEqual([at(5), undefined]);
  });
});
