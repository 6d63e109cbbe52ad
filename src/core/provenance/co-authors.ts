/** Everybody a message names as a co-author. It is written by whoever may push, so they may be anybody. */
import type { Commit } from '../change/change.ts';
import { PERSON_KEYS } from './catalogue/keys.ts';
import { parsePerson } from './identity.ts';
import { readMessage } from './message.ts';

/** In order. */
export function coAuthors({ message }: Pick<Commit, 'message'>): readonly { readonly name: string; readonly email: string }[] {
  return readMessage(message).lines.flatMap((l) => (l.trailer?.key.startsWith('co-') && PERSON_KEYS.has(l.trailer.key) ? [parsePerson(l.trailer.value)] : []));
}
