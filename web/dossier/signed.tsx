/** Who has signed, and what they said: for whoever lands the change, signs next, or asks years later. */
import type { Dossier, Signoff } from '../api/generated.ts';
import { PersonName } from '../ui/person.tsx';
import { When } from '../ui/when.tsx';
import { DID } from '../ui/words.ts';
import { latestWords } from './signoffs.ts';
import { Statement } from './statement.tsx';

export function Signed({ dossier }: { dossier: Dossier }) {
  const standing = latestWords(dossier);
  return (
    <>
      {dossier.state === 'open' && <h3>Signed</h3>}
      <ol className="signed" data-testid="signed">
        {dossier.signoffs.map((s) => (
          <li key={s.index} id={`signoff-${s.index}`}>
            {standing.includes(s) ? (
              <>
                <Who signoff={s} />
                <Statement signoff={s} dossier={dossier} />
              </>
            ) : (
              <details>
                <summary>
                  <Who signoff={s} /> <span className="faint">A later word of theirs took its place.</span>
                </summary>
                <Statement signoff={s} dossier={dossier} />
              </details>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

const Who = ({ signoff: s }: { signoff: Signoff }) => (
  <span className="signed-who">
    <PersonName person={s.signer} /> <strong className={`did did-${s.decision}`}>{DID[s.decision] ?? s.decision}</strong> <When at={s.at} />, log entry {s.index}
  </span>
);
