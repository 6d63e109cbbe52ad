/**
 * The checks of a bundle by name, for people who want to see each one: the steps of docs/spec/bundle.md. A check that was not reached
 * (the signature it would be about could not be opened), or for which the caller gave nothing to compare with, is said to be so, and never
 * taken for one that held.
 */
import type { Reason } from './answer.ts';

export interface Check {
  /** As docs/spec/bundle.md counts. */
  readonly step: number;
  readonly name: string;
  /** Reason codes it may fail with. */
  readonly codes: readonly string[];
  readonly outcome: 'held' | 'failed' | 'not reached' | 'not asked';
  /** Why it failed. */
  readonly reasons: readonly Reason[];
}

interface Known extends Pick<Check, 'step' | 'name' | 'codes'> {
  readonly family: RegExp;
}

const CHECKS: readonly Known[] = [
  known(1, 'The trust file can be read, and its statements hold', 'TRUST_FORMAT'),
  known(1, 'It is of the log that was pinned, signed by trustees', 'TRUST_SIG'),
  known(1, 'It is not older than one seen before, and has not expired', 'TRUST_ROLLBACK', 'TRUST_EXPIRED'),
  known(1, 'The evidence is not of demo data', 'TRUST_DEMO'),
  known(1, 'The bundle is whole', 'BUNDLE_FORMAT'),
  known(2, 'The signature can be read and is for this purpose', 'SIG_FORMAT', 'SIG_NAMESPACE', 'SIG_ALG'),
  known(2, 'The signature is over exactly these bytes', 'SIG_INVALID'),
  known(3, 'The passkey answered this statement, on the right page', 'WA_CLIENTDATA', 'WA_CHALLENGE', 'WA_ORIGIN', 'WA_CROSS_ORIGIN', 'WA_RPID'),
  known(3, 'A person was present and verified', 'WA_UP', 'WA_UV'),
  known(3, 'The passkey may be used at this tier', 'WA_BACKUP'),
  known(4, 'People enrolled the key, and it counted then', 'KEY_UNKNOWN', 'KEY_NOT_YET_VALID', 'KEY_EXPIRED', 'KEY_REVOKED'),
  known(4, 'The key is of a kind that proves a human', 'KEY_MODEL', 'KEY_PLAIN'),
  known(5, 'The statement is a sign-off', 'ST_TYPE', 'ST_DECISION', 'ST_UNCHECKED'),
  known(5, 'It is of this repository and target ref', 'ST_REPO', 'ST_REF'),
  known(5, 'It is of this stage and tier', 'ST_STAGE', 'ST_TIER'),
  known(5, 'It was signed under the policy in force', 'ST_POLICY'),
  known(5, 'It had not expired, and was not used before', 'ST_EXPIRED', 'ST_NONCE'),
  known(6, 'What was signed is this content', 'CONTENT_MISMATCH', 'CARRY_INVALID', 'CARRY_TIER'),
  known(7, 'Nobody who stands behind the change signed it', 'SOD_AUTHOR', 'SOD_PUSHER', 'SOD_PROMPTER', 'SOD_OWNER'),
  known(7, 'Enough distinct people signed, of the levels that were asked for', 'QUORUM', 'SOLO', 'QUAL_LEVEL', 'QUAL_SCOPE', 'PERSON_UNKNOWN'),
  known(7, "Nobody's last word asks for changes, and nothing was taken back", 'REV_CHANGES', 'REV_REVOKED'),
  known(8, 'The log signed the checkpoint', 'LOG_ORIGIN', 'LOG_SIG'),
  known(8, 'Enough witnesses saw the checkpoint', 'LOG_QUORUM'),
  known(8, 'The entry is of this sign-off, and is in the log', 'LOG_FORMAT', 'LOG_INCLUSION', 'LOG_FORK'),
  known(9, 'What was taken back is known as of lately', 'REV_STALE', 'REV_MISSING'),
  known(10, 'The author spoke before anybody signed', 'OWNERSHIP_MISSING', 'OWNERSHIP_INVALID'),
  known(11, 'The gate summed up exactly this landing', 'VSA_INVALID'),
];

function known(step: number, name: string, ...codes: readonly string[]): Known {
  return { step, name, codes, family: new RegExp(`^(?:${codes.join('|')})$`) };
}

/** Before these hold of a sign-off, nothing is known of its key, statement, content and people. */
const OPENS = /^(?:SIG_|LOG_|KEY_PLAIN$|WA_CHALLENGE$)/;

/** What a verification found, ready to be told by check. */
export interface Found {
  readonly problems: readonly Reason[];
  readonly setAside: readonly Reason[];
  /** Sign-offs in the bundle; 0 where it or the trust file could not be read. */
  readonly signoffs: number;
  /** Codes of checks for which there was nothing to compare with. */
  readonly unasked: readonly string[];
}

/** Every check with its outcome. A problem that is no check's own stands under the first check of its step, or as the last one. */
export function checksOf({ problems, setAside, signoffs, unasked }: Found): readonly Check[] {
  const opened = Array.from({ length: signoffs }, (_, i) => ![...problems, ...setAside].some((p) => p.place === `signoffs[${i}]` && OPENS.test(p.code)));
  const proven = problems.length === 0;
  const reached = (step: number): boolean => proven || (step === 2 || step === 8 ? signoffs > 0 : opened.includes(true));
  const checks = CHECKS.map(({ step, name, codes, family }): Check => {
    const reasons = problems.filter((p) => family.test(p.code));
    const isReached = step === 1 && !codes.includes('TRUST_DEMO') ? readable(codes, problems, signoffs) : reached(step);
    const quiet = codes.every((c) => unasked.includes(c)) ? 'not asked' : isReached ? 'held' : 'not reached';
    return { step, name, codes, outcome: reasons.length > 0 ? 'failed' : quiet, reasons };
  });
  const others = problems.filter((p) => !CHECKS.some((c) => c.family.test(p.code)));
  return others.length === 0 ? checks : [...checks, { step: 0, name: 'Everything else', codes: others.map((p) => p.code), outcome: 'failed', reasons: others }];
}

/** Both files are read whatever the other is; what a trust file says, one says that can be read. */
const readable = (codes: readonly string[], problems: readonly Reason[], signoffs: number): boolean =>
  codes.includes('TRUST_FORMAT') || codes.includes('BUNDLE_FORMAT') || signoffs > 0 || !problems.some((p) => p.code === 'TRUST_FORMAT');
