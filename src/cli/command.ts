/** How every command is declared: its words, what it is for, examples, exit codes. */
import type { Command } from 'commander';
import { type Answer, EXIT_WORDS } from './exit.ts';

/** Runs a command to its answer and prints it. */
export type Act = (answer: Promise<Answer>) => Promise<void>;

export const EXIT_HELP = `
Exit codes:
${EXIT_WORDS.map((words, code) => `  ${code}  ${words}`).join('\n')}`;

/** @param examples without the name of the program; of a group's command, with the group's. */
export function command(parent: Command, words: string, description: string, examples: readonly string[]): Command {
  return parent
    .command(words)
    .description(description)
    .exitOverride()
    .addHelpText('after', `\nExamples:\n${examples.map((e) => `  countersign ${e}`).join('\n')}\n${EXIT_HELP}`);
}

/** An option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
