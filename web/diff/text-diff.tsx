/** The difference of two whole texts, with findings at their lines. The only file that draws with the diff library. */

import { MultiFileDiff } from '@pierre/diffs/react';
import { useMemo } from 'react';
import type { ChangedFile, Finding, LineMark } from '../api/generated.ts';
import { Prose } from '../ui/prose.tsx';
import type { DiffStyle } from './diff-style.ts';
import { languageOf } from './language.ts';
import { stripes } from './line-marks.ts';

interface Props {
  readonly file: ChangedFile;
  readonly findings: readonly Finding[];
  readonly marks: readonly LineMark[];
  readonly style: DiffStyle;
}

export default function TextDiff({ file, findings, marks, style }: Props) {
  const lang = languageOf(file.path);
  const [oldFile, newFile] = useMemo(
    () => [
      { name: file.path, contents: file.oldText, lang },
      { name: file.path, contents: file.newText, lang },
    ],
    [file, lang],
  );
  const options = useMemo(
    () => ({
      diffStyle: style,
      theme: { light: 'pierre-light', dark: 'pierre-dark' },
      themeType: 'system' as const,
      overflow: 'wrap' as const,
      disableFileHeader: true,
      hunkSeparators: 'line-info' as const,
      lineDiffType: 'word' as const,
      unsafeCSS: stripes(marks),
    }),
    [style, marks],
  );
  const annotations = useMemo(() => findings.flatMap(annotation), [findings]);
  return (
    <MultiFileDiff
      key={style}
      className="text-diff"
      oldFile={oldFile}
      newFile={newFile}
      options={options}
      lineAnnotations={annotations}
      renderAnnotation={({ metadata }) => <Note finding={metadata} />}
    />
  );
}

function annotation(finding: Finding): { side: 'additions' | 'deletions'; lineNumber: number; metadata: Finding }[] {
  const { line, side } = finding.place;
  return line === undefined ? [] : [{ side: side === 'base' ? 'deletions' : 'additions', lineNumber: line, metadata: finding }];
}

function Note({ finding }: { finding: Finding }) {
  return (
    <div className={`line-note tier-edge-${finding.severity}`}>
      <span className="rule-id">{finding.rule}</span> <Prose text={finding.what} />
    </div>
  );
}
