/** Enrolling a passkey for the person who is signed in. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { EnrolmentBegin } from '../api/generated.ts';
import { post } from '../api/http.ts';
import { createPasskey } from '../api/passkey.ts';
import { Refused } from '../shell/refused.tsx';
import { anyOf } from '../ui/words.ts';

/** Confirmed at once, as in demo data; or a proposal that trustees sign. */
interface Enrolled {
  readonly keyid: string;
  readonly cosigners?: readonly string[];
  /** Of its entry in the log. */
  readonly index?: number;
  readonly person?: string;
  /** The statement's bytes, base64. */
  readonly proposal?: string;
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
        {enrol.data?.cosigners !== undefined && (
          <p className="enrolled" role="status" data-testid="enrolled">
            Enrolled <code>{enrol.data.keyid}</code>
            {enrol.data.cosigners.length > 0 && <>, countersigned by {anyOf(enrol.data.cosigners, 'and')}</>}, log entry {enrol.data.index}.
          </p>
        )}
        {enrol.data?.proposal !== undefined && <Proposed keyid={enrol.data.keyid} person={enrol.data.person ?? 'key'} proposal={enrol.data.proposal} />}
        {enrol.error !== null && <Refused error={enrol.error} />}
      </div>
      <Button className="primary" data-testid="enrol-passkey" onPress={() => enrol.mutate()} isDisabled={enrol.isPending}>
        {enrol.isPending ? 'Waiting for your authenticator…' : 'Enrol a passkey'}
      </Button>
    </div>
  );
}

/** Nobody enrols a key alone: what comes back is a file for two trustees. */
function Proposed({ keyid, person, proposal }: { keyid: string; person: string; proposal: string }) {
  const file = `${person}-key.json`;
  return (
    <div className="enrolled" role="status" data-testid="proposed">
      <p>
        <code>{keyid}</code> counts once two trustees have signed for it.{' '}
        <a download={file} href={`data:application/octet-stream;base64,${proposal}`}>
          Save the proposal
        </a>{' '}
        and give it to them:
      </p>
      <pre>
        countersign authority sign {file} --trust trust.json --key ~/.ssh/id_ed25519_sk{'\n'}countersign authority submit {file} {location.origin}
      </pre>
    </div>
  );
}
