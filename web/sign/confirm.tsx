/** The last look: the fingerprint of exactly what is signed, then the authenticator. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { textOf } from '../api/bytes.ts';
import type { Dossier, Prepared, Receipt } from '../api/dossier.ts';
import { post } from '../api/http.ts';
import { assertPasskey } from '../api/passkey.ts';
import { Problem } from '../ui/problem.tsx';
import { Prose } from '../ui/prose.tsx';
import { DECISION, shortRef } from '../ui/words.ts';
import type { Draft } from './draft.ts';
import { Words } from './words-grid.tsx';

interface Props {
  readonly dossier: Dossier;
  readonly prepared: Prepared;
  readonly decision: Draft['decision'];
  onClose(): void;
  /** Prepare again, for the labelled software authenticator of demo data. */
  onDemo(): void;
  onSigned(receipt: Receipt, words: readonly string[]): void;
}

export function Confirm({ dossier, prepared, decision, onClose, onDemo, onSigned }: Props) {
  const client = useQueryClient();
  const sign = useMutation({
    mutationFn: async () => {
      const proof = prepared.demoAuthenticator ? { demo: true } : { assertion: await assertPasskey(prepared) };
      return post<Receipt>(`/changes/${dossier.id}/signoffs`, { ticket: prepared.ticket, ...proof });
    },
    onSuccess: (receipt) => {
      onSigned(receipt, prepared.words);
      return client.invalidateQueries();
    },
  });
  const { repo, targetRef } = dossier.decision.change;
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{decision === '' ? '' : DECISION[decision][0]}</Heading>
          <p className="dialog-lead">
            You put your name to <strong>{repo}</strong> → <strong>{shortRef(targetRef)}</strong>: <Prose text={dossier.decision.summary} />
          </p>
          <h3>Fingerprint of what you sign</h3>
          <Words words={prepared.words} />
          <p className="hint">Eight words for exactly these bytes, decision and stage included. Another word means another statement.</p>
          <details className="bytes">
            <summary>The exact bytes</summary>
            <pre>{readable(prepared.statement)}</pre>
          </details>
          {sign.error !== null && <Problem error={sign.error} />}
          <div className="dialog-actions">
            <Button className="quiet" onPress={onClose}>
              Go back
            </Button>
            {prepared.otherwise.includes('demo') && (
              <Button className="quiet" onPress={onDemo}>
                Use the demo authenticator
              </Button>
            )}
            <Button
              className={prepared.demoAuthenticator ? 'primary primary-demo' : 'primary'}
              data-testid="confirm-sign"
              isDisabled={sign.isPending}
              onPress={() => sign.mutate()}
            >
              {sign.isPending ? 'Waiting for your authenticator…' : prepared.demoAuthenticator ? 'Sign with the demo authenticator' : 'Sign with passkey'}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function readable(statement: string): string {
  try {
    return textOf(statement);
  } catch {
    return 'The server sent something that is not base64. Do not sign it.';
  }
}
