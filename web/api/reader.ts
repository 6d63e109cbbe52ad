/** What a language model asks about a change: read apart from the change, and no part of what is signed. */
import { useQuery } from '@tanstack/react-query';
import { get } from './http.ts';

export interface ReaderNote {
  readonly text: string;
  readonly path: string | null;
  readonly line: number | null;
}

export type ReaderAnswer =
  | { readonly state: 'off' }
  | { readonly state: 'reading'; readonly model: string }
  | { readonly state: 'failed'; readonly model: string; readonly why: string }
  | { readonly state: 'read'; readonly model: string; readonly notes: readonly ReaderNote[]; readonly left: readonly string[] };

export const useReader = (id: string) =>
  useQuery({
    queryKey: ['reader', id],
    queryFn: () => get<ReaderAnswer>(`/changes/${encodeURIComponent(id)}/reader`),
    refetchInterval: ({ state: { data } }) => (data?.state === 'reading' ? 2_000 : false),
    refetchOnWindowFocus: false,
  });
