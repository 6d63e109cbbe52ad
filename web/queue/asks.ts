/** Does an open change ask this person? The candidates are the server's. */
import type { QueueItem } from '../api/types.ts';

export const asks = (item: QueueItem, me: string | undefined): boolean => item.state === 'open' && item.seats.some((seat) => seat.candidates.some((c) => c.id === me));

const WORST = ['critical', 'high', 'elevated', 'routine'];

/** The dangerous ones first; among equals the one that waits longest. */
export const worstFirst = (items: readonly QueueItem[]): readonly QueueItem[] =>
  [...items].sort((a, b) => WORST.indexOf(a.tier) - WORST.indexOf(b.tier) || a.createdAt - b.createdAt);
