/** A moment, relative, with the exact one on hover and for machines. */
import { useEffect, useState } from 'react';
import { ago } from './words.ts';

export function When({ at, exact = false }: { at: number | string; exact?: boolean }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>at an unreadable time</span>;
  const iso = moment.toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {exact ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : ago(moment.getTime(), now)}
    </time>
  );
}
