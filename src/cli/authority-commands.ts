/** The commands of `countersign authority`. */
import type { Command } from 'commander';
import { type Act, command, helpWithin, several, trustOptions } from './command.ts';
import { DEFAULTS } from './defaults.ts';

export function authorityCommands(program: Command, act: Act): void {
  const group = command(program, 'authority', 'who may sign, said by the people who may say so: docs/guides/authority.md', [
    'authority show --trust trust.json',
    'authority propose trustee noor --reason "a third of us" --trust trust.json --out noor.json',
    'authority show noor.json --trust trust.json',
    'authority sign noor.json --trust trust.json --key ~/.ssh/id_ed25519_sk',
    'authority submit noor.json https://countersign.example',
    'authority found --organisation Example --url https://countersign.example --founder kim:L7:kim.pub --founder lee:L7:lee.pub --data /srv/countersign',
    'authority found --organisation Example --url https://countersign.example --founder kim:L7 --founder lee:L7 --data /srv/countersign',
  ]);
  const sub = (words: string, description: string): Command =>
    group.command(words).description(description).exitOverride().option('--json', 'print JSON').addHelpText('after', helpWithin(group, words));

  trustOptions(sub('show [file]', 'people, keys, trustees, and the pin of the genesis; of a file to be signed, all that it says'))
    .requiredOption('--trust <file>', 'the trust file')
    .option('--allowed-signers', 'print lines for ssh-keygen -Y verify instead')
    .action(async (proposal: string | undefined, options) => act((await import('./authority.ts')).showAuthority({ ...options, proposal })));

  trustOptions(sub('propose <what> <whom...>', 'write a statement for trustees to sign: enrol, level, trustee, no-trustee, leave, revoke or erase'))
    .requiredOption('--trust <file>', 'the trust file of the installation it is for')
    .requiredOption('--out <file>', 'where to write it')
    .option('--reason <words>', 'why; it stays in the log')
    .option('--level <level>', 'with level and enrol')
    .option('--name <name>', 'with enrol: what people call them')
    .option('--key <file>', 'with enrol: the public line of an sk- key; what its maker said is taken from <key>.attestation and <key>.challenge beside it')
    .option('--expires <time>', 'with enrol: when the key stops counting (default: never)')
    .option('--within <time>', 'how long the signatures may take: enrolments and changes of people hold nothing that is kept later', '7d')
    .option('--from <time>', 'with revoke: from when on, such as 2026-11-20T10:00:00Z (default: now)')
    .action(async (what: string, whom: string[], options) => act((await import('./authority.ts')).propose(what, whom, options)));

  trustOptions(sub('sign <file>', 'add your signature to a statement or to a trust file, after reading what it says'))
    .requiredOption('--trust <file>', 'the trust file, got by a road of your own')
    .requiredOption('--key <file>', 'your enrolled sk- key')
    .action(async (file: string, options) => act((await import('./authority.ts')).signAuthority(file, options)));

  sub('submit <file> <url>', 'hand a signed statement to the server').action(async (file: string, url: string, options) =>
    act((await import('./authority.ts')).submit(file, url, options)),
  );

  sub('found', 'begin a log: its genesis pins at least two founders, and nothing later changes that')
    .requiredOption('--organisation <name>', 'what the installation is called')
    .requiredOption('--url <url>', 'where people open pages; passkeys are bound to its host')
    .requiredOption(
      '--founder <id:level[:file]>',
      'person, level, and the public line of an sk- key; without a file: a link by which they make a passkey; two people at least, and two keys each are wise',
      several,
    )
    .option('--origin <name>', "the log's name for ever (default: the host and /log)")
    .option('--solo', 'one founder, who confirms alone, for ever')
    .option('--data <dir>', `data folder (default: ${DEFAULTS.data})`, DEFAULTS.data)
    .option('--host <address>', 'where links are answered', DEFAULTS.host)
    .option('--port <n>', 'and by which port', DEFAULTS.port)
    .option('--within <hours>', 'how long a link may wait to be opened', '1')
    .action(async (options) => act((await import('./authority-found.ts')).found(options)));
}
