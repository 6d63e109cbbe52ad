/** A nonce is one statement's, of whatever kind: landings name what they spent by it. Real pushes, real signatures. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { text, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Problem, Result } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import { prepareGlass, recordGlass } from './break-glass.ts';
import { prepareOwnership, recordOwnership } from './ownership.ts';
import { completeSignoff } from './signoff.ts';

const OWNED = `${POLICY.replace('rules:\n', 'rules:\n  - { id: owned, paths: ["own/**"], require: { humans: 1, level: L6, ownership: true } }\n')}${GLASS_TERMS}`;

let bed: Bed;
let count = 0;
beforeAll(async () => {
  bed = await openBed('production', OWNED);
});
afterAll(() => bed.close());

async function stopped(folder = 'db'): Promise<{ readonly head: string; readonly id: string }> {
  const head = bed.commit({ [`${folder}/nonce${++count}.sql`]: 'drop table orders;\n' });
  return { head, id: (await bed.judged(head)).id ?? '' };
}
const nonceIn = (statement: Uint8Array): string => /"nonce":"([0-9a-f]{32})"/.exec(text(statement) ?? '')?.[1] ?? '';
const signed = (person: PersonName, statement: Uint8Array, nonce = nonceIn(statement)): Uint8Array =>
  bed.keys[person].signEnvelope(utf8((text(statement) ?? '').replace(nonceIn(statement), nonce)));
function must<T>(result: Result<T, readonly Problem[]>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Each kind, said of a change of its own. Answers the nonce it was said with. */
const KINDS = {
  signoff: async (nonce?: string) => {
    const { id } = await stopped();
    const statement = await bed.statement('mara', id);
    return { nonce: nonce ?? nonceIn(statement), done: await completeSignoff(bed.world, id, signed('mara', statement, nonce)) };
  },
  ownership: async (nonce?: string) => {
    const { id } = await stopped('own');
    const { statement } = must(await prepareOwnership(bed.world, id, 'ada', { filesRead: 1, ran: ['x'], notUnderstood: ['nothing'], assumptions: [] }));
    return { nonce: nonce ?? nonceIn(statement), done: await recordOwnership(bed.world, id, signed('ada', statement, nonce)) };
  },
  'break-glass': async (nonce?: string) => {
    const { id } = await stopped();
    const { statement } = must(await prepareGlass(bed.world, id, 'noor', { kind: 'use', reason: 'orders are down', incident: 'INC-1' }));
    return { nonce: nonce ?? nonceIn(statement), done: await recordGlass(bed.world, id, signed('noor', statement, nonce)) };
  },
} as const;
const NAMES = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

it.each(NAMES.flatMap((first) => NAMES.map((then) => [first, then] as const)))('of a %s serves no %s after it', async (first, then) => {
  const { nonce, done } = await KINDS[first]();
  expect(done).toMatchObject({ ok: true });
  expect((await KINDS[then](nonce)).done).toMatchObject({ ok: false, error: [{ code: 'ST_NONCE' }] });
});

it('a landing names the envelopes it counted beside their nonces', async () => {
  const { head, id } = await stopped();
  const envelope = signed('mara', await bed.statement('mara', id));
  must(await completeSignoff(bed.world, id, envelope));
  expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  await bed.land(head);
  const entries = (await bed.world.ledger.entries(0, 1_000)).map((e) => parseEntry(e.bytes)).flatMap((e) => (e.ok ? [e.value] : []));
  const landed = entries.findLast((e) => e.type === 'landed');
  const body = JSON.parse(text((await bed.world.ledger.body(landed?.envelope ?? '')) ?? new Uint8Array(0)) ?? '');
  expect(body.counted).toEqual([sha256Hex(envelope)]);
});
