/** Who may say who may sign: persons counted, one at a time, by founders and those they made trustees. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, type Misbehaviour, type SoftAuthenticator, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { NOW, RP } from '../../testing/signoffs.ts';
import { authorityFrom, cosigned, genesisOf, subjectOf } from '../../testing/trust-files.ts';
import { base64, concat } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { type Authority, authorityOf, heed, type Said, takenBack } from './authority.ts';
import { statementBytes } from './build.ts';
import { pae } from './dsse.ts';
import { type EnrolmentSubject, enrolmentStatement, termFrom } from './enrolment.ts';
import { heedAll, latest } from './fold.ts';
import { keyIdOf, skEcdsaBlob } from './keys.ts';
import { erasureStatement, type RevocationWord, type RosterWord, revocationStatement, rosterStatement } from './roster-word.ts';
import { NAMES } from './statement.ts';

const ORIGIN = 'countersign.example/log';
const make = (): SoftAuthenticator => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const [mara1, mara2, noor, kim, newcomer] = [make(), make(), make(), make(), make()] as const;
const founders = [
  { person: 'mara', key: mara1 },
  { person: 'mara', key: mara2 },
  { person: 'noor', key: noor },
];
const start = authorityFrom(founders, ORIGIN);
const three = authorityFrom([...founders, { person: 'kim', key: kim }], ORIGIN);
const subject: EnrolmentSubject = { ...subjectOf({ person: 'eve', key: newcomer, level: 'L5' }), name: 'Eve' };
let count = 0;
/** In the order they are made. */
let place = 0;
const nonce = (): string => (++count).toString(16).padStart(32, '0');

type Keys = readonly SoftAuthenticator[];
const said = (type: Said['type'], body: Bytes, at = NOW): Said => ({ type, index: ++place, at, body });
const enrolment = (keys: Keys, of: Partial<EnrolmentSubject> = {}, rpId: string = RP.rpId): Said =>
  said('enrolment', cosigned(enrolmentStatement({ ...subject, ...of }, rpId, nonce(), termFrom(NOW)), keys));
const roster = (word: Partial<RosterWord> & Pick<RosterWord, 'person' | 'action'>, keys: Keys, n = nonce(), until = termFrom(NOW)): Said =>
  said('roster', cosigned(rosterStatement({ reason: 'because', ...word }, ORIGIN, n, until), keys));
const revocation = (of: RevocationWord['of'], keys: Keys, from = NOW, n = nonce()): Said =>
  said('revocation', cosigned(revocationStatement({ of, from, reason: 'stolen' }, ORIGIN, n), keys));

const codes = (authority: Authority, ...words: readonly Said[]): readonly string[] => heedAll(authority, words).passedOver.map((p) => p.code);
const heeded = (authority: Authority, ...words: readonly Said[]): Authority => {
  const { states, passedOver } = heedAll(authority, words);
  expect(passedOver).toEqual([]);
  return latest(states);
};

