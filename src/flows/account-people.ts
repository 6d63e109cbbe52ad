/**
 * Whose key signed, as the log alone says it: genesis pins founders, and every statement up to an entry has its say in who could have
 * signed there. What was said later is hindsight, and is told as that.
 */
import { type Problem, problem } from '../core/base/result.ts';
import type { Tier } from '../core/risk/risk.ts';
import { checkAuthenticator, checkKey, findKey } from '../core/signoff/authenticator.ts';
import { type Authority, signingTrust, takenBack } from '../core/signoff/authority.ts';
import { asOf, latest } from '../core/signoff/fold.ts';
import { heedLog, type LoggedWord } from '../core/signoff/heed-log.ts';
import { type OpenedSignature, openEnvelope } from '../core/signoff/open.ts';
import type { SignoffTrust, TrustedKey } from '../core/signoff/trust.ts';
import { checkBackup } from '../core/signoff/webauthn.ts';
import type { AccountLog, Placed } from './account-log.ts';

export interface People {
  readonly mode: 'production' | 'demo';
  readonly organisation: string;
  /** SHA-256 of the genesis body. */
  readonly pin: string;
  readonly name: (person: string) => string;
  /** As it stood when this entry was written. */
  readonly at: (index: number) => Authority;
  readonly now: Authority;
  /** Statements that hold, with what each is about. */
  readonly said: readonly Placed[];
  /** Statements that have lost their bytes: what they took back nobody knows. */
  readonly lost: readonly Placed[];
}

/** undefined: the genesis has lost its bytes, so that nobody's key is known. */
export async function peopleOf(log: AccountLog, entries: readonly Placed[]): Promise<People | undefined> {
  const logged: LoggedWord[] = [];
  for (const entry of entries) logged.push({ index: entry.index, entry, body: await log.body(entry.envelope, entry.index) });
  const answer = heedLog(logged);
  if (!answer.ok) return undefined;
  const { states, held } = answer.value.heeded;
  const said = entries.filter((entry) => held.some((one) => one.index === entry.index));
  const lost = entries.filter((entry) => answer.value.lost.includes(entry.index));
  const now = latest(states);
  const { genesis, pin } = states[0];
  const { mode, organisation } = genesis;
  return { mode, organisation, pin, at: (index) => asOf(states, index), now, said, lost, name: (person) => now.names.get(person) ?? person };
}

/** A person's signature, verified again from the bytes. */
export interface Opened {
  /** Whose key it is; null where that is nobody's, or the bytes are gone. */
  readonly person: string | null;
  /** Their level by enrolment, then. */
  readonly level: string | null;
  /** What was signed; null unless the signature verifies. */
  readonly payload: Uint8Array | null;
  /** Why it does not count as theirs; empty: verified. */
  readonly problems: readonly Problem[];
  /** What came later and takes it back. */
  readonly since: readonly string[];
}

/** @param tier what a key has to be at it; unknown counts as the highest. */
export async function openedBy(log: AccountLog, people: People | undefined, entry: Placed, tier: Tier | undefined): Promise<Opened> {
  const envelope = await log.body(entry.envelope, entry.index);
  if (envelope === null) return nothing(problem('ERASED', 'its bytes are not beside the log: erased or lost', { place: `entry ${entry.index}` }));
  if (people === undefined) return nothing(problem('TRUST_FORMAT', 'the genesis has lost its bytes, so nobody knows whose keys counted'));
  const authority = people.at(entry.index);
  const early = entry.at < authority.at ? [problem('LOG_FORK', 'it is dated before a statement that stands above it in the log')] : [];
  const trust = trustAt(log, authority, []);
  const opened = openEnvelope(envelope, trust.namespace);
  if (!opened.ok) return nothing(opened.error);
  const key = findKey(opened.value, trust.keys);
  if (!key.ok) return { ...nothing(key.error), payload: opened.value.payload };
  const { person, level, keyid } = key.value;
  const expect = keyTerms(log, people, entry.at, tier);
  const gone = people.lost
    .filter((l) => l.index < entry.index)
    .map((l) => problem('ERASED', `a ${l.type} above it has lost its bytes: it may have taken this key back`, { place: `entry ${l.index}` }));
  const problems = [
    ...checkKey(opened.value, key.value, trust, expect),
    ...copies(log, opened.value, key.value, tier),
    ...checkAuthenticator(opened.value, trust),
    ...early,
    ...gone,
  ];
  return { person, level, payload: opened.value.payload, problems, since: hindsight(people, entry, keyid, person) };
}

export const trustAt = (log: AccountLog, authority: Authority, ladder: readonly string[]): SignoffTrust => ({
  ...signingTrust(authority, ladder),
  ...(log.trust?.authenticators === undefined ? {} : { authenticators: log.trust.authenticators }),
});

/** What a key has to be. @param at milliseconds since 1970: when it was to count. */
export const keyTerms = (log: AccountLog, people: People, at: number, tier: Tier | undefined) =>
  ({ now: at, counters: 'logged', allowDemo: people.mode === 'demo', ...asked(log, tier) }) as const;

/** Makers are pinned in the trust file and in no log: without it a key is not asked for one. That it is no copy is asked all the same. */
function asked({ trust }: AccountLog, tier: Tier | undefined): { readonly tier?: Tier } {
  if (trust === undefined && (tier ?? 'critical') === 'critical') return { tier: 'high' };
  return tier === undefined ? {} : { tier };
}

function copies({ trust }: AccountLog, { signature }: OpenedSignature, key: TrustedKey, tier: Tier | undefined): readonly Problem[] {
  return trust === undefined && signature.client !== undefined && (tier ?? 'critical') === 'critical' ? checkBackup(signature.flags, key, true) : [];
}

const nothing = (why: Problem): Opened => ({ person: null, level: null, payload: null, problems: [why], since: [] });

/** Taken back since: the sign-off itself, or its key from before it signed. */
function hindsight({ now }: People, entry: Placed, keyid: string, person: string): readonly string[] {
  const key = now.keys.find((k) => k.keyid === keyid);
  const void_ = key?.revokedAt !== undefined && key.revokedAt <= entry.at;
  return [
    ...(takenBack(now, entry.envelope, person) ? ['this sign-off was taken back later'] : []),
    ...(void_ ? [`its key was taken back later, from ${new Date(key.revokedAt ?? 0).toISOString()} on: before it signed`] : []),
  ];
}
