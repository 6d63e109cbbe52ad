/** What the pages read, cached by address. Signing in as somebody else makes all of it stale. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ChangesPage, Dossier, LedgerPage, People, Session } from './generated.ts';
import { get } from './http.ts';

export const useSession = () => useQuery({ queryKey: ['session'], queryFn: () => get<Session>('/session') });

/** Page after page, each where the one before ended. @param told somebody says when it changes: then it is asked for less often. */
export const useChanges = (state: string, told = false) =>
  useInfiniteQuery({
    queryKey: ['changes', state],
    queryFn: ({ pageParam }) => get<ChangesPage>(`/changes?state=${encodeURIComponent(state)}&limit=100${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: told ? 300_000 : 15_000,
  });

/** Never refetched behind the reviewer's back: what they judge stays what they were shown, and `presented` names it. */
export const useDossier = (id: string) =>
  useQuery({ queryKey: ['change', id], queryFn: () => get<Dossier>(`/changes/${encodeURIComponent(id)}`), staleTime: Infinity, refetchOnWindowFocus: false });

const PAGE = 50;

/** The newest page of the log, or the one that ends before `before`. */
export const useLedger = (before: number | null) =>
  useQuery({
    queryKey: ['ledger', before],
    queryFn: async () => {
      const end = before ?? (await get<LedgerPage>('/ledger?from=0&count=1')).size;
      const from = Math.max(0, end - PAGE);
      // The log may have grown between the two calls: the newest page takes what came since.
      return get<LedgerPage>(`/ledger?from=${from}&count=${before === null ? PAGE * 2 : end - from}`);
    },
    // Witnesses follow the log by seconds.
    refetchInterval: before === null ? 10_000 : false,
  });

export const usePeople = () => useQuery({ queryKey: ['people'], queryFn: () => get<People>('/people') });
