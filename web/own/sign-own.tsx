/** The author's last look. */
import type { OwnBody, OwnReceipt } from '../api/generated.ts';
import { LastLook, Sentence } from '../sign/last-look.tsx';
import type { Look } from '../sign/prepare-form.tsx';
import { useSigning } from '../sign/use-signing.ts';

interface Props extends Look<OwnBody> {
  readonly id: string;
  onSigned(receipt: OwnReceipt): void;
}

export function SignOwn({ id, prepared, onClose, onDemo, onSigned }: Props) {
  const signing = useSigning<OwnReceipt>(`/changes/${id}/ownership`, prepared, onSigned, onClose);
  return <LastLook title="Own this change" lead={<Sentence prepared={prepared} />} prepared={prepared} signing={signing} testId="confirm-own" onClose={onClose} onDemo={onDemo} />;
}
