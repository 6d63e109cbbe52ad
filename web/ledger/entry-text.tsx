/** The leaf of the log in words where it can be read, else exactly as it is. */
import { Link } from '../router/history.tsx';
import { fieldsOf } from './fields.ts';

const CHANGE = /^[0-9a-f]{16}$/;

export function EntryText({ text }: { text: string }) {
  const fields = fieldsOf(text);
  if (fields === undefined) return text;
  return (
    <span className="entry-fields" title={text}>
      {fields.map(([name, value]) => (
        <span key={name}>
          <span className="faint">{name}</span> {name === 'change' && CHANGE.test(value) ? <Link href={`/changes/${value}`}>{value}</Link> : value}
        </span>
      ))}
    </span>
  );
}
