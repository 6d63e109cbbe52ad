/** API tokens of whoever is signed in: made and shown once, listed, ended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { get, post, remove } from '../api/http.ts';
import { useSession } from '../api/queries.ts';
import { Refused } from '../shell/refused.tsx';
import { SignIn } from '../shell/sign-in.tsx';
import { When } from '../ui/when.tsx';
import { bodyOf, EMPTY, missing, type TokenDraft } from './draft.ts';
import { TokenForm } from './token-form.tsx';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly scopes: readonly string[];
  readonly created: string;
  readonly until: string;
}

export default function TokensPage() {
  const me = useSession().data?.person?.id;
  return (
    <>
      <div className="page-head">
        <h1>API tokens</h1>
        <p>For programs: a pipeline that pushes or asks the gate, a script that reads. No token signs, enrols a key or makes another token.</p>
      </div>
      {me === undefined ? <SignIn /> : <Mine key={me} me={me} />}
    </>
  );
}

function Mine({ me }: { me: string }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<TokenDraft>(EMPTY);
  const onSuccess = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const mine = useQuery({ queryKey: ['tokens', me], queryFn: () => get<{ readonly items: readonly Token[] }>('/tokens') });
  // Nothing keeps the answer: the secret is on this page until it is left, and nowhere else.
  const make = useMutation({ mutationFn: (of: TokenDraft) => post<Token & { readonly secret: string }>('/tokens', bodyOf(of)), onSuccess, gcTime: 0 });
  const end = useMutation({ mutationFn: (id: string) => remove(`/tokens/${id}`), onSuccess });
  const error = make.error ?? end.error ?? mine.error;
  return (
    <>
      {make.data === undefined ? (
        <TokenForm me={me} draft={draft} onChange={setDraft} open={missing(draft)} busy={make.isPending} onMake={() => make.mutate(draft)} />
      ) : (
        <section className="enrol" aria-label="The new token">
          <div>
            <h2>Copy it now: it is not shown again</h2>
            <p className="enrolled" role="status">
              <code data-testid="token-secret">{make.data.secret}</code>
            </p>
            <p>Whoever has it does what its scopes say in your name, until it ends. If it gets out, end it below.</p>
          </div>
          <Button
            className="primary"
            data-testid="token-kept"
            onPress={() => {
              make.reset();
              setDraft(EMPTY);
            }}
          >
            I have it
          </Button>
        </section>
      )}
      {error !== null && <Refused error={error} />}
      <Listed items={mine.data?.items ?? []} onEnd={(id) => end.mutate(id)} busy={end.isPending} />
    </>
  );
}

function Listed({ items, onEnd, busy }: { items: readonly Token[]; onEnd(id: string): void; busy: boolean }) {
  if (items.length === 0) return <p className="faint">You have no tokens.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must be scrollable by keyboard
    <section className="table-frame" aria-label="Your tokens" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>May</th>
            <th>As</th>
            <th>Made</th>
            <th>Ends</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {items.map((t) => (
            <tr key={t.id} data-testid="token-row">
              <td title={t.id}>{t.name}</td>
              <td>{t.scopes.join(', ')}</td>
              <td>{t.account}</td>
              <td>
                <When at={t.created} />
              </td>
              <td>
                <When at={t.until} exact />
              </td>
              <td>
                <Button className="quiet" aria-label={`End ${t.name}`} onPress={() => onEnd(t.id)} isDisabled={busy}>
                  End
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
