/** What a trustee is shown before a key is touched: everything, and nothing that another text could look like. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import { enrolmentStatement } from '../core/signoff/enrolment.ts';
import { latest } from '../core/signoff/fold.ts';
import { erasureStatement, revocationStatement, rosterStatement } from '../core/signoff/roster-word.ts';
import { softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { testMaker } from '../testing/maker.ts';
import { RP, testLog } from '../testing/signoffs.ts';
import { subjectOf, trustedBy, trustFileOf } from '../testing/trust-files.ts';
import { testWitness } from '../testing/witnesses.ts';
import { shownBefore, shownLines } from './authority-shown.ts';

const bytesOf = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const log = testLog();
const holders = ['kim', 'lee'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const witness = testWitness('w.example/a');
const founded = trustFileOf(holders, log, {
  ...{ gates: [{ id: 'https://gate.example', key: 'AAAA' }], expires: 4_000_000_000_000 },
  authenticators: { roots: [testMaker().pin], models: ['c5ef55ff-ad9a-4b9f-b580-adebafe026d0'] },
  witnesses: `log ${log.vkey}\nwitness a ${witness.vkey}\nquorum a\n`,
});
/** The same genesis, and other words around it. */
const file = (more: object = {}): Uint8Array => bytesOf({ ...JSON.parse(founded), ...more });
const trust = trustedBy(founded);
const { origin } = latest(trust.states).genesis;

/** Any text somebody may type, or somebody clever. */
const typed = fc
  .oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('x\r\n  enrol kim', '\u202enimda', 'ok\u001b[2K', 'a\u3164b', 'L7\u200b'))
  .filter((s) => /\S/.test(s) && s.isWellFormed());
