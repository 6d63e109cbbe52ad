/** Several bundles as one: who keeps them chooses which are there, and what lies beside them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { type LoggedAs, NOW, RP, signoffBytes, signoffInput, testLog } from '../../testing/signoffs.ts';
import { cosigned, entryOf, trustedBy, trustFileOf } from '../../testing/trust-files.ts';
import { base64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { type Bundle, type BundleParts, formatBundle, type MoreParts, parseBundle, type SnapshotParts } from './bundle.ts';
import { contentsOf, type FoundBundle, pooled } from './pooled.ts';
import { revocationStatement } from './roster-word.ts';
import { formatSnapshot, statementsDigest } from './snapshot.ts';

const log = testLog();
const people = ['mara', 'noor', 'kim'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const keysOf = (names: readonly string[]) => people.filter((p) => names.includes(p.person)).map((p) => p.key);
const trust = trustedBy(trustFileOf(people, log));
const MANIFEST = '1'.repeat(64);
const MOVE = { old: 'd'.repeat(40), new: 'e'.repeat(40) };
const at = { repo: 'infra', targetRef: 'refs/heads/main', manifest: MANIFEST, manifest256: '2'.repeat(64) };

const by = (person: string, change: Parameters<typeof signoffBytes>[0] = {}): Bytes => {
  const [key] = keysOf([person]);
  return (key ?? softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] })).signEnvelope(signoffBytes({ signer: { ...signoffInput().signer, person }, ...change }));
};
const [mara, noor] = [log.record(by('mara')), log.record(by('noor'))];
const text = (parts: readonly BundleParts[], landed?: BundleParts, more?: MoreParts): Bytes => utf8(formatBundle(parts, landed, more));
const pool = (...bundles: readonly Bytes[]) =>
  pooled(
    bundles.map((bytes, i): FoundBundle => ({ name: `b${i}`, bytes })),
    trust,
    at,
    MOVE,
  );
const heard = ({ bundle }: ReturnType<typeof pool>): readonly string[] => (bundle?.signoffs ?? []).map((s) => sha256Hex(s.envelope));
const digests = (...parts: readonly Bytes[]): readonly string[] => parts.map(sha256Hex);

describe('what is no bundle', () => {
  it('of nothing comes nothing', () => expect(pool()).toEqual({ bundle: null, spent: new Set(), aside: [] }));

  it.each<[string, Bytes]>([
    ['no bytes', new Uint8Array()],
    ['half of one', text([mara]).slice(0, -200)],
    ['more than 32 MiB', utf8(`${formatBundle([mara]).trimEnd()}${' '.repeat(33_554_432)}\n`)],
    ['brackets without end', utf8('['.repeat(2_000_000))],
    ['objects in objects without end', utf8('{"signoffs":'.repeat(200_000))],
    ['a member twice', utf8(formatBundle([mara]).replace('{', '{"signoffs":[],'))],
    ['no text at all', Uint8Array.from([0xff, 0xfe, 0x00])],
  ])('%s is left out by its name, and the one beside it is heard', (_, bytes) => {
    const found = pool(bytes, text([noor]));
    expect(heard(found)).toEqual(digests(by_(noor)));
    expect(found.aside).toMatchObject([{ code: 'BUNDLE_FORMAT', place: 'b0' }]);
    expect(pool(bytes)).toMatchObject({ bundle: null, aside: [{ code: 'BUNDLE_FORMAT' }] });
  });

  it('whatever the bytes, it answers, and hears nothing that the log did not take', () => {
    const whole = text([mara]);
    const broken = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([n, bits]) => whole.map((b, i) => (i === n ? b ^ bits : b))),
    );
    fc.assert(
      fc.property(fc.array(broken, { maxLength: 3 }), (some) => {
        const found = pool(...some);
        expect(found.aside.length).toBe(some.length);
        expect(found.bundle).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('as many as a ref may hold, each of them good: every object once', () => {
    const found = pool(...Array.from({ length: 64 }, (_, i) => text(i % 2 === 0 ? [mara, noor] : [noor, mara])));
    expect(heard(found)).toEqual(digests(by_(mara), by_(noor)));
    expect(found.aside).toEqual([]);
  });
});

/** The envelope that was logged: no two signatures of one key are the same. */
function by_({ envelope }: BundleParts): Bytes {
  return Uint8Array.from(Buffer.from(envelope, 'base64'));
}

