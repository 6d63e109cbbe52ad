/** What came past a gate. */
import * as z from 'zod';
import { count, list, named, oid, reasonCode, text, tier, time } from './words.ts';

const owner = z.strictObject({
  by: z.enum(['systems', 'policy', 'nobody']).describe('owners of the systems it touches, or whoever owns the policy'),
  teams: list(text),
  people: list(text),
});
const violation = named(
  'Violation',
  z.strictObject({
    ...{ entry: count, kind: z.enum(['astray', 'unjustified', 'unattended', 'unchained', 'rewritten', 'erased']), repo: text, ref: text },
    from: oid.nullable().describe('where the ref stood; of what is gone the last of it'),
    to: text.describe('where it was found; zeros: nowhere'),
    change: text.nullable().describe('what would have to be signed'),
    ...{ code: reasonCode, commits: count.nullable(), tier },
    weighed: z.boolean().describe('false: nobody weighed it yet, and so it counts as critical'),
    ...{ owner, found: time, due: time, state: z.enum(['open', 'answered']), overdue: z.boolean() },
    settled: z
      .strictObject({ by: z.enum(['signed', 'reverted', 'landed-again', 'put-back']), entry: count.nullable(), time: time.nullable() })
      .nullable()
      .describe('what settled it; null: nothing has'),
    remedy: text,
  }),
);
export const violationsPage = named('ViolationsPage', z.strictObject({ items: list(violation), next: text.nullable().describe('cursor of the next page; null: there is none') }));
