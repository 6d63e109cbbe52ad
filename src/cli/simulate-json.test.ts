import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sampleSimulation } from '../testing/sample-simulation.ts';
import { refusal } from './exit.ts';
import { simulateJson } from './simulate-words.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/simulate.schema.json', import.meta.url), 'utf8')));
const printed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each([
  ['busy', sampleSimulation()],
  ['quiet', sampleSimulation({ landings: 3 })],
  ['empty', sampleSimulation({ landings: 0 })],
  ['nameless', sampleSimulation({ nameless: true })],
])('%s: what is printed is what is documented', (_, simulation) => {
  expect(schema.safeParse(printed(simulateJson(simulation))).error).toBeUndefined();
});

test('a refusal too', () => {
  expect(schema.safeParse(JSON.parse(refusal([{ code: 'NOT_FOUND', message: 'no such branch' }], true).stdout)).success).toBe(true);
});

test.each([
  ['a field nobody documented', (json: Record<string, unknown>) => ({ ...json, more: 1 })],
  ['a field that is missing', ({ report: _, ...json }: Record<string, unknown>) => json],
  ['a number that is none', (json: Record<string, unknown>) => ({ ...json, report: { ...(json.report as object), causes: [{ cause: 'a' }] } })],
])('the schema refuses %s', (_, spoil) => {
  expect(schema.safeParse(spoil(printed(simulateJson(sampleSimulation())) as Record<string, unknown>)).success).toBe(false);
});
