/** A change that cannot be shown: there is none of this name, the reader has to sign in, or our copy is gone. */
import { ApiProblem } from '../api/http.ts';
import { Link } from '../router/history.tsx';
import { SignIn } from '../shell/sign-in.tsx';
import { Problem } from '../ui/problem.tsx';

export function Unreadable({ id, error }: { id: string; error: unknown }) {
  const code = error instanceof ApiProblem ? error.body.code : '';
  return (
    <div className="empty">
      <h1>{code === 'NOT_FOUND' ? 'There is no such change' : code === 'NOT_SIGNED_IN' ? 'Sign in to read this change' : 'This change cannot be shown'}</h1>
      {code === 'NOT_FOUND' && (
        <p>
          Nothing called <code>{id}</code> was ever pushed here. The link may be cut short, or lead to another installation.
        </p>
      )}
      {code === 'NOT_SIGNED_IN' && <SignIn />}
      {code !== 'NOT_FOUND' && code !== 'NOT_SIGNED_IN' && <Problem error={error} />}
      <p>
        <Link href="/">The queue</Link> is where changes wait.
      </p>
    </div>
  );
}
