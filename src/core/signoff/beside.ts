/** What a bundle may hold beside sign-offs, and what it is worth to a verifier: the author's own word, and the gate's summary. */
import { sha256Hex } from '../base/crypto.ts';
import { type Problem, problem } from '../base/result.ts';
import type { PersonId } from '../roster/roster.ts';
import { signingTrust, takenBack } from './authority.ts';
import type { Bundle, Evidence } from './bundle.ts';
import type { Proving } from './offline-terms.ts';
import { verifyOwnership } from './ownership.ts';
import { authorityAt } from './trust-file.ts';
import type { VerifiedSignoff } from './verify.ts';
import { verifyVsa } from './vsa.ts';

/** A sign-off that counts, with its place in the log. */
type Counted = VerifiedSignoff & { readonly index: number };

/** What the author said, where policy has them speak first: one word that holds is enough. Problems: OWNERSHIP_MISSING, and why those here do not hold. */
export function authorsWord(bundle: Bundle, proving: Proving, signoffs: readonly Counted[]): readonly Problem[] {
  const { ownership } = proving.required;
  if (ownership === undefined) return [];
  const words = authorsWords(bundle, proving, signoffs);
  const missing = problem('OWNERSHIP_MISSING', 'policy has the author speak first, and no word of theirs here holds', { remedy: 'export the bundle again after they have' });
  return words.some((w) => w.problems.length === 0) ? [] : [...words.flatMap((w) => w.problems), missing];
}

/** What somebody said of the change as its author. `problems` not empty: it does not count, and this is why. */
export interface AuthorsWord {
  /** Lowercase hex SHA-256 of the envelope. */
  readonly digest: string;
  /** Empty where nothing was proved. */
  readonly author: string;
  readonly nonce: string;
  /** Position in the log; -1 where it has none. */
  readonly index: number;
  readonly problems: readonly Problem[];
}

/** Each word of the bundle, whether or not policy asks for one. @param signoffs that count. */
export const authorsWords = (bundle: Bundle, proving: Proving, signoffs: readonly Counted[]): readonly AuthorsWord[] =>
  (bundle.ownership ?? []).map((evidence, i) => {
    const word = authorSaid(evidence, proving, proving.required.ownership?.files ?? 0, signoffs);
    return { digest: sha256Hex(evidence.envelope), ...NOBODY, ...word, problems: word.problems.map((p) => ({ ...p, place: `ownership[${i}]` })) };
  });

const NOBODY = { author: '', nonce: '', index: -1 };

type Said = Partial<AuthorsWord> & Pick<AuthorsWord, 'problems'>;

function authorSaid(evidence: Evidence, { trust, placing, landed, required, landing }: Proving, files: number, signoffs: readonly Counted[]): Said {
  const entry = placing.of(evidence);
  if (!entry.ok) return { problems: [entry.error] };
  const { index, entry: at } = entry.value;
  const authority = authorityAt(trust, index);
  if (at.at < authority.at) return { index, problems: [problem('LOG_FORK', 'the statement is dated before an entry that stands above it in the log')] };
  const here = { repo: landed.repo, targetRef: landed.targetRef, manifest: landed.manifest, manifest256: landed.manifest256, files, owners: authority.keys.map((k) => k.person) };
  const key = { tier: required.tier, authenticators: required.authenticators, now: at.at, counters: 'logged', allowDemo: required.allowDemo === true } as const;
  const takenBackThen = (digest: string, author: PersonId): boolean => takenBack(authority, digest, author, landing?.index);
  const said = verifyOwnership(evidence.envelope, signingTrust(authority, trust.ladder), { ...here, ...key, takenBack: takenBackThen });
  if (!said.ok) return { index, problems: said.error };
  const { author, statement } = said.value;
  const { nonce, expires } = statement.predicate;
  const rules: readonly (readonly [boolean, Problem])[] = [
    [!signoffs.some((s) => s.signer === author), problem('OWNERSHIP_INVALID', `${author} signed it off, and speaks for its author too`)],
    [signoffs.every((s) => index < s.index), problem('OWNERSHIP_INVALID', `somebody signed before ${author} had spoken`)],
    [landing === undefined || landing.nonces.has(nonce), problem('ST_NONCE', `the landing did not count the word of ${author}`)],
    // Expiry bounds the landing, as of a sign-off.
    [Date.parse(expires) > (landing?.at ?? required.at ?? Number.NEGATIVE_INFINITY), problem('ST_EXPIRED', `the ownership statement expired at ${expires}, before the landing`)],
    [required.spent?.has(nonce) !== true, problem('ST_NONCE', `the word of ${author} was spent on another landing`)],
  ];
  return { author, nonce, index, problems: rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong])) };
}

/** The gate's summary, where there is one and the trust file knows gates: of this landing, passed, over the sign-offs that count here. */
export function gateProblems({ gate, landed }: Bundle, { trust, placing, required, landing }: Proving, signoffs: readonly VerifiedSignoff[]): readonly Problem[] {
  if (gate === undefined || trust.gates.length === 0) return [];
  const at = (problems: readonly Problem[]): readonly Problem[] => problems.map((p) => ({ ...p, place: 'gate' }));
  const [first] = signoffs;
  // Without a sign-off that counts, or with a landing that does not hold, nothing is proven anyway, and that is said already.
  if (first === undefined || (landed !== undefined && landing === undefined)) return [];
  if (landing === undefined) return at([problem('VSA_INVALID', 'it sums up a landing that the bundle does not show')]);
  const entry = placing.of(gate);
  if (!entry.ok) return at([entry.error]);
  const resourceUri = first.statement.predicate.policy.uri.split('#')[0] ?? '';
  const asked = { commit: landing.new, ref: landing.targetRef, resourceUri, ...(required.policyDigest === undefined ? {} : { policyDigest: required.policyDigest }) };
  const summary = verifyVsa(gate.envelope, trust.gates, asked);
  if (!summary.ok) return at(summary.error);
  const uncounted = signoffs.filter((s) => !summary.value.inputs.includes(s.digest));
  return at(uncounted.map((s) => problem('VSA_INVALID', `the gate did not count the sign-off of ${s.signer}`)));
}
