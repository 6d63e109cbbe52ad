/** Grants that are new in this change: wildcards, administrators, the public. Ports open to the world are in network/. */
import type { FileEvidence } from './evidence.ts';
import type { Saying } from './finding.ts';
import { rule } from './finding.ts';
import { kindsOf } from './kinds.ts';
import { goneLines, newLines, textOf } from './lines.ts';
import type { Detector, Finding } from './risk.ts';

const IAM101 = rule('IAM101', 'wildcard-added', 'critical', 'inferred', ['the actions and resources are named']);
const IAM103 = rule('IAM103', 'deny-or-condition-gone', 'critical', 'heuristic', ['the same is denied elsewhere']);
const IAM108 = rule('IAM108', 'admin-bound', 'critical', 'inferred', ['a narrower role']);
const IAM111 = rule('IAM111', 'public', 'critical', 'inferred', ['the principals are named']);

const ADDED: readonly (readonly [(s: Saying) => Finding, RegExp, string])[] = [
  [IAM101, /\bactions?["']?\s*[=:]\s*(?:\[\s*)?["'](?:\*|[\w-]+:\*)["']|^["'](?:\*|[\w-]+:\*)["'],?$|^-\s*["'](?:\*|[\w-]+:\*)["']$/i, 'allows every action'],
  [IAM108, /\bAdministratorAccess\b|\broles\/(?:owner|editor)\b|\bcluster-admin\b|role_definition_name\s*=\s*"Owner"/, 'makes somebody an administrator'],
  [
    IAM111,
    /\b(?:principals?|aws|identifiers|members?)["']?\s*[=:]\s*(?:\[\s*)?["']\*["']|\ball(?:Authenticated)?Users\b|\bacl\s*=\s*"public-read/i,
    'opens something to everybody',
  ],
];

export const access: Detector = { id: 'access', detect: ({ files }) => files.filter(isPolicy).flatMap(ofFile) };

const isPolicy = (f: FileEvidence): boolean => kindsOf(f.path).some((k) => k === 'iam' || k === 'terraform' || k === 'kubernetes' || k === 'infrastructure');

/** A list item on a line of its own, and the key of a list. */
const ITEM = /^\s*(?:-\s*)?["'][^"']*["'],?\s*$/;
const KEY = /^\s*(?:-\s*)?["']?([\w-]{1,60})["']?\s*[=:]\s*\[?\s*$/;
const LOOK_BACK = 200;

/** A lone `"*"` among resources says which, and the actions beside it say what. Where that cannot be told, it allows everything. */
function isResource(lines: readonly string[], line: number): boolean {
  if (!ITEM.test(lines[line - 1] ?? '')) return false;
  for (let i = line - 2; i >= Math.max(0, line - LOOK_BACK); i--) {
    if (!ITEM.test(lines[i] ?? '')) return /^(?:not_?)?resources?$/i.test(KEY.exec(lines[i] ?? '')?.[1] ?? '');
  }
  return false;
}

function ofFile(file: FileEvidence): readonly Finding[] {
  const lines = textOf(file.head).split(/\r?\n/);
  const added = newLines(file).flatMap(({ line, text }) =>
    ADDED.filter(([, p]) => !/^(?:#|\/\/)/.test(text) && p.test(text) && !isResource(lines, line)).map(([make, , why]) =>
      make({ place: { path: file.path, side: 'head', line }, because: [['line', text]], what: `${file.path} line ${line} ${why}` }),
    ),
  );
  // Most files never denied anything, and what went need not be looked for line by line.
  const lost = /deny/i.test(textOf(file.base)) ? goneLines(file) : [];
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
