/** Both ways to become somebody, where a page needs one. */
import { Button } from 'react-aria-components';
import { useSession } from '../api/queries.ts';
import { Problem } from '../ui/problem.tsx';
import { ActAs } from './act-as.tsx';
import { useSignIn } from './use-sign-in.ts';

export function SignIn() {
  const session = useSession().data;
  const { actAs, leave, passkey, error } = useSignIn();
  if (session === undefined) return null;
  return (
    <div className="sign-in" data-testid="sign-in">
      {session.demo && <ActAs session={session} testId="act-as-here" onChoose={(id) => actAs.mutate(id)} onLeave={() => leave.mutate()} />}
      <Button className={session.demo ? 'quiet' : 'primary'} onPress={() => passkey.mutate()} isDisabled={passkey.isPending}>
        Sign in with a passkey
      </Button>
      {error !== null && <Problem error={error} />}
    </div>
  );
}
