/** What the reviewer keeps: where in the log their word stands, what proves it, and what happens next. */

import { useEffect } from 'react';
import type { Dossier } from '../api/generated.ts';
import { useSession } from '../api/queries.ts';
import { Link } from '../router/history.tsx';
import type { SignedNow } from './confirm.tsx';
import { SaveReceipt } from './save-receipt.tsx';
import { WhatNext } from './what-next.tsx';
import { Words } from './words-grid.tsx';

export function ReceiptCard({ receipt, words, body, dossier }: SignedNow & { dossier: Dossier }) {
  const me = useSession().data?.person?.id;
  // The button that was pressed is gone with its dialog: reading goes on here.
  useEffect(() => {
    const timer = setTimeout(() => document.getElementById('judgement-title')?.focus());
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="panel-body receipt" data-testid="receipt">
      <p className="receipt-index">
        <span>Log entry</span>
        <strong data-testid="receipt-index">{receipt.index}</strong>
      </p>
      <Words words={words} />
      <WhatNext receipt={receipt} decision={body.decision} dossier={dossier} me={me} />
      <dl className="receipt-digest">
        <dt>SHA-256 of what you signed, envelope included</dt>
        <dd>
          <code>{receipt.digest}</code>
        </dd>
      </dl>
      <SaveReceipt receipt={receipt.receipt} name={dossier.id} />
      <p>
        Proof for later:{' '}
        <a href={`/api/v1/changes/${dossier.id}/bundle`} download={`${dossier.id}.json`}>
          the evidence
        </a>{' '}
        and{' '}
        <a href="/api/v1/trust" download="trust.json">
          the trust file
        </a>
        .
      </p>
      <p>
        <Link href="/ledger">See it in the ledger</Link> · <Link href="/">Back to the queue</Link>
      </p>
    </div>
  );
}
