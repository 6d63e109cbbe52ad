import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softSshKey } from '../../testing/authenticator.ts';
import { signoffInput } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { statementBytes } from '../signoff/build.ts';
import { formatEnvelope, pae } from '../signoff/dsse.ts';
import { NAMES } from '../signoff/statement.ts';
import { wordStatement } from './break-glass-words.ts';
import { formatHanded, formatSpooled, GLASS_CAPS, handedBytes, parseHanded, parseSpooled } from './glass-files.ts';

const key = softSshKey('sk-ssh-ed25519');
function use(nonce: string): Uint8Array {
  const { change } = signoffInput();
  const payload = statementBytes(
    wordStatement(
      {
        kind: 'use',
        reason: 'r',
        incident: 'i',
        policy: { uri: 'u', digest: { sha256: 'a'.repeat(64) }, tier: 'high' },
        review: { withinSeconds: 1, level: 'L6' },
        expires: '2026-11-20T11:21:00.000Z',
      },
      { change, person: 'mara', credential: { id: key.keyid, type: 'sk-ssh' }, seen: { origin: 'o', size: 1, root: '' }, nonce },
    ),
  );
  return formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, payload)) }] });
}
const uses = ['1', '2'].map((c) => use(c.repeat(32)));
const PUSH = { repo: 'infra', ref: 'refs/heads/main', old: 'a'.repeat(40), new: 'b'.repeat(40), at: 1_763_634_064_000, uses };

describe('what people hand over', () => {
  it('is one line that is read as it was written', () => {
    expect(formatHanded(uses)).not.toContain('\n');
    const read = parseHanded(handedBytes(uses));
    expect(read.ok && read.value.map((u) => [u.envelope, u.predicate.nonce])).toEqual(uses.map((u, i) => [u, String(i + 1).repeat(32)]));
  });

  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['no list', '{"mediaType":"application/vnd.countersign.break-glass-handed.v1+json"}'],
    ['nobody', formatHanded([])],
    ['another type', formatHanded(uses).replace('handed', 'spooled')],
    ['a member more', formatHanded(uses).replace('{', '{"x":1,')],
    ['a nonce twice', formatHanded([use('1'.repeat(32)), ...uses])],
    ['an envelope of something else', formatHanded([utf8('{}')])],
    ['more than anybody signs', formatHanded(Array.from({ length: GLASS_CAPS.uses + 1 }, (_, i) => use(i.toString(16).padStart(32, '0'))))],
  ])('with %s is refused', (_, text) => expect(parseHanded(utf8(text))).toMatchObject({ ok: false, error: { code: 'BG_SCOPE' } }));
});

describe('what a hook keeps', () => {
  it('is read as it was written', () => expect(parseSpooled(utf8(formatSpooled(PUSH)))).toMatchObject({ ok: true, value: PUSH }));

  it.each<readonly [string, Partial<typeof PUSH>]>([
    ['a path for a repository', { repo: '../infra' }],
    ['no ref', { ref: 'main' }],
    ['a ref with a line break', { ref: 'refs/heads/a\nb' }],
    ['half an id', { new: 'b'.repeat(39) }],
    ['a time that is none', { at: -1 }],
  ])('with %s is refused', (_, wrong) => expect(parseSpooled(utf8(formatSpooled({ ...PUSH, ...wrong })))).toMatchObject({ ok: false }));
});

it('no bytes make either throw, and one byte more or other is never read as more people', () => {
  const whole = [handedBytes(uses), utf8(formatSpooled(PUSH))];
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(utf8)), (bytes) => {
      expect(parseHanded(bytes).ok || parseSpooled(bytes).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, by) => {
      const bent = Uint8Array.from(bytes, (b, i) => (i === at % bytes.length ? b ^ by : b));
      for (const read of [parseHanded(bent), parseSpooled(bent)])
        if (read.ok) expect('said' in read.value ? read.value.said.length : read.value.length).toBeLessThanOrEqual(uses.length);
    }),
    { numRuns: 200 },
  );
});
