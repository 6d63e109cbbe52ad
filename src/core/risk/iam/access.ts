/**
 * Grants in files that no parser reads: templates of policies, of charts and of whatever writes them. By line, so capped at high;
 * what is read as a tree is judged by its statements.
 */
import type { FileEvidence } from '../evidence.ts';
import type { Saying } from '../finding.ts';
import { rule } from '../finding.ts';
import { kindsOf } from '../kinds.ts';
import { goneLines, newLines, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';

const IAM101 = rule('IAM101', 'wildcard-added', 'high', 'heuristic', ['the actions and resources are named']);
const IAM103 = rule('IAM103', 'deny-or-condition-gone', 'high', 'heuristic', ['the same is denied elsewhere']);
const IAM108 = rule('IAM108', 'admin-bound', 'high', 'heuristic', ['a narrower role']);
const IAM111 = rule('IAM111', 'public', 'high', 'heuristic', ['the principals are named']);

const ADDED: readonly (readonly [(s: Saying) => Finding, RegExp, string])[] = [
  [IAM101, /\bactions?["']?\s*[=:]\s*(?:\[\s*)?["'](?:\*|[\w-]+:\*)["']/i, 'allows every action'],
  [IAM108, /:policy\/AdministratorAccess\b|["']roles\/(?:owner|editor)["']|^name:\s*["']?cluster-admin["']?$/, 'makes somebody an administrator'],
  [IAM111, /\b(?:principals?|aws|identifiers)["']?\s*[=:]\s*(?:\[\s*)?["']\*["']|["']all(?:Authenticated)?Users["']/i, 'opens something to everybody'],
];

export const access: Detector = { id: 'access', detect: ({ files }) => files.filter(isTemplate).flatMap(ofFile) };

const isTemplate = (f: FileEvidence): boolean =>
  [f.base, f.head].some((side) => side?.kind === 'text') && kindsOf(f.path).some((k) => k === 'iam' || k === 'terraform' || k === 'kubernetes' || k === 'infrastructure');

function ofFile(file: FileEvidence): readonly Finding[] {
  const added = newLines(file).flatMap(({ line, text }) =>
    ADDED.filter(([, p]) => !/^(?:#|\/\/)/.test(text) && p.test(text)).map(([make, , why]) =>
      make({ place: { path: file.path, side: 'head', line }, because: [['line', text]], what: `${file.path} line ${line} ${why}` }),
    ),
  );
  // Most files never denied anything, and what went need not be looked for line by line.
  const lost = file.head !== undefined && /deny/i.test(textOf(file.base)) ? goneLines(file) : [];
  const denied = lost.filter(({ text }) => /\beffect["']?\s*[=:]\s*["']deny["']/i.test(text));
  return [
    ...added,
    ...denied.map(({ line, text }) =>
      IAM103({
        place: { path: file.path, side: 'base', line },
        because: [['line that went', text]],
        what: `${file.path} loses a Deny: what it forbade is allowed wherever something else allows it`,
      }),
    ),
  ];
}
