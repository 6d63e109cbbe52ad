/** What is still missing, each a way to where it is given. */
import { goTo } from '../ui/shortcuts.ts';
import type { Missing } from './draft.ts';

const SHOWN = 4;

export function MissingList({ items }: { items: readonly Missing[] }) {
  if (items.length === 0)
    return (
      <p id="missing" className="missing-none">
        All is answered.
      </p>
    );
  return (
    <div id="missing" className="missing" data-testid="missing">
      <p>Still missing</p>
      <ul>
        {items.slice(0, SHOWN).map((m) => (
          <li key={m.at + m.text}>
            <button type="button" onClick={() => goTo(target(m.at))}>
              {m.text}
            </button>
          </li>
        ))}
      </ul>
      {items.length > SHOWN && <p className="faint">and {items.length - SHOWN} more</p>}
    </div>
  );
}

/** The first field inside the place, or the place itself. */
function target(id: string): HTMLElement | null {
  const place = document.getElementById(id);
  return place?.querySelector<HTMLElement>('input:checked, input, textarea, button') ?? place;
}
