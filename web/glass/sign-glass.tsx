/** The last look before a word about break-glass is signed: the sentence, the fingerprint, the authenticator. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Prepared } from '../api/dossier.ts';
import type { GlassBody } from '../api/glass.ts';
import { post } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';
import { readable } from '../sign/bytes-to-sign.ts';
import { SignActions } from '../sign/sign-actions.tsx';
import { Words } from '../sign/words-grid.tsx';
import { TITLE } from './words.ts';

interface Props {
  readonly id: string;
  readonly prepared: Prepared;
  readonly body: GlassBody;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
}

export function SignGlass({ id, prepared, body, onClose, onDemo }: Props) {
  const client = useQueryClient();
  const sign = useMutation({
    mutationFn: async () => {
      const proof = prepared.demoAuthenticator ? { demo: true } : { assertion: await assertPasskey(prepared) };
      return post(`/changes/${id}/break-glass`, { ticket: prepared.ticket, ...proof });
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{TITLE[body.kind]}</Heading>
          <div className="vow">
            <blockquote>“{prepared.sentence}”</blockquote>
          </div>
          <h3>Fingerprint of what you sign</h3>
          <Words words={prepared.words} />
          <details className="bytes">
            <summary>The exact bytes</summary>
            <pre>{readable(prepared.statement)}</pre>
          </details>
          <SignActions prepared={prepared} signing={sign} testId="confirm-glass" onClose={onClose} onDemo={onDemo} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
