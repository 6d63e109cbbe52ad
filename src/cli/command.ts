/** How every command is declared: its words, what it is for, examples, exit codes. */
import type { Command } from 'commander';
import { type Answer, EXIT_WORDS } from './exit.ts';

/** Runs a command to its answer and prints it. */
export type Act = (answer: Promise<Answer>) => Promise<void>;

export const EXIT_HELP = `
Exit codes:
${EXIT_WORDS.map((words, code) => `  ${code}  ${words}`).join('\n')}`;

/** @param examples without the name of the program, unless it stands behind another; of a group's command, with the group's. */
export function command(parent: Command, words: string, description: string, examples: readonly string[]): Command {
  return parent
    .command(words)
    .description(description)
    .exitOverride()
    .addHelpText('after', `\nExamples:\n${examples.map((e) => `  ${e.includes('countersign ') ? e : `countersign ${e}`}`).join('\n')}\n${EXIT_HELP}`);
}

export const FLOOR_WORDS = "the organisation's floor, which no repository weakens; may be given more than once";

export const PLAN_WORDS =
  'what applying it does: output of `terraform show -json`, `aws cloudformation describe-change-set` or `pulumi preview --json`; may be given more than once';

/** What may be known of the file `--trust` names. */
export const trustOptions = (of: Command): Command =>
  of
    .option('--pin <digest>', 'the genesis the trust file must have, which trustees then must have signed')
    .option('--trust-size <n>', 'the size of the newest trust file seen: an older one is refused');

/** An option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
