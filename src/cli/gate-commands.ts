/** The commands of a CI system: the gate, and the sign-offs a ref carries to it. */
import type { Command } from 'commander';
import { SIGNOFFS_REF } from '../flows/ports-carried.ts';
import { type Act, command, FLOOR_WORDS, helpWithin, PLAN_WORDS, several, trustOptions } from './command.ts';

export function gateCommands(program: Command, act: Act): void {
  trustOptions(
    command(program, 'gate [range]', 'whether the change in this clone may land, by the sign-offs that git or a server carries, for CI: docs/guides/ci.md', [
      'gate --trust-from-target .countersign/trust.json',
      'gate origin/main..HEAD --target refs/heads/main --trust /run/secrets/trust.json --server https://countersign.example --json',
    ]),
  )
    .option('--target <ref>', 'the branch it is for, by its full name; read as `origin` had it when it was fetched, and from nowhere else', 'refs/heads/main')
    .option('--trust <file>', 'who is trusted: a file outside the work tree')
    .option('--trust-from-target <path>', 'who is trusted: a file below .countersign/, read where the target stands')
    .option('--sign-offs <ref>', 'the ref that carries sign-offs', SIGNOFFS_REF)
    .option('--server <url>', 'fetch sign-offs from this server too (COUNTERSIGN_TOKEN: a token that may read)')
    .option('--name <repository>', "the repository as sign-offs name it (default: the last part of origin's address)")
    .option('--fresh <time>', 'how old the knowledge of what was taken back may be', '24h')
    .option('--squash', 'it lands as one commit whatever it is made of: the forge squashes, and allows nothing else')
    .option('--queue', 'the range begins at the entry before this one in a merge queue')
    .option('--plan <file>', PLAN_WORDS, several)
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--summary <file>', 'add the answer to this file as Markdown')
    .option('--demo', 'accept sign-offs of demo data')
    .option('--json', 'print JSON')
    .action(async (range: string | undefined, options) => act((await import('./gate.ts')).gate(range ?? '', options)));

  const signOffs = command(program, 'sign-offs', 'bundles of sign-offs in a ref, for `gate` to find: docs/spec/signoff-ref.md', [
    'sign-offs put change.json --remote origin',
    'sign-offs put --change 3f2a9c1d5e6b7a80 --server https://countersign.example --remote origin',
  ]);
  signOffs
    .command('put [files...]')
    .description('add bundles to the ref, and push it where a remote is named; nothing is verified here')
    .exitOverride()
    .option('--change <id>', 'the bundle of this change, from --server')
    .option('--server <url>', 'where that change is (COUNTERSIGN_TOKEN: a token that may read)')
    .option('--remote <name>', 'push the ref there, on top of what it holds')
    .option('--sign-offs <ref>', 'the ref', SIGNOFFS_REF)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', helpWithin(signOffs, 'put'))
    .action(async (files: string[], options) => act((await import('./sign-offs.ts')).putSignoffs(files, options)));
}
