/** The commits it comes as, with what their author says of them. Folded: their words come after the facts. */
import type { Commit, Dossier } from '../api/generated.ts';
import { Section } from '../ui/section.tsx';
import { count } from '../ui/words.ts';

/** As many characters of a message as the server sends. */
const SENT = 2_000;

export function Commits({ dossier }: { dossier: Dossier }) {
  const { commits } = dossier;
  if (commits.length === 0) return null;
  return (
    <Section id="commits" title={commits.length === 1 ? 'Commit' : 'Commits'}>
      <details className="commits">
        <summary>
          {count(commits.length, 'commit')}, newest “{subjectOf(commits.at(-1))}”
        </summary>
        <ol>
          {commits.map((c) => (
            <li key={c.id}>
              <Message commit={c} />
            </li>
          ))}
        </ol>
      </details>
    </Section>
  );
}

const subjectOf = (commit: Commit | undefined): string => commit?.message.split('\n')[0]?.trim() || '(no message)';

function Message({ commit }: { commit: Commit }) {
  const body = commit.message.split('\n').slice(1).join('\n').trim();
  return (
    <>
      <p>
        <code title={commit.id}>{commit.id.slice(0, 10)}</code> <strong>{subjectOf(commit)}</strong> <span className="faint">{commit.author}</span>
      </p>
      {body !== '' && <p className="commit-body">{body}</p>}
      {commit.message.length >= SENT && <p className="faint">The message goes on; this is its beginning.</p>}
    </>
  );
}
