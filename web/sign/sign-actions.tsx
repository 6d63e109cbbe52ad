/** Below everything that is signed: what could not be done, the way back, and the authenticator. */

import { Button } from 'react-aria-components';
import type { Prepared } from '../api/generated.ts';
import { Refused } from '../shell/refused.tsx';

interface Props {
  readonly prepared: Prepared;
  readonly signing: { readonly error: Error | null; readonly isPending: boolean; mutate(): void };
  readonly testId: string;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
}

export function SignActions({ prepared, signing, testId, onClose, onDemo }: Props) {
  const { demoAuthenticator, otherwise } = prepared;
  return (
    <>
      {signing.error !== null && <Refused error={signing.error} />}
      <div className="dialog-actions">
        <Button className="quiet" onPress={onClose}>
          Go back
        </Button>
        {otherwise.includes('demo') && (
          <Button className="quiet" onPress={onDemo}>
            Use the demo authenticator
          </Button>
        )}
        <Button className={demoAuthenticator ? 'primary primary-demo' : 'primary'} data-testid={testId} isDisabled={signing.isPending} onPress={() => signing.mutate()}>
          {signing.isPending ? 'Waiting for your authenticator…' : demoAuthenticator ? 'Sign with the demo authenticator' : 'Sign with passkey'}
        </Button>
      </div>
    </>
  );
}
