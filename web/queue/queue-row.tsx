/** One change in the queue: what would happen, where, by whom, and who can sign. */
import type { QueueItem } from '../api/generated.ts';
import { Link } from '../router/history.tsx';
import { Prose } from '../ui/prose.tsx';
import { TierMark } from '../ui/tier.tsx';
import { When } from '../ui/when.tsx';
import { anyOf, count, DID, PROVENANCE, STATE, shortRef } from '../ui/words.ts';
import { asks, objectors } from './asks.ts';

export function QueueRow({ item, me }: { item: QueueItem; me: string | undefined }) {
  const mine = asks(item, me);
  return (
    <li className={mine ? 'queue-item needs-you' : 'queue-item'} data-testid="queue-item" data-change={item.id}>
      <TierMark tier={item.tier} />
      <div className="queue-text">
        <Link href={`/changes/${item.id}`} className="queue-link">
          <Prose text={item.summary} />
        </Link>
        <p className="queue-title">{item.title}</p>
        <p className="facts">
          <span className="place">
            {item.repo} <span className="arrow">→</span> {shortRef(item.targetRef)}
          </span>
          <span>{PROVENANCE[item.provenance]}</span>
          <span>by {item.author}</span>
          <span>{count(item.findings, 'finding')}</span>
          <When at={item.createdAt} />
        </p>
      </div>
      <div className="queue-side">
        {mine && <span className="mark-you">Needs you</span>}
        <Words item={item} me={me} />
        {item.state === 'open' ? objectors(item).length === 0 && <Seats item={item} me={me} /> : <span className={`state state-${item.state}`}>{STATE[item.state]}</span>}
      </div>
    </li>
  );
}

/** What was said already: an objection first, because it stops everything else. */
function Words({ item, me }: { item: QueueItem; me: string | undefined }) {
  const against = objectors(item);
  return (against.length > 0 ? against : item.words).map((w) => (
    <p key={w.signer.id} className="queue-word">
      <strong className={`did did-${w.decision}`}>
        {w.signer.id === me ? 'You' : w.signer.name} {DID[w.decision]}
      </strong>
      {w.conditions.length > 0 && <span className="queue-conditions">{w.conditions.join('; ')}</span>}
    </p>
  ));
}

function Seats({ item, me }: { item: QueueItem; me: string | undefined }) {
  return item.seats.map((seat) => (
    <p key={seat.rule} className="queue-seat">
      <span className="seat-need">
        {seat.humans === 1 ? 'One person' : `${seat.humans} people`}
        {seat.level !== null && `, ${seat.level} or above`}
      </span>
      {anyOf(seat.candidates.map((c) => (c.id === me ? 'you' : c.name)))}
    </p>
  ));
}
