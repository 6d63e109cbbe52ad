/** The commands of the author's own word, and of what whoever signs keeps. */
import type { Command } from 'commander';
import { type Act, command, helpWithin, trustOptions } from './command.ts';

export function signingCommands(program: Command, act: Act): void {
  command(program, 'own <url>', 'say of your own change what you read, ran and do not understand, and sign it', [
    'own http://localhost:4180/changes/3f2a9c1d5e6b7a80',
    'own http://localhost:4180/changes/3f2a9c1d5e6b7a80 --key ~/.ssh/id_ed25519_sk > own.json',
    'own http://localhost:4180/changes/3f2a9c1d5e6b7a80 --key ~/.ssh/id_ed25519_sk --answers own.json',
  ])
    .option('--repo <dir>', 'your own clone, from which the statement is recomputed', '.')
    .option('--as <person>', 'who you are, as the roster names you (default: whoever enrolled the key)')
    .option('--key <file>', 'an sk- key enrolled for you (default: ~/.ssh/id_ed25519_sk or id_ecdsa_sk, where enrolled)')
    .option('--page', 'open the page, whatever keys there are')
    .option('--answers <file>', 'JSON: filesRead, ran, notUnderstood, assumptions')
    .option('--receipt <file>', 'keep the receipt here')
    .option('--json', 'print JSON')
    .action(async (url: string, options) => act((await import('./own.ts')).own(url, options)));

  const receipt = command(program, 'receipt', 'what whoever signs keeps: proof that their word was in the log', ['receipt verify receipt.json --trust trust.json']);
  trustOptions(receipt.command('verify <file>'))
    .description('prove a receipt offline, trusting only the trust file')
    .exitOverride()
    .requiredOption('--trust <file>', 'who is trusted, and the key of the log; got by another road than the receipt')
    .option('--demo', 'accept a receipt of demo data')
    .option('--json', 'print JSON')
    .addHelpText('after', helpWithin(receipt, 'verify'))
    .action(async (file: string, options) => act((await import('./receipt.ts')).receiptVerify(file, options)));
}
