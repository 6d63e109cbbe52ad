import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testLog, testWitness } from '../../testing/witnesses.ts';
import { base64, concat, hex } from '../base/bytes.ts';
import { formatWitnessVkey, type WitnessKey, witnessKey } from './cosignature.ts';
import { formatVkey, keyId } from './note.ts';
import { parseWitnessPolicy, quorumHolds } from './witness-policy.ts';

const [a, b, c] = [testWitness('w.example/a'), testWitness('w.example/b'), testWitness('w.example/c')];
const log = testLog('log.example');
const LOG = `log ${formatVkey(log.key)} https://log.example/\n`;
const THREE = `witness a ${a.vkey} https://a.example/\nwitness b ${b.vkey}\nwitness c ${c.vkey}\n`;
const POLICY = `# ours\n\n${LOG}${THREE}group two 2 a b c\nquorum two\n`;

const fault = (text: string, allowNone = false): string => {
  const parsed = parseWitnessPolicy(text, allowNone);
  return parsed.ok ? 'none' : `${parsed.error.code} ${parsed.error.place ?? ''}: ${parsed.error.message}`;
};

describe('a witness policy', () => {
  it('says logs, witnesses and quorum', () => {
    expect(parseWitnessPolicy(POLICY)).toEqual({
      ok: true,
      value: {
        logs: [{ key: log.key, url: 'https://log.example/' }],
        witnesses: [
          { name: 'a', key: a.key, vkey: a.vkey, url: 'https://a.example/' },
          { name: 'b', key: b.key, vkey: b.vkey, url: null },
          { name: 'c', key: c.key, vkey: c.vkey, url: null },
        ],
        quorum: { group: 'two', least: 2, members: [{ witness: 'a' }, { witness: 'b' }, { witness: 'c' }] },
      },
    });
  });

  it('is the same with other white space and with groups of groups', () => {
    expect(parseWitnessPolicy(POLICY.replaceAll(' ', ' \t ').replaceAll('\n', '  \n'))).toEqual(parseWitnessPolicy(POLICY));
    const nested = parseWitnessPolicy(`${THREE}group left any a b\ngroup both all left c\nquorum both\n`);
    expect(nested.ok && nested.value.quorum).toEqual({
      group: 'both',
      least: 2,
      members: [{ group: 'left', least: 1, members: [{ witness: 'a' }, { witness: 'b' }] }, { witness: 'c' }],
    });
  });

  it.each([
    ['a name used before it is defined', `group g any a\n${THREE}quorum g\n`, 'line 1'],
    ['a quorum nobody defined', `${THREE}quorum g\n`, 'line 4'],
    ['no quorum', THREE, ''],
    ['two quorums', `${THREE}quorum a\nquorum b\n`, 'line 5'],
    ['a member twice in one group', `${THREE}group g 2 a a\nquorum g\n`, 'line 4'],
    ['a member of two groups', `${THREE}group g any a b\ngroup h all g a\nquorum h\n`, 'line 5'],
    ['one key under two names', `${THREE}witness d ${a.vkey}\nquorum d\n`, 'line 4'],
    ['one key under two key names', `${THREE}witness d ${formatWitnessVkey(witnessKey('other', a.key.publicKey) as WitnessKey)}\nquorum d\n`, 'line 4'],
    ['a log that witnesses itself', `${LOG}witness d ${formatWitnessVkey(witnessKey('w', log.key.key) as WitnessKey)}\nquorum d\n`, 'line 2'],
    ['a log twice', `${LOG}${LOG}witness a ${a.vkey}\nquorum a\n`, 'line 2'],
    ['a name twice', `${THREE}witness a ${testWitness('x').vkey}\nquorum a\n`, 'line 4'],
    ['a group called as a witness', `${THREE}group a any b\nquorum a\n`, 'line 4'],
    ['a witness called none', `witness none ${a.vkey}\nquorum none\n`, 'line 1'],
    ['none as a member', `${THREE}group g any none\nquorum g\n`, 'line 4'],
    ['a group of none', `${THREE}group g any\nquorum g\n`, 'line 4'],
    ['a threshold of zero', `${THREE}group g 0 a b\nquorum g\n`, 'line 4'],
    ['a threshold over its members', `${THREE}group g 3 a b\nquorum g\n`, 'line 4'],
    ['a threshold with a leading zero', `${THREE}group g 02 a b\nquorum g\n`, 'line 4'],
    ["a log's key as a witness", `witness a ${formatVkey(log.key)}\nquorum a\n`, 'line 1'],
    ["a witness's key as a log", `log ${a.vkey}\n${THREE}quorum a\n`, 'line 1'],
    ['a word more', `witness a ${a.vkey} https://a.example more\nquorum a\n`, 'line 1'],
    ['an unknown word', `${THREE}quorums a\n`, 'line 4'],
    ['a carriage return', POLICY.replaceAll('\n', '\r\n'), 'line 1'],
    ['a cut last line', `${THREE}quorum a`, ''],
    ['nothing', '', ''],
  ])('is refused with %s', (_, text, place) => {
    expect(fault(text)).toMatch(new RegExp(`^TRUST_FORMAT ${place}:`));
  });

  it('asks for no witness in development alone', () => {
    expect(fault('quorum none\n')).toMatch(/^TRUST_FORMAT line 1: .*development/);
    expect(parseWitnessPolicy('quorum none\n', true)).toEqual({ ok: true, value: { logs: [], witnesses: [], quorum: null } });
  });

  it('knows witnesses of other key types by name and never counts them', () => {
    const material = new Uint8Array(1312).fill(9);
    const dilithium = `w.example/d+${hex(keyId('w.example/d', material, 6))}+${base64(concat(new Uint8Array([6]), material))}`;
    const parsed = parseWitnessPolicy(`${THREE}witness d ${dilithium}\ngroup g 2 a b d\nquorum g\n`);
    expect(parsed).toMatchObject({ ok: true, value: { witnesses: [{}, {}, {}, { name: 'd', key: null }] } });
    expect(fault(`${THREE}witness d ${dilithium}\ngroup g 2 a d\nquorum g\n`)).toMatch('of a type that is not verified here');
  });

  it('is read or refused, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom('log', 'witness', 'group', 'quorum', 'none', 'any', 'all', '2', 'a', 'b', 'g', ' ', '\t', '\n', '#', a.vkey, b.vkey),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, none) => typeof parseWitnessPolicy(pieces.join(' '), none).ok === 'boolean'));
    for (let i = 0; i < POLICY.length; i++) expect(parseWitnessPolicy(POLICY.slice(0, i)).ok).toBe(false);
  });
});

describe('a quorum', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];

  it('of k needs k distinct names, whatever else is named', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.subarray(names), (least, there) => {
        const quorum = { group: 'g', least, members: names.map((witness) => ({ witness })) };
        expect(quorumHolds(quorum, new Set([...there, 'stranger', 'g']))).toBe(there.length >= least);
      }),
    );
  });

  it('never fails for a witness more', () => {
    const quorum = { group: 'g', least: 2, members: [{ witness: 'a' }, { group: 'h', least: 2, members: [{ witness: 'b' }, { witness: 'c' }] }, { witness: 'd' }] };
    fc.assert(fc.property(fc.subarray(names), fc.constantFrom(...names), (there, more) => !quorumHolds(quorum, new Set(there)) || quorumHolds(quorum, new Set([...there, more]))));
  });
});
