/** Whether witnesses outside this house vouch for the log, said plainly where they do not. */
import type { Witnessed } from '../api/generated.ts';
import { When } from '../ui/when.tsx';
import { provenWords } from './proven-words.ts';

export function Proven({ size, witnesses }: { size: number; witnesses: Witnessed | null }) {
  const { holds, title, rest, at, open, forks, silent } = provenWords(size, witnesses);
  return (
    <section className={`proven ${holds ? 'holds' : ''}`} aria-label="Witnesses" data-testid="proven">
      <h2>Witnesses</h2>
      <p>
        <strong>{title}</strong>
        {rest}
        {at !== null && (
          <>
            , <When at={at} />
          </>
        )}
        .
      </p>
      {open !== null && <p>{open}</p>}
      {forks.length > 0 && (
        <div className="problem" role="alert">
          <strong>This log is not the one its witnesses saw</strong>
          {forks.map((words) => (
            <p key={words}>{words}</p>
          ))}
          <code>LOG_FORK</code>
        </div>
      )}
      {silent.map((words) => (
        <p key={words} className="faint">
          {words}
        </p>
      ))}
    </section>
  );
}
