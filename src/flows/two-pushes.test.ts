/** A dangerous change in two harmless pushes: what landed on the same files lately is judged together with what comes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const deployment = (replicas: number): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: orders, namespace: shop}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: orders}}\n  template:\n    metadata: {labels: {app: orders}}\n    spec: {containers: [{name: a, image: "r.example/a@sha256:${'a'.repeat(64)}"}]}\n`;
const FILE = 'db/k8s/orders.yml';
const found = async (head: string) => (await bed.judged(head)).decision;

it('is judged by the sum, and each part that landed is not judged again', async () => {
  const start = bed.commit({ [FILE]: deployment(10) });
  await found(start);
  await bed.land(start);
  bed.clock.now += 8 * 24 * 3_600_000;
  const first = bed.commit({ [FILE]: deployment(7) });
  expect((await found(first))?.findings.map((f) => f.rule)).not.toContain('K8108');
  await bed.land(first);

  const second = bed.commit({ [FILE]: deployment(4) });
  const decision = await found(second);
  const [sum] = decision?.findings.filter((f) => f.rule === 'K8108') ?? [];
  expect(sum).toMatchObject({ severity: 'high', what: expect.stringMatching(/^together with what landed here before: /) });
  expect(sum?.because.at(-1)).toEqual(['adds up', expect.stringMatching(/^\d+ changes? on these files since [0-9a-f]{12}$/)]);
  expect(decision?.tier).toBe('high');

  // a week later it is what runs, and a step from there is a step
  bed.clock.now += 8 * 24 * 3_600_000;
  expect((await found(bed.commit({ [FILE]: deployment(4) })))?.findings.map((f) => f.rule)).not.toContain('K8108');
});
