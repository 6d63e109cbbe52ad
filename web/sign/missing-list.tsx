/** What is still missing, each a way to where it is given. Read out as it shrinks. */
import { goTo } from '../ui/shortcuts.ts';
import type { Missing } from './draft.ts';

const SHOWN = 4;

export function MissingList({ items }: { items: readonly Missing[] }) {
  return (
    <div id="missing" role="status" className={items.length === 0 ? 'missing-none' : 'missing'} data-testid="missing">
      {items.length === 0 ? 'All is answered.' : <Items items={items} />}
    </div>
  );
}

function Items({ items }: { items: readonly Missing[] }) {
  return (
    <>
      <p>Still missing</p>
      <ul>
        {items.slice(0, SHOWN).map((m) => (
          <li key={m.at + m.text}>
            <button type="button" onClick={() => goToMissing(m)}>
              {m.text}
            </button>
          </li>
        ))}
      </ul>
      {items.length > SHOWN && <p className="faint">and {items.length - SHOWN} more</p>}
    </>
  );
}

export const goToMissing = ({ at }: Missing): void => goTo(target(at));

/** The first field inside the place, or the place itself. */
function target(id: string): HTMLElement | null {
  const place = document.getElementById(id);
  return place?.querySelector<HTMLElement>('input:checked, input, textarea, button') ?? place;
}
