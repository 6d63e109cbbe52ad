/** Does an open change ask this person? The candidates are the server's. */
import type { QueueItem } from '../api/generated.ts';

/** Requests for changes that stand: it is the author's turn. */
export const objectors = (item: QueueItem): QueueItem['words'] => item.words.filter((w) => w.decision === 'changes');

/** Not whoever has spoken already, and nobody while somebody wants it changed. */
export const asks = (item: QueueItem, me: string | undefined): boolean =>
  item.state === 'open' && item.seats.some((seat) => seat.candidates.some((c) => c.id === me)) && objectors(item).length === 0 && item.words.every((w) => w.signer.id !== me);

const WORST = ['critical', 'high', 'elevated', 'routine'];

/** The dangerous ones first; among equals the one that waits longest. */
export const worstFirst = (items: readonly QueueItem[]): readonly QueueItem[] =>
  [...items].sort((a, b) => WORST.indexOf(a.tier) - WORST.indexOf(b.tier) || a.createdAt - b.createdAt);
