/** The gate's own words on what is missing, with people as they are called. */
import type { Dossier } from '../api/generated.ts';
import { anyOf } from '../ui/words.ts';

const ANY_OF = ': any of ';

export function missingText(missing: string, people: Dossier['people']): string {
  const at = missing.lastIndexOf(ANY_OF);
  const ids = at < 0 ? [] : missing.slice(at + ANY_OF.length).split(', ');
  if (ids.length === 0 || ids.some((id) => people[id] === undefined)) return missing;
  return `${missing.slice(0, at)}: ${anyOf(ids.map((id) => people[id]?.name ?? id))}.`;
}
