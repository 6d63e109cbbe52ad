/** A list read page by page while changes are added: the pages joined are the whole list as it was when the first was read, each change once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import { decisionDraft, genesisDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at } from '../test-bed.ts';

const dir = mkdtempSync(join(tmpdir(), 'pages-'));
let store: Store;
let count = 0;

beforeAll(async () => {
  const opened = await openStore({ ...(await at(dir)), clock: () => Date.UTC(2026, 10, 20) });
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  await store.ledger.append(() => ok([genesisDraft()]));
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const decide = (content: string, outcome: 'signoff' | 'pass') => store.ledger.append(() => ok([decisionDraft({ content, outcome })]));
const outcome = fc.constantFrom('signoff' as const, 'pass' as const);
/** What happens between two pages. */
const meanwhile = fc.array(outcome, { maxLength: 3 });

it('is whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(outcome, { maxLength: 8 }), fc.array(meanwhile, { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), fc.boolean(), async (first, then, limit, open) => {
      for (const o of first) await decide(`content ${count++}`, o);
      const where = open ? ({ state: 'open' } as const) : {};
      const whole = (await store.projections.changes({ ...where, limit: 100_000 })).map((c) => c.id);
      const read: string[] = [];
      for (let [before, turn]: [number | undefined, number] = [undefined, 0]; ; turn++) {
        const page = await store.projections.changes({ ...where, ...(before === undefined ? {} : { before }), limit });
        read.push(...page.map((c) => c.id));
        if (page.length < limit) break;
        before = page.at(-1)?.index;
        for (const o of then[turn] ?? []) await decide(`content ${count++}`, o);
      }
      expect(read).toEqual(whole);
    }),
    { numRuns: 25 },
  );
});

it('shows no change twice, not even one that is decided again meanwhile', async () => {
  for (let n = 0; n < 6; n++) await decide(`content ${count++}`, 'signoff');
  const read: string[] = [];
  for (let before: number | undefined; ; ) {
    const page = await store.projections.changes({ state: 'open', ...(before === undefined ? {} : { before }), limit: 2 });
    read.push(...page.map((c) => c.id));
    if (page.length < 2) break;
    before = page.at(-1)?.index;
    await decide(page[0]?.title ?? '', 'signoff');
  }
  expect(new Set(read).size).toBe(read.length);
});
