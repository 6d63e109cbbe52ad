import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testLog, testWitness } from '../../testing/witnesses.ts';
import { utf8 } from '../base/bytes.ts';
import { formatVkey, type NoteKey, parseVkey } from './note.ts';
import { verifyProof } from './proof.ts';
import { proven } from './proven.ts';
import { parseWitnessPolicy, type WitnessPolicy } from './witness-policy.ts';

const policyOf = (text: string, allowNone = false): WitnessPolicy => {
  const parsed = parseWitnessPolicy(text, allowNone);
  if (!parsed.ok) throw new Error(`${parsed.error.place}: ${parsed.error.message}`);
  return parsed.value;
};
const keyOf = (vkey: string): NoteKey => {
  const parsed = parseVkey(vkey);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
};

describe('the worked example, all its lines', () => {
  const LOG = 'countersign.example/audit+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G';
  const POLICY = policyOf(`log ${LOG}
witness ci witness.example/ci+e1533c6b+BFF7VeAUZ1/YvgQUwxnhq1YmVhYQ+Xb/Mc53Sm/XRai1
witness auditor witness.example/auditor+73d09a17+BP8vv7IUvF1f2Ld02Yyx+mjmwTzL7Uea2ZtrbwtTNNMI
group both all ci auditor
quorum both
`);
  const ENTRY = utf8(
    '{"v":1,"type":"signoff","time":"2026-11-20T10:21:04Z","envelope":"b77349bf1fa9b26d45d545d7d64dad96737e9cfbb3cbb5f5d10fb77b0fcc44ad","stage":"implementation","decision":"approve","tier":"critical"}',
  );
  const PROOF = `c2sp.org/tlog-proof@v1
index 1
LTSf3DzcL3ltCcnkcUEeo61yzjWvpdFCheANDP1NkHM=
mhS8cZ8pARos3IJhRzOUkv74JD19eq7gLfTGj5H+jzU=

countersign.example/audit
3
nzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=

— countersign.example/audit +UmwHwtVqW/0EtIh8oxMs5ZQ6FbV/Ow74Gp5aKFqMcasgfxMVE2Xzq18bkcnX6ZNMF47gamW5jQsBtIrzwoohdvreg8=
— witness.example/ci 4VM8awAAAABrAB8SL64zB6z7PTAmzr14FCdLnmxX38kWarkdag7x6AHHFEY/6x9L7/574kECLjG6cVfL33HDFVh8RofMNq/xPiokCQ==
— witness.example/auditor c9CaFwAAAABrAB8SvvtHoZzlbTkrsDkh2QRb0weysQIeoXrjTb0VhtLMdfYWvpkeXHWuAgeS9rSoGQnLDcfEVF1UZheyDLciIdrcDg==
`;
  const code = (file: string, policy: WitnessPolicy | undefined = POLICY): string => {
    const verified = verifyProof(file, ENTRY, [keyOf(LOG)], policy);
    return verified.ok ? 'OK' : verified.error.code;
  };

  it('are proven by both, by the end of the second they name', () => {
    const by = [
      { witness: 'ci', at: 1_795_170_066_999 },
      { witness: 'auditor', at: 1_795_170_066_999 },
    ];
    expect(verifyProof(PROOF, ENTRY, [keyOf(LOG)], POLICY)).toMatchObject({ ok: true, value: { index: 1, witnessed: { at: 1_795_170_066_999, by } } });
    expect(proven(PROOF.slice(PROOF.indexOf('countersign.example')), POLICY)).toMatchObject({ ok: true, value: { at: 1_795_170_066_999, by, checkpoint: { size: 3 } } });
  });

  it('are not without one of them', () => {
    const withoutOne = PROOF.replace(/— witness.example\/ci .*\n/, '');
    expect(code(withoutOne)).toBe('LOG_QUORUM');
    expect(code(PROOF.replace('4VM8awAAAABr', '4VM8awAAAABq'))).toBe('LOG_SIG');
    expect(verifyProof(withoutOne, ENTRY, [keyOf(LOG)])).toMatchObject({ ok: true, value: { witnessed: null } });
  });

  it('are refused for every flipped bit', () => {
    const bytes = utf8(PROOF);
    for (let i = 0; i < bytes.length * 8; i++) {
      const flipped = bytes.map((byte, j) => (j === i >> 3 ? byte ^ (1 << (i & 7)) : byte));
      if (code(new TextDecoder().decode(flipped)) === 'OK') expect.fail(`bit ${i & 7} of byte ${i >> 3}`);
    }
  });

  it('count for the logs of the policy alone, where it lists any', () => {
    const other = formatVkey(testLog('countersign.example/audit').key);
    const elsewhere = policyOf(`log ${other}\nwitness ci witness.example/ci+e1533c6b+BFF7VeAUZ1/YvgQUwxnhq1YmVhYQ+Xb/Mc53Sm/XRai1\nquorum ci\n`);
    expect(code(PROOF, elsewhere)).toBe('LOG_ORIGIN');
    expect(code(PROOF, policyOf(`log ${other}\nquorum none\n`, true))).toBe('LOG_ORIGIN');
    expect(code(PROOF, policyOf('witness ci witness.example/ci+e1533c6b+BFF7VeAUZ1/YvgQUwxnhq1YmVhYQ+Xb/Mc53Sm/XRai1\nquorum ci\n'))).toBe('OK');
  });
});

