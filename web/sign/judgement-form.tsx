/** The questionnaire and the button. The button is closed, and says why, until every answer is there. */

import { useMutation } from '@tanstack/react-query';
import type { Dossier, PrepareBody, Prepared } from '../api/generated.ts';
import { post } from '../api/http.ts';
import { Refused } from '../shell/refused.tsx';
import { Assumptions } from './assumptions.tsx';
import { Choice } from './choice.tsx';
import { Conditions } from './conditions.tsx';
import { Confirm, type SignedNow } from './confirm.tsx';
import { missing, namesConditions, prepareBody } from './draft.ts';
import { goToMissing, MissingList } from './missing-list.tsx';
import { Field, NotChecked } from './questions.tsx';
import type { DraftControl } from './use-draft.ts';
import type { ReviewClock } from './use-review.ts';

interface Props {
  readonly dossier: Dossier;
  readonly control: DraftControl;
  readonly review: ReviewClock;
  onSigned(signed: SignedNow): void;
}

export function JudgementForm({ dossier, control, review, onSigned }: Props) {
  const { draft, edit } = control;
  const prepare = useMutation({ mutationFn: (body: PrepareBody) => post<Prepared>(`/changes/${dossier.id}/signoffs/prepare`, body) });
  const open = missing(draft, dossier);
  const [first] = open;
  const sign = (credential?: PrepareBody['credential']): void => {
    const body = prepareBody(draft, dossier, review.measure());
    if (body !== undefined) prepare.mutate({ ...body, credential });
  };
  return (
    <>
      <div className="panel-body">
        <Choice value={draft.decision} onChange={(decision) => edit({ decision })} />
        {draft.decision !== '' && namesConditions(draft.decision) && (
          <Conditions decision={draft.decision} values={draft.conditions} onChange={(conditions) => edit({ conditions })} />
        )}
        {dossier.questions.map((q) => (
          <Field
            key={q.id}
            id={`question-${q.id}`}
            label={q.text}
            required={q.required}
            value={draft.answers[q.id] ?? ''}
            onChange={(text) => edit({ answers: { ...draft.answers, [q.id]: text } })}
          />
        ))}
        <Assumptions values={draft.assumptions} onChange={(assumptions) => edit({ assumptions })} />
        <NotChecked value={draft.notChecked} onChange={(notChecked) => edit({ notChecked })} />
        <p className="reading">
          {review.filesViewed} of {dossier.files.length} files came into view. This figure is signed too.
        </p>
      </div>
      <footer className="panel-foot">
        <MissingList items={open} />
        {prepare.error !== null && <Refused error={prepare.error} />}
        {/* Closed, and still in the order of the keyboard: it says why, and a press leads to what is missing. */}
        <button
          type="button"
          className="primary sign-button"
          data-testid="sign-button"
          aria-disabled={first !== undefined || prepare.isPending}
          aria-describedby="missing"
          onClick={() => (first !== undefined ? goToMissing(first) : prepare.isPending || sign())}
        >
          {prepare.isPending ? 'Preparing…' : 'Sign'}
        </button>
      </footer>
      {prepare.data !== undefined && (
        <Confirm dossier={dossier} prepared={prepare.data} body={prepare.variables} onClose={prepare.reset} onDemo={() => sign({ kind: 'demo' })} onSigned={onSigned} />
      )}
    </>
  );
}
