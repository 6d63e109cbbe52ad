/** The author's last look: the sentence, the fingerprint of exactly what is signed, the authenticator. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { OwnReceipt, Prepared } from '../api/dossier.ts';
import { post } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';
import { readable } from '../sign/bytes-to-sign.ts';
import { SignActions } from '../sign/sign-actions.tsx';
import { Words } from '../sign/words-grid.tsx';

interface Props {
  readonly id: string;
  readonly prepared: Prepared;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
  onSigned(receipt: OwnReceipt): void;
}

export function SignOwn({ id, prepared, onClose, onDemo, onSigned }: Props) {
  const client = useQueryClient();
  const sign = useMutation({
    mutationFn: async () => {
      const proof = prepared.demoAuthenticator ? { demo: true } : { assertion: await assertPasskey(prepared) };
      return post<OwnReceipt>(`/changes/${id}/ownership`, { ticket: prepared.ticket, ...proof });
    },
    onSuccess: async (receipt) => {
      onSigned(receipt);
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">Own this change</Heading>
          <div className="vow">
            <blockquote>“{prepared.sentence}”</blockquote>
          </div>
          <h3>Fingerprint of what you sign</h3>
          <Words words={prepared.words} />
          <details className="bytes">
            <summary>The exact bytes</summary>
            <pre>{readable(prepared.statement)}</pre>
          </details>
          <SignActions prepared={prepared} signing={sign} testId="confirm-own" onClose={onClose} onDemo={onDemo} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
