/** The draft of one person on one change, kept in this tab so that a reload loses no thought. Never sent before signing. */
import { useEffect, useState } from 'react';
import { type Draft, EMPTY } from './draft.ts';

export interface DraftControl {
  readonly draft: Draft;
  edit(change: Partial<Draft>): void;
  finding(key: string, change: Partial<Draft['findings'][string]>): void;
  clear(): void;
}

export function useDraft(change: string, person: string): DraftControl {
  const slot = `draft:${change}:${person}`;
  const [draft, setDraft] = useState<Draft>(() => read(slot));
  useEffect(() => write(slot, draft), [slot, draft]);
  return {
    draft,
    edit: (part) => setDraft((d) => ({ ...d, ...part })),
    finding: (key, part) => setDraft((d) => ({ ...d, findings: { ...d.findings, [key]: { ...(d.findings[key] ?? { disposition: '', note: '' }), ...part } } })),
    clear: () => setDraft(EMPTY),
  };
}

function read(slot: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(slot) ?? '{}') as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

/** Storage may be full or forbidden; the draft then lives only as long as the page. */
function write(slot: string, draft: Draft): void {
  try {
    if (draft === EMPTY) sessionStorage.removeItem(slot);
    else sessionStorage.setItem(slot, JSON.stringify(draft));
  } catch {}
}
