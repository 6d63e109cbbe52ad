/** Whose word stands: a person's latest one, as at the gate. */
import type { Dossier, Signoff } from '../api/generated.ts';

type Given = Pick<Dossier, 'signoffs'>;

export const latestWords = ({ signoffs }: Given): readonly Signoff[] => [...new Map(signoffs.map((s) => [s.signer.id, s])).values()];

/** Requests for changes nobody took back: while one stands, the same content does not land. */
export const objections = (dossier: Given): readonly Signoff[] => latestWords(dossier).filter((s) => s.decision === 'changes');

/** What stands of one person's, or undefined. */
export const wordOf = (dossier: Given, person: string): Signoff | undefined => latestWords(dossier).find((s) => s.signer.id === person);