describe('a checkpoint', () => {
  const log = testLog('log.example');
  log.append('one');
  const note = log.checkpoint();
  const witnesses = ['a', 'b', 'c', 'd'].map((name) => testWitness(`w.example/${name}`));
  const NAMES = 'abcd';
  const ofAll = (least: number): WitnessPolicy =>
    policyOf(`log ${formatVkey(log.key)}\n${witnesses.map((w, i) => `witness ${NAMES[i]} ${w.vkey}\n`).join('')}group g ${least} a b c d\nquorum g\n`);
  const lines = fc.array(fc.record({ who: fc.nat(3), time: fc.integer({ min: 1, max: 4_000_000_000 }) }), { maxLength: 12 });
  const written = (signed: readonly { who: number; time: number }[]): string => note + signed.map((s) => witnesses[s.who]?.line(note, s.time)).join('');

  it('is proven by k distinct witnesses and by no multiset of lines of fewer', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 4 }), (signed, least) => {
        const distinct = new Set(signed.map((s) => s.who)).size;
        const answer = proven(written(signed), ofAll(least));
        expect(answer.ok ? 'OK' : answer.error.code).toBe(distinct >= least ? 'OK' : 'LOG_QUORUM');
        if (answer.ok) expect(answer.value.by.map((c) => c.witness).sort()).toEqual([...new Set(signed.map((s) => NAMES[s.who]))].sort());
      }),
    );
  });

  it('gains no cosigner by another line of one it has', () => {
    fc.assert(
      fc.property(
        lines.filter((l) => l.length > 0),
        fc.nat(),
        fc.integer({ min: 1, max: 4_000_000_000 }),
        (signed, pick, time) => {
          const again = signed[pick % signed.length];
          if (again === undefined) return;
          const [before, after] = [proven(written(signed), ofAll(1)), proven(written([...signed, { who: again.who, time }]), ofAll(1))];
          expect(before.ok && after.ok && after.value.by.length).toBe(before.ok && before.value.by.length);
        },
      ),
    );
  });

  it('was there by the k-th earliest witness: later lines change nothing, and fewer than k liars cannot date it back', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 4 }), (signed, least) => {
        const earliest = [0, 1, 2, 3].flatMap((who) => {
          const times = signed.filter((s) => s.who === who).map((s) => s.time);
          return times.length === 0 ? [] : [Math.min(...times)];
        });
        const kth = earliest.sort((x, y) => x - y)[least - 1];
        const answer = proven(written(signed), ofAll(least));
        expect(answer.ok ? answer.value.at : undefined).toBe(kth === undefined ? undefined : kth * 1000 + 999);
      }),
    );
  });

  it('is proven to nobody by a policy that asks nobody, though a proof under it verifies', () => {
    const none = policyOf(`log ${formatVkey(log.key)}\nquorum none\n`, true);
    expect(proven(written([{ who: 0, time: 5 }]), none)).toMatchObject({ ok: false, error: { code: 'LOG_QUORUM' } });
    expect(verifyProof(`c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`, utf8('one'), [log.key], none)).toMatchObject({ ok: true, value: { witnessed: null } });
  });

  it('is judged whatever it is', () => {
    const whole = written([
      { who: 0, time: 5 },
      { who: 1, time: 6 },
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(whole.length), (junk, at) => typeof proven(whole.slice(0, at) + junk + whole.slice(at), ofAll(2)).ok === 'boolean'),
    );
  });
});
