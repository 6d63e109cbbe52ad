/** The commands about the log itself: `countersign log`, `audit`, and what it says of one change: `accountability`. */
import type { Command } from 'commander';
import { type Act, command, helpWithin, several, trustOptions } from './command.ts';

const VKEY_WORDS = "the log's key (name+id+base64), got by another road than the log; may be given more than once";
const KNOWN_WORDS = 'a checkpoint somebody else kept (a witness, an anchor): the folder must hold it; may be given more than once';
const DATA_WORDS = 'the data folder, read as it stands; a server may run on it. With DATABASE_URL, that of one of its servers; it may be left out';
const REF_WORDS = 'the branch that checkpoints are kept in';
const REF = 'refs/heads/log';

export function logCommands(program: Command, act: Act): void {
  const group = command(program, 'log', 'the log as files that anybody can check: docs/guides/log.md', [
    'log export --data /srv/countersign --out /srv/www/log',
    'log export --from https://countersign.example/log/ --vkey "$LOG" --out s3://audit/log',
    'log verify https://countersign.example/log/ --vkey "$LOG" --entries --keep checkpoint',
    'log verify ./log --vkey "$LOG" --from checkpoint',
    'log anchor --log https://countersign.example/log/ --vkey "$LOG" --repo git@git.example:audit/anchors.git',
    'log rotate --data /srv/countersign',
  ]);
  const sub = (words: string, description: string): Command =>
    group.command(words).description(description).exitOverride().option('--json', 'print JSON').addHelpText('after', helpWithin(group, words));

  sub('export', 'write the log into a folder or bucket of static files (C2SP tlog-tiles); a second run writes what is new')
    .requiredOption('--out <where>', 'the folder, made when absent; or s3://bucket/folder, with keys in the environment as for AWS (AWS_ENDPOINT_URL_S3 for other stores)')
    .option('--data <dir>', DATA_WORDS)
    .option('--from <url>', 'instead: a log that is served, or exported elsewhere')
    .option('--vkey <key>', `${VKEY_WORDS}; a data folder brings all of its own`, several)
    .option('--envelopes', 'with --data: write the bodies beside it, for yourself alone; they hold names, reasons and source')
    .action(async (options) => act((await import('./log-export.ts')).logExport(options)));

  sub('verify <log>', 'work a log out again from its entries: an address or a folder, ours or any other of C2SP tlog-tiles')
    .requiredOption('--vkey <key>', VKEY_WORDS, several)
    .option('--from <file>', 'a checkpoint you kept: the log must go on from it')
    .option('--keep <file>', 'write the checkpoint to this file, once everything held')
    .option('--entries', 'it is a log of countersign: check what each entry says, too')
    .option('--hashes', 'leave entries unread: of a log that serves them in another form')
    .action(async (where: string, options) => act((await import('./log-verify.ts')).logVerify(where, options)));

  sub('anchor', 'commit the checkpoint to a git repository that others hold, and push it; never by force, and no checkpoint that does not go on from the last')
    .requiredOption('--repo <repository>', 'a folder, or whatever git push takes')
    .option('--log <where>', 'the log: an address or a folder of files')
    .option('--data <dir>', `instead: ${DATA_WORDS}`)
    .option('--vkey <key>', `${VKEY_WORDS}; a data folder brings all of its own`, several)
    .option('--ref <ref>', REF_WORDS, REF)
    .action(async (options) => act((await import('./log-anchor.ts')).logAnchor(options)));

  sub('rotate', 'give the log a new key: an entry says so, sworn by the old one, and one checkpoint is signed by both')
    .requiredOption('--data <dir>', 'the data folder, while no server runs on it; with DATABASE_URL, that of one of its servers, and none of them runs')
    .option('--known <file>', KNOWN_WORDS, several)
    .action(async (options) => act((await import('./log-rotate.ts')).logRotate(options)));

  trustOptions(
    command(program, 'accountability <change>', 'who stood where for one change, from the log alone, every signature verified again: docs/guides/accountability.md', [
      'accountability 1a2b3c4d5e6f7a8b --data /srv/countersign',
      'accountability "$(git rev-parse v1.4.2^0)" --log ./log --trust trust.json',
      'accountability 1a2b3c4d5e6f7a8b --data /srv/countersign --json',
    ]),
  )
    .option('--data <dir>', DATA_WORDS)
    .option('--log <where>', 'the log as files, with the bodies beside it: what log export --envelopes wrote')
    .option('--vkey <key>', `with --log: ${VKEY_WORDS}`, several)
    .option('--trust <file>', "the trust file: with it the gate's own summary and the makers of keys are judged too, and --vkey is in it")
    .option('--json', 'print JSON')
    .action(async (change: string, options) => act((await import('./accountability.ts')).accountability(change, options)));

  const audit = command(program, 'audit', 'work everything out again: a data folder from its log, or what a log shows from what it showed before', [
    'audit --full --data /srv/countersign --vkey "$LOG" --known checkpoint',
    'audit --since checkpoint --log https://countersign.example/log/ --vkey "$LOG"',
    'audit --anchor git@git.example:audit/anchors.git --log https://countersign.example/log/ --vkey "$LOG"',
    'audit scan --log ./log --repo ./clone --trust trust.json --since 2026-07-01 --until 2026-10-01 --csv population.csv',
    'audit scan --data /srv/countersign --repo /srv/git/infra.git --as infra --record',
  ])
    .option('--full', 'every entry, hash, body, checkpoint and projection of a data folder, or of the database DATABASE_URL names')
    .option('--data <dir>', DATA_WORDS)
    .option('--known <file>', `with --full: ${KNOWN_WORDS}`, several)
    .option('--since <file>', 'the checkpoint you kept; lists what is new, and is replaced once that is proven')
    .option('--anchor <repository>', 'instead: the checkpoint that was anchored last')
    .option('--ref <ref>', `with --anchor: ${REF_WORDS}`, REF)
    .option('--log <where>', 'the log: an address or a folder of files')
    .option('--vkey <key>', `${VKEY_WORDS}. With --full: a key you brought, which must be one this log was signed with`, several)
    .option('--json', 'print JSON')
    .action(async (options) => act((await import('./audit.ts')).audit(options)));

  trustOptions(
    audit.command('scan').description('every commit on protected refs and how it came there; what came past the gate, who answers for it, by when: docs/guides/violations.md'),
  )
    .exitOverride()
    .requiredOption('--repo <dir>', 'a clone with its history, or the bare repository')
    .option('--as <id>', 'what the log calls the repository; otherwise as origin, or the folder, does')
    .option('--branch <pattern>', 'refs to walk, beside those policy protects and those the log knows; may be given more than once', several)
    .option('--data <dir>', DATA_WORDS)
    .option('--log <where>', 'the log as files, with the bodies beside it: what log export --envelopes wrote')
    .option('--vkey <key>', `with --log: ${VKEY_WORDS}`, several)
    .option('--trust <file>', 'the trust file: with it levels and makers of keys are judged too, and --vkey is in it')
    .option('--since <day>', 'the period begins here; otherwise at the beginning')
    .option('--until <day>', 'and ends before this; otherwise now')
    .option('--csv <file>', 'write the population: one row a commit')
    .option('--sample <n>', 'draw so many rows')
    .option('--seed <words>', 'with --sample: whoever has it draws the same')
    .option('--record', 'with --data, while no server runs: write what was found into the log')
    .option('--json', 'print JSON')
    .addHelpText('after', helpWithin(audit, 'scan'))
    .action(async (_, command: Command) => act((await import('./audit-scan.ts')).auditScan(command.optsWithGlobals())));
}
