/** What happens next, said to the one who just signed. */
import type { Dossier, Receipt, SignDecision } from '../api/generated.ts';
import { objections } from '../dossier/signoffs.ts';
import { anyOf } from '../ui/words.ts';
import { missingText } from './missing-text.ts';
import { PushAgain, pusherName } from './push-again.tsx';

interface Props {
  readonly receipt: Receipt;
  readonly decision: SignDecision;
  readonly dossier: Dossier;
  /** The one who signed. */
  readonly me: string | undefined;
}

export function WhatNext({ receipt, decision, dossier, me }: Props) {
  if (receipt.complete) return <PushAgain dossier={dossier} />;
  if (decision === 'changes') return <Asked dossier={dossier} />;
  if (decision === 'cannot_judge') return <CannotJudge dossier={dossier} me={me} />;
  const against = objections(dossier).filter((s) => s.signer.id !== me);
  return (
    <div className="next">
      <h3>Not complete yet</h3>
      <p>
        {against.length > 0
          ? `${anyOf(names(against), 'and')} asked for changes. While that stands, no push of this content passes.`
          : `Your signature counts. ${missingText(receipt.missing, dossier.people)}`}
      </p>
    </div>
  );
}

const names = (signoffs: Dossier['signoffs']): readonly string[] => signoffs.map((s) => s.signer.name);

const Asked = ({ dossier }: { dossier: Dossier }) => (
  <div className="next">
    <h3>What happens now</h3>
    <p>No push of this content passes while your request stands, whoever else signs. Everybody who opens this change reads what you asked for.</p>
    <p>{pusherName(dossier)} pushes something else, which is judged as a new change; or you sign this one again, and your later word counts.</p>
  </div>
);

function CannotJudge({ dossier, me }: Pick<Props, 'dossier' | 'me'>) {
  const others = [...new Set(dossier.decision.seats.flatMap((s) => s.candidates))]
    .filter((id) => id !== me && !dossier.held.includes(id))
    .map((id) => dossier.people[id]?.name ?? id);
  return (
    <div className="next">
      <h3>Your seat stays open</h3>
      <p>Your word is in the log and approves nothing. {others.length === 0 ? 'Nobody else can sign.' : `It waits for ${anyOf(others)}.`}</p>
    </div>
  );
}
