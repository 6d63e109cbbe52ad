/** Where a person judges. Shows the form to whoever may sign, the receipt to whoever has, and otherwise why not. */
import { useState } from 'react';
import type { Dossier, Receipt } from '../api/dossier.ts';
import { useSession } from '../api/queries.ts';
import { PersonName } from '../ui/person.tsx';
import { STATE } from '../ui/words.ts';
import { JudgementForm } from './judgement-form.tsx';
import { ReceiptCard } from './receipt-card.tsx';
import type { DraftControl } from './use-draft.ts';
import type { ReviewClock } from './use-review.ts';

interface Props {
  readonly dossier: Dossier;
  readonly control: DraftControl;
  readonly review: ReviewClock;
}

export function SignPanel({ dossier, control, review }: Props) {
  const person = useSession().data?.person ?? null;
  const [receipt, setReceipt] = useState<{ readonly receipt: Receipt; readonly words: readonly string[] }>();
  const signed = (given: Receipt, words: readonly string[]): void => {
    setReceipt({ receipt: given, words });
    control.clear();
  };
  return (
    <aside className="panel" aria-labelledby="judgement-title">
      <header className="panel-head">
        <h2 id="judgement-title" tabIndex={-1}>
          {receipt === undefined ? 'Your judgement' : 'Your signature'}
        </h2>
        {person !== null && <PersonName person={person} />}
      </header>
      {receipt !== undefined && <ReceiptCard {...receipt} dossier={dossier} />}
      {receipt === undefined &&
        (dossier.mine.canSign && dossier.state === 'open' ? <JudgementForm dossier={dossier} control={control} review={review} onSigned={signed} /> : <WhyNot dossier={dossier} />)}
    </aside>
  );
}

const SETTLED: Readonly<Record<Dossier['state'], string>> = {
  open: '',
  signed: 'Every seat is filled. Pushing the same content again lets it land.',
  passed: 'Policy asked for nobody.',
  landed: 'It is on the target ref.',
  refused: 'No signature can cure this. A different change is needed.',
};

function WhyNot({ dossier }: { dossier: Dossier }) {
  return (
    <div className="panel-body">
      {dossier.state !== 'open' && (
        <p className="settled">
          <strong className={`state state-${dossier.state}`}>{STATE[dossier.state]}</strong> {SETTLED[dossier.state]}
        </p>
      )}
      {dossier.mine.why !== '' && <p className="why-not">{dossier.mine.why}</p>}
    </div>
  );
}
