/** A sentence of the API as text; what stands between back quotes is set as code. Never as markup. */
import { Fragment } from 'react';

export function Prose({ text }: { text: string }) {
  const parts = text.split('`').map((part, at) => ({ part, at }));
  return parts.map(({ part, at }) => (at % 2 === 1 && at < parts.length - 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{part}</Fragment>));
}
