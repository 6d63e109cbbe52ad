/** What signing says, word for word, and whose name goes under it. */
import type { Named, PrepareBody, Prepared } from '../api/generated.ts';
import { PersonName } from '../ui/person.tsx';
import { CONDITIONS } from '../ui/words.ts';
import { levelIn } from './bytes-to-sign.ts';
import { letsPass } from './draft.ts';
import { unseenText } from './unseen.ts';

export function Vow({ prepared, body, signer }: { prepared: Prepared; body: PrepareBody; signer: Named | null }) {
  const unseen = letsPass(body.decision) ? unseenText(body.review) : '';
  return (
    <div className="vow" data-testid="vow">
      {unseen !== '' && <p className="warn">{unseen}</p>}
      <blockquote>“{prepared.sentence}”</blockquote>
      {body.conditions.length > 0 && (
        <>
          <h3>{CONDITIONS[body.decision]}</h3>
          <ul>
            {body.conditions.map((text, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what is being signed does not change order
              <li key={i}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {signer !== null && (
        <p className="vow-signer">
          Signed by <PersonName person={{ ...signer, level: levelIn(prepared.statement) ?? signer.level }} />
        </p>
      )}
    </div>
  );
}
