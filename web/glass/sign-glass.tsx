/** The last look before a word about break-glass is signed. */
import type { GlassBody } from '../api/generated.ts';
import { LastLook, Sentence } from '../sign/last-look.tsx';
import type { Look } from '../sign/prepare-form.tsx';
import { useSigning } from '../sign/use-signing.ts';
import { TITLE } from './words.ts';

export function SignGlass({ id, prepared, body, onClose, onDemo }: Look<GlassBody> & { readonly id: string }) {
  const signing = useSigning(`/changes/${id}/break-glass`, prepared, () => {}, onClose);
  return (
    <LastLook title={TITLE[body.kind]} lead={<Sentence prepared={prepared} />} prepared={prepared} signing={signing} testId="confirm-glass" onClose={onClose} onDemo={onDemo} />
  );
}
