/** The help of every command there is: what it is for, an example that can be typed, exit codes, and the same option for programs. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { build } from './program.ts';

const program = build(
  async () => {},
  () => {},
);
interface Leaf {
  readonly name: string;
  readonly command: Command;
}
const leavesOf = (command: Command, path: readonly string[]): readonly Leaf[] =>
  command.commands.length === 0 ? [{ name: path.join(' '), command }] : command.commands.flatMap((c) => leavesOf(c, [...path, c.name()]));
const leaves = leavesOf(program, []);
const groups = program.commands.filter((c) => c.commands.length > 0);

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return text;
}
const examplesIn = (help: string): readonly string[] =>
  (/\nExamples:\n((?: {2}.*\n)+)/.exec(help)?.[1] ?? '')
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '');

/** Called by git and by agents, which want nothing on standard output, and by programs that speak JSON already. */
const QUIET = /^hook |^serve$|^policy (?:schema|profile|import)$|^lines export$/;

describe.each(leaves)('countersign $name', ({ name, command }) => {
  const help = helpOf(command);

  it('says what it is for, with an example and the exit codes', () => {
    expect(command.description()).not.toBe('');
    expect(help).toContain('Exit codes:\n  0  passes');
    const examples = examplesIn(help);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toMatch(new RegExp(`(?:^|[|] )countersign (?:${name.replace(/ (?:use|change|show)$/, '(?:$&)?')})(?: |$)`));
  });

  it('names only options it has in its examples', () => {
    const known = command.options.flatMap((o) => [o.long, o.short]);
    const used = examplesIn(help).flatMap(
      (e) =>
        e
          .replace(/"[^"]*"/g, '')
          .replace(/^.*[|] /, '')
          .match(/(?<= )--?[a-z][a-z-]*/g) ?? [],
    );
    expect(used.filter((option) => !known.includes(option))).toEqual([]);
  });

  if (!QUIET.test(name))
    it('has --json', () => {
      expect(command.options.map((o) => o.long)).toContain('--json');
    });
});

describe.each(groups.map((command) => ({ name: command.name(), command })))('the group $name', ({ command }) => {
  it('has examples and exit codes', () => {
    const help = helpOf(command);
    expect(help).toContain('Exit codes:\n  0  passes');
    for (const example of examplesIn(help)) expect(example).toMatch(/(?:^|[|] )countersign /);
    expect(examplesIn(help).length).toBeGreaterThan(0);
  });
});
