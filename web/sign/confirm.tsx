/** The last look: the fingerprint of exactly what is signed, then the authenticator. */
import type { Dossier, PrepareBody, Prepared, Receipt } from '../api/generated.ts';
import { useSession } from '../api/queries.ts';
import { Prose } from '../ui/prose.tsx';
import { DECISION, shortRef } from '../ui/words.ts';
import { letsPass } from './draft.ts';
import { LastLook } from './last-look.tsx';
import { useSigning } from './use-signing.ts';
import { Vow } from './vow.tsx';

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
  const signer = useSession().data?.person ?? null;
  const signing = useSigning<Receipt>(`/changes/${dossier.id}/signoffs`, prepared, (receipt) => onSigned({ receipt, words: prepared.words, body }));
  const { repo, targetRef } = dossier.decision.change;
  return (
    <LastLook
      title={DECISION[body.decision][0]}
      prepared={prepared}
      signing={signing}
      testId="confirm-sign"
      lead={
        <p className="dialog-lead">
          {letsPass(body.decision) ? 'You put your name to' : 'This is about'} <strong>{repo}</strong> → <strong>{shortRef(targetRef)}</strong>:{' '}
          <Prose text={dossier.decision.summary} />
        </p>
      }
      hint={<p className="hint">Eight words for exactly these bytes, decision and stage included. Another word means another statement.</p>}
      vow={<Vow prepared={prepared} body={body} signer={signer} />}
      onClose={onClose}
      onDemo={onDemo}
    />
  );
}
