/** The reviewer's word on one finding: what becomes of it, and why they say so. */
import type { DispositionKind, Finding } from '../api/generated.ts';
import type { DraftControl } from '../sign/use-draft.ts';
import { DISPOSITION } from '../ui/words.ts';
import { findingKey } from './finding-key.ts';

const KINDS: readonly DispositionKind[] = ['accepted', 'mitigated', 'mistaken'];
const ASK: Readonly<Record<DispositionKind | '', string>> = {
  '': 'Why you say so',
  accepted: 'Why it is right that this happens',
  mitigated: 'What makes it safe, and how you know',
  mistaken: 'Why it does not happen',
};

export function Disposition({ finding, control }: { finding: Finding; control: DraftControl }) {
  const key = findingKey(finding);
  const given = control.draft.findings[key] ?? { disposition: '', note: '' };
  return (
    <fieldset className="disposition" data-testid="finding-disposition" data-finding={key}>
      <legend>Your word on this</legend>
      <div className="segments">
        {KINDS.map((kind) => (
          <label key={kind} className="segment">
            <input type="radio" name={`disposition-${key}`} value={kind} checked={given.disposition === kind} onChange={() => control.finding(key, { disposition: kind })} />
            <span>
              <strong>{DISPOSITION[kind][0]}</strong>
              <small>{DISPOSITION[kind][1]}</small>
            </span>
          </label>
        ))}
      </div>
      <label className="field">
        <span>{ASK[given.disposition]}</span>
        <textarea rows={2} value={given.note} onChange={(e) => control.finding(key, { note: e.target.value })} data-testid="finding-note" />
      </label>
    </fieldset>
  );
}
