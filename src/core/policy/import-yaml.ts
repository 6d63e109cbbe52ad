/**
 * An import as a fragment of `countersign.yml`: rules, tests, and the notes as comments. Names and paths come from a file
 * somebody else wrote: each is quoted, and nothing of them can end a line or open one.
 */
import type { Imported, ImportedRule, ImportedTest, Note } from './import.ts';
import { comment, quoted } from './yaml-text.ts';

export function importedYaml({ source, rules, tests, notes }: Imported): string {
  return [
    comment(`Imported from ${source}. Read the notes at the end, then put this into countersign.yml.`),
    'rules:',
    ...rules.flatMap(ruleText),
    ...(tests.length === 0 ? [] : ['', 'tests:', ...tests.flatMap(testText)]),
    ...(notes.length === 0
      ? []
      : [
          '',
          ...KINDS.flatMap(([kind, words]) =>
            noteText(
              words,
              notes.filter((note) => note.kind === kind),
            ),
          ),
        ]),
    '',
  ].join('\n');
}

const KINDS: readonly (readonly [Note['kind'], string])[] = [
  ['lost', 'Not carried over as written:'],
  ['weaker', 'Weaker than before, or as weak as before:'],
  ['stricter', 'Stricter than before:'],
  ['check', 'To look at:'],
];

function ruleText({ id, description, paths, ask }: ImportedRule): readonly string[] {
  const from = ask === null ? [] : Object.entries(ask.from).flatMap(([kind, names]) => (names.length === 0 ? [] : [`${kind}: [${names.map(quoted).join(', ')}]`]));
  return [
    `  - id: ${quoted(id)}`,
    `    description: ${quoted(description)}`,
    '    paths:',
    ...paths.map((path) => `      - ${quoted(path)}`),
    ask === null ? '    optional: true' : `    require: {humans: ${ask.humans}, from: {${from.join(', ')}}}`,
  ];
}

const testText = ({ name, path, rules }: ImportedTest): readonly string[] => [
  `  - name: ${quoted(name)}`,
  `    change: {paths: [${quoted(path)}]}`,
  `    expect: {rules: [${rules.map(quoted).join(', ')}]}`,
];

const noteText = (words: string, notes: readonly Note[]): readonly string[] =>
  notes.length === 0 ? [] : [comment(words), ...notes.map(({ line, text }) => comment(`  ${line === null ? '' : `line ${line}: `}${text}`))];
