/**
 * Commands that destroy or take safety away (SH101 to SH110), wherever a change has a shell run them. Read by the grammar, base
 * against head; patterns read what the grammar could not. Whoever writes the change chooses every word of it.
 */
import type { FileEvidence } from '../evidence.ts';
import { kindsOf } from '../kinds.ts';
import type { NewLine } from '../lines.ts';
import { newLines, textOf as sourceOf } from '../lines.ts';
import { cutLines } from '../long-lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { optionsGone } from './options.ts';
import { textHits } from './patterns.ts';
import { scratchNames } from './rm.ts';
import { newlySeen, type Seen, seenIn, textOf } from './transitions.ts';

export const commands: Detector = {
  id: 'commands',
  detect: ({ files }) => {
    const gone = files.filter((f) => f.head === undefined).flatMap((f) => seenIn(f.base));
    return files.flatMap((f) => [...newlySeen(f, gone).map((s) => finding(f.path, s)), ...optionsGone(f), ...ofText(f)]);
  },
};

function finding(path: string, { hit, command, script, reached }: Seen): Finding {
  const text = textOf(command);
  const how = [...(script.name === '' ? [] : [script.name]), ...command.via].join(', ');
  const now = reached === undefined ? '' : ' where it did not before';
  return hit.make({
    place: { path, side: 'head', line: command.line },
    what: `${path} line ${command.line} ${hit.why}${now}: ${text.slice(0, 120)}`,
    confidence: command.via.length === 0 && script.runner !== 'program' ? 'exact' : 'inferred',
    because: [['command', text], ...(how === '' ? [] : [['how', how] as const]), ...(reached === undefined ? [] : [['no longer asked', reached] as const])],
    ...(hit.severity === undefined ? {} : { severity: hit.severity }),
  });
}

const isScript = (f: FileEvidence): boolean =>
  kindsOf(f.path).some((k) => k === 'script' || k === 'workflow' || k === 'guard') || f.newMode === '100755' || /^#!/.test(sourceOf(f.head));

function ofText(file: FileEvidence): readonly Finding[] {
  const lines = textLines(file);
  if (lines.length === 0) return [];
  const scratch = scratchNames(sourceOf(file.head));
  const found = lines.flatMap(({ line, text }) =>
    textHits(file.path, text, scratch).map(({ make, why, severity }) =>
      make({
        place: { path: file.path, side: 'head', line },
        what: `${file.path} line ${line} ${why}: ${text.slice(0, 120)}`,
        confidence: 'heuristic',
        because: [['line', text]],
        ...(severity === undefined ? {} : { severity }),
      }),
    ),
  );
  return [...found, ...cutLines(file, lines)];
}

/** New lines that no grammar read: all of a file without one, or what is broken in a script. */
function textLines(file: FileEvidence): readonly NewLine[] {
  const { head } = file;
  if (head === undefined || !('text' in head)) return [];
  const scripts = 'scripts' in head ? head.scripts : undefined;
  if (head.kind === 'data' && head.problem !== undefined) return isScript(file) ? newLines(file) : [];
  if (scripts === undefined) return isScript(file) && head.kind !== 'data' ? newLines(file) : [];
  const unread = new Set(scripts.flatMap((s) => s.unread.map((u) => u.line)));
  if (unread.size === 0) return [];
  const fresh = newLines(file);
  const ends = fresh.map((l, i) => Math.min(fresh[i + 1]?.line ?? l.line + 1, l.line + 50));
  return fresh.filter((l, i) => Array.from({ length: (ends[i] ?? l.line + 1) - l.line }, (_, n) => l.line + n).some((n) => unread.has(n)));
}
