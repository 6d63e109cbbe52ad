/** How every command is declared: its words, what it is for, examples, exit codes. */
import type { Command } from 'commander';
import { type Answer, EXIT_WORDS } from './exit.ts';

/** Runs a command to its answer and prints it. */
export type Act = (answer: Promise<Answer>) => Promise<void>;

export const EXIT_HELP = `
Exit codes:
${EXIT_WORDS.map((words, code) => `  ${code}  ${words}`).join('\n')}`;

const EXAMPLES = new WeakMap<Command, readonly string[]>();

const withExamples = (examples: readonly string[]): string => (examples.length === 0 ? EXIT_HELP : `\nExamples:\n${examples.map((e) => `  ${e}`).join('\n')}\n${EXIT_HELP}`);

/** @param examples without the name of the program, unless it stands behind another; of a group's command, with the group's. */
export function command(parent: Command, words: string, description: string, examples: readonly string[]): Command {
  const whole = examples.map((e) => (/(?:^|[|(] ?)countersign /.test(e) ? e : `countersign ${e}`));
  const made = parent.command(words).description(description).exitOverride();
  EXAMPLES.set(made, whole);
  return made.addHelpText('after', withExamples(whole));
}

/** The end of the help of a group's command: those examples of the group that are of it. One that names none is of the default command. */
export const helpWithin =
  (group: Command, words: string, isDefault = false) =>
  (): string => {
    const of = (example: string): string | undefined => group.commands.map((c) => c.name()).find((name) => new RegExp(`countersign ${group.name()} ${name}(?: |$)`).test(example));
    const [name] = words.split(' ');
    return withExamples((EXAMPLES.get(group) ?? []).filter((e) => of(e) === name || (isDefault && of(e) === undefined)));
  };

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
