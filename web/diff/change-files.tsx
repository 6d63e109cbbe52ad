/** The difference itself, file by file, from whole texts. */

import { lazy, Suspense, useMemo, useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { Dossier } from '../api/generated.ts';
import { Section } from '../ui/section.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { count } from '../ui/words.ts';
import type { DiffStyle } from './diff-style.ts';
import { FileBlock } from './file-block.tsx';

/** The diff library is the largest part of the client: it comes after the sentence. */
const DiffRoom = lazy(() => import('./diff-room.tsx'));

export function ChangeFiles({ dossier, onSeen }: { dossier: Dossier; onSeen(path: string): void }) {
  const [style, setStyle] = useState<DiffStyle>(() => (window.innerWidth >= 1100 ? 'split' : 'unified'));
  const marks = useMemo(() => Map.groupBy(dossier.decision.provenance.marks ?? [], (m) => m.path), [dossier]);
  useShortcuts({ v: () => setStyle((s) => (s === 'split' ? 'unified' : 'split')) });
  return (
    <Section id="files" title="The change" wide aside={<Style style={style} onChange={setStyle} />}>
      <p className="files-count">{count(dossier.files.length, 'file')}</p>
      <Suspense fallback={<p className="loading">Reading the difference…</p>}>
        <DiffRoom>
          {dossier.files.map((file) => (
            <FileBlock
              key={file.path}
              file={file}
              findings={dossier.decision.findings.filter((f) => f.place.path === file.path)}
              marks={marks.get(file.path) ?? []}
              style={style}
              onSeen={onSeen}
            />
          ))}
        </DiffRoom>
      </Suspense>
    </Section>
  );
}

function Style({ style, onChange }: { style: DiffStyle; onChange(style: DiffStyle): void }) {
  return (
    <ToggleButtonGroup
      className="toggle"
      aria-label="Layout of the difference"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[style]}
      onSelectionChange={(keys) => onChange(keys.has('split') ? 'split' : 'unified')}
    >
      <ToggleButton id="split">Split</ToggleButton>
      <ToggleButton id="unified">Unified</ToggleButton>
    </ToggleButtonGroup>
  );
}
