/** The commands of `countersign jobs`. */
import type { Command } from 'commander';
import { type Act, command, helpWithin } from './command.ts';
import { DEFAULTS } from './defaults.ts';

export function jobCommands(program: Command, act: Act): void {
  const group = command(program, 'jobs', 'work the server does later, and what it has given up: docs/guides/jobs.md', [
    'jobs list --data /srv/countersign',
    'jobs list --dead --json',
    'jobs retry deliver-5f2a90c1d3e4b768-1204-change-landed --data /srv/countersign',
    'jobs drop deliver-5f2a90c1d3e4b768-1204-change-landed --data /srv/countersign',
  ]);
  const sub = (words: string, description: string): Command =>
    group
      .command(words)
      .description(description)
      .exitOverride()
      .option('--data <dir>', `data folder (or COUNTERSIGN_DATA; default: ${DEFAULTS.data}); with DATABASE_URL the jobs are there`)
      .option('--organisation <name>', 'of this one alone; needed where several have a job of that name')
      .option('--json', 'print JSON')
      .addHelpText('after', helpWithin(group, words));

  sub('list', 'what waits, what is being done, and what was given up and why; a server may run on the folder')
    .option('--dead', 'given up alone')
    .action(async (options) => act((await import('./jobs.ts')).listJobs(options)));
  sub('retry <job>', 'begin it at once, with all its tries; while no server runs on the folder').action(async (job: string, options) =>
    act((await import('./jobs.ts')).changeJob('retry', job, options)),
  );
  sub('drop <job>', 'throw it away; while no server runs on the folder').action(async (job: string, options) => act((await import('./jobs.ts')).changeJob('drop', job, options)));
}
