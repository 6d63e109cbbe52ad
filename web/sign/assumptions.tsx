/** What the judgement rests on, each marked true, false or unknown. */
import type { Holds } from '../api/generated.ts';
import type { Draft } from './draft.ts';

type Values = Draft['assumptions'];
const HOLDS: readonly Holds[] = ['true', 'false', 'unknown'];

export function Assumptions({ values, onChange }: { values: Values; onChange(values: Values): void }) {
  const set = (at: number, part: Partial<Values[number]>): void => onChange(values.map((v, i) => (i === at ? { ...v, ...part } : v)));
  return (
    <fieldset id="assumptions" className="lines">
      <legend>
        Assumptions <span className="optional">optional</span>
      </legend>
      {values.map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity and are only edited in place
        <div key={i} className="line assumption">
          <input
            type="text"
            value={value.text}
            placeholder="No writer reaches it after 02:00"
            aria-label={`Assumption ${i + 1}`}
            onChange={(e) => set(i, { text: e.target.value })}
          />
          <div className="holds" role="radiogroup" aria-label={`Does assumption ${i + 1} hold`}>
            {HOLDS.map((holds) => (
              <label key={holds}>
                <input type="radio" name={`holds-${i}`} value={holds} checked={value.holds === holds} onChange={() => set(i, { holds })} />
                <span>{holds}</span>
              </label>
            ))}
          </div>
          <button type="button" className="remove" aria-label={`Remove assumption ${i + 1}`} onClick={() => onChange(values.filter((_, at) => at !== i))}>
            ×
          </button>
        </div>
      ))}
      <button type="button" className="add" onClick={() => onChange([...values, { text: '', holds: '' }])}>
        Add an assumption
      </button>
    </fieldset>
  );
}
