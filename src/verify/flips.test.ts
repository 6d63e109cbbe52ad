/**
 * Whoever carries a bundle can change any bit of it, and none can be changed: not of a sign-off, its proof or the landing, and not of what
 * stands beside them either, whether or not anybody asks for it.
 */
import { expect, it } from 'vitest';
import { base64, utf8 } from '../core/base/bytes.ts';
import type { Said } from '../core/signoff/authority.ts';
import { type BundleParts, formatBundle, parseBundle } from '../core/signoff/bundle.ts';
import { enrolmentStatement, termFrom } from '../core/signoff/enrolment.ts';
import { verifyBundle } from '../core/signoff/offline.ts';
import { formatSnapshot, statementsDigest } from '../core/signoff/snapshot.ts';
import { type SoftAuthenticator, softAuthenticator } from '../testing/authenticator.ts';
import { NOW, RP, signoffBytes, testLog } from '../testing/signoffs.ts';
import { cosigned, entryOf, subjectOf, trustedBy, trustFileOf } from '../testing/trust-files.ts';
import { testWitness } from '../testing/witnesses.ts';

const log = testLog();
const make = (): SoftAuthenticator => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const [mara, noor] = [make(), make()];
const enrolled = (person: string, index: number): Said => ({
  ...{ type: 'enrolment', index, at: NOW },
  body: cosigned(enrolmentStatement(subjectOf({ person, key: make() }), RP.rpId, `${index}`.repeat(32), termFrom(NOW)), [mara, noor]),
});
/** One statement the trust file has, and one that came after it. */
const [known, later] = [enrolled('kim', 1), enrolled('lee', 8)];
const people = [
  { person: 'mara', key: mara },
  { person: 'noor', key: noor },
];
const trust = trustedBy(trustFileOf(people, log, { said: [known] }));

const move = { old: 'd'.repeat(40), new: 'e'.repeat(40) };
const landed = { repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64), moves: [move] };
const nonce = 'a'.repeat(32);
const [, , ownership, signoff, carry, landing, gate, glass] = log.recordAll(
  [
    ...[utf8('genesis'), known.body, utf8('the author’s word'), mara.signEnvelope(signoffBytes({ nonce })), utf8('why it was carried')],
    ...[utf8(JSON.stringify({ v: 1, nonces: [nonce] })), utf8('a summary'), utf8('a word about break-glass')],
  ],
  [
    ...[{}, {}, { type: 'ownership' as const }, {}, { type: 'carry' as const }],
    ...[
      { type: 'landed' as const, at: NOW, fields: { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', ...move } },
      { type: 'vsa' as const },
      { type: 'break-glass' as const },
    ],
  ],
);
const parts = (evidence: BundleParts | undefined): BundleParts => {
  if (evidence === undefined) throw new Error('nothing was logged');
  return evidence;
};
const words = [known, later].map((said) => ({ index: said.index, entry: entryOf(said), envelope: said.body }));
const note = log.note(formatSnapshot({ origin: log.origin, size: 9, at: NOW, statements: statementsDigest(words) }));
const snapshot = { note, later: words.map(({ index, entry, envelope }) => ({ index, entry: base64(entry), envelope: base64(envelope) })) };
const more = { carries: [parts(carry)], ownership: [parts(ownership)], gate: parts(gate), glass: [parts(glass)], snapshot };
const file = utf8(formatBundle([parts(signoff)], parts(landing), more));

const holds = (bytes: Uint8Array): boolean => {
  const bundle = parseBundle(bytes);
  return bundle.ok && verifyBundle(bundle.value, trust, landed).length === 0;
};

/** Odd, so that every place of a bit in a byte is met; a few seconds' worth of the file. 1: every bit, in some minutes. */
const STEP = Number(process.env.COUNTERSIGN_FLIP_STEP ?? 97);

/** Bits of which the file still holds when one is flipped, from a place that is another each time. */
function unseen(file: Uint8Array, holds: (bytes: Uint8Array) => boolean): readonly number[] {
  const passed: number[] = [];
  for (let bit = Math.floor(Math.random() * STEP); bit < file.length * 8; bit += STEP) {
    const at = bit >> 3;
    file[at] = (file[at] ?? 0) ^ (1 << (bit & 7));
    if (holds(file)) passed.push(bit);
    file[at] = (file[at] ?? 0) ^ (1 << (bit & 7));
  }
  return passed;
}
const around = (file: Uint8Array, bit: number): string => `bit ${bit}, in ${new TextDecoder().decode(file.slice((bit >> 3) - 40, (bit >> 3) + 40))}`;

it(`of ${file.length * 8} bits none can be flipped (one of ${STEP} is tried)`, { timeout: 1_800_000 }, () => {
  expect(holds(file)).toBe(true);
  expect(unseen(file, holds).map((bit) => around(file, bit))).toEqual([]);
  expect(holds(file)).toBe(true);
});

it('nor of what witnesses said, but for lines nobody asks for: one more than the quorum is another’s word', { timeout: 1_800_000 }, () => {
  const three = ['ada.example', 'ben.example', 'cay.example'].map(testWitness);
  const policy = `log ${log.vkey}\n${three.map((w, i) => `witness w${i} ${w.vkey}\n`).join('')}group g 2 w0 w1 w2\nquorum g\n`;
  const asked = trustedBy(trustFileOf(people, log, { witnesses: policy }));
  const seen = (by: typeof three) => {
    const one = log.record(mara.signEnvelope(signoffBytes({ nonce })));
    const note = one.proof.slice(one.proof.indexOf('\n\n') + 2);
    return utf8(formatBundle([{ ...one, proof: `${one.proof}${by.map((w) => w.line(note, NOW / 1_000)).join('')}` }]));
  };
  const proven = (bytes: Uint8Array): boolean => {
    const bundle = parseBundle(bytes);
    return bundle.ok && verifyBundle(bundle.value, asked, landed).length === 0;
  };
  const [exact, more] = [seen(three.slice(0, 2)), seen(three)];
  expect([proven(exact), proven(more)]).toEqual([true, true]);
  expect(unseen(exact, proven).map((bit) => around(exact, bit))).toEqual([]);
  const [start, end] = [Buffer.from(more).indexOf('— ada.example'), Buffer.from(more).lastIndexOf('\\n"')];
  const elsewhere = unseen(more, proven).filter((bit) => bit >> 3 < start || bit >> 3 >= end);
  expect([start > 0, elsewhere.map((bit) => around(more, bit))]).toEqual([true, []]);
});