const person = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);
const nonce = fc.stringMatching(/^[0-9a-f]{32}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const when = fc.integer({ min: 0, max: 4_000_000_000_000 });
const noor = softSshKey('sk-ssh-ed25519');

const STATEMENTS: { readonly [kind: string]: fc.Arbitrary<object> } = {
  enrolment: fc
    .record({ person, name: typed, level: typed, nonce, expires: fc.option(when, { nil: undefined }), counter: fc.nat(), aaguid: typed, attestation: fc.boolean() })
    .map(({ nonce: n, expires, attestation, ...of }) => {
      const subject = subjectOf({ person: of.person, key: attestation ? noor : { blob: noor.blob, keyid: noor.keyid }, kind: 'sk-ssh' });
      return enrolmentStatement({ ...subject, ...of, expires: expires === undefined ? undefined : new Date(expires).toISOString() }, RP.rpId, n, '2026-11-27T10:00:00.000Z');
    }),
  roster: fc
    .record({ person, action: fc.constantFrom('trustee', 'no-trustee', 'leave', 'level' as const), level: typed, reason: typed, nonce })
    .map(({ nonce: n, level, ...word }) => rosterStatement({ ...word, ...(word.action === 'level' ? { level } : {}) } as never, origin, n, '2026-11-27T10:00:00.000Z')),
  revocation: fc
    .record({ of: fc.oneof(fc.record({ person }), fc.record({ signoff: digest }), fc.constant({ key: noor.keyid })), from: when, reason: typed, nonce })
    .map(({ nonce: n, ...word }) => revocationStatement(word, origin, n)),
  erasure: fc.record({ bodies: fc.array(digest, { minLength: 1, maxLength: 4 }), reason: typed, nonce }).map(({ nonce: n, ...word }) => erasureStatement(word, origin, n)),
};

const shown = (value: unknown): string => {
  const words = shownBefore(bytesOf(value), trust);
  if (!words.ok) throw new Error(words.error.message);
  return shownLines(words.value);
};
type Leaf = readonly [path: readonly (string | number)[], value: Exclude<Json, object>];
const leaves = (value: Json, path: readonly (string | number)[] = []): readonly Leaf[] =>
  typeof value === 'object' && value !== null
    ? (Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(([at, item]) => leaves(item as Json, [...path, at]))
    : [[path, value]];
/** How a text has to stand there for a reader to know its every character: ASCII as it is, all that is odd by number. */
const spelled = (value: Leaf[1]): string => {
  const text = typeof value === 'string' ? value.slice(0, 40) : String(value);
  return JSON.stringify(text).slice(1, -1);
};

describe.each(Object.entries(STATEMENTS))('of a statement of %s', (_, statements) => {
  it('every member is shown', () => {
    fc.assert(
      fc.property(statements, (statement) => {
        const text = shown(statement);
        for (const [path, value] of leaves(statement as Json)) {
          const name = path.reduce<string>((so, at) => (typeof at === 'number' ? `${so}[${at}]` : so === '' ? at : `${so}.${at}`), '');
          const lines = text.split('\n').filter((l) => l.startsWith(`    ${name}: `));
          expect(lines).toHaveLength(1);
          const [line = ''] = lines;
          if (typeof value === 'string' && value.length >= 160 && /^[A-Za-z0-9+/=]+$/.test(value)) expect(line).toContain(sha256Hex(value));
          else if (/^[\x20-\x7e]*$/.test(String(value))) expect(line).toContain(spelled(value));
        }
      }),
    );
  });

  it('no line is begun, hidden or turned round by what somebody typed', () => {
    fc.assert(
      fc.property(statements, (statement) => {
        const text = shown(statement);
        expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/u);
        const words = shownBefore(bytesOf(statement), trust);
        const count = words.ok ? words.value.says.length + words.value.members.length : 0;
        // The heading of the members, and the end of the last line.
        expect(text.split('\n')).toHaveLength(count + 2);
      }),
    );
  });

  it('two that differ anywhere are never shown alike', () => {
    fc.assert(
      fc.property(statements, statements, (a, b) => {
        expect(shown(a) === shown(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('a member nobody knows refuses it, wherever it stands', () => {
    fc.assert(
      fc.property(statements, fc.nat(), (statement, n) => {
        const copy = structuredClone(statement) as { [name: string]: unknown };
        const objects = [copy, ...inner(copy)];
        const at = objects[n % objects.length];
        if (at !== undefined) at.also = 'x';
        expect(shownBefore(bytesOf(copy), trust)).toMatchObject({ ok: false, error: { code: 'ST_TYPE' } });
      }),
    );
  });
});

function inner(value: object): { [name: string]: unknown }[] {
  return Object.values(value).flatMap((item) =>
    typeof item === 'object' && item !== null ? [...(Array.isArray(item) ? [] : [item as { [name: string]: unknown }]), ...inner(item)] : [],
  );
}

describe('of a trust file', () => {
  it('people, keys, levels, makers, gates and witnesses are shown', () => {
    const words = shownBefore(file(), trust);
    const text = words.ok ? shownLines(words.value) : '';
    for (const { person: id, key } of holders) for (const part of [id, key.keyid]) expect(text).toContain(part);
    for (const part of [
      'gate https://gate.example',
      'gates[0].key: "AAAA"',
      witness.vkey,
      'c5ef55ff-ad9a-4b9f-b580-adebafe026d0',
      sha256Hex(testMaker().pin),
      log.vkey,
      'until 2096',
    ])
      expect(text).toContain(part);
  });

  it('two that differ in what no person signed are shown apart', () => {
    const text = (more: object) => {
      const words = shownBefore(file(more), trust);
      return words.ok ? shownLines(words.value) : '';
    };
    const plain = text({});
    for (const more of [
      { gates: [{ id: 'https://gate.example', key: 'BBBB' }] },
      { witnesses: null },
      { expires: undefined },
      { size: 2 },
      { ladder: ['L6'] },
      { authenticators: undefined },
    ])
      expect(text(more)).not.toBe(plain);
  });

  it('of another log is refused: whoever signs it vouches for its people', () => {
    const other = trustFileOf([...holders].reverse(), testLog());
    expect(shownBefore(utf8(other), trust)).toMatchObject({ ok: false, error: { code: 'TRUST_SIG' } });
  });
});
