import { describe, expect, it } from 'vitest';
import type { Reason, ReasonCode, State } from '../api/generated.ts';
import { reasonsNow, signersTitle, whyTitle } from './told.ts';

const leaf = (state: 'yes' | 'no' | 'note', code: ReasonCode, text: string): Reason => ({ state, code, text, children: [] });
const reasons: Reason = {
  ...leaf('no', 'SIGNOFF_MISSING', 'this change needs 1 human'),
  children: [{ ...leaf('no', 'SIGNOFF_MISSING', 'all: 1 human'), children: [leaf('note', 'SIGNOFF_MISSING', 'can sign: mara')] }, leaf('no', 'RULE_NOT_APPLICABLE', 'rule other')],
};
const at = (state: State, outcome: 'pass' | 'signoff' | 'refused' = 'signoff', canSign = false) => ({
  state,
  mine: { canSign, why: '', since: null },
  decision: { outcome, reasons },
});

describe('words follow the state', () => {
  it.each([
    [at('open', 'signoff', true), 'Why you are asked', 'Who can sign'],
    [at('open'), 'Why a human is asked', 'Who can sign'],
    [at('signed'), 'Why a human was asked', 'Who signed'],
    [at('passed', 'pass'), 'Why nobody is asked', 'Who can sign'],
    [at('landed'), 'Why a human was asked', 'Who signed'],
    [at('landed', 'pass'), 'Why nobody was asked', 'Who can sign'],
    [at('refused', 'refused'), 'Why it is refused', 'Who would sign'],
  ])('$0.state', (dossier, why, who) => expect([whyTitle(dossier), signersTitle(dossier)]).toEqual([why, who]));

  it('leaves the tree of a change that still waits as it is', () => expect(reasonsNow(at('open'))).toBe(reasons));

  it('calls the word of the author missing until it is there', () => {
    const asked = { ...reasons, children: [leaf('no', 'OWNERSHIP_MISSING', 'ada says first what they read, ran and do not understand (r)'), ...reasons.children] };
    const open = { ...at('open'), decision: { outcome: 'signoff' as const, reasons: asked } };
    expect(reasonsNow({ ...open, ownership: { settled: false } })).toBe(asked);
    expect(reasonsNow({ ...open, ownership: { settled: true } })).toMatchObject({
      state: 'no',
      children: [{ state: 'yes', text: 'ada said what they read, ran and did not understand (r)' }, { state: 'no', code: 'SIGNOFF_MISSING' }, {}],
    });
  });

  it('says of what landed by break-glass that it was not given', () => {
    expect(reasonsNow({ ...at('landed'), glass: true })).toBe(reasons);
    expect(signersTitle({ ...at('landed'), glass: true })).toBe('Who should have signed');
  });

  it.each(['signed', 'landed'] as const)('calls nothing missing once it is %s', (state) => {
    const now = reasonsNow(at(state));
    expect(JSON.stringify(now)).not.toContain('SIGNOFF_MISSING');
    expect(now).toMatchObject({
      text: 'this change needed 1 human',
      state: 'yes',
      children: [{ state: 'yes', children: [{ text: 'could sign: mara', state: 'note' }] }, { state: 'no' }],
    });
  });
});
