/** Why something was refused, and where only a fresh sign-in is missing, the way to one. What was written stays. */
import { ApiProblem } from '../api/http.ts';
import { Problem } from '../ui/problem.tsx';
import { SignIn } from './sign-in.tsx';

export function Refused({ error }: { error: unknown }) {
  const code = error instanceof ApiProblem ? error.body.code : '';
  return (
    <>
      <Problem error={error} />
      {(code === 'LOGIN_STALE' || code === 'NOT_SIGNED_IN') && <SignIn again />}
    </>
  );
}
