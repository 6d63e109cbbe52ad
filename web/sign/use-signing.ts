/** Has what was prepared signed by the authenticator, hands it in, and looks at everything anew. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Prepared } from '../api/generated.ts';
import { post } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';

/** @param path where the signature goes: `/changes/<id>/signoffs`. @param onSigned at once. @param onSeen once the page shows it. */
export function useSigning<Receipt>(path: string, prepared: Prepared, onSigned: (receipt: Receipt) => void, onSeen?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const proof = prepared.demoAuthenticator ? { demo: true } : { assertion: await assertPasskey(prepared) };
      return post<Receipt>(path, { ticket: prepared.ticket, ...proof });
    },
    onSuccess: async (receipt) => {
      onSigned(receipt);
      await client.invalidateQueries();
      onSeen?.();
    },
  });
}
