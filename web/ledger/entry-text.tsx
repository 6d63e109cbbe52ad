/** The leaf of the log in words where it can be read, else exactly as it is. */

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

const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : shorten(String(value)));
const shorten = (text: string): string => (/^[0-9a-f]{32,}$/.test(text) ? `${text.slice(0, 12)}…` : text);

export function EntryText({ text }: { text: string }) {
  const fields = fieldsOf(text);
  if (fields === undefined) return text;
  return (
    <span className="entry-fields" title={text}>
      {fields.map(([name, value]) => (
        <span key={name}>
          <span className="faint">{name}</span> {value}
        </span>
      ))}
    </span>
  );
}
