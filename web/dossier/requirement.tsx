/** Who has signed and what they said, the seats to fill, who can fill them, and who cannot and why. */
import type { Dossier, Named, Seat } from '../api/generated.ts';
import { useLandedByGlass } from '../api/glass.ts';
import { PersonName } from '../ui/person.tsx';
import { Section } from '../ui/section.tsx';
import { anyOf } from '../ui/words.ts';
import { Signed } from './signed.tsx';
import { signersTitle } from './told.ts';

const ROLES: Readonly<Record<string, string>> = {
  author: 'wrote it',
  committer: 'committed it',
  'co-author': 'is a co-author',
  pusher: 'pushed it',
  prompter: 'prompted the AI',
  'agent-owner': 'answers for the agent',
  'token-owner': 'owns the token that acted',
  'deploy-starter': 'started the deploy',
};

export function Requirement({ dossier, me }: { dossier: Dossier; me: string }) {
  const { seats, excluded, unresolved } = dossier.decision;
  const named = (id: string): Named => dossier.people[id] ?? { id, name: id, level: '' };
  const glass = useLandedByGlass(dossier.id);
  return (
    <Section id="requirement" title={signersTitle({ ...dossier, glass })}>
      {dossier.signoffs.length > 0 && <Signed dossier={dossier} />}
      {dossier.signoffs.length > 0 && <h3>{dossier.state === 'open' ? 'Can sign' : 'Was asked for'}</h3>}
      {dossier.state === 'refused' && seats.length > 0 && <p className="lead">Nobody, as it is. Without what is refused, it would take:</p>}
      {seats.length === 0 && <p>Nobody needs to sign.</p>}
      {seats.map((seat) => (
        <div key={`${seat.rule} ${seat.stage}`} className="seat">
          <p className="seat-need">
            {needs(seat)} <code>{seat.rule}</code>
          </p>
          {seat.candidates.length === 0 && <p className="warn">Nobody on the roster can fill this seat.</p>}
          <ul className="names">
            {seat.candidates.map((id) => (
              <li key={id}>
                <PersonName person={named(id)} you={id === me} />
                {dossier.held.includes(id) && ' not now: the identity provider leaves them less than the roster says'}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {excluded.length > 0 && <h3>Excluded</h3>}
      <ul className="excluded">
        {excluded.map((e) => (
          <li key={e.person}>
            <PersonName person={named(e.person)} you={e.person === me} />{' '}
            {anyOf(
              e.roles.map((r) => ROLES[r] ?? r),
              'and',
            )}
          </li>
        ))}
        {unresolved.map((p) => (
          <li key={p.role + p.identity} className="warn">
            <code>{p.identity}</code> {ROLES[p.role] ?? p.role}, and is nobody we know
          </li>
        ))}
      </ul>
    </Section>
  );
}

const RELATIONS: Readonly<Record<string, string>> = { manager: 'manager', report: 'report', 'same-team': 'team mate' };
const STAGES: Readonly<Record<string, string>> = { intent: 'on the intent, before it is built', deploy: 'before it is deployed' };

function needs({ humans, level, domains, teams, people, distinctTeams, not, stage, presence }: Seat): string {
  const who = humans === 1 ? 'One person' : `${humans} people`;
  const from = [...(teams.length === 0 ? [] : [`of ${anyOf(teams)}`]), ...(people.length === 0 ? [] : [`one of ${anyOf(people)}`])];
  const parts = [
    level === null ? '' : `${level} or above`,
    domains.length === 0 ? '' : `qualified in ${anyOf(domains, 'and')}`,
    anyOf(from.length === 0 ? [''] : from),
    distinctTeams > 1 ? `from ${distinctTeams} different teams` : '',
    not.length === 0 ? '' : `no ${anyOf(not.map((n) => RELATIONS[n] ?? n))} of those behind it`,
    presence === 'hardware' ? 'with a hardware key' : '',
    STAGES[stage] ?? '',
  ];
  return [who, ...parts.filter((p) => p !== '')].join(', ');
}
