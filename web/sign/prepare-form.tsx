/** A form whose words a server makes a statement of: a button that says what is missing, then the last look. */

import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Prepared } from '../api/generated.ts';
import { post } from '../api/http.ts';
import { Refused } from '../shell/refused.tsx';

/** What the last look is about. */
export interface Look<Body> {
  readonly prepared: Prepared;
  readonly body: Body;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
}

interface Props<Body> {
  /** Where the words go: `/changes/<id>/ownership/prepare`. */
  readonly path: string;
  readonly button: string;
  readonly testId: string;
  /** What is still missing, or the words to sign. */
  readonly body: Body | string;
  readonly children: ReactNode;
  last(look: Look<Body>): ReactNode;
}

export function PrepareForm<Body extends object>({ path, button, testId, body, children, last }: Props<Body>) {
  const prepare = useMutation({ mutationFn: (said: Body) => post<Prepared>(path, said) });
  const missing = typeof body === 'string' ? body : '';
  return (
    <form
      className="glass-form"
      onSubmit={(e) => {
        e.preventDefault();
        if (typeof body !== 'string' && !prepare.isPending) prepare.mutate(body);
      }}
    >
      {children}
      {prepare.error !== null && <Refused error={prepare.error} />}
      <p className="glass-act">
        {/* Closed, and still in the order of the keyboard: it says why. */}
        <button type="submit" className="primary" aria-disabled={missing !== '' || prepare.isPending} data-testid={testId}>
          {prepare.isPending ? 'Preparing…' : button}
        </button>
        {missing !== '' && <span className="hint">{missing}</span>}
      </p>
      {prepare.data !== undefined &&
        last({
          prepared: prepare.data,
          body: prepare.variables,
          onClose: prepare.reset,
          onDemo: () => prepare.mutate({ ...prepare.variables, credential: { kind: 'demo' } }),
        })}
    </form>
  );
}
