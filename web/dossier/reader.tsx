/** Questions of a language model. It reads what the author wrote, so its words are nobody's: shown last, and no part of what is signed. */
import type { ReaderAnswer } from '../api/generated.ts';
import { useReader } from '../api/reader.ts';
import { Section } from '../ui/section.tsx';

export function ReaderPart({ id }: { id: string }) {
  const { data } = useReader(id);
  if (data === undefined || data.state === 'off') return null;
  return (
    <Section id="reader" title="Asked by a machine">
      <p className="quiet">{data.model} read this change. It may be wrong, and it may say what the author wants it to say; it decides nothing and is no part of what you sign.</p>
      <Said answer={data} />
    </Section>
  );
}

function Said({ answer }: { answer: Exclude<ReaderAnswer, { state: 'off' }> }) {
  if (answer.state === 'reading') return <p className="quiet">It is still reading. Nothing waits for it.</p>;
  if (answer.state === 'failed') return <p className="quiet">It did not answer: {answer.why}</p>;
  return (
    <>
      {answer.notes.length === 0 ? (
        <p className="quiet">It has no question.</p>
      ) : (
        <ul className="machine-notes">
          {answer.notes.map((note, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one answer never changes order, and questions may repeat
            <li key={i}>
              {note.text}
              {note.path !== null && (
                <code className="machine-place">
                  {note.path}
                  {note.line === null ? '' : `:${note.line}`}
                </code>
              )}
            </li>
          ))}
        </ul>
      )}
      {answer.left.length > 0 && (
        <p className="quiet">
          It did not see all of {answer.left.slice(0, 5).join(', ')}
          {answer.left.length > 5 ? ` and ${answer.left.length - 5} more` : ''}.
        </p>
      )}
    </>
  );
}
