/** Becoming somebody: by passkey, by an identity provider, or in demo data by acting as a sample person. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Challenge } from '../api/generated.ts';
import { post, remove } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';

export function useSignIn() {
  const client = useQueryClient();
  const onSuccess = () => {
    passkey.reset();
    return client.invalidateQueries();
  };
  const actAs = useMutation({ mutationFn: (person: string) => post('/session/act-as', { person }), onSuccess });
  const leave = useMutation({ mutationFn: () => remove('/session'), onSuccess });
  const passkey = useMutation({
    /** @param person for a passkey that does not find itself. */
    mutationFn: async (person: string | undefined) =>
      post('/session/passkey', await assertPasskey(await post<Challenge>('/session/passkey/begin', person === undefined ? {} : { person }))),
    onSuccess,
  });
  return { actAs, leave, passkey, error: actAs.error ?? leave.error ?? passkey.error };
}

/** Where an identity provider is asked, and the way back to this page. @param fresh whoever proved themselves too long ago to sign is asked again. */
export const providerHref = (pathname: string, fresh: boolean): string => `/api/v1/session/oidc?back=${encodeURIComponent(pathname)}${fresh ? '&fresh=1' : ''}`;
