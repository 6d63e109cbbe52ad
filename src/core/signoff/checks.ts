/**
 * The checks of a bundle by name, for people who want to see each one: the steps of docs/spec/bundle.md. A check that was not reached
 * (the signature it would be about could not be opened), or for which the caller gave nothing to compare with, is said to be so, and never
 * taken for one that held.
 */

/** What `checksOf` reads of a problem. */
interface Coded {
  readonly code: string;
  readonly place?: string;
}

/** A check there is, asked or not. */
export interface KnownCheck {
  /** As docs/spec/bundle.md counts. */
  readonly step: number;
  /** What it proves, as a sentence that is true where it held. */
  readonly name: string;
  /** Reason codes it may fail with. */
  readonly codes: readonly string[];
  /** What may be otherwise where it was not asked; absent: it is always asked. */
  readonly open?: string;
}

export interface CheckOf<R extends Coded> extends KnownCheck {
  readonly outcome: 'held' | 'failed' | 'not reached' | 'not asked';
  /** Why it failed. */
  readonly reasons: readonly R[];
}

export const CHECKS: readonly KnownCheck[] = [
  check(1, 'The trust file can be read, and its statements hold', 'TRUST_FORMAT'),
  open(check(1, 'It is of the log that was pinned, signed by trustees', 'TRUST_SIG'), 'whoever made the trust file may have made the log with it'),
  open(check(1, 'It is not older than one seen before', 'TRUST_ROLLBACK'), 'a newer trust file may have taken keys back that this one still trusts'),
  open(check(1, 'It has not expired', 'TRUST_EXPIRED'), 'whoever issued the trust file may no longer stand by it'),
  check(1, 'The evidence is not of demo data', 'TRUST_DEMO'),
  check(1, 'The bundle is whole', 'BUNDLE_FORMAT'),
  check(2, 'The signature can be read and is for this purpose', 'SIG_FORMAT', 'SIG_NAMESPACE', 'SIG_ALG'),
  check(2, 'The signature is over exactly these bytes', 'SIG_INVALID'),
  check(3, 'The passkey answered this statement, on the right page', 'WA_CLIENTDATA', 'WA_CHALLENGE', 'WA_ORIGIN', 'WA_CROSS_ORIGIN', 'WA_RPID'),
  check(3, 'A person was present and verified', 'WA_UP', 'WA_UV'),
  check(3, 'The passkey may be used at this tier', 'WA_BACKUP'),
  check(4, 'People enrolled the key, and it counted then', 'KEY_UNKNOWN', 'KEY_NOT_YET_VALID', 'KEY_EXPIRED', 'KEY_REVOKED'),
  check(4, 'The key is of a kind that proves a human', 'KEY_MODEL', 'KEY_PLAIN'),
  check(5, 'The statement is a sign-off', 'ST_TYPE', 'ST_DECISION', 'ST_UNCHECKED'),
  check(5, 'It is of this repository and target ref', 'ST_REPO', 'ST_REF'),
  check(5, 'It is of this stage and tier', 'ST_STAGE', 'ST_TIER'),
  open(check(5, 'It was signed under the policy in force', 'ST_POLICY'), 'the policy they signed under may have asked for less'),
  check(5, 'It had not expired, and was not used before', 'ST_EXPIRED', 'ST_NONCE'),
  open(
    check(6, 'All of what landed could be seen', 'CONTENT_UNSEEN', 'CONTENT_EMPTY', 'CONTENT_DUPLICATE', 'CONTENT_SUBMODULE', 'CONTENT_LFS'),
    'what landed is the word of whoever asks',
  ),
  check(6, 'What was signed is this content', 'CONTENT_MISMATCH', 'CARRY_INVALID', 'CARRY_TIER'),
  open(check(7, 'Nobody who stands behind the change signed it', 'SOD_AUTHOR', 'SOD_PROMPTER', 'SOD_OWNER'), 'whoever wrote or prompted it may have signed it off'),
  open(check(7, 'Whoever pushed the change did not sign it', 'SOD_PUSHER'), 'no clone knows who pushed: they may be one of those who signed it off'),
  check(7, 'Enough distinct people signed, of the levels that were asked for', 'QUORUM', 'SOLO', 'QUAL_LEVEL', 'QUAL_SCOPE', 'PERSON_UNKNOWN'),
  check(7, "Nobody's last word asks for changes, and nothing was taken back", 'REV_CHANGES', 'REV_REVOKED'),
  check(8, 'The log signed the checkpoint', 'LOG_ORIGIN', 'LOG_SIG'),
  open(check(8, 'Enough witnesses saw the checkpoint', 'LOG_QUORUM'), 'the log may show each reader another history'),
  check(8, 'The entry is of this sign-off, and is in the log', 'LOG_FORMAT', 'LOG_INCLUSION', 'LOG_FORK'),
  open(check(9, 'What was taken back is known as of lately', 'REV_STALE', 'REV_MISSING'), 'a key or a sign-off may have been taken back since the evidence was exported'),
  open(check(10, 'The author spoke before anybody signed', 'OWNERSHIP_MISSING', 'OWNERSHIP_INVALID'), 'no author may ever have answered for the change'),
  open(check(11, 'The gate summed up exactly this landing', 'VSA_INVALID'), 'whether a gate let it land, and counted these sign-offs, is not known'),
  check(12, 'It landed by sign-offs, and not by break-glass', 'BREAK_GLASS'),
];