describe('an enrolment', () => {
  it('takes two trustees, and the key counts from its entry', () => {
    const now = heeded(start, enrolment([mara1, noor]));
    expect(now.keys.at(-1)).toMatchObject({ person: 'eve', level: 'L5', keyid: newcomer.keyid, since: NOW });
    expect(now.names.get('eve')).toBe('Eve');
    expect(now.trustees.has('eve')).toBe(false);
  });

  it('counts people, not keys or signatures', () => {
    for (const keys of [[], [mara1], [mara1, mara1], [mara1, mara2]]) expect(codes(start, enrolment(keys))).not.toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(mara1, mara2), { minLength: 1, maxLength: 6 }), (keys) => codes(start, enrolment(keys)).includes('QUORUM')),
      { numRuns: 20 },
    );
  });

  it('nobody confirms a key of their own', () => {
    expect(codes(start, enrolment([mara1, noor], { person: 'noor' }))).toEqual(['QUORUM']);
    expect(codes(three, enrolment([mara1, kim], { person: 'noor', level: 'L6' }))).toEqual([]);
  });

  it('one bad signature spoils the envelope, and so does one of somebody who is no trustee', () => {
    expect(codes(start, enrolment([mara1, noor, newcomer]))).toEqual(['KEY_UNKNOWN']);
    const known = heeded(start, enrolment([mara1, noor]));
    const other = make();
    expect(codes(known, enrolment([mara1, noor, newcomer], { person: 'zoe', keyid: other.keyid, blob: base64(other.blob) }))).toEqual(['KEY_UNKNOWN']);
  });

  it('of a key that is there already is refused, whoever it is for', () => {
    const known = heeded(start, enrolment([mara1, noor]));
    for (const person of ['eve', 'zoe']) expect(codes(known, enrolment([mara1, noor], { person }))).toEqual(['KEY_MODEL']);
  });

  it('gives the person one level, whatever their keys said before', () => {
    const other = make();
    const now = heeded(start, enrolment([mara1, noor]), enrolment([mara1, noor], { level: 'L6', keyid: other.keyid, blob: base64(other.blob) }));
    expect(now.keys.filter((k) => k.person === 'eve').map((k) => k.level)).toEqual(['L6', 'L6']);
  });

  it('is for one installation and says nothing that contradicts itself', () => {
    expect(codes(start, enrolment([mara1, noor], {}, 'evil.example'))).toEqual(['ST_TYPE']);
    expect(codes(start, enrolment([mara1, noor], { keyid: mara1.keyid }))).toEqual(['ST_TYPE']);
    expect(codes(start, enrolment([mara1, noor], { kind: 'demo' }))).toEqual(['KEY_MODEL']);
    expect(codes(start, enrolment([mara1, noor], { kind: 'sk-ssh' }))).toEqual(['KEY_MODEL']);
    const ssh = softSshKey('sk-ssh-ed25519');
    expect(codes(start, enrolment([mara1, noor], { kind: 'sk-ssh', keyid: ssh.keyid, blob: base64(ssh.blob) }))).toEqual([]);
    expect(codes(start, enrolment([mara1, noor], { blob: '!' }))).toEqual(['ST_TYPE']);
  });

  it('holds only if it is logged in its time, like a word about a person, whoever kept it back', () => {
    const kept = cosigned(enrolmentStatement(subject, RP.rpId, nonce(), termFrom(NOW, 1_000)), [mara1, noor]);
    expect(codes(start, said('enrolment', kept, NOW + 999))).toEqual([]);
    expect(codes(start, said('enrolment', kept, NOW + 1_000))).toEqual(['ST_EXPIRED']);
    expect(codes(three, roster({ person: 'kim', action: 'trustee' }, [mara1, noor], nonce(), termFrom(NOW, 0)))).toEqual(['ST_EXPIRED']);
  });

  it('is refused above 65,536 bytes: what is never erased is short', () => {
    expect(codes(three, roster({ person: 'kim', action: 'trustee', reason: 'x'.repeat(60_000) }, [mara1, noor]))).toEqual(['ST_TYPE']);
  });

  it('takes no word of a key nobody was present at', () => {
    const payload = statementBytes(enrolmentStatement(subject, RP.rpId, nonce(), termFrom(NOW)));
    const confirmed = (change: Misbehaviour): readonly string[] => {
      const sigs = [mara1, noor].map((key, i) => ({ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, payload), i === 1 ? change : {}) }));
      return codes(start, said('enrolment', envelopeOf(payload, sigs)));
    };
    expect(confirmed({})).toEqual([]);
    expect(confirmed({ flags: 0x01 })).toEqual(['WA_UV']);
    expect(confirmed({ flags: 0x04 })).toEqual(['WA_UP']);
    expect(confirmed({ origin: 'https://evil.example' })).toEqual(['WA_ORIGIN']);
  });

  it('names one key, whole, and of the kind it says', () => {
    const honest = enrolmentStatement(subject, RP.rpId, '0'.repeat(32), termFrom(NOW));
    const made = (change: object): readonly string[] => codes(start, said('enrolment', cosigned({ ...honest, ...change }, [mara1, noor])));
    expect(made({ subject: [{ name: 'key', digest: { sha256: '9'.repeat(64) } }] })).toEqual(['ST_TYPE']);
    expect(made({ subject: [...honest.subject, { name: 'key', digest: { sha256: '9'.repeat(64) } }] })).toEqual(['ST_TYPE']);
    const blobs: readonly (readonly [Bytes, string])[] = [
      [softAuthenticator({ rpId: 'evil.example', origin: 'https://evil.example' }).blob, 'KEY_MODEL'],
      [softSshKey('sk-ssh-ed25519', RP.rpId).blob, 'KEY_MODEL'],
      [concat(newcomer.blob, Uint8Array.of(0)), 'SIG_FORMAT'],
      [skEcdsaBlob(newcomer.point.slice(1), RP.rpId), 'SIG_FORMAT'],
      [skEcdsaBlob(concat(Uint8Array.of(2), newcomer.point.slice(1)), RP.rpId), 'SIG_FORMAT'],
      [skEcdsaBlob(newcomer.point, ''), 'SIG_FORMAT'],
    ];
    for (const [blob, code] of blobs) expect(codes(start, enrolment([mara1, noor], { keyid: keyIdOf(blob), blob: base64(blob) }))).toEqual([code]);
  });
});

