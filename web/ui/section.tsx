/** One part of a document: its name stands in the margin. */
import type { ReactNode } from 'react';

export function Section({ id, title, aside, wide = false, children }: { id: string; title: string; aside?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <section id={id} className={wide ? 'section section-wide' : 'section'} aria-labelledby={`${id}-title`}>
      <header className="section-head">
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        {aside !== undefined && <div className="section-aside">{aside}</div>}
      </header>
      <div className="section-body">{children}</div>
    </section>
  );
}
