/** Enrolling a passkey for the person who is signed in. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import { post } from '../api/http.ts';
import { createPasskey, type EnrolmentBegin } from '../api/passkey.ts';
import { Problem } from '../ui/problem.tsx';
import { anyOf } from '../ui/words.ts';

interface Enrolled {
  readonly keyid: string;
  readonly cosigners: readonly string[];
  /** Of its entry in the log. */
  readonly index: number;
}

export function Enrol() {
  const client = useQueryClient();
  const enrol = useMutation({
    mutationFn: async () => post<Enrolled>('/enrolments', await createPasskey(await post<EnrolmentBegin>('/enrolments/begin'))),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <div className="enrol">
      <div>
        <h2>Your passkey</h2>
        <p>A signature needs a key that only you can use: a fingerprint, a face, or a security key with its PIN. The private part never leaves it.</p>
        {enrol.data !== undefined && (
          <p className="enrolled" role="status" data-testid="enrolled">
            Enrolled <code>{enrol.data.keyid}</code>
            {enrol.data.cosigners.length > 0 && <>, countersigned by {anyOf(enrol.data.cosigners, 'and')}</>}, log entry {enrol.data.index}.
          </p>
        )}
        {enrol.error !== null && <Problem error={enrol.error} />}
      </div>
      <Button className="primary" data-testid="enrol-passkey" onPress={() => enrol.mutate()} isDisabled={enrol.isPending}>
        {enrol.isPending ? 'Waiting for your authenticator…' : 'Enrol a passkey'}
      </Button>
    </div>
  );
}
