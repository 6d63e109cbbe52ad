/** The shape of a resource in a plan, checked by hand: the first thing that is wrong is named by its place. */
import { addressOf } from '../../core/risk/terraform/address.ts';

export class ShapeError extends Error {
  constructor(place: string, what: string) {
    super(`${place}: ${what}`);
  }
}

export interface ResourceChange {
  readonly address: string;
  /** Where its configuration is: calls of modules and name, without keys. */
  readonly place: string;
  readonly previousAddress: string | undefined;
  readonly mode: string;
  readonly type: string;
  readonly deposed: string | undefined;
  readonly actionReason: string | undefined;
  readonly change: Change;
}

export interface Change {
  readonly actions: readonly string[];
  readonly before: Values;
  readonly after: Values;
  /** `true` where everything is unknown. */
  readonly afterUnknown: Values | true;
  readonly replacePaths: readonly string[];
  readonly importing: boolean;
}

export interface Values {
  readonly [name: string]: unknown;
}

export const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An address longer than this is nobody's; it would be repeated in every sentence about it. */
const MAX_TEXT = 4_000;

export function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw new ShapeError(place, 'expected a string');
  if (value.length > MAX_TEXT) throw new ShapeError(place, `longer than ${MAX_TEXT} characters`);
  return value;
}

const mayText = (value: unknown, place: string): string | undefined => (value === undefined || value === null || value === '' ? undefined : textOf(value, place));

/** Absent and null are empty. */
export function listOf(value: unknown, place: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ShapeError(place, 'expected a list');
  return value;
}

function valuesOf(value: unknown, place: string): Values {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new ShapeError(place, 'expected an object');
  return value;
}

export function shapeOf(value: unknown, place: string): ResourceChange {
  if (!isObject(value)) throw new ShapeError(place, 'expected an object');
  const address = textOf(value.address, `${place}.address`);
  const { calls, name } = addressOf(address);
  return {
    address,
    place: `${calls}:${name}`,
    previousAddress: mayText(value.previous_address, `${place}.previous_address`),
    mode: textOf(value.mode, `${place}.mode`),
    type: textOf(value.type, `${place}.type`),
    deposed: mayText(value.deposed, `${place}.deposed`),
    actionReason: mayText(value.action_reason, `${place}.action_reason`),
    change: changeOf(value.change, `${place}.change`),
  };
}

function changeOf(value: unknown, place: string): Change {
  if (!isObject(value)) throw new ShapeError(place, 'expected an object');
  const actions = listOf(value.actions, `${place}.actions`).map((a) => textOf(a, `${place}.actions`));
  if (actions.length === 0) throw new ShapeError(`${place}.actions`, 'expected at least one');
  return {
    actions,
    before: valuesOf(value.before, `${place}.before`),
    after: valuesOf(value.after, `${place}.after`),
    afterUnknown: value.after_unknown === true ? true : value.after_unknown === false ? {} : valuesOf(value.after_unknown, `${place}.after_unknown`),
    replacePaths: listOf(value.replace_paths, `${place}.replace_paths`).map((path) => listOf(path, `${place}.replace_paths`).map(step).join('.')),
    importing: isObject(value.importing),
  };
}

const step = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : '?');
