/** How break-glass stands with one change. */
import { useQuery } from '@tanstack/react-query';
import type { Glass } from './generated.ts';
import { get } from './http.ts';

export const useGlass = (id: string) => useQuery({ queryKey: ['glass', id], queryFn: () => get<Glass>(`/changes/${encodeURIComponent(id)}/break-glass`), refetchInterval: 15_000 });

export const useLandedByGlass = (id: string): boolean => (useGlass(id).data?.act ?? null) !== null;
