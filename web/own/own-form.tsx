/** What the author says of their own change: three questions, and a button that says what is missing. */

import { useState } from 'react';
import type { OwnReceipt } from '../api/generated.ts';
import { Assumptions } from '../sign/assumptions.tsx';
import { PrepareForm } from '../sign/prepare-form.tsx';
import { count } from '../ui/words.ts';
import { NO_WORDS, type OwnDraft, ownBody } from './own-words.ts';
import { SignOwn } from './sign-own.tsx';

export function OwnForm({ id, files, onSigned }: { id: string; files: number; onSigned(receipt: OwnReceipt): void }) {
  const [draft, setDraft] = useState<OwnDraft>(NO_WORDS);
  const edit = (part: Partial<OwnDraft>): void => setDraft((d) => ({ ...d, ...part }));
  return (
    <PrepareForm
      path={`/changes/${id}/ownership/prepare`}
      button="Own it"
      testId="own-button"
      body={ownBody(draft, files)}
      last={(look) => <SignOwn id={id} onSigned={onSigned} {...look} />}
    >
      <div className="field">
        <label htmlFor="own-files">How many of the {count(files, 'file')} did you read?</label>
        <input id="own-files" type="text" inputMode="numeric" value={draft.files} aria-required onChange={(e) => edit({ files: e.target.value })} />
      </div>
      <Lines id="own-ran" label="What did you run, and what came of it?" value={draft.ran} onChange={(ran) => edit({ ran })} />
      <Lines id="own-unclear" label="What do you not understand?" value={draft.unclear} onChange={(unclear) => edit({ unclear })} />
      <Assumptions values={draft.assumptions} onChange={(assumptions) => edit({ assumptions })} />
    </PrepareForm>
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
