/** Break-glass on the page of a change: what stands, how it landed and what is due, and the forms for whoever may use them. */
import type { Glass } from '../api/generated.ts';
import { useGlass } from '../api/glass.ts';
import { useSession } from '../api/queries.ts';
import { PersonName } from '../ui/person.tsx';
import { Section } from '../ui/section.tsx';
import { When } from '../ui/when.tsx';
import { anyOf } from '../ui/words.ts';
import { CancelForm, ReviewForm, UseForm } from './glass-form.tsx';
import { consequences, OUTCOME } from './words.ts';

const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Above everything else of a change that landed by break-glass, or is about to pass by it. */
export function GlassBanner({ id }: { id: string }) {
  const { data } = useGlass(id);
  if (data?.act) return <Landed glass={data} act={data.act} />;
  if (!data?.stands || data.stands.answer === 'denied') return null;
  const { answer, until } = data.stands;
  return (
    <div className="problem" role="note" data-testid="glass-banner">
      <strong>The glass is broken</strong>
      <p>
        {answer === 'allowed' || until === null
          ? 'The next push of exactly this change passes without the signatures policy asks for.'
          : `By one person alone, so it passes from ${moment(until)} on, unless somebody takes it back.`}
      </p>
      <p>
        <a href="#break-glass">Who signed it, and how to take it back</a>
      </p>
    </div>
  );
}

function Landed({ glass, act }: { glass: Glass; act: NonNullable<Glass['act']> }) {
  const names = anyOf(
    act.people.map((p) => glass.people[p]?.name ?? p),
    'and',
  );
  const [review] = act.reviews;
  return (
    <div className={review === undefined ? 'problem' : 'note'} role="note" data-testid="glass-banner">
      <strong>It landed by break-glass of {names}</strong>
      {review !== undefined ? (
        <p>
          {OUTCOME[review.outcome][0]}, says {glass.people[review.person]?.name ?? review.person}: {review.note}
        </p>
      ) : (
        <p>
          {act.overdue ? 'Its review was due by' : 'Its review is due by'} <strong>{moment(act.due)}</strong>, by somebody at {act.reviewLevel} or above who had no part in it.{' '}
          {act.overdue && 'Until it is there, changes to these files and the next break-glass of those who signed are refused. '}
          <a href="#break-glass">What was signed, and the review</a>
        </p>
      )}
    </div>
  );
}

export function BreakGlass({ id }: { id: string }) {
  const { data } = useGlass(id);
  if (data === undefined || (data.terms === null && data.act === null)) return null;
  const said = data.act?.said ?? data.uses;
  return (
    <Section id="break-glass" title={data.act === null ? 'In an emergency' : 'Break-glass'}>
      {said.length > 0 && (
        <ul className="glass-said">
          {said.map((u) => (
            <li key={u.person + u.reason}>
              <PersonName person={data.people[u.person] ?? { id: u.person, name: u.person, level: '' }} /> broke the glass for {u.incident}: {u.reason}
            </li>
          ))}
        </ul>
      )}
      {data.stands !== null && data.stands.missing !== '' && <p className="hint">{data.stands.missing}</p>}
      {data.act === null ? <Ahead id={id} glass={data} /> : <After id={id} glass={data} act={data.act} />}
    </Section>
  );
}

function Ahead({ id, glass: { terms, uses, mine } }: { id: string; glass: Glass }) {
  const me = useSession().data?.person?.id;
  const signed = uses.some((u) => u.person === me);
  if (terms === null) return null;
  return (
    <>
      {uses.length > 0 && mine.cancel.can && (
        <details className="glass" data-testid="glass-cancel">
          <summary>Take it back</summary>
          <CancelForm id={id} />
        </details>
      )}
      <details className="glass" data-testid="glass-use">
        <summary>Break the glass: let it pass now, and answer for it afterwards</summary>
        <ul className="glass-follows">
          {consequences(terms).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        {signed ? (
          <p className="hint">You have signed it.</p>
        ) : mine.use.can ? (
          <UseForm id={id} incident={uses[0]?.incident ?? ''} />
        ) : (
          <p className="hint">You cannot: {mine.use.why}.</p>
        )}
      </details>
    </>
  );
}

function After({ id, glass, act }: { id: string; glass: Glass; act: NonNullable<Glass['act']> }) {
  const [review] = act.reviews;
  if (review !== undefined)
    return (
      <p>
        <PersonName person={glass.people[review.person] ?? { id: review.person, name: review.person, level: '' }} /> reviewed it <When at={review.at} />:{' '}
        {OUTCOME[review.outcome][0].toLowerCase()}. {review.note}
      </p>
    );
  return glass.mine.review.can ? <ReviewForm id={id} /> : <p className="hint">You cannot review it: {glass.mine.review.why}.</p>;
}
