/** The commands of `countersign github`. */
import type { Command } from 'commander';
import { type Act, command, helpWithin } from './command.ts';
import { DEFAULTS } from './defaults.ts';

export function githubCommands(program: Command, act: Act): void {
  const group = command(program, 'github', 'repositories that lie at GitHub: our app there, and what its rules leave open: docs/guides/github.md', [
    'github app --url https://countersign.example --org acme --out /srv/countersign',
    'github app --url https://countersign.example --api https://ghe.example/api/v3 --web https://ghe.example',
    'github check --site /srv/countersign/site.yml',
    'github check --json',
  ]);
  const sub = (words: string, description: string): Command =>
    group.command(words).description(description).exitOverride().option('--json', 'print JSON').addHelpText('after', helpWithin(group, words));

  sub('app', 'make the app: GitHub asks you in the browser; its key and its secret come into files of yours alone')
    .requiredOption('--url <address>', 'of the server, as GitHub reaches it')
    .option('--org <name>', 'the organisation the app belongs to (default: you)')
    .option('--api <address>', "of an Enterprise Server's API (default: https://api.github.com)")
    .option('--web <address>', 'of an Enterprise Server (default: https://github.com)')
    .option('--out <folder>', 'where the two files are written', '.')
    .action(async (options) => act((await import('./github-app.ts')).makeApp(options)));

  sub('check', 'ask GitHub who gets round the check, for every repository of the site that lies there')
    .option('--site <file>', 'the site file (or COUNTERSIGN_SITE; default: site.yml in the data folder)')
    .option('--data <dir>', `data folder (or COUNTERSIGN_DATA; default: ${DEFAULTS.data})`)
    .action(async (options) => act((await import('./github-check.ts')).checkGithub(options)));
}
