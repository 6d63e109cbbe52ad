/** A proposal as `countersign.yml`. Comments carry the reasons; what comes from files, names and paths is quoted, and opens no line. */
import { comment, plainOrQuoted, quoted } from '../yaml-text.ts';
import type { ProposedRule } from './profile.ts';
import type { Proposal } from './proposal.ts';
import type { AnsweredTest } from './tests.ts';

const WIDTH = 120;

/** @param at which commit was looked at, in words. */
export function policyText({ profile, refs, systems, rules, questions }: Proposal, tests: readonly AnsweredTest[], at: string): string {
  return [
    ...said(
      `What a change needs before it may land on a protected ref. Proposed by countersign init from ${at}: a guess with its reasons, to be read line by line before it lands.`,
    ),
    '# Check a change with it: countersign check      What it would have cost: countersign simulate --policy countersign.yml',
    '',
    'version: 1',
    '',
    ...said(`Why this profile: ${profile.because}.`),
    `# Read it: countersign policy profile ${profile.name}      Others: countersign policy profiles`,
    `extends: [profile:${profile.name}]`,
    '',
    '# Levels of people, lowest first, and the level from which people count as senior. Names are yours to choose; the roster uses them.',
    'ladder: [L4, L5, L6, L7]',
    'senior: L6',
    '',
    ...said(`Why these refs: ${refs.because}.`),
    'protected:',
    ...refs.globs.map((glob) => `  - ${quoted(glob)}`),
    '',
    '# Gates begin by watching: what they would deny passes and is counted. Then warn, then enforce, system by system; give it an end',
    '# with until: once you have one. Changes to the files that decide are enforced from the first day.',
    'modes: {default: observe}',
    ...(systems.length === 0 ? [] : ['', '# What seems to run here. The profile asks more where criticality is 1 (the highest) or 2.', 'systems:', ...systems.flatMap(systemText)]),
    ...(rules.length === 0
      ? []
      : ['', '# Beside what the profile asks. Each has at least two people on the proposed roster who can answer it.', 'rules:', ...rules.flatMap(ruleText)]),
    ...(tests.length === 0
      ? []
      : ['', '# What it does today, in cases: countersign policy test. Where one is not what you mean, change the policy.', 'tests:', ...tests.flatMap(testText)]),
    '',
    '# Open questions, which no repository answers:',
    ...questions.flatMap((q) => said(`- ${q}`)),
    '',
  ].join('\n');
}

function systemText({ id, name, criticality, paths, because, activity }: Proposal['systems'][number]): readonly string[] {
  return [
    ...said([because, activity].filter((part) => part !== '').join('; '), '  '),
    `  - id: ${id}`,
    `    name: ${quoted(name)}`,
    `    criticality: ${criticality}`,
    ...list('    ', 'paths', paths),
  ];
}

function ruleText({ id, description, paths, when, require, because }: ProposedRule): readonly string[] {
  return [
    ...said(because, '  '),
    `  - id: ${quoted(id)}`,
    `    description: ${quoted(description)}`,
    ...list('    ', 'paths', paths),
    ...(when === null ? [] : [`    when: ${when}`]),
    `    require: ${require}`,
  ];
}

/** Reviews after landing are taken to have found nothing. */
const LANE = '    lane: {sampled: 50, escapes: 0}';

function testText({ name, path, author, people, agent, tier, result, rules }: AnsweredTest): readonly string[] {
  const facts = [
    `paths: [${quoted(path)}]`,
    `author: ${plainOrQuoted(author)}`,
    ...(agent ? ['provenance: {level: agent}'] : []),
    ...(tier === 'routine' ? [] : [`risk: {tier: ${tier}}`]),
  ];
  return [
    `  - name: ${quoted(name)}`,
    `    people: [${people.map((p) => `{id: ${plainOrQuoted(p.id)}, level: ${p.level}}`).join(', ')}]`,
    LANE,
    `    change: {${facts.join(', ')}}`,
    `    expect: {result: ${result}, rules: [${rules.map(plainOrQuoted).join(', ')}]}`,
  ];
}

/** One a line: they are what a person reads and changes. */
const list = (indent: string, key: string, values: readonly string[]): readonly string[] => [`${indent}${key}:`, ...values.map((value) => `${indent}  - ${quoted(value)}`)];

/** A comment over as many lines as it takes. */
export function said(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((l) => `${indent}${comment(l)}`);
}
