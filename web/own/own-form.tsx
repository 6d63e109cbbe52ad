/** What the author says of their own change: three questions, and a button that says what is missing. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { OwnBody, OwnReceipt, Prepared } from '../api/dossier.ts';
import { post } from '../api/http.ts';
import { Assumptions } from '../sign/assumptions.tsx';
import { Problem } from '../ui/problem.tsx';
import { count } from '../ui/words.ts';
import { NO_WORDS, type OwnDraft, ownBody } from './own-words.ts';
import { SignOwn } from './sign-own.tsx';

export function OwnForm({ id, files, onSigned }: { id: string; files: number; onSigned(receipt: OwnReceipt): void }) {
  const [draft, setDraft] = useState<OwnDraft>(NO_WORDS);
  const edit = (part: Partial<OwnDraft>): void => setDraft((d) => ({ ...d, ...part }));
  const prepare = useMutation({ mutationFn: (body: OwnBody) => post<Prepared>(`/changes/${id}/ownership/prepare`, body) });
  const body = ownBody(draft, files);
  const missing = typeof body === 'string' ? body : '';
  return (
    <form
      className="glass-form"
      onSubmit={(e) => {
        e.preventDefault();
        if (typeof body !== 'string' && !prepare.isPending) prepare.mutate(body);
      }}
    >
      <div className="field">
        <label htmlFor="own-files">How many of the {count(files, 'file')} did you read?</label>
        <input id="own-files" type="text" inputMode="numeric" value={draft.files} aria-required onChange={(e) => edit({ files: e.target.value })} />
      </div>
      <Lines id="own-ran" label="What did you run, and what came of it?" value={draft.ran} onChange={(ran) => edit({ ran })} />
      <Lines id="own-unclear" label="What do you not understand?" value={draft.unclear} onChange={(unclear) => edit({ unclear })} />
      <Assumptions values={draft.assumptions} onChange={(assumptions) => edit({ assumptions })} />
      {prepare.error !== null && <Problem error={prepare.error} />}
      <p className="glass-act">
        {/* Closed, and still in the order of the keyboard: it says why. */}
        <button type="submit" className="primary" aria-disabled={missing !== '' || prepare.isPending} data-testid="own-button">
          {prepare.isPending ? 'Preparing…' : 'Own it'}
        </button>
        {missing !== '' && <span className="hint">{missing}</span>}
      </p>
      {prepare.data !== undefined && (
        <SignOwn
          id={id}
          prepared={prepare.data}
          onClose={prepare.reset}
          onDemo={() => prepare.mutate({ ...prepare.variables, credential: { kind: 'demo' } })}
          onSigned={onSigned}
        />
      )}
    </form>
  );
}

function Lines({ id, label, value, onChange }: { id: string; label: string; value: string; onChange(text: string): void }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <p className="hint">A line each. “nothing” is an answer, and never held against you.</p>
      <textarea id={id} rows={3} value={value} aria-required onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}