describe('what is not of the log', () => {
  it('spoils all of its own bundle and nothing else, and is told by its place', () => {
    const foreign = testLog().record(by('noor'));
    const found = pool(text([mara, foreign]), text([noor]));
    expect(heard(found)).toEqual(digests(by_(noor)));
    expect(found.aside).toMatchObject([{ code: 'LOG_SIG', place: 'b0 signoffs[1]' }]);
  });

  it('wherever in it that is: a landing, a carry, the word of an author', () => {
    const foreign = testLog().record(utf8('x'), { type: 'landed' });
    expect(pool(text([mara], foreign)).aside).toMatchObject([{ place: 'b0 landed' }]);
    expect(pool(text([mara], undefined, { carries: [foreign] })).aside).toMatchObject([{ place: 'b0 carries[0]' }]);
    expect(pool(text([mara], undefined, { ownership: [foreign] }))).toMatchObject({ bundle: null, aside: [{ place: 'b0 ownership[0]' }] });
  });

  it('is an envelope under the entry of another', () => {
    expect(pool(text([{ ...mara, envelope: noor.envelope }]))).toMatchObject({ bundle: null, aside: [{ code: 'LOG_INCLUSION' }] });
  });
});

describe('what is heard', () => {
  it('is every word of every bundle, in whichever order they lie', () => {
    const objection = log.record(by('kim', { decision: 'changes', conditions: ['keep the table'] }));
    for (const bundles of [
      [text([mara]), text([objection])],
      [text([objection]), text([mara])],
    ])
      expect([...heard(pool(...bundles))].sort()).toEqual([...digests(by_(mara), by_(objection))].sort());
  });

  it('is one object once, and again under another proof, for the first may lack witnesses', () => {
    expect(heard(pool(text([mara, mara]), text([mara])))).toEqual(digests(by_(mara)));
    const [again = mara] = log.recordAll([by_(mara), utf8('later')], [{}, {}]);
    expect(again.entry).toBe(mara.entry);
    expect(heard(pool(text([mara]), text([again])))).toEqual(digests(by_(mara), by_(mara)));
  });

  it('takes in carries and words of authors of all of them', () => {
    const carry = log.record(utf8('{"v":1}'), { type: 'carry', fields: { to: MANIFEST } });
    const word = log.record(utf8('a word'), { type: 'ownership' });
    const found = pool(text([mara], undefined, { carries: [carry] }), text([noor], undefined, { ownership: [word] }), text([mara], undefined, { carries: [carry] }));
    expect([found.bundle?.carries?.length, found.bundle?.ownership?.length, found.aside]).toEqual([1, 1, []]);
    expect(Object.keys(pool(text([mara])).bundle ?? {})).toEqual(['signoffs']);
  });
});

describe('who may sign', () => {
  const statement = {
    ...{ type: 'revocation' as const, index: 9, at: NOW + 1_000 },
    body: cosigned(revocationStatement({ of: { key: keysOf(['mara'])[0]?.keyid ?? '' }, from: NOW, reason: 'stolen' }, log.origin, '9'.repeat(32)), keysOf(['noor', 'kim'])),
  };
  const later = { index: 9, entry: base64(entryOf(statement)), envelope: base64(statement.body) };
  const note = (words: readonly (typeof later)[], when: number, of = log): string =>
    of.note(formatSnapshot({ origin: log.origin, size: 12, at: when, statements: statementsDigest(words.map(() => ({ index: 9, entry: entryOf(statement) }))) }));
  const snapshot = (words: readonly (typeof later)[], when: number, of = log): SnapshotParts => ({ note: note(words, when, of), later: words });
  const having = (s: SnapshotParts): Bytes => text([mara], undefined, { snapshot: s });
  const [old, fresh] = [snapshot([], NOW), snapshot([later], NOW + 2_000)];

  it('is as the newest of them says, and an older one beside it brings nothing back', () => {
    for (const found of [pool(having(old), having(fresh)), pool(having(fresh), having(old)), pool(having(old), having(fresh), having(old))])
      expect(found.bundle?.snapshot).toEqual(fresh);
  });

  it('is no matter of one that does not hold, as new as it says it is', () => {
    const wrong = [
      snapshot([], NOW + 9_000, testLog()),
      { note: note([later], NOW + 9_000), later: [] },
      { note: note([], NOW + 9_000), later: [later] },
      { note: '', later: [] },
      { note: 'x'.repeat(1_000_000), later: [] },
    ];
    for (const s of wrong) {
      expect(pool(having(s), having(fresh)).bundle?.snapshot).toEqual(fresh);
      expect(pool(having(fresh), having(s)).bundle?.snapshot).toEqual(fresh);
      // Alone it stays, so that what is wrong with it is told.
      expect(pool(having(s)).bundle?.snapshot).toEqual(s);
    }
  });

  it('is not said by a bundle that was left out', () => {
    const foreign = testLog().record(by('noor'));
    expect(pool(text([foreign], undefined, { snapshot: fresh }), having(old)).bundle?.snapshot).toEqual(old);
  });
});

