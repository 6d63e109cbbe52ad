/** Where a person judges. Shows the form to whoever may sign, the receipt to whoever has, and otherwise why not. */
import type { Dossier } from '../api/generated.ts';
import { useGlass } from '../api/glass.ts';
import { useSession } from '../api/queries.ts';
import { objections, wordOf } from '../dossier/signoffs.ts';
import { SignIn } from '../shell/sign-in.tsx';
import { PersonName } from '../ui/person.tsx';
import { goTo } from '../ui/shortcuts.ts';
import { anyOf, DECISION, STATE } from '../ui/words.ts';
import type { SignedNow } from './confirm.tsx';
import { JudgementForm } from './judgement-form.tsx';
import { PushAgain } from './push-again.tsx';
import { ReceiptCard } from './receipt-card.tsx';
import type { DraftControl } from './use-draft.ts';
import type { ReviewClock } from './use-review.ts';

interface Props {
  readonly dossier: Dossier;
  readonly control: DraftControl;
  readonly review: ReviewClock;
  /** What was signed on this visit. */
  readonly now: SignedNow | undefined;
  onSigned(signed: SignedNow): void;
}

export const toJudgement = (): void => goTo(document.getElementById('judgement-title'));

export function SignPanel({ dossier, control, review, now, onSigned }: Props) {
  const person = useSession().data?.person ?? null;
  const signed = (given: SignedNow): void => {
    onSigned(given);
    control.clear();
  };
  return (
    <aside className="panel" aria-labelledby="judgement-title">
      <header className="panel-head">
        <h2 id="judgement-title" tabIndex={-1}>
          {now !== undefined ? 'Your signature' : dossier.state === 'open' ? 'Your judgement' : STATE[dossier.state]}
        </h2>
        {person !== null && <PersonName person={person} />}
      </header>
      {now !== undefined && <ReceiptCard {...now} dossier={dossier} />}
      {now === undefined && dossier.state !== 'open' && <Settled dossier={dossier} />}
      {now === undefined && dossier.state === 'open' && (
        <>
          {person !== null && <Earlier dossier={dossier} me={person.id} />}
          {dossier.mine.since !== null && <p className="panel-note">{sinceWords(dossier.mine.since)}</p>}
          {dossier.mine.canSign ? (
            <JudgementForm dossier={dossier} control={control} review={review} onSigned={signed} />
          ) : (
            <WhyNot dossier={dossier} signedOut={person === null} />
          )}
        </>
      )}
    </aside>
  );
}

/** Somebody who comes back to what they signed. */
function Earlier({ dossier, me }: { dossier: Dossier; me: string }) {
  const word = wordOf(dossier, me);
  if (word === undefined) return null;
  return (
    <p className="panel-note">
      You signed “{DECISION[word.decision]?.[0] ?? word.decision}” before, <a href={`#signoff-${word.index}`}>log entry {word.index}</a>. If you sign again, your later word counts.
    </p>
  );
}

/** To somebody who signed an earlier form: what they have to look at again, so that a new signature is a word about it. */
const sinceWords = (since: string): string => `You signed an earlier form of this change. Since then: ${since}.`;

const SETTLED: Readonly<Record<Dossier['state'], string>> = {
  open: '',
  signed: '',
  passed: 'Policy asks nobody to sign this. It may land as it is.',
  landed: 'It is on the target ref. Nothing is left to judge.',
  refused: 'It is refused whoever signs, so nobody is asked. A different change is needed.',
};

function Settled({ dossier }: { dossier: Dossier }) {
  const against = objections(dossier);
  const act = useGlass(dossier.id).data?.act;
  if (act && act.reviews.length === 0)
    return (
      <p className="panel-body settled">
        It landed by break-glass, and its review is due. <a href="#break-glass">To the review</a>
      </p>
    );
  if (dossier.state !== 'signed') return <p className="panel-body settled">{SETTLED[dossier.state]}</p>;
  return (
    <div className="panel-body settled">
      {against.length === 0 ? (
        <PushAgain dossier={dossier} />
      ) : (
        <p>
          Every seat is filled, and still no push of it passes:{' '}
          {anyOf(
            against.map((s) => s.signer.name),
            'and',
          )}{' '}
          asked for changes.
        </p>
      )}
    </div>
  );
}

function WhyNot({ dossier, signedOut }: { dossier: Dossier; signedOut: boolean }) {
  if (!signedOut) return <p className="panel-body why-not">{dossier.mine.why}</p>;
  return (
    <div className="panel-body">
      <h3>Sign in to judge this change</h3>
      <p className="why-not">A signature is a person’s word, so the page has to know whose it is. Only the people under “Who can sign” can fill a seat.</p>
      <SignIn />
    </div>
  );
}
