/**
 * Incidents as somebody wrote them down, in YAML or JSON: what conditions on `incident.open` read at a gate
 * (`.countersign/incidents.yml` at the target), and what a replay of history links its landings to.
 */
import * as z from 'zod';
import type { ReasonCode } from '../base/codes.ts';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { Incident } from '../incident/incident.ts';
import { names, words } from './field-shapes.ts';
import { shaped } from './file-shape.ts';
import { moment } from './time.ts';
import { readYaml } from './yaml-file.ts';

// Digits alone are a number to YAML, and 12e4567 a large one: an id stands in quotes.
const commit = z.string('must be a commit id in quotes').regex(/^[0-9a-fA-F]{7,64}$/, 'must be a commit id of at least 7 digits, in quotes');

const INCIDENTS_SHAPE = z
  .array(
    z.strictObject({
      id: words.describe('As your tracker names it.'),
      at: moment.describe('When it began.'),
      severity: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], 'must be 1 (the worst), 2, 3 or 4'),
      class: words.optional().describe('What kind of thing happened, in a word of your own.'),
      systems: names.default([]).describe('Ids of systems that were hurt.'),
      commits: z.array(commit).max(1_000).default([]).describe('Commits behind it.'),
      closed: moment.optional().describe('When it was over; without it, it is open.'),
    }),
  )
  .max(10_000);

export interface KnownIncident {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly severity: 1 | 2 | 3 | 4;
  /** null: not said. */
  readonly class: string | null;
  readonly systems: readonly string[];
  /** Lowercase hex, at least 7 digits each. */
  readonly commits: readonly string[];
  /** Milliseconds since 1970; null: still open. */
  readonly closed: number | null;
}

/** @param file its name in messages. @param code of every problem. */
export function readIncidents(bytes: Uint8Array, file: string, code: ReasonCode): Result<readonly KnownIncident[], readonly Problem[]> {
  const yaml = readYaml(bytes, file, code);
  if (!yaml.ok) return yaml;
  const shape = shaped(INCIDENTS_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  const wrong = shape.value.flatMap((i, at) => (i.closed !== undefined && i.closed < i.at ? [yaml.value.at([at, 'closed'], 'is before it began')] : []));
  if (wrong.length > 0) return err(wrong);
  return ok(shape.value.map((i) => ({ ...i, class: i.class ?? null, commits: i.commits.map((c) => c.toLowerCase()), closed: i.closed ?? null })));
}

/** The incidents as conditions see them then; null where the time is not known, for then nobody can say which are open. */
export function incidentsAt(known: readonly KnownIncident[] | null, at: number | null): readonly Incident[] | null {
  if (known === null || at === null) return null;
  return known
    .filter((i) => i.at <= at)
    .map((i) => ({
      ...{ id: i.id, severity: i.severity, class: i.class ?? '', systems: i.systems },
      open: i.closed === null || at < i.closed,
      days: Math.floor((at - i.at) / 86_400_000),
    }));
}
