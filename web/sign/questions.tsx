/** Free answers. */

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly required: boolean;
  readonly value: string;
  readonly testId?: string;
  onChange(text: string): void;
}

export function Field({ id, label, hint, required, value, testId, onChange }: FieldProps) {
  return (
    <div className="field" id={id}>
      <label htmlFor={`${id}-text`}>
        {label}
        {!required && <span className="optional">optional</span>}
      </label>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <textarea
        id={`${id}-text`}
        rows={2}
        value={value}
        aria-required={required}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        data-testid={testId ?? id}
        onChange={(e) => onChange(e.target.value)}
      />
    </div>
  );
}

export const NotChecked = ({ value, onChange }: { value: string; onChange(text: string): void }) => (
  <Field
    id="not-checked-field"
    testId="not-checked"
    label="What I did not check"
    hint="Never held against you. “Nothing” is an answer too."
    required
    value={value}
    onChange={onChange}
  />
);
