/**
 * Attributes that protect, in the source (TF203): switched off, removed, or turned into an expression that may come out
 * unsafe. Variables and tfvars of the same names are read too, for they are what such expressions speak of.
 */
import { rule } from '../finding.ts';
import { attribute, flatten, type HclSides, keyOf, type Placed, place } from '../hcl-index.ts';
import type { Finding, Tier } from '../risk.ts';
import { byDefault, constant, guardChange, guardName, safest } from './guard-attributes.ts';

const TF203 = rule('TF203', 'guard-attribute-removed', 'critical', 'exact', ['the guard stays on']);

/** Maps whose keys people choose, where they are written as blocks. */
const FREE = /^(?:tags|tags_all|labels|parameters|triggers|variables|environment)(?:\[\d+\])?\./;

export function guards(before: Placed, after: Placed, sides: HclSides): readonly Finding[] {
  const [was, is] = [flatten(before.block), flatten(after.block)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((path) => {
    const name = guardName(path);
    if (name === undefined || was.get(path) === is.get(path) || FREE.test(path) || splitOff(path, after, sides)) return [];
    return ofAttribute({ name, path, from: was.get(path), to: is.get(path) }, after);
  });
}

interface Change {
  readonly name: string;
  readonly path: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function ofAttribute(given: Change, after: Placed): readonly Finding[] {
  const severity = severityOf(given, after.block.type === 'module' ? undefined : (after.block.labels[0] ?? ''));
  if (severity === undefined) return [];
  const change = `${given.from ?? '(absent)'} -> ${given.to ?? '(absent)'}`;
  return [
    TF203({
      place: place(after, 'head', `${after.address}.${given.path}`),
      severity,
      because: [[given.path, change]],
      what:
        severity === 'critical'
          ? `${given.path} of ${after.address} changes (${change}): what kept it safe is switched off`
          : `${given.path} of ${after.address} changes (${change}): whether it is still kept safe cannot be told here`,
    }),
  ];
}

/** @param type undefined for a module, whose defaults are not to be seen. */
function severityOf({ name, from, to }: Change, type: string | undefined): Tier | undefined {
  const value = (expression: string | undefined) => (expression !== undefined ? constant(expression) : type === undefined ? null : byDefault(type, name));
  // an expression that was there may have been the safe value, so losing it counts
  const guessed = from !== undefined && constant(from) === null;
  const before = guessed ? (to === undefined ? true : safest(name)) : value(from);
  const state = guardChange(name, before, value(to), type);
  if (state === 'none') return undefined;
  // how long logs are kept guards nothing else
  if (name === 'retention_in_days') return 'elevated';
  const told = state === 'off' && (!guessed || typeof constant(to) !== 'number' || constant(to) === 0);
  return told || (to === undefined && type !== undefined) ? 'critical' : 'high';
}

/** A bucket's versioning has a resource of its own since version 4 of the provider: it leaves the bucket and stands there. */
function splitOff(path: string, after: Placed, sides: HclSides): boolean {
  if (after.block.labels[0] !== 'aws_s3_bucket' || !/^versioning\.enabled$/.test(path)) return false;
  return [...sides.head.values()].some(
    (p) =>
      p.folder === after.folder &&
      p.block.labels[0] === 'aws_s3_bucket_versioning' &&
      (attribute(p.block, 'bucket') ?? '').startsWith(after.address) &&
      /"Enabled"/.test(flatten(p.block).get('versioning_configuration.status') ?? ''),
  );
}

/** `deletion_protection = false` in a tfvars file, and defaults of variables called like a guard, with a word before or behind. */
export function guardValues(sides: HclSides): readonly Finding[] {
  return [...sides.head.values()].flatMap((after) => {
    const before = sides.base.get(keyOf(after));
    if (before === undefined || !['variable', 'locals', ''].includes(after.block.type)) return [];
    const was = new Map(before.block.attributes.toReversed().map((a) => [a.name, a.expression]));
    return after.block.attributes.flatMap((a) => {
      const called = after.block.type === 'variable' ? (a.name === 'default' ? (after.block.labels[0] ?? '') : '') : a.name;
      const [name, from] = [guardWithin(called), was.get(a.name)];
      if (name === undefined || from === undefined || from === a.expression || guardChange(name, constant(from), constant(a.expression)) !== 'off') return [];
      return [
        TF203({
          place: { path: after.path, side: 'head', line: a.line, object: called },
          severity: 'high',
          confidence: 'heuristic',
          because: [[called, `${from} -> ${a.expression}`]],
          what: `${called} goes from ${from} to ${a.expression}: what it is given to is no longer kept safe`,
        }),
      ];
    });
  });
}

const NAMES = 'deletion_protection skip_final_snapshot force_destroy publicly_accessible storage_encrypted multi_az backup_retention_period'.split(' ');
const guardWithin = (name: string): string | undefined => guardName(name) ?? NAMES.find((guard) => name.includes(guard));