describe('a word about people', () => {
  it('gives and takes a level', () => {
    const now = heeded(start, enrolment([mara1, noor]), roster({ person: 'eve', action: 'level', level: 'L7' }, [mara1, noor]));
    expect(now.keys.find((k) => k.person === 'eve')?.level).toBe('L7');
  });

  it('makes a trustee, who then confirms like a founder', () => {
    const made = heeded(start, enrolment([mara1, noor]), roster({ person: 'eve', action: 'trustee' }, [mara1, noor]));
    expect([...made.trustees].sort()).toEqual(['eve', 'mara', 'noor']);
    const spare = make();
    // What two founders alone cannot do: give one of them another key.
    expect(codes(made, enrolment([mara1, newcomer], { person: 'noor', level: 'L6', keyid: spare.keyid, blob: base64(spare.blob) }))).toEqual([]);
    expect(codes(start, roster({ person: 'zoe', action: 'trustee' }, [mara1, noor]))).toEqual(['KEY_UNKNOWN']);
  });

  it('never leaves fewer trustees than confirm anything', () => {
    expect(codes(start, roster({ person: 'noor', action: 'no-trustee' }, [mara1, noor]))).toEqual(['QUORUM']);
    expect(codes(start, roster({ person: 'noor', action: 'leave' }, [mara1, noor]))).toEqual(['QUORUM']);
    expect([...heeded(three, roster({ person: 'noor', action: 'no-trustee' }, [mara1, kim])).trustees]).toEqual(['mara', 'kim']);
    const gone = heeded(three, roster({ person: 'noor', action: 'leave' }, [mara1, kim]));
    expect([gone.trustees.has('noor'), gone.keys.find((k) => k.person === 'noor')?.revokedAt]).toEqual([false, NOW]);
  });

  it('is about one person, by two others, once, and for this log', () => {
    const once = roster({ person: 'kim', action: 'level', level: 'L7' }, [mara1, noor]);
    expect(codes(three, once, { ...once, index: ++place })).toEqual(['ST_NONCE']);
    expect(codes(three, roster({ person: 'noor', action: 'level', level: 'L7' }, [mara1, noor]))).toEqual(['QUORUM']);
    expect(codes(three, roster({ person: 'kim', action: 'level' }, [mara1, noor]))).toEqual(['ST_TYPE']);
    expect(codes(three, roster({ person: 'kim', action: 'trustee', level: 'L7' }, [mara1, noor]))).toEqual(['ST_TYPE']);
    const elsewhere = rosterStatement({ person: 'kim', action: 'level', level: 'L7', reason: 'x' }, 'other.example/log', nonce(), termFrom(NOW));
    expect(codes(three, said('roster', cosigned(elsewhere, [mara1, noor])))).toEqual(['ST_TYPE']);
    expect(codes(three, { ...once, type: 'revocation' })).toEqual(['ST_TYPE']);
  });
});