/** Asked in the place of steps 2 to 7, 10 and 11 where a change that landed by break-glass is judged as that. */
export const GLASS_CHECKS: readonly KnownCheck[] = [
  check(12, 'The break-glass was for this change, under its policy, in time, and gave reasons', 'BG_SCOPE', 'BG_EXPIRED', 'BG_REASON'),
  check(12, 'Enough people of the level let it pass, and nobody took that back', 'BG_APPROVERS', 'BG_WAITING', 'BG_CANCELLED'),
  check(12, 'Policy lets it be used for this', 'BG_FORBIDDEN', 'BG_BUDGET'),
  check(12, 'Somebody outside it reviewed it, or still may in time', 'BG_OVERDUE', 'BG_REVIEWER'),
];

function check(step: number, name: string, ...codes: readonly string[]): KnownCheck {
  return { step, name, codes };
}

/** A check that has to be asked for, and what is left open where nobody does. */
function open(asked: KnownCheck, leaves: string): KnownCheck {
  return { ...asked, open: leaves };
}

/** Before these hold of a sign-off, nothing is known of its key, statement, content and people. */
const OPENS = /^(?:SIG_|LOG_|KEY_PLAIN$|WA_CHALLENGE$)/;

/** What a verification found, ready to be told by check. */
export interface Found<R extends Coded> {
  readonly problems: readonly R[];
  readonly setAside: readonly R[];
  /** Sign-offs in the bundle; 0 where it or the trust file could not be read. */
  readonly signoffs: number;
  /** Codes of checks for which there was nothing to compare with. */
  readonly unasked: readonly string[];
}

/** Every check with its outcome. A problem that is no check's own stands in the last one, `Everything else`. */
export function checksOf<R extends Coded>({ problems, setAside, signoffs, unasked }: Found<R>): readonly CheckOf<R>[] {
  const opened = Array.from({ length: signoffs }, (_, i) => ![...problems, ...setAside].some((p) => p.place === `signoffs[${i}]` && OPENS.test(p.code)));
  const proven = problems.length === 0;
  const reached = (step: number): boolean => proven || (step === 2 || step === 8 ? signoffs > 0 : opened.includes(true));
  const checks = CHECKS.map((known): CheckOf<R> => {
    const { step, codes } = known;
    const reasons = problems.filter((p) => codes.includes(p.code));
    const isReached = step === 1 && !codes.includes('TRUST_DEMO') ? readable(codes, problems, signoffs) : reached(step);
    const quiet = codes.every((c) => unasked.includes(c)) ? 'not asked' : isReached ? 'held' : 'not reached';
    return { ...known, outcome: reasons.length > 0 ? 'failed' : quiet, reasons };
  });
  const others = problems.filter((p) => !CHECKS.some((c) => c.codes.includes(p.code)));
  return others.length === 0 ? checks : [...checks, { step: 0, name: 'Everything else', codes: others.map((p) => p.code), outcome: 'failed', reasons: others }];
}

/** Both files are read whatever the other is; what a trust file says, one says that can be read. */
const readable = (codes: readonly string[], problems: readonly Coded[], signoffs: number): boolean =>
  codes.includes('TRUST_FORMAT') || codes.includes('BUNDLE_FORMAT') || signoffs > 0 || !problems.some((p) => p.code === 'TRUST_FORMAT');
