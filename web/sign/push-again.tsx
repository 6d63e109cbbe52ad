/** What whoever pushed does next. The signer reads it too, and is not the one it is said to. */
import type { Dossier } from '../api/generated.ts';
import { shortRef } from '../ui/words.ts';

export function PushAgain({ dossier }: { dossier: Dossier }) {
  const { repo, targetRef, commits, base } = dossier.decision.change;
  const push = `git push origin HEAD:${shortRef(targetRef)}`;
  return (
    <div className="next">
      <h3>{pusherName(dossier)} can push again</h3>
      <p>
        Every seat is filled. The same content now passes to <strong>{repo}</strong> → <strong>{shortRef(targetRef)}</strong>; a changed file does not.
      </p>
      {commits.length > 1 && (
        <p>It came as {commits.length} commits, and each commit of a push is judged: squash them into one first. The content stays the same, so this signature holds.</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide text must be scrollable by keyboard */}
      <pre tabIndex={0}>{commits.length > 1 ? `git reset --soft ${base?.slice(0, 12) ?? `HEAD~${commits.length}`}\ngit commit\n${push}` : push}</pre>
      <p className="hint">
        Where {shortRef(targetRef)} has moved on, <code>git pull --rebase</code> comes first: the signature holds while the content stays the same.
      </p>
    </div>
  );
}

export const pusherName = ({ pusher, people }: Pick<Dossier, 'pusher' | 'people'>): string => (pusher === null ? 'Whoever pushed it' : (people[pusher]?.name ?? pusher));
