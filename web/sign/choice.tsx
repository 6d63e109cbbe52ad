/** The decision: one of four, none chosen beforehand. */
import type { SignDecision } from '../api/generated.ts';
import { DECISION } from '../ui/words.ts';
import type { Draft } from './draft.ts';

const CHOICES = Object.keys(DECISION) as readonly SignDecision[];

export function Choice({ value, onChange }: { value: Draft['decision']; onChange(value: SignDecision): void }) {
  return (
    <fieldset id="decision" className="choice" data-testid="decision">
      <legend>Decision</legend>
      {CHOICES.map((choice) => (
        <label key={choice} className="option">
          <input type="radio" name="decision" value={choice} checked={value === choice} onChange={() => onChange(choice)} />
          <span>
            <strong>{DECISION[choice][0]}</strong>
            <small>{DECISION[choice][1]}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