describe('a revocation', () => {
  it('of a key is its holder’s word alone, or that of two trustees', () => {
    const known = heeded(start, enrolment([mara1, noor]));
    const voided = (keys: Keys): number | undefined => heeded(known, revocation({ key: newcomer.keyid }, keys, NOW - 5)).keys.at(-1)?.revokedAt;
    expect(voided([mara1, noor])).toBe(NOW - 5);
    // Alone nobody disowns what they signed before: it ends when they say so.
    expect(voided([newcomer])).toBe(NOW);
    expect(codes(known, revocation({ key: newcomer.keyid }, [mara1]))).toEqual(['QUORUM']);
    expect(codes(known, revocation({ key: noor.keyid }, [newcomer]))).toEqual(['QUORUM']);
    expect(codes(known, revocation({ key: keyIdOf(new Uint8Array(9)) }, [mara1, noor]))).toEqual(['KEY_UNKNOWN']);
  });

  it('of everything of a person takes two others, never that person alone', () => {
    expect(
      heeded(three, revocation({ person: 'mara' }, [noor, kim]))
        .keys.filter((k) => k.revokedAt !== undefined)
        .map((k) => k.keyid),
    ).toEqual([mara1.keyid, mara2.keyid]);
    expect(codes(three, revocation({ person: 'mara' }, [mara1]))).toEqual(['QUORUM']);
    expect(codes(three, revocation({ person: 'mara' }, [mara1, noor]))).toEqual(['QUORUM']);
  });

  it('ends what the key says of others, and is never undone: the earliest time holds', () => {
    const now = heeded(three, revocation({ key: noor.keyid }, [mara1, kim], NOW - 5), revocation({ key: noor.keyid }, [mara1, kim], NOW + 5));
    expect(now.keys.find((k) => k.keyid === noor.keyid)?.revokedAt).toBe(NOW - 5);
    expect(codes(now, enrolment([mara1, noor]))).toEqual(['KEY_REVOKED']);
    expect(codes(now, enrolment([mara1, kim]))).toEqual([]);
    expect(codes(now, enrolment([mara1, kim], { person: 'noor', keyid: noor.keyid, blob: base64(noor.blob) }))).toEqual(['KEY_MODEL']);
  });

  it('of a trustee leaves them none, and never fewer than confirm anything', () => {
    const gone = heeded(three, revocation({ person: 'noor' }, [mara1, kim]));
    expect([...gone.trustees].sort()).toEqual(['kim', 'mara']);
    // Who gave up their last key confirms nothing, so they are not counted among those who stay.
    const bare = heeded(three, revocation({ key: noor.keyid }, [noor]));
    expect(codes(bare, roster({ person: 'kim', action: 'no-trustee' }, [mara1, kim]))).toEqual(['QUORUM']);
    expect(codes(authorityFrom([{ person: 'mara', key: mara1 }], ORIGIN), revocation({ person: 'mara' }, [mara1]))).toEqual(['QUORUM']);
  });

  it('of a sign-off by its signer alone comes too late for what has landed', () => {
    const digest = 'a'.repeat(64);
    const known = heeded(start, enrolment([mara1, noor]));
    const [own, both] = [revocation({ signoff: digest }, [newcomer]), revocation({ signoff: digest }, [mara1, noor])];
    const back = (word: Said, landed: number): boolean => takenBack(heeded(known, word), digest, 'eve', landed);
    expect([back(own, own.index - 1), back(own, own.index + 1)]).toEqual([false, true]);
    expect([back(both, both.index - 1), back(both, both.index + 1)]).toEqual([true, true]);
  });

  it('of a sign-off holds by its signer, or by two trustees', () => {
    const digest = 'a'.repeat(64);
    const known = heeded(start, enrolment([mara1, noor]));
    const by = (keys: Keys): boolean => takenBack(heeded(known, revocation({ signoff: digest }, keys)), digest, 'eve');
    expect([by([newcomer]), by([mara1, noor]), by([mara1])]).toEqual([true, true, false]);
    expect(takenBack(known, digest, 'eve')).toBe(false);
  });

  it('names one thing', () => {
    const both = revocationStatement({ of: { key: noor.keyid }, from: NOW, reason: 'x' }, ORIGIN, nonce());
    const made = { ...both, predicate: { ...both.predicate, of: { key: noor.keyid, person: 'urn:person:mara' } } };
    expect(codes(three, said('revocation', cosigned(made, [mara1, kim])))).toEqual(['ST_TYPE']);
  });
});

