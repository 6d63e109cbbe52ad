/** What the reviewer keeps: where in the log their word stands, and what happens next. */
import type { Dossier, Receipt } from '../api/dossier.ts';
import { Link } from '../router/history.tsx';
import { shortRef } from '../ui/words.ts';
import { Words } from './words-grid.tsx';

export function ReceiptCard({ receipt, words, dossier }: { receipt: Receipt; words: readonly string[]; dossier: Dossier }) {
  const { repo, targetRef } = dossier.decision.change;
  const commits = dossier.decision.change.commits.length;
  return (
    <div className="panel-body receipt" data-testid="receipt" role="status">
      <p className="receipt-index">
        <span>Log entry</span>
        <strong data-testid="receipt-index">{receipt.index}</strong>
      </p>
      <Words words={words} />
      <p className="receipt-digest">
        <code>{receipt.digest}</code>
      </p>
      {receipt.complete ? (
        <div className="next">
          <h3>Push again</h3>
          <p>
            Every seat is filled. The same content now passes to <strong>{repo}</strong> → <strong>{shortRef(targetRef)}</strong>; a changed file does not.
          </p>
          {commits > 1 && (
            <p>It came as {commits} commits, and each commit of a push is judged: squash them into one first. The content stays the same, so this signature holds.</p>
          )}
          <pre>{commits > 1 ? `git reset --soft HEAD~${commits} && git commit && git push` : 'git push'}</pre>
        </div>
      ) : (
        <div className="next">
          <h3>Not complete yet</h3>
          <p>{receipt.missing}</p>
        </div>
      )}
      <p>
        <Link href="/ledger">See it in the ledger</Link> · <Link href="/">Back to the queue</Link>
      </p>
    </div>
  );
}
