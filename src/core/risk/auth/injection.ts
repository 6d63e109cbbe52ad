/** AUTH108: text that somebody else writes becomes a statement, a command or an object. New lines alone, and only where something is put in. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isCode, isRehearsal } from '../source/files.ts';
import { addedCode, goneCode, textOfLines } from './code-lines.ts';
import { isServed } from './routes.ts';

const AUTH108 = rule('AUTH108', 'injection-shape', 'high', 'heuristic', ['the value is passed as a parameter or an argument of its own', 'the value comes from a fixed list']);

const SQL = '(?:SELECT\\s.{1,200}?\\sFROM|INSERT\\s+INTO|UPDATE\\s+[\\w".]{1,60}\\s+SET|DELETE\\s+FROM|DROP\\s+TABLE|ALTER\\s+TABLE)\\b';
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(
      `\\b(?:execute|exec|query|raw|text|run|prepare|createQuery|createNativeQuery|find_by_sql|select_all|executeQuery|executeUpdate|Query|Exec|QueryRow)\\w*\\(\\s*(?:f["']{1,3}|["'\`]{1,3}|\`)\\s*${SQL}[^;]{0,400}?(?:\\$\\{|\\{[a-z_]|["']\\s*[+%]\\s*[\\w(]|#\\{)`,
      'i',
    ),
    'puts values into a SQL statement as text',
  ],
  [new RegExp(`\\bf["']{1,3}\\s*${SQL}[^"']{0,300}\\{[a-z_][\\w.]{0,60}\\}`), 'puts values into a SQL statement as text'],
  [
    /\.(?:where|order|find_by_sql|having|joins|group|pluck)\(\s*["'][^"']{0,200}#\{|\.(?:extra|raw|RawSQL)\(\s*f["']|\$queryRawUnsafe\(|\$executeRawUnsafe\(|fmt\.Sprintf\(\s*["`](?:SELECT|INSERT|UPDATE|DELETE)\s[^"`]{0,200}%[sv]/i,
    'puts values into a SQL statement as text',
  ],
  [
    /\b(?:child_process\.)?exec(?:Sync)?\(\s*`[^`]{0,300}\$\{|\bexec(?:Sync)?\(\s*["'][^"']{0,200}["']\s*\+|\bos\.(?:system|popen)\(\s*(?:f["']|["'][^"']{0,200}["']\s*[+%])|\bsubprocess\.\w+\(\s*f["'][^)]{0,300}shell\s*=\s*True|\bshell\s*=\s*True\b.{0,100}\bf["']|\b(?:system|exec|popen|spawn)\(?\s*["`][^"`]{0,200}#\{|\bshell_exec\(\s*["'][^"']{0,200}\$|\bRuntime\.getRuntime\(\)\.exec\([^)]{0,200}\+|\bexec\.Command\(\s*"(?:ba|z)?sh",\s*"-c",\s*(?:[a-z]|fmt\.Sprintf)/,
    'puts values into a command of the shell',
  ],
  [
    /(?<![.\w>])eval\(\s*(?!["'`][^"'`]*["'`]\s*\))[\w$.[({]|\bnew Function\(\s*(?!["'][^"']*["']\s*\))[\w$]|\bvm\.runIn(?:New|This)Context\(\s*[a-z]|\binstance_eval\(\s*[a-z]|\bclass_eval\(\s*params|\bconstantize\b.{0,20}params|params\[.{0,40}\.constantize\b/,
    'runs text as code',
  ],
  [
    /\bpickle\.loads?\(|\bcPickle\.|\bdill\.loads?\(|\byaml\.(?:load|unsafe_load)\((?!.{0,120}(?:SafeLoader|safe))|\bMarshal\.load\(|\bunserialize\(\s*\$|\bObjectInputStream\(|\bBinaryFormatter\b|\bjsonpickle\.decode\(|\bYAML\.(?:unsafe_load|load)\(\s*(?:params|request)|\bTypeNameHandling\.(?:All|Auto|Objects)\b|\bnode-serialize\b|\btorch\.load\([^)]{0,200}weights_only\s*=\s*False/,
    'builds objects out of bytes that somebody sends',
  ],
  [/\b(?:allowed|permitted|safe)_?(?:hosts|origins|domains|redirects|paths|urls|types)\s*[:=]\s*[[({]?\s*["']\*["']/i, 'allows everything where it had a list'],
];

export const injection: Detector = {
  id: 'injection',
  detect: ({ files }) => files.filter((f) => isCode(f.path) && isServed(f.path) && !/\.(?:tf|sh|bash|zsh|ps1|pp)$/.test(f.path)).flatMap(ofFile),
};

function ofFile(file: FileEvidence): readonly Finding[] {
  const text = textOfLines(addedCode(file));
  if (text === '') return [];
  return SHAPES.flatMap(([pattern, what]) => {
    const lines = pattern.test(text) ? addedCode(file).filter((l) => pattern.test(l.text)) : [];
    // the same shape reworded is no new one
    const before = lines.length === 0 ? 0 : goneCode(file).filter((l) => pattern.test(l.text)).length;
    const [first] = lines.slice(before);
    if (first === undefined) return [];
    return [
      AUTH108({
        place: { path: file.path, side: 'head', line: first.line },
        ...(isRehearsal(file.path) || /(?:^|\/)(?:scripts?|tools?|bin|hack|utils?)\//.test(file.path) ? { severity: 'elevated' } : {}),
        because: [['line', first.text]],
        what: `${file.path} line ${first.line} ${what}`,
      }),
    ];
  });
}
