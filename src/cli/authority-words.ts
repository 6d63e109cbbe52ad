/** What a statement about who may sign says, in words a trustee reads before touching a key. */

import { err, ok, problem, type Result } from '../core/base/result.ts';
import { attestationOf } from '../core/signoff/attestation.ts';
import type { Authority } from '../core/signoff/authority.ts';
import { type EnrolmentWord, enrolmentIn } from '../core/signoff/enrolment.ts';
import { latest } from '../core/signoff/fold.ts';
import { kindOfWord, parseErasure, parseRevocation, parseRosterWord, type RevocationWord, type RosterWord } from '../core/signoff/roster-word.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';

/** One line a fact. @param trust the installation it has to be for. Problems: ST_TYPE, KEY_MODEL, TRUST_*. */
export function inWords(payload: Uint8Array, trust: TrustBundle): Result<readonly string[]> {
  const { genesis } = latest(trust.states);
  switch (kindOfWord(payload)) {
    case 'enrolment': {
      const key = enrolmentIn(payload, genesis);
      return key.ok ? ok(enrolmentWords(key.value, trust)) : key;
    }
    case 'roster': {
      const word = parseRosterWord(payload, genesis.origin);
      return word.ok ? ok([rosterWords(word.value), `because: ${word.value.reason}`, inTime(word.value)]) : word;
    }
    case 'revocation': {
      const word = parseRevocation(payload, genesis.origin);
      return word.ok ? ok([...revocationWords(word.value), `because: ${word.value.reason}`]) : word;
    }
    case 'erasure': {
      const word = parseErasure(payload, genesis.origin);
      return word.ok ? ok([...word.value.bodies.map((b) => `erase the body ${b}`), `because: ${word.value.reason}`]) : word;
    }
    default:
      return trustWords(payload, trust);
  }
}

/** From then on it holds nothing, whoever kept it. */
const inTime = ({ until }: { readonly until: number }): string => `only if the log keeps it before ${new Date(until).toISOString()}`;

function enrolmentWords(of: EnrolmentWord, trust: TrustBundle): readonly string[] {
  const { rpId, mode } = latest(trust.states).genesis;
  const makers = trust.authenticators === undefined ? {} : { authenticators: trust.authenticators };
  const made = attestationOf({ ...of, since: Date.now() }, { rpId, mode, ...makers });
  return [
    `enrol ${of.person} (${of.name}) at level ${of.level}`,
    `with the ${of.kind} key ${of.keyid}`,
    made.ok ? `made by a pinned maker: model ${made.value.aaguid}, root ${made.value.root.slice(0, 16)}` : `not attested, so it signs nothing critical: ${made.error.message}`,
    ...(of.expires === undefined ? [] : [`until ${of.expires}`]),
    inTime(of),
  ];
}

const rosterWords = ({ person, action, level }: RosterWord): string =>
  ({
    level: `${person} is ${level} from now on`,
    trustee: `${person} becomes a trustee, who confirms others`,
    'no-trustee': `${person} confirms others no more`,
    leave: `${person} leaves: none of their keys counts any more`,
  })[action];

function revocationWords({ of, from }: RevocationWord): readonly string[] {
  const what = 'key' in of ? `take back the key ${of.key}` : 'person' in of ? `take back every key of ${of.person}` : `take back the sign-off ${of.signoff}`;
  return [what, `from ${new Date(from).toISOString()} on: what it signed since then is void`];
}

/** A trust file itself, signed as a whole. Who signs another log's would vouch for people of it. */
function trustWords(payload: Uint8Array, of: TrustBundle): Result<readonly string[]> {
  const trust = parseTrust(payload);
  if (!trust.ok) return err(trust.error[0] ?? problem('TRUST_FORMAT', 'this is nothing that trustees sign'));
  const { logKeys, size, states, gates, expires, ladder, witnesses, authenticators } = trust.value;
  const authority = latest(states);
  if (authority.pin !== latest(of.states).pin) return err(problem('TRUST_SIG', `the file is of another log: its genesis is ${authority.pin}`));
  return ok([
    `vouch for the trust file of ${trust.value.origin}, at ${size} entries`,
    `genesis ${authority.pin}, ${authority.genesis.mode}${authority.genesis.solo ? ', one founder alone' : ''}`,
    `${authority.keys.filter((k) => k.revokedAt === undefined).length} keys of ${new Set(authority.keys.map((k) => k.person)).size} people, after ${states.length - 1} statements`,
    ...peopleWords(authority),
    `levels ${ladder.join(', ')}`,
    ...logKeys.map((k) => `log key ${Buffer.from(k.id).toString('hex')}`),
    witnesses?.quorum == null ? 'no witness is asked for' : `${witnesses.witnesses.length} witnesses, with a quorum`,
    ...gates.map((g) => `gate ${g.id}`),
    authenticators === undefined
      ? 'no key counts as attested: no maker is pinned'
      : `${authenticators.roots.length} pinned makers, ${authenticators.models === undefined ? 'any model' : `models ${authenticators.models.join(', ')}`}`,
    expires === null ? 'it does not expire' : `until ${new Date(expires).toISOString()}`,
  ]);
}

/** Everybody who may sign, with every key they ever had. */
export const peopleWords = ({ keys, trustees }: Authority): readonly string[] =>
  [...Map.groupBy(keys, (k) => k.person)].flatMap(([person, theirs]) => [
    `${person} (${theirs[0]?.level ?? ''})${trustees.has(person) ? ', trustee' : ''}`,
    ...theirs.map((k) => `  ${k.kind} ${k.keyid}${k.revokedAt === undefined ? '' : `, taken back from ${new Date(k.revokedAt).toISOString()}`}`),
  ]);
