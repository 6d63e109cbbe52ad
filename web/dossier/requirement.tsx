/** The seats to fill, who can fill them, who cannot and why, and who has signed. */
import type { Dossier } from '../api/dossier.ts';
import type { Named, Seat } from '../api/types.ts';
import { PersonName } from '../ui/person.tsx';
import { Section } from '../ui/section.tsx';
import { anyOf } from '../ui/words.ts';
import { Signed } from './signed.tsx';

const ROLES: Readonly<Record<string, string>> = {
  author: 'wrote it',
  committer: 'committed it',
  'co-author': 'is a co-author',
  pusher: 'pushed it',
  prompter: 'prompted the AI',
  'agent-owner': 'answers for the agent',
};

export function Requirement({ dossier, me }: { dossier: Dossier; me: string }) {
  const { seats, excluded, unresolved } = dossier.decision;
  const named = (id: string): Named => dossier.people[id] ?? { id, name: id, level: '' };
  return (
    <Section id="requirement" title="Who can sign">
      {seats.length === 0 && <p>Nobody needs to sign.</p>}
      {seats.map((seat) => (
        <div key={seat.rule} className="seat">
          <p className="seat-need">
            {needs(seat)} <code>{seat.rule}</code>
          </p>
          {seat.candidates.length === 0 && <p className="warn">Nobody on the roster can fill this seat.</p>}
          <ul className="names">
            {seat.candidates.map((id) => (
              <li key={id}>
                <PersonName person={named(id)} you={id === me} />
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
      {dossier.signoffs.length > 0 && <Signed dossier={dossier} />}
    </Section>
  );
}

function needs({ humans, level, domains, teams }: Seat): string {
  const who = humans === 1 ? 'One person' : `${humans} people`;
  const parts = [level === null ? '' : `${level} or above`, domains.length === 0 ? '' : `qualified in ${anyOf(domains, 'and')}`, teams.length === 0 ? '' : `of ${anyOf(teams)}`];
  return [who, ...parts.filter((p) => p !== '')].join(', ');
}
