/** What a language model asks about a change: read apart from the change, and no part of what is signed. */
import { useQuery } from '@tanstack/react-query';
import type { ReaderAnswer } from './generated.ts';
import { get } from './http.ts';

export const useReader = (id: string) =>
  useQuery({
    queryKey: ['reader', id],
    queryFn: () => get<ReaderAnswer>(`/changes/${encodeURIComponent(id)}/reader`),
    refetchInterval: ({ state: { data } }) => (data?.state === 'reading' ? 2_000 : false),
    refetchOnWindowFocus: false,
  });
