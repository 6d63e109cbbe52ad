/** What a new token is called, may do, and for how long. */
import { Button } from 'react-aria-components';
import { usePeople } from '../api/queries.ts';
import { SCOPES, type Scope, SPANS, type TokenDraft, toggled } from './draft.ts';

interface Props {
  readonly me: string;
  readonly draft: TokenDraft;
  /** What is missing, in words. */
  readonly open: readonly string[];
  readonly busy: boolean;
  onChange(draft: TokenDraft): void;
  onMake(): void;
}

export function TokenForm({ me, draft, open, busy, onChange, onMake }: Props) {
  const agents = (usePeople().data?.agents ?? []).filter((a) => a.owner === me);
  return (
    <section className="enrol" aria-label="A new token">
      <div className="token-form">
        <h2>A new token</h2>
        <label>
          Name
          <input type="text" maxLength={100} data-testid="token-name" value={draft.name} onChange={(e) => onChange({ ...draft, name: e.target.value })} />
        </label>
        <fieldset>
          <legend>It may</legend>
          {(Object.entries(SCOPES) as [Scope, string][]).map(([scope, words]) => (
            <label key={scope}>
              <input
                type="checkbox"
                data-testid={`token-scope-${scope}`}
                checked={draft.scopes.includes(scope)}
                onChange={() => onChange({ ...draft, scopes: toggled(draft.scopes, scope) })}
              />{' '}
              {words}
            </label>
          ))}
        </fieldset>
        <label>
          It ends after{' '}
          <select data-testid="token-days" value={draft.days} onChange={(e) => onChange({ ...draft, days: Number(e.target.value) })}>
            {SPANS.map(([days, words]) => (
              <option key={days} value={days}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {agents.length > 0 && draft.scopes.includes('push') && (
          <label>
            Its pushes are of{' '}
            <select data-testid="token-account" value={draft.account} onChange={(e) => onChange({ ...draft, account: e.target.value })}>
              <option value="">you</option>
              {agents.map((a) => (
                <option key={a.id} value={a.id}>
                  {a.id}
                </option>
              ))}
            </select>
          </label>
        )}
        {open.length > 0 && <p className="faint">Still missing: {open.join(', ')}.</p>}
      </div>
      <Button className="primary" data-testid="token-make" onPress={onMake} isDisabled={busy || open.length > 0}>
        Make the token
      </Button>
    </section>
  );
}
