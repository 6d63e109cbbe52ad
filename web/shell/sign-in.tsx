/** Every way to become somebody, where a page needs one. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useSession } from '../api/queries.ts';
import { Problem } from '../ui/problem.tsx';
import { ActAs } from './act-as.tsx';
import { providerHref, useSignIn } from './use-sign-in.ts';

/** @param again somebody is signed in, and has to prove it anew before they sign. */
export function SignIn({ again = false }: { again?: boolean }) {
  const session = useSession().data;
  const { actAs, leave, passkey, error } = useSignIn();
  if (session === undefined) return null;
  return (
    <div className="sign-in" data-testid="sign-in">
      {session.demo && <ActAs session={session} testId="act-as-here" onChoose={(id) => actAs.mutate(id)} onLeave={() => leave.mutate()} />}
      <Button className={session.demo ? 'quiet' : 'primary'} data-testid="sign-in-passkey" onPress={() => passkey.mutate(undefined)} isDisabled={passkey.isPending}>
        Sign in {again && 'again '}with a passkey
      </Button>
      {session.oidc !== null && (
        <a className="quiet" data-testid="sign-in-oidc" href={providerHref(location.pathname, again)}>
          Sign in {again && 'again '}with {session.oidc}
        </a>
      )}
      {!session.demo && <ByName pending={passkey.isPending} onName={(name) => passkey.mutate(name)} />}
      {error !== null && <Problem error={error} />}
    </div>
  );
}

/** A security key that keeps no passkey finds itself only by name. */
function ByName({ pending, onName }: { pending: boolean; onName(name: string): void }) {
  const [name, setName] = useState('');
  return (
    <details className="by-name">
      <summary>My key does not come up</summary>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (name !== '' && !pending) onName(name);
        }}
      >
        <label>
          Your name on the roster <input value={name} autoComplete="username webauthn" maxLength={100} onChange={(e) => setName(e.target.value.trim())} />
        </label>{' '}
        <button type="submit" className="quiet">
          Look for it
        </button>
      </form>
    </details>
  );
}
