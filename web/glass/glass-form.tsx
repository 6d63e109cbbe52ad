/** One form for all that is said about break-glass: fields, a button that says what is missing, and the last look. */

import { type ReactNode, useState } from 'react';
import type { GlassBody, GlassKind, Outcome } from '../api/generated.ts';
import { PrepareForm } from '../sign/prepare-form.tsx';
import { SignGlass } from './sign-glass.tsx';
import { OUTCOME } from './words.ts';

interface FormProps {
  readonly id: string;
  readonly kind: GlassKind;
  readonly button: string;
  /** What is still missing, or the words to sign. */
  readonly body: GlassBody | string;
  readonly children: ReactNode;
}

const Form = ({ id, kind, button, body, children }: FormProps) => (
  <PrepareForm path={`/changes/${id}/break-glass/prepare`} button={button} testId={`sign-${kind}`} body={body} last={(look) => <SignGlass id={id} {...look} />}>
    {children}
  </PrepareForm>
);

function Line({ label, name, value, onChange, hint }: { label: string; name: string; value: string; onChange(text: string): void; hint?: string }) {
  return (
    <div className="field">
      <label htmlFor={`glass-${name}`}>{label}</label>
      {hint !== undefined && <p className="hint">{hint}</p>}
      <input id={`glass-${name}`} type="text" value={value} aria-required onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}

const filled = (text: string): boolean => text.trim() !== '';

/** @param incident the one others have named already. */
export function UseForm({ id, incident: known }: { id: string; incident: string }) {
  const [reason, setReason] = useState('');
  const [incident, setIncident] = useState(known);
  const body = filled(reason) && filled(incident) ? { kind: 'use' as const, reason, incident } : 'A reason and an incident are needed.';
  return (
    <Form id={id} kind="use" button="Break the glass" body={body}>
      <Line label="Why can it not wait?" name="reason" value={reason} onChange={setReason} />
      <Line label="Incident" name="incident" value={incident} onChange={setIncident} hint="Its id, as your incident tool names it" />
    </Form>
  );
}

export function CancelForm({ id }: { id: string }) {
  const [reason, setReason] = useState('');
  return (
    <Form id={id} kind="cancel" button="Take it back" body={filled(reason) ? { kind: 'cancel', reason } : 'A reason is needed.'}>
      <Line label="Why should it not pass?" name="cancel" value={reason} onChange={setReason} />
    </Form>
  );
}

const OUTCOMES = Object.keys(OUTCOME) as readonly Outcome[];

export function ReviewForm({ id }: { id: string }) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [note, setNote] = useState('');
  const body = outcome !== undefined && filled(note) ? { kind: 'review' as const, outcome, note } : 'An outcome and what you found are needed.';
  return (
    <Form id={id} kind="review" button="Sign the review" body={body}>
      <fieldset className="choice">
        <legend>What came of it?</legend>
        {OUTCOMES.map((choice) => (
          <label key={choice} className="option">
            <input type="radio" name="outcome" value={choice} checked={outcome === choice} onChange={() => setOutcome(choice)} />
            <span>
              <strong>{OUTCOME[choice][0]}</strong>
              <small>{OUTCOME[choice][1]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="glass-note">What did you find?</label>
        <textarea id="glass-note" rows={3} value={note} aria-required onChange={(e) => setNote(e.target.value)} />
      </div>
    </Form>
  );
}
