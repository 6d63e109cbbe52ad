/** The last look: the fingerprint of exactly what is signed, then the authenticator. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Dossier, PrepareBody, Prepared, Receipt } from '../api/dossier.ts';
import { post } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';
import { useSession } from '../api/queries.ts';
import { Prose } from '../ui/prose.tsx';
import { DECISION, shortRef } from '../ui/words.ts';
import { readable } from './bytes-to-sign.ts';
import { letsPass } from './draft.ts';
import { SignActions } from './sign-actions.tsx';
import { Vow } from './vow.tsx';
import { Words } from './words-grid.tsx';

interface Props {
  readonly dossier: Dossier;
  readonly prepared: Prepared;
  /** What was prepared. */
  readonly body: PrepareBody;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
  onSigned(signed: SignedNow): void;
}

/** What was signed just now, and the receipt for it. */
export interface SignedNow {
  readonly receipt: Receipt;
  readonly words: readonly string[];
  readonly body: PrepareBody;
}

export function Confirm({ dossier, prepared, body, onClose, onDemo, onSigned }: Props) {
  const client = useQueryClient();
  const signer = useSession().data?.person ?? null;
  const sign = useMutation({
    mutationFn: async () => {
      const proof = prepared.demoAuthenticator ? { demo: true } : { assertion: await assertPasskey(prepared) };
      return post<Receipt>(`/changes/${dossier.id}/signoffs`, { ticket: prepared.ticket, ...proof });
    },
    onSuccess: (receipt) => {
      onSigned({ receipt, words: prepared.words, body });
      return client.invalidateQueries();
    },
  });
  const { repo, targetRef } = dossier.decision.change;
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{DECISION[body.decision][0]}</Heading>
          <p className="dialog-lead">
            {letsPass(body.decision) ? 'You put your name to' : 'This is about'} <strong>{repo}</strong> → <strong>{shortRef(targetRef)}</strong>:{' '}
            <Prose text={dossier.decision.summary} />
          </p>
          <h3>Fingerprint of what you sign</h3>
          <Words words={prepared.words} />
          <p className="hint">Eight words for exactly these bytes, decision and stage included. Another word means another statement.</p>
          <details className="bytes">
            <summary>The exact bytes</summary>
            <pre>{readable(prepared.statement)}</pre>
          </details>
          <Vow prepared={prepared} body={body} signer={signer} />
          <SignActions prepared={prepared} signing={sign} testId="confirm-sign" onClose={onClose} onDemo={onDemo} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
