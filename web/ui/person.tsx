/** A person as everyone sees them: name and level. */
import type { Named } from '../api/generated.ts';

export function PersonName({ person, you = false }: { person: Named; you?: boolean }) {
  return (
    <span className="person">
      {person.name}
      {person.level !== '' && <span className="level">{person.level}</span>}
      {you && <span className="you">you</span>}
    </span>
  );
}
