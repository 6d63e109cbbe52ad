import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../base/codes.ts';
import { waits } from './verdict.ts';

describe('a verdict that does not allow', () => {
  it.each<readonly [Parameters<typeof waits>[0], readonly ReasonCode[]]>([
    ['signoff', ['SIGNOFF_MISSING']],
    ['signoff', ['OWNERSHIP_MISSING']],
    ['signoff', ['BG_WAITING', 'SIGNOFF_MISSING']],
    // Nobody has to sign the whole, and a commit of it is bare.
    ['pass', ['INTERMEDIATE_UNSIGNED']],
    // Whatever was offered beside it and does not count: its author's own signature, one of yesterday, a broken one.
    ['signoff', ['SOD_AUTHOR', 'SIGNOFF_MISSING']],
    ['signoff', ['ST_EXPIRED', 'CONTENT_MISMATCH', 'SIG_INVALID', 'SIGNOFF_MISSING', 'PROVENANCE_STICKY']],
    ['signoff', ['BG_SCOPE', 'SIGNOFF_MISSING']],
  ])('waits for people: %s %j', (outcome, codes) => {
    expect(waits(outcome, codes)).toBe(true);
  });

  it.each<readonly [Parameters<typeof waits>[0], readonly ReasonCode[]]>([
    ['refused', ['UNCOVERED']],
    ['refused', ['INTERMEDIATE_UNSIGNED']],
    ['signoff', ['REV_CHANGES']],
    ['signoff', ['INTERMEDIATE_UNSIGNED', 'REV_CHANGES', 'SIGNOFF_MISSING']],
    ['signoff', ['LOG_DAMAGED', 'SIGNOFF_MISSING']],
    ['signoff', ['BG_OVERDUE', 'SIGNOFF_MISSING']],
    ['signoff', ['REF_CHANGED']],
    ['pass', ['PASS']],
    [null, ['SIGNOFF_MISSING']],
    [null, ['GATE_UNAVAILABLE']],
  ])('refuses: %s %j', (outcome, codes) => {
    expect(waits(outcome, codes)).toBe(false);
  });
});
