/** Where warnings stand in the file, as its own problems do: file, line, column, and the line itself. */
import type { Problem } from '../base/result.ts';
import type { Warning } from './lint.ts';
import { readYaml } from './yaml-file.ts';

export type Placed = Omit<Problem, 'code'>;

/** @param bytes of the file itself, which has loaded. */
export function placedWarnings(bytes: Uint8Array, file: string, warnings: readonly Warning[]): readonly Placed[] {
  const yaml = readYaml(bytes, file, 'POLICY_INVALID');
  return warnings.map(({ at, message, remedy }) => {
    const said = { message, ...(remedy === undefined ? {} : { remedy }) };
    if (at === null || !yaml.ok) return { ...said, place: file };
    const index = indexOf(yaml.value.value, at.list, at.id);
    const { place = file, excerpt } = yaml.value.at([at.list, index, ...at.field], message);
    return { ...said, place, ...(excerpt === undefined ? {} : { excerpt }) };
  });
}

function indexOf(value: unknown, list: string, id: string): number {
  const all: unknown = typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[list] : undefined;
  return Array.isArray(all) ? all.findIndex((one) => typeof one === 'object' && one !== null && (one as { readonly id?: unknown }).id === id) : -1;
}
