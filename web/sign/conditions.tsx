/** What must hold for the change to land, or what must change before it may. */
import type { SignDecision } from '../api/generated.ts';
import { CONDITIONS } from '../ui/words.ts';

const EXAMPLE: Partial<Record<SignDecision, string>> = { changes: 'Keep the column until the export no longer reads it' };

interface Props {
  readonly decision: SignDecision;
  readonly values: readonly string[];
  onChange(values: readonly string[]): void;
}

export function Conditions({ decision, values, onChange }: Props) {
  const shown = values.length === 0 ? [''] : values;
  const one = decision === 'changes' ? 'Change' : 'Condition';
  return (
    <fieldset id="conditions" className="lines">
      <legend>{CONDITIONS[decision]}</legend>
      {shown.map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity and are only edited in place
        <div key={i} className="line">
          <input
            type="text"
            value={value}
            placeholder={EXAMPLE[decision] ?? 'After a snapshot was restored once'}
            aria-label={`${one} ${i + 1}`}
            aria-required={i === 0}
            data-testid="condition"
            onChange={(e) => onChange(shown.map((v, at) => (at === i ? e.target.value : v)))}
          />
          <button type="button" className="remove" aria-label={`Remove ${one.toLowerCase()} ${i + 1}`} onClick={() => onChange(shown.filter((_, at) => at !== i))}>
            ×
          </button>
        </div>
      ))}
      <button type="button" className="add" onClick={() => onChange([...shown, ''])}>
        Add a {one.toLowerCase()}
      </button>
    </fieldset>
  );
}
