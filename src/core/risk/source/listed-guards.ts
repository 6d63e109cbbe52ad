/**
 * Linters and scanners, whose configuration lists what they look at. A scanner of security that looks away is worse than a
 * linter of style that does; an exception more is less than a rule switched off.
 */
import type { FileEvidence } from '../evidence.ts';
import { goneLines, newLines } from '../lines.ts';
import type { Tier } from '../risk.ts';
import { baseName } from './files.ts';
import type { GuardChange } from './guard-files.ts';
import type { Sides } from './policy-change.ts';
import { weakenings } from './weaker.ts';

/** As most formats write it: a rule off, a path or an identifier let through. */
const OFF = /[:=]\s*\[?\s*["']?(?:off|disabled?|allow)\b|[:=]\s*(?:false|0)\s*,?$|\bEnabled:\s*false\b|^\s*-?\s*disable\b/i;
const EXCEPTION = /\b(?:ignores?|excludes?|exclusions?|skip(?:s|_checks|-check)?|allowlist|per-file-ignores|extend-ignore|extend-exclude)\b/i;

export function listedChange(kind: 'linter' | 'scanner', sides: Sides): GuardChange | undefined {
  const { path, base, head } = sides;
  const off: Tier = kind === 'scanner' ? 'critical' : 'high';
  const less: Tier = kind === 'scanner' ? 'high' : 'elevated';
  if (base?.kind === 'data' && head?.kind === 'data' && base.problem === undefined && head.problem === undefined) {
    const [first] = weakenings(base.documents, head.documents);
    if (first === undefined) return undefined;
    const loud = !first.why.includes('lets things through') && /is gone|off$|0$|disabled$/.test(first.why) && /rule|linter|check|enable/i.test(first.at);
    return { severity: loud ? off : less, line: first.line, what: `${path} looks away more than before: ${first.at} ${first.why}` };
  }
  const file: FileEvidence = { path, status: 'M', oldMode: '', newMode: '', ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) };
  const added = newLines(file).filter((l) => !/^\s*(?:#|\/\/)/.test(l.text));
  if (/ignore$/i.test(baseName(path))) return added.length === 0 ? undefined : { severity: less, line: added[0]?.line ?? 1, what: `${path} lets ${added.length} more through` };
  const switched = added.find((l) => OFF.test(l.text));
  if (switched !== undefined) return { severity: off, line: switched.line, what: `${path} switches off what it looked for: ${switched.text.slice(0, 120)}` };
  const exception = added.find((l) => EXCEPTION.test(l.text));
  if (exception !== undefined) return { severity: less, line: exception.line, what: `${path} looks away more than before: ${exception.text.slice(0, 120)}` };
  const lost = goneLines(file).find((l) => /[:=]\s*\[?\s*["']?(?:error|warn|2)\b/i.test(l.text));
  const [, name] = /["']?([\w@/.-]+)["']?\s*[:=]/.exec(lost?.text ?? '') ?? [];
  // a rule whose line goes and whose name does not come back elsewhere is asked no more
  return lost === undefined || name === undefined || added.some((l) => l.text.includes(name)) ? undefined : { severity: off, what: `${path} asks no more for ${name}` };
}
