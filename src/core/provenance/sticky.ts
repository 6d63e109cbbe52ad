/** Marks seen before on the same ref and paths: amending a trailer away does not take the mark away. */
import type { ProvenanceEvidence, StickyMark } from './provenance.ts';

export function stickyEvidence(sticky: readonly StickyMark[], paths: readonly string[]): readonly ProvenanceEvidence[] {
  if (sticky.length === 0) return [];
  const touched = new Set(paths);
  const above = new Set(paths.flatMap(ancestors));
  return sticky
    .filter((mark) => overlaps(mark.paths, touched, above))
    .map((mark) => ({
      rule: 'sticky',
      slot: 'sticky' as const,
      tool: mark.tool,
      level: mark.level,
      trust: 2 as const,
      commit: mark.seenOn,
      matched: `an AI mark (${mark.tool}) was seen on ${mark.paths[0] ?? 'this ref'} in ${mark.seenOn.slice(0, 12)}`.slice(0, 200),
    }));
}

/** A mark that lost its paths counts everywhere; a path also overlaps what lies below it (a file became a folder). */
function overlaps(marked: readonly string[], touched: ReadonlySet<string>, above: ReadonlySet<string>): boolean {
  return marked.length === 0 || marked.some((p) => touched.has(p) || above.has(p) || ancestors(p).some((a) => touched.has(a)));
}

function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
