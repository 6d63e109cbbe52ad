/** The statement as the server sent it: shown, and asked for the one thing the page does not know, the level it proves. */
import { textOf } from '../api/bytes.ts';

export function readable(statement: string): string {
  try {
    return textOf(statement);
  } catch {
    return 'The server sent something that is not base64. Do not sign it.';
  }
}

/** The level these bytes claim for the signer; undefined where they cannot be read. */
export function levelIn(statement: string): string | undefined {
  try {
    const said = JSON.parse(textOf(statement)) as { predicate?: { signer?: { qualification?: { level?: unknown } } } };
    const level = said.predicate?.signer?.qualification?.level;
    return typeof level === 'string' ? level : undefined;
  } catch {
    return undefined;
  }
}
