/** Pinned makers in a file of their own: what a server takes is what a trust file takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { MODEL, testMaker } from '../../testing/maker.ts';
import { RP, testLog } from '../../testing/signoffs.ts';
import { trustFileOf } from '../../testing/trust-files.ts';
import { utf8 } from '../base/bytes.ts';
import { parsePinned } from './pinned.ts';
import { parseTrust } from './trust-file.ts';

const { pin } = testMaker();
const said = (value: unknown) => {
  const answer = parsePinned(utf8(JSON.stringify(value)));
  return answer.ok ? answer.value : answer.error.map((p) => p.message);
};

describe('pinned makers', () => {
  it('are roots, and models where only some will do', () => {
    expect(said({ roots: [pin] })).toEqual({ roots: [pin] });
    expect(said({ roots: [pin], models: [MODEL] })).toEqual({ roots: [pin], models: [MODEL] });
  });

  it.each<[string, unknown, string[]]>([
    ['a root that is none, by its place', { roots: [pin, 'AAAA', 'x'] }, ['$.roots[1] is no certificate', '$.roots[2] is no certificate']],
    ['no root', { roots: [] }, ['$.roots is not a list of at least 1']],
    ['a model that is none', { roots: [pin], models: ['yubikey'] }, ['$.models[0] is not an AAGUID']],
    ['a member nobody knows', { roots: [pin], model: MODEL }, ['$.model is not a known member']],
    ['a list', [pin], ['$ is not an object']],
  ])('are refused with %s', (_, value, places) => {
    const faults = said(value);
    expect(places.map((p, i) => Array.isArray(faults) && faults[i]?.includes(p))).toEqual(places.map(() => true));
  });

  it('alone are read as in a trust file, whatever they are', () => {
    const whole = JSON.parse(trustFileOf([{ person: 'kim', key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }], testLog())) as object;
    const pinned = fc.oneof(
      fc.record(
        { roots: fc.array(fc.oneof(fc.constant(pin), fc.constant(`${pin}=`), fc.base64String())), models: fc.array(fc.oneof(fc.constant(MODEL), fc.string())) },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(pinned, (value) => {
        expect(parsePinned(utf8(JSON.stringify(value))).ok).toBe(parseTrust(utf8(JSON.stringify({ ...whole, authenticators: value }))).ok);
      }),
    );
  });

  it('never throw on bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !parsePinned(bytes).ok));
  });
});