describe('what a landing spent', () => {
  const FIELDS = { change: '0'.repeat(16), repo: at.repo, ref: at.targetRef, ...MOVE };
  const landing = (as: LoggedAs = {}, nonces: unknown = ['a'.repeat(32)]): BundleParts =>
    log.record(utf8(JSON.stringify({ v: 1, nonces })), { type: 'landed', fields: FIELDS, ...as });
  const spent = (...parts: readonly BundleParts[]): readonly string[] => [...pool(...parts.map((p) => text([mara], p))).spent];

  it('is nothing where it is this very move: asking again is asking the same', () => {
    expect(spent(landing())).toEqual([]);
    expect(pool(text([mara], landing())).bundle).not.toHaveProperty('landed');
  });

  it.each<[string, LoggedAs['fields']]>([
    ['repository', { ...FIELDS, repo: 'pay' }],
    ['branch', { ...FIELDS, ref: 'refs/heads/release' }],
    ['place to start from', { ...FIELDS, old: 'f'.repeat(40) }],
    ['commit', { ...FIELDS, new: 'f'.repeat(40) }],
  ])('is spent on another %s, whatever landings lie beside it', (_, fields) => {
    expect(spent(landing({ fields }))).toEqual(['a'.repeat(32)]);
    expect(spent(landing(), landing({ fields }, ['b'.repeat(32)]))).toEqual(['b'.repeat(32)]);
  });

  it('is nothing where it does not say what', () => {
    const odd = { fields: { ...FIELDS, new: 'f'.repeat(40) } };
    for (const nonces of [7, 'a', null, { a: 1 }]) expect(spent(landing(odd, nonces))).toEqual([]);
    expect(spent(landing({ fields: {} }))).toEqual([]);
  });
});

describe('the contents a bundle speaks of', () => {
  const read = (bytes: Bytes): Bundle => {
    const bundle = parseBundle(bytes);
    if (!bundle.ok) throw new Error(bundle.error.message);
    return bundle.value;
  };
  const carry = (to: string): BundleParts => log.record(utf8('{"v":1}'), { type: 'carry', fields: { to } });

  it('are those signed, and those they were counted for, each once', () => {
    const other = '3'.repeat(64);
    expect(contentsOf(read(text([mara, noor])))).toEqual([MANIFEST]);
    expect(contentsOf(read(text([mara], undefined, { carries: [carry(other), carry(MANIFEST)] })))).toEqual([MANIFEST, other]);
  });

  it('are folders, and nothing else is made one', () => {
    for (const to of ['../../etc', '', 'A'.repeat(64), '3'.repeat(63), `${'3'.repeat(64)}\n`])
      expect(contentsOf(read(text([mara], undefined, { carries: [carry(to)] })))).toEqual([MANIFEST]);
    const garbled = { ...mara, envelope: base64(utf8('no envelope')), entry: base64(utf8('no entry')) };
    expect(contentsOf(read(text([garbled], undefined, { carries: [garbled] })))).toEqual([]);
  });
});
