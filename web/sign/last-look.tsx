/** The last look before anything is signed: what it is, the fingerprint of exactly these bytes, the bytes, the authenticator. */

import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Prepared } from '../api/generated.ts';
import { readable } from './bytes-to-sign.ts';
import { SignActions } from './sign-actions.tsx';
import { Words } from './words-grid.tsx';

interface Props {
  readonly title: string;
  readonly prepared: Prepared;
  readonly signing: { readonly error: Error | null; readonly isPending: boolean; mutate(): void };
  readonly testId: string;
  /** Above the fingerprint. */
  readonly lead: ReactNode;
  /** Below the words. */
  readonly hint?: ReactNode;
  /** Below the bytes. */
  readonly vow?: ReactNode;
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
}

export function LastLook({ title, prepared, signing, testId, lead, hint, vow, onClose, onDemo }: Props) {
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {lead}
          <h3>Fingerprint of what you sign</h3>
          <Words words={prepared.words} />
          {hint}
          <details className="bytes">
            <summary>The exact bytes</summary>
            <pre>{readable(prepared.statement)}</pre>
          </details>
          {vow}
          <SignActions prepared={prepared} signing={signing} testId={testId} onClose={onClose} onDemo={onDemo} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The sentence that is signed, where nothing else has to be said. */
export const Sentence = ({ prepared }: { prepared: Prepared }) => (
  <div className="vow">
    <blockquote>“{prepared.sentence}”</blockquote>
  </div>
);
