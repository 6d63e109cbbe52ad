/** One changed file: its name, what happens to it, and its difference. */

import { lazy, useEffect, useRef, useState } from 'react';
import type { ChangedFile, Finding, LineMark } from '../api/generated.ts';
import type { DiffStyle } from './diff-style.ts';
import { fileNotes } from './file-notes.ts';
import { markNotes } from './line-marks.ts';

const TextDiff = lazy(() => import('./text-diff.tsx'));
const STATUS: Readonly<Record<ChangedFile['status'], string>> = { A: 'added', D: 'deleted', M: 'changed', T: 'type changed' };

interface Props {
  readonly file: ChangedFile;
  readonly findings: readonly Finding[];
  /** Whose hands its lines are, where records say. */
  readonly marks: readonly LineMark[];
  readonly style: DiffStyle;
  onSeen(path: string): void;
}

export function FileBlock({ file, findings, marks, style, onSeen }: Props) {
  const [open, setOpen] = useState(true);
  const ref = useInView(() => onSeen(file.path));
  const notes = fileNotes(file);
  const written = markNotes(marks);
  return (
    <div ref={ref} id={`file-${file.path}`} className="file" data-testid="file" data-path={file.path}>
      <button type="button" className="file-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="caret" aria-hidden="true" />
        <span className="file-path">{file.path}</span>
        <span className={`file-status file-${file.status}`}>{STATUS[file.status]}</span>
        {written.length > 0 && <span className="file-ai">{written.join(', ')}</span>}
        {findings.length > 0 && <span className="file-findings">{findings.map((f) => f.rule).join(', ')}</span>}
      </button>
      {open && notes.length > 0 && <p className="file-note">{notes.join('. ')}.</p>}
      {open && !file.binary && <TextDiff file={file} findings={findings} marks={marks} style={style} />}
    </div>
  );
}

/** Calls back once, when the element first comes into view. */
function useInView(seen: () => void) {
  const ref = useRef<HTMLDivElement>(null);
  const tell = useRef(seen);
  tell.current = seen;
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      tell.current();
      observer.disconnect();
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return ref;
}
