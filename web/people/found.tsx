/** A founder opens their link: they make the passkey that stands in the first entry of the log. The link's secret is in the fragment. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { EnrolmentBegin } from '../api/generated.ts';
import { post } from '../api/http.ts';
import { createPasskey } from '../api/passkey.ts';
import { Problem } from '../ui/problem.tsx';

interface Founded {
  readonly person: string;
  readonly keyid: string;
  readonly left: number;
}

/** Taken once and out of sight: what stands in an address bar is read over shoulders and kept in histories. */
function taken(): string {
  const secret = location.hash.slice(1);
  if (secret !== '') history.replaceState(null, '', '/found');
  return secret;
}

export function Found() {
  const [secret] = useState(taken);
  const make = useMutation({
    mutationFn: async () => post<Founded>('/founding', { secret, key: await createPasskey(await post<EnrolmentBegin>('/founding/begin', { secret })) }),
  });
  return (
    <main className="page">
      <h1>You found this log</h1>
      <p>The passkey you make here is one of those that decide who may sign, from the first entry on. The private part never leaves your device or security key.</p>
      {make.data === undefined ? (
        <Button className="primary" data-testid="found-passkey" onPress={() => make.mutate()} isDisabled={make.isPending || secret === ''}>
          {make.isPending ? 'Waiting for your authenticator…' : 'Make your passkey'}
        </Button>
      ) : (
        <p role="status" data-testid="founded">
          {make.data.person}, your key is <code>{make.data.keyid}</code>. Write it down: it has to stand so in the genesis, under your name.{' '}
          {make.data.left === 0 ? 'Everybody is there.' : `${make.data.left} more to come.`}
        </p>
      )}
      {secret === '' && <p role="alert">The address is not whole: open the link as it was sent to you.</p>}
      {make.error !== null && <Problem error={make.error} />}
    </main>
  );
}
