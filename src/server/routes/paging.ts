/** Pages of what the log tells, the newest first. */
import { err, ok, problem, type Result } from '../../core/base/result.ts';

/** Items of a page: unless asked, and at most. */
const [PAGE, MOST] = [50, 200];

/** A cursor is the place in the log of the last item of the page before, in hex: what comes meanwhile stands before it, and moves nothing that comes after. */
export function pageOf(limit: string | undefined, cursor: string | undefined): Result<{ readonly limit: number; readonly before: number | undefined }> {
  if (limit !== undefined && (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MOST))
    return err(problem('USAGE', `limit is a whole number from 1 to ${MOST}`, { place: 'limit', remedy: 'for example ?limit=50' }));
  if (cursor !== undefined && !/^000[0-9a-f]{13}$/.test(cursor))
    return err(problem('USAGE', 'no page ends so', { place: 'cursor', remedy: 'send `next` of the page before, as it was' }));
  return ok({ limit: limit === undefined ? PAGE : Number(limit), before: cursor === undefined ? undefined : Number.parseInt(cursor, 16) });
}

/** Sixteen digits, the first of them zeroes: what is less than 2^52. */
export const cursorOf = (index: number): string => index.toString(16).padStart(16, '0');