describe('an erasure', () => {
  const erasure = (keys: Keys, n = nonce(), origin = ORIGIN): Said =>
    said('erasure', cosigned(erasureStatement({ bodies: ['e'.repeat(64)], reason: 'asked for' }, origin, n), keys));
  it('takes two trustees, once, in this log, and changes nobody’s right', () => {
    const n = nonce();
    const now = heeded(start, erasure([mara1, noor], n));
    expect([now.keys, now.trustees]).toEqual([start.keys, start.trustees]);
    expect(codes(now, erasure([mara1, noor], n))).toEqual(['ST_NONCE']);
    expect(codes(start, erasure([mara1]))).toEqual(['QUORUM']);
    expect(codes(start, erasure([mara1, newcomer]))).toEqual(['KEY_UNKNOWN']);
    expect(codes(start, erasure([mara1, noor], nonce(), 'other.example/log'))).toEqual(['ST_TYPE']);
    expect(codes(start, roster({ person: 'kim', action: 'leave' }, [mara1, noor], n), erasure([mara1, noor], n))).toContain('ST_NONCE');
  });
});

describe('the order of the log', () => {
  it('decides: a statement dated back behind the one that took its signer away changes nothing, nor does one out of place', () => {
    const spare = make();
    const gone = revocation({ key: noor.keyid }, [noor], NOW);
    const late = enrolment([mara1, noor], { person: 'zoe', keyid: spare.keyid, blob: base64(spare.blob) });
    expect(codes(three, gone, { ...late, at: NOW - 1 })).toEqual(['LOG_FORK']);
    expect(codes(three, gone, late)).toEqual(['KEY_REVOKED']);
    expect(codes(three, { ...gone, index: late.index }, late)).toEqual(['LOG_FORK']);
  });
});

describe('genesis', () => {
  it('alone, the one founder confirms alone, for ever, and makes no second trustee: either of two would then be enough', () => {
    const solo = authorityFrom([{ person: 'mara', key: mara1 }], ORIGIN);
    expect(solo.genesis.solo).toBe(true);
    expect(codes(solo, enrolment([mara1]), roster({ person: 'eve', action: 'trustee' }, [mara1]))).toEqual(['QUORUM']);
    expect(heeded(solo, enrolment([mara1])).keys).toHaveLength(2);
    expect(heeded(solo, enrolment([mara1], { person: 'mara', level: 'L6' })).keys).toHaveLength(2);
  });

  it('refuses what is no genesis, and never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !authorityOf(bytes, 0).ok));
    fc.assert(fc.property(fc.constantFrom<Said['type']>('enrolment', 'roster', 'revocation'), fc.uint8Array(), (type, bytes) => !heed(start, said(type, bytes)).ok));
  });

  it('with any bit flipped has another pin, or cannot be read', () => {
    const body = genesisOf(founders, ORIGIN);
    for (let n = 0; n < body.length; n += 5) {
      const flipped = Uint8Array.from(body, (b, i) => (i === n ? b ^ (1 << (n % 8)) : b));
      const read = authorityOf(flipped, 0);
      expect(read.ok && read.value.pin === start.pin).toBe(false);
    }
  });
});
