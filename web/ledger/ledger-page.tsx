/** The log, newest first, and the signed checkpoint that pins it. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useLedger } from '../api/queries.ts';
import { Problem } from '../ui/problem.tsx';
import { When } from '../ui/when.tsx';
import { EntryText } from './entry-text.tsx';
import { Proven } from './proven.tsx';

export default function LedgerPage() {
  const [before, setBefore] = useState<number | null>(null);
  const { data, error, isPending } = useLedger(before);
  const entries = [...(data?.entries ?? [])].reverse();
  const oldest = entries.at(-1)?.index ?? 0;
  return (
    <>
      <div className="page-head">
        <h1>Ledger</h1>
        <p>
          {data === undefined
            ? 'The append-only log of every decision.'
            : `${data.size} ${data.size === 1 ? 'entry' : 'entries'}, append-only. Anyone can check them offline against the checkpoint.`}
        </p>
      </div>
      {error !== null && <Problem error={error} />}
      {isPending && <p className="loading">Reading the log…</p>}
      {data !== undefined && <Proven size={data.size} witnesses={data.witnesses} />}
      {data !== undefined && <Checkpoint text={data.checkpoint} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must be scrollable by keyboard */}
      <section className="table-frame" aria-label="Entries of the log" tabIndex={0}>
        <table className="table ledger">
          <thead>
            <tr>
              <th className="number">Index</th>
              <th>Type</th>
              <th>What</th>
              <th>Time, UTC</th>
              <th>Digest</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((e) => (
              <tr key={e.index} data-testid="ledger-entry">
                <td className="number">{e.index}</td>
                <td>
                  <span className={`entry entry-${e.type}`}>{e.type}</span>
                </td>
                <td className="entry-text">
                  <EntryText text={e.text} />
                </td>
                <td className="mono nowrap">
                  <When at={e.time} exact />
                </td>
                <td className="mono" title={e.digest}>
                  {e.digest.slice(0, 16)}…
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className="pager">
        {before !== null && (
          <Button className="quiet" onPress={() => setBefore(null)}>
            Newest
          </Button>
        )}
        {oldest > 0 && (
          <Button className="quiet" onPress={() => setBefore(oldest)}>
            Older
          </Button>
        )}
      </div>
    </>
  );
}

function Checkpoint({ text }: { text: string }) {
  return (
    <figure className="checkpoint">
      <figcaption>Signed checkpoint</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide text must be scrollable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
