/** The fields of a leaf of the log, as people read them. */

/** Shown in columns of their own, or bytes nobody reads. */
const ELSEWHERE = new Set(['type', 'time', 'at', 'body', 'envelope', 'index', 'v', 'version']);

export function fieldsOf(text: string): readonly (readonly [string, string])[] | undefined {
  try {
    const leaf: unknown = JSON.parse(text);
    if (leaf === null || typeof leaf !== 'object' || Array.isArray(leaf)) return undefined;
    return Object.entries(leaf).flatMap(([name, value]) => (ELSEWHERE.has(name) || value === null || value === '' ? [] : [[name, shown(value)] as const]));
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value.map(shorten).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : shorten(String(value));
}
const shorten = (text: string): string => (/^[0-9a-f]{32,}$/.test(text) ? `${text.slice(0, 12)}…` : text);
