/** Changes that wait for a human, those that wait for you first. */
import { useChangeEvents } from '../api/events.ts';
import type { QueueItem } from '../api/generated.ts';
import { useChanges, useSession } from '../api/queries.ts';
import { Link } from '../router/history.tsx';
import { QUEUE_STATES } from '../router/route.ts';
import { Problem } from '../ui/problem.tsx';
import { step, useShortcuts } from '../ui/shortcuts.ts';
import { count } from '../ui/words.ts';
import { asks, worstFirst } from './asks.ts';
import { QueueRow } from './queue-row.tsx';

export default function QueuePage({ state }: { state: string }) {
  const changes = useChanges(state, useChangeEvents());
  const me = useSession().data?.person?.id;
  useShortcuts({ j: () => step('.queue-link', 1), k: () => step('.queue-link', -1) });
  const items = worstFirst(changes.data?.pages.flatMap((page) => page.items) ?? []);
  const mine = items.filter((item) => asks(item, me));
  const others = items.filter((item) => !mine.includes(item));
  return (
    <>
      <div className="queue-head">
        <h1>{heading(state, items.length, mine.length, changes.hasNextPage)}</h1>
        <States current={state} />
      </div>
      {changes.error !== null && <Problem error={changes.error} />}
      {changes.isPending && <p className="loading">Reading the queue…</p>}
      {changes.data !== undefined && items.length === 0 && <Nothing state={state} />}
      <Group title="Needs you" items={mine} me={me} />
      <Group title={state === 'open' && me !== undefined ? 'Waits for others' : undefined} items={others} me={me} />
      {changes.hasNextPage && (
        <p className="more">
          <button type="button" disabled={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
            {changes.isFetchingNextPage ? 'Reading older ones…' : 'Show older ones'}
          </button>
        </p>
      )}
    </>
  );
}

/** @param more not all of them were read. */
function heading(state: string, all: number, mine: number, more: boolean): string {
  if (state !== 'open') return state === 'all' ? 'All changes' : `Changes that are ${state}`;
  if (mine > 0) return `${count(mine, 'change')} ${mine === 1 ? 'needs' : 'need'} your judgement`;
  if (more) return `More than ${count(all, 'change')} wait for a signature`;
  return all === 0 ? 'Nothing waits' : `${count(all, 'change')} ${all === 1 ? 'waits' : 'wait'} for a signature`;
}

function States({ current }: { current: string }) {
  return (
    <nav className="states" aria-label="State of changes">
      {QUEUE_STATES.map((s) => (
        <Link key={s} href={s === 'open' ? '/' : `/?state=${s}`} aria-current={s === current ? 'page' : undefined}>
          {s}
        </Link>
      ))}
    </nav>
  );
}

function Group({ title, items, me }: { title: string | undefined; items: readonly QueueItem[]; me: string | undefined }) {
  if (items.length === 0) return null;
  return (
    <section className="queue-group">
      {title !== undefined && <h2>{title}</h2>}
      <ul className="queue">
        {items.map((item) => (
          <QueueRow key={item.id} item={item} me={me} />
        ))}
      </ul>
    </section>
  );
}

function Nothing({ state }: { state: string }) {
  return (
    <div className="empty">
      <p>{state === 'open' ? 'No change waits for a human. Most pass by themselves; the dangerous few appear here.' : 'No change is in this state.'}</p>
    </div>
  );
}
