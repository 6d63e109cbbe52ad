/** Becoming somebody: by passkey, or in demo data by acting as a sample person. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, remove } from '../api/http.ts';
import { assertPasskey, type Challenge } from '../api/passkey.ts';

export function useSignIn() {
  const client = useQueryClient();
  const onSuccess = () => {
    passkey.reset();
    return client.invalidateQueries();
  };
  const actAs = useMutation({ mutationFn: (person: string) => post('/session/act-as', { person }), onSuccess });
  const leave = useMutation({ mutationFn: () => remove('/session'), onSuccess });
  const passkey = useMutation({
    mutationFn: async () => post('/session/passkey', await assertPasskey(await post<Challenge>('/session/passkey/begin'))),
    onSuccess,
  });
  return { actAs, leave, passkey, error: actAs.error ?? leave.error ?? passkey.error };
}
