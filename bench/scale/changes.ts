/** Changes as they go through the real flows, over real git: proposed, asked about, signed, landed. The rows of some are what the copies are made of. */

import { ok } from '../../src/core/base/result.ts';
import type { Bed } from '../../test/bed/bed.ts';

/** How a change came along. */
export type Course = 'routine' | 'signed and landed' | 'open' | 'half signed' | 'signed';

export interface Proposed {
  readonly id: string;
  readonly course: Course;
  /** The path it changes, which no other change of the bed does. */
  readonly path: string;
}

/** What became of it while people were asked. */
const ASKED = ['offered', 'claimed', 'in_review'];

/** @param pushes unless it passes by itself. */
export async function propose(bed: Bed, course: Course, name: string, pushes: number): Promise<Proposed> {
  const path = course === 'routine' ? `docs/${name}.md` : `pair/${name}.sql`;
  const head = bed.commit({ [path]: `-- ${name}\ndrop table ${name};\n` }, { message: `Change ${name}` });
  const id = await pushed(bed, head);
  if (course === 'routine') await bed.land(head);
  if (course === 'routine') return { id, course, path };
  for (let again = 1; again < pushes; again++) await pushed(bed, head);
  await asked(bed, id);
  if (course !== 'open') await signs(bed, 'mara', id);
  if (course === 'signed' || course === 'signed and landed') await signs(bed, 'noor', id);
  if (course === 'signed and landed') {
    await pushed(bed, head);
    await bed.land(head);
  }
  return { id, course, path };
}

async function pushed(bed: Bed, head: string): Promise<string> {
  bed.clock.now += 1_000;
  const { id } = await bed.judged(head);
  if (id === null) throw new Error(`${head} was not judged`);
  return id;
}

async function asked(bed: Bed, change: string): Promise<void> {
  for (const state of ASKED) {
    bed.clock.now += 1_000;
    const draft = { type: 'request', fields: { change, stage: 'implementation', state }, body: new TextEncoder().encode(JSON.stringify({ v: 1, change, state })) } as const;
    const answer = await bed.world.ledger.append(() => ok([draft]));
    if (!answer.ok) throw new Error(answer.error.message);
  }
}

async function signs(bed: Bed, person: 'mara' | 'noor', id: string): Promise<void> {
  bed.clock.now += 1_000;
  const answer = await bed.sign(person, id);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
}
