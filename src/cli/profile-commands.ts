/** The commands of `countersign policy` about the profiles that ship. */
import type { Command } from 'commander';
import { type Act, command } from './command.ts';

export function profileCommands(policy: Command, act: Act): void {
  command(policy, 'profiles', 'the profiles that ship, with one line about each', ['policy profiles', 'policy profiles --json'])
    .option('--json', 'print JSON')
    .action(async (options) => act((await import('./policy-profiles.ts')).policyProfiles(options)));

  command(policy, 'profile <name>', 'print a profile: its rules, its tests, and what it does not cover', [
    'policy profile tiered',
    'policy profile tier-one-reset --until 2027-03-01 > .countersign/tier-one-reset.yml',
  ])
    .option('--until <date>', 'print it with an end, for a file of your own')
    .option('--json', 'print JSON')
    .action(async (name: string, options) => act((await import('./policy-profiles.ts')).policyProfile(name, options)));
}
