/** Does an open change ask this person? The candidates are the server's. */
import type { QueueItem } from '../api/types.ts';

export const asks = (item: QueueItem, me: string | undefined): boolean => item.state === 'open' && item.seats.some((seat) => seat.candidates.some((c) => c.id === me));
