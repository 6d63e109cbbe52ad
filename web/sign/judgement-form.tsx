/** The questionnaire and the button. The button is closed, and says what for, until every answer is there. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { Dossier, PrepareBody, Prepared, Receipt } from '../api/dossier.ts';
import { post } from '../api/http.ts';
import { Problem } from '../ui/problem.tsx';
import { Assumptions } from './assumptions.tsx';
import { Choice } from './choice.tsx';
import { Conditions } from './conditions.tsx';
import { Confirm } from './confirm.tsx';
import { missing, namesConditions, prepareBody } from './draft.ts';
import { MissingList } from './missing-list.tsx';
import { Field, NotChecked } from './questions.tsx';
import type { DraftControl } from './use-draft.ts';
import type { ReviewClock } from './use-review.ts';

interface Props {
  readonly dossier: Dossier;
  readonly control: DraftControl;
  readonly review: ReviewClock;
  onSigned(receipt: Receipt, words: readonly string[]): void;
}

export function JudgementForm({ dossier, control, review, onSigned }: Props) {
  const { draft, edit } = control;
  const prepare = useMutation({ mutationFn: (body: PrepareBody) => post<Prepared>(`/changes/${dossier.id}/signoffs/prepare`, body) });
  const open = missing(draft, dossier);
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
        {prepare.error !== null && <Problem error={prepare.error} />}
        <Button className="primary sign-button" data-testid="sign-button" isDisabled={open.length > 0 || prepare.isPending} onPress={() => sign()} aria-describedby="missing">
          {prepare.isPending ? 'Preparing…' : 'Sign'}
        </Button>
      </footer>
      {prepare.data !== undefined && (
        <Confirm dossier={dossier} prepared={prepare.data} decision={draft.decision} onClose={prepare.reset} onDemo={() => sign({ kind: 'demo' })} onSigned={onSigned} />
      )}
    </>
  );
}
