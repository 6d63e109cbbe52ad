/** What must hold before the change may land. */

export function Conditions({ values, onChange }: { values: readonly string[]; onChange(values: readonly string[]): void }) {
  const shown = values.length === 0 ? [''] : values;
  return (
    <fieldset id="conditions" className="lines">
      <legend>Conditions</legend>
      {shown.map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity and are only edited in place
        <div key={i} className="line">
          <input
            type="text"
            value={value}
            placeholder="After a snapshot was restored once"
            aria-label={`Condition ${i + 1}`}
            data-testid="condition"
            onChange={(e) => onChange(shown.map((v, at) => (at === i ? e.target.value : v)))}
          />
          <button type="button" className="remove" aria-label={`Remove condition ${i + 1}`} onClick={() => onChange(shown.filter((_, at) => at !== i))}>
            ×
          </button>
        </div>
      ))}
      <button type="button" className="add" onClick={() => onChange([...shown, ''])}>
        Add a condition
      </button>
    </fieldset>
  );
}
