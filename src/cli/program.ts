/** The commands: their words, options, examples and exit codes. What each does is in its own file. */
import { Command, CommanderError, Option } from 'commander';
import { problem } from '../core/base/result.ts';
import { AmbiguousName } from '../flows/ports-names.ts';
import { authorityCommands } from './authority-commands.ts';
import { type Act, command, EXIT_HELP, FLOOR_WORDS, helpWithin, PLAN_WORDS, several, trustOptions } from './command.ts';
import { DEFAULTS, WITNESS_DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { gateCommands } from './gate-commands.ts';
import { githubCommands } from './github-commands.ts';
import { hookCommands } from './hook-commands.ts';
import { jobCommands } from './job-commands.ts';
import { lineCommands } from './line-commands.ts';
import { logCommands } from './log-commands.ts';
import { policyCommands } from './policy-commands.ts';
import { riskCommands } from './risk-commands.ts';
import { signingCommands } from './signing-commands.ts';
import { storeCommands } from './store-commands.ts';
import { version } from './version.ts';

/** Runs one command line and answers its exit code. Prints what the command answers, nothing else. */
export async function run(argv: readonly string[]): Promise<number> {
  // Whoever reads us may stop reading (`| head`): that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const json = argv.includes('--json');
  let code: number = EXIT.ok;
  const print = ({ code: exit, stdout, stderr }: Answer): void => {
    if (stderr !== '') process.stderr.write(stderr);
    if (stdout !== '') process.stdout.write(stdout);
    code = exit;
  };
  const said: string[] = [];
  const program = build(
    async (answer) => print(await answer),
    (text) => said.push(text),
  );
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    print(error instanceof CommanderError ? misunderstood(error, said.join(''), json) : ourBug(error, json));
  }
  return code;
}

/** Help and version were printed already; the rest was not understood. */
function misunderstood(error: CommanderError, said: string, json: boolean): Answer {
  if (error.exitCode === 0) return { code: EXIT.ok, stdout: '', stderr: '' };
  if (!json && error.code === 'commander.help') return { code: EXIT.refused, stdout: '', stderr: said };
  const [, message = error.message, near] = /^(?:error: )?([\s\S]*?)(?:\n\(Did you mean (.*)\?\))?$/.exec(error.message) ?? [];
  const remedy = near === undefined ? 'countersign --help lists commands, and --help behind one its options' : `did you mean ${near}?`;
  return refusal([problem('USAGE', message, { place: 'command line', remedy })], json);
}

/** Commands answer problems; whatever else is thrown is a bug, and never a pass. */
function ourBug(error: unknown, json: boolean): Answer {
  if (error instanceof AmbiguousName) return refusal([error.problem], json);
  const message = error instanceof Error ? (json ? error.message : (error.stack ?? error.message)) : String(error);
  return refusal([problem('INTERNAL', message, { remedy: 'this is a bug of countersign: report it with the command you ran' })], json);
}

export function build(act: Act, complain: (text: string) => void): Command {
  const program = new Command('countersign');
  program
    .description('Human sign-off of AI-assisted code changes, made mechanical.')
    .version(version())
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: complain });
  program.addHelpText('after', EXIT_HELP);

  command(program, 'check [range]', 'what a change in this clone needs before it may land, and why', [
    'check',
    'check origin/main..HEAD --json',
    'check --explain --plan plan.json',
  ])
    .option('--target <rev>', 'the target branch (default: origin/HEAD, else origin/main, origin/master, main, master)')
    .option('--plan <file>', PLAN_WORDS, several)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--name <repository>', "the repository as policy names it (default: the last part of origin's address)")
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--explain', 'print the whole tree of reasons')
    .option('--lines', 'say which lines an AI wrote, as notes and records have it')
    .option('--json', 'print JSON (docs/spec/check.schema.json)')
    .action(async (range: string | undefined, options) => act((await import('./check.ts')).check(range ?? '', options)));

  gateCommands(program, act);
  riskCommands(program, act);

  command(program, 'prescreen [range]', 'questions of a language model about the change in this clone; it decides nothing: docs/guides/prescreen.md', [
    'prescreen',
    'prescreen origin/main..HEAD --json',
  ])
    .option('--target <rev>', 'the target branch (default: origin/HEAD, else origin/main, origin/master, main, master)')
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON')
    .action(async (range: string | undefined, options) => act((await import('./prescreen.ts')).prescreen(range ?? '', options)));

  command(program, 'simulate', 'what a policy would have asked of everything that landed on a branch', [
    'simulate --since 2026-01-01',
    'simulate --branch origin/main --policy proposed.yml --against countersign.yml',
    'simulate --incidents incidents.yml --html report.html',
  ])
    .option('--repo <dir>', 'a folder of the clone, or a bare repository', '.')
    .option('--branch <rev>', 'the branch (default: origin/HEAD, else HEAD)')
    .option('--since <date>', 'only what landed from this date on, such as 2026-01-31')
    .option('--policy <file>', "the policy, or a profile's name (default: the branch's own countersign.yml, else the starter)")
    .option('--against <file>', 'another policy or profile, asked about the same landings')
    .option('--roster <file>', 'who may sign (default: people and levels are inferred from history)')
    .option('--incidents <file>', 'YAML or JSON: a list of {id, at, severity, class, commits}')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--name <repository>', "the repository as policy names it (default: the last part of origin's address)")
    .option('--minutes <n>', 'review minutes for one seat: 20, or elevated=5,high=15,critical=20')
    .option('--reviewers <heads>', 'who reviews, by level: L6=4,L7=2 (default: the roster, or whoever was there last)')
    .option('--hours-per-day <n>', 'review hours of one person on a working day (default: 2)')
    .option('--html <file>', 'write the report as one page')
    .option('--json', 'print JSON (docs/spec/simulate.schema.json)')
    .option('--landings', 'print one JSON line for each landing, uncounted')
    .action(async (options) => act((await import('./simulate.ts')).simulateCommand(options)));

  command(program, 'detect [range]', 'which commits an AI had a hand in, by evidence: docs/guides/detect.md', [
    'detect',
    'detect origin/main..HEAD --jsonl',
    'detect --all --since 2026-01-01 --json',
    'producer | countersign detect --stdin',
  ])
    .option('--repo <dir>', 'a folder of the clone, or a bare repository', '.')
    .option('--branch <rev>', 'everything this branch reaches (default: HEAD)')
    .option('--all', 'everything any branch, tag or pull request reaches')
    .option('--since <date>', 'only what was committed from this date on, such as 2026-01-31')
    .option('--no-notes', 'leave line records beside commits unread')
    .option('--registry <file>', "the organisation's agents (default: .countersign/agents.yml at HEAD)")
    .option('--stdin', 'read commits as JSON, one a line, and answer one a line')
    .option('--jsonl', 'print one JSON line a commit (docs/spec/detect.schema.json)')
    .option('--json', 'print the summary as JSON')
    .action(async (range: string | undefined, options) => act((await import('./detect.ts')).detect(range, options)));

  command(program, 'agents [range]', 'bots and self-named agents of a history that nobody has classified, and the lines that do', ['agents', 'agents --all --json'])
    .option('--repo <dir>', 'a folder of the clone, or a bare repository', '.')
    .option('--branch <rev>', 'everything this branch reaches (default: HEAD)')
    .option('--all', 'everything any branch, tag or pull request reaches')
    .option('--since <date>', 'only what was committed from this date on, such as 2026-01-31')
    .option('--registry <file>', "the organisation's agents (default: .countersign/agents.yml at HEAD)")
    .option('--json', 'print JSON (docs/spec/detect.md)')
    .action(async (range: string | undefined, options) => act((await import('./agents.ts')).agents(range, options)));

  command(program, 'manifest <base> [head]', 'the identity of a change: manifest and manifest256', [
    'manifest origin/main HEAD',
    'manifest origin/main..HEAD',
    'manifest v1.0 v1.1 --json',
  ])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON')
    .action(async (base: string, head: string | undefined, options) =>
      act((await import('./manifest.ts')).manifest({ base, head, json: options.json === true, dir: options.repo })),
    );

  command(program, 'sign <url>', 'sign a change: with a security key in the terminal, else on its page', [
    'sign http://localhost:4180/changes/3f2a9c1d5e6b7a80',
    'sign http://localhost:4180/changes/3f2a9c1d5e6b7a80 --key ~/.ssh/id_ed25519_sk > answers.json',
    'sign http://localhost:4180/changes/3f2a9c1d5e6b7a80 --key ~/.ssh/id_ed25519_sk --answers answers.json',
  ])
    .option('--repo <dir>', 'your own clone, from which the statement is recomputed', '.')
    .option('--as <person>', 'who signs, as the roster names them (default: whoever enrolled the key)')
    .option('--key <file>', 'an sk- key enrolled for you (default: ~/.ssh/id_ed25519_sk or id_ecdsa_sk, where enrolled)')
    .option('--page', 'open the page, whatever keys there are')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--answers <file>', 'JSON: decision, dispositions, notChecked, answers, assumptions, conditions')
    .option('--receipt <file>', 'keep the receipt here')
    .option('--json', 'print JSON')
    .action(async (url: string, options) => act((await import('./sign.ts')).sign(url, options)));

  signingCommands(program, act);

  const glass = command(program, 'break-glass', 'an emergency pass for one change, signed by people who answer for it in a review', [
    'break-glass http://localhost:4180/changes/3f2a9c1d5e6b7a80 --reason "orders are down" --incident INC-1042',
    'break-glass cancel http://localhost:4180/changes/3f2a9c1d5e6b7a80 --reason "it is over"',
    'break-glass review http://localhost:4180/changes/3f2a9c1d5e6b7a80 --outcome justified --note "the table was empty"',
    'break-glass offline --trust trust.json --out pass.json --reason "orders are down" --incident INC-1042',
  ]);
  const broken = (words: string, description: string, isDefault = false): Command =>
    glass
      .command(words, { isDefault })
      .description(description)
      .exitOverride()
      .option('--repo <dir>', 'your own clone, from which the statement is recomputed', '.')
      .option('--as <person>', 'who signs, as the roster names them (default: whoever enrolled the key)')
      .option('--key <file>', 'an sk- key enrolled for you (default: ~/.ssh/id_ed25519_sk or id_ecdsa_sk, where enrolled)')
      .option('--page', 'open the page, whatever keys there are')
      .option('--json', 'print JSON')
      .addHelpText('after', helpWithin(glass, words, isDefault));
  broken('use <url>', 'let this exact change pass; the word `use` may be left out', true)
    .requiredOption('--reason <words>', 'why it cannot wait')
    .requiredOption('--incident <id>', 'the incident it is for')
    .option('--floor <file>', FLOOR_WORDS, several)
    .action(async (url: string, { reason, incident, ...options }) => act((await import('./break-glass.ts')).breakGlass(url, { kind: 'use', reason, incident }, options)));
  broken('cancel <url>', 'take back what has not landed yet')
    .requiredOption('--reason <words>', 'why')
    .action(async (url: string, { reason, ...options }) => act((await import('./break-glass.ts')).breakGlass(url, { kind: 'cancel', reason }, options)));
  broken('review <url>', 'say afterwards what you found, as somebody outside it')
    .addOption(new Option('--outcome <outcome>', 'what came of it').choices(['justified', 'unjustified', 'tighten']).makeOptionMandatory())
    .requiredOption('--note <words>', 'what you found')
    .action(async (url: string, { outcome, note, ...options }) => act((await import('./break-glass.ts')).breakGlass(url, { kind: 'review', outcome, note }, options)));

  glass
    .command('offline')
    .description('sign one for when no server lives, into a file that the next person adds theirs to: docs/guides/break-glass-offline.md')
    .exitOverride()
    .requiredOption('--trust <file>', 'who is trusted, as the hook has it')
    .requiredOption('--out <file>', 'the file; what is in it stays')
    .requiredOption('--reason <words>', 'why it cannot wait')
    .requiredOption('--incident <id>', 'the incident it is for')
    .option('--repo <dir>', 'your own clone, with the one commit at HEAD', '.')
    .option('--target <rev>', 'the branch it goes to (default: origin/HEAD, else origin/main, origin/master, main, master)')
    .option('--name <repository>', "the repository as policy names it (default: the last part of origin's address)")
    .option('--as <person>', 'who signs, as the roster names them (default: whose key it is, by the trust file)')
    .option('--key <file>', 'an sk- key enrolled for you (default: ~/.ssh/id_ed25519_sk or id_ecdsa_sk)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--json', 'print JSON')
    .addHelpText('after', helpWithin(glass, 'offline'))
    .action(async (options) => act((await import('./break-glass-offline.ts')).breakGlassOffline(options)));

  command(program, 'enrol <url>', 'propose a security key for signing in the terminal (demo data only, so far)', [
    'enrol http://localhost:4180 --as mara --key ~/.ssh/id_ed25519_sk',
  ])
    .requiredOption('--as <person>', 'whose key it is, as the roster names them')
    .requiredOption('--key <file>', 'an sk- key (the public or private key file)')
    .option('--json', 'print JSON')
    .action(async (url: string, options) => act((await import('./enrol.ts')).enrol(url, options)));

  trustOptions(
    command(program, 'verify', 'prove a sign-off offline, trusting only the trust file', [
      'verify --bundle change.json --trust trust.json --repo . --commit HEAD',
      'verify --bundle change.json --trust trust.json --commit HEAD --pin 9f2c... --trust-size 812 --max-age 24h',
      'verify --checks',
    ]),
  )
    .option('--bundle <file>', 'the evidence; needed, like the next and --commit')
    .option('--trust <file>', 'who is trusted; got by another road than the evidence')
    .option('--repo <dir>', 'a clone that holds the commit', '.')
    .option('--commit <rev>', 'what landed')
    .option('--target <ref>', 'the ref it landed on', 'refs/heads/main')
    .option('--name <repository>', 'the repository as the statement names it; taken from the bundle unless told')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--tlog-policy <file>', "witnesses that have to have cosigned, in the place of the trust file's own (C2SP tlog-policy)")
    .option('--max-age <time>', 'how old the knowledge of what was taken back may be, such as 24h')
    .option('--break-glass', 'judge a change that landed by break-glass as that: who let it pass, and who reviewed it; without it, it is refused')
    .option('--demo', 'accept evidence of demo data')
    .option('--checks', 'print every check there is, its reason codes, and what is open where nobody asks; verifies nothing')
    .option('--json', 'one JSON line for each problem; with --checks, the table')
    .action(async (options) => act((await import('./verify.ts')).verify(options)));

  command(program, 'owners <paths...>', 'who owns these paths by a CODEOWNERS file, and which line says so', [
    'owners --file .github/CODEOWNERS src/main.ts docs/index.md',
    'git ls-files -z | countersign owners --file CODEOWNERS -z --json -',
    'owners --file CODEOWNERS --dialect gitlab README.md',
  ])
    .requiredOption('--file <file>', 'the CODEOWNERS file')
    .option('--dialect <name>', 'github, gitlab, or gitignore (patterns as git itself reads them)', 'github')
    .option('-z', 'with -: paths on standard input end with NUL')
    .option('--json', 'print JSON (docs/spec/owners.md)')
    .action(async (paths: string[], options) => act((await import('./owners.ts')).owners(paths, options)));

  lineCommands(program, act);

  command(program, 'declare [range]', 'say of commits that do not whether an AI assisted: the same content, people and dates, with the trailer', [
    'declare --as none',
    'declare origin/main..HEAD --as claude-code:claude-opus-4-6',
    'declare --commit 1a2b3c4d5e6f --as cursor --dry-run',
    'declare',
  ])
    .option('--as <who>', 'none, or <tool>:<model> (default: as the recorder saw it, commit by commit)')
    .option('--session <id>', 'with --as: the recorded session, s_ and 14 hex digits')
    .option('--commit <rev>', 'only this commit of the range; may be given more than once', several)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print JSON')
    .action(async (range: string | undefined, options) => act((await import('./declare.ts')).declare(range ?? '', options)));

  authorityCommands(program, act);
  logCommands(program, act);
  storeCommands(program, act);
  policyCommands(program, act);
  jobCommands(program, act);
  githubCommands(program, act);
  hookCommands(program, act);

  command(program, 'init', 'propose a policy and a roster for this repository, with reasons; writes only what you say yes to: docs/guides/start.md', [
    'init',
    'init --dry-run',
    'init --yes --repo ../service',
    'init --json --repo /srv/git/orders.git',
    'init --starter',
  ])
    .option('--repo <dir>', 'the top folder of the clone; with --dry-run or --json also a bare repository', '.')
    .option('--branch <rev>', 'the branch to look at (default: origin/HEAD, else HEAD)')
    .option('--dry-run', 'show the files whole, and write none')
    .option('--yes', 'write them without asking; what is there stays as it is')
    .option('--starter', 'look at nothing: write the starter policy and roster')
    .option('--github', 'name the next step on GitHub (by itself where .github/workflows is there)')
    .option('--json', 'print JSON (docs/spec/init.schema.json)')
    .action(async (options) => act((await import('./init.ts')).init(options)));

  command(program, 'serve', 'run the server: pages, API, git over HTTP, the gate of pre-receive', [
    'serve --demo',
    'serve --demo --data ~/countersign --port 4180',
    'serve --demo --witness-policy witnesses.txt --authenticators makers.json',
    'serve --data /srv/countersign --site site.yml',
    'serve --demo --config server.yml --check',
    'serve --config /etc/countersign/server.yml --check',
  ])
    .option('--demo', 'serve the sample organisation, on loopback only')
    .option('--site <file>', 'repositories, sign-in and roles (or COUNTERSIGN_SITE; default: site.yml in the data folder): docs/guides/server.md')
    .option('--data <dir>', `data folder (or COUNTERSIGN_DATA; default: ${DEFAULTS.data})`)
    .option('--port <n>', `port (or COUNTERSIGN_PORT; default: ${DEFAULTS.port})`)
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--witness-policy <file>', 'whose cosignatures prove the log (or COUNTERSIGN_WITNESS_POLICY): docs/guides/witness.md')
    .option('--authenticators <file>', 'whose security keys count as attested (or COUNTERSIGN_AUTHENTICATORS): docs/guides/authenticators.md')
    .option(
      '--break-glass-trust <file>',
      'while no server lives, let hooks verify a break-glass that people signed beforehand, by this trust file (or COUNTERSIGN_BREAK_GLASS_TRUST): docs/guides/break-glass-offline.md',
    )
    .option(
      '--shared <dir>',
      'on a disk that all servers of one database share: copies of what was pushed, and the repositories of demo data (or COUNTERSIGN_SHARED): docs/guides/postgresql.md',
    )
    .option('--known <file>', 'a checkpoint of the log that was kept elsewhere: a folder that does not hold it is not served; may be given more than once', several)
    .option('--host <address>', `address to bind (or COUNTERSIGN_HOST; default: ${DEFAULTS.host})`)
    .option('--config <file>', 'settings in YAML (or COUNTERSIGN_CONFIG); the environment is stronger, flags are strongest: docs/guides/operations.md')
    .option('--check', 'say what the settings are and where each was said, open nothing, and end')
    .option('--log-level <level>', 'least that is logged: debug, info, warn, error, silent (or COUNTERSIGN_LOG_LEVEL)')
    .option('--log-format <form>', 'json or text (or COUNTERSIGN_LOG_FORMAT)')
    .option('--metrics-token-file <file>', 'who brings the token in it may read /metrics (or COUNTERSIGN_METRICS_TOKEN_FILE)')
    .option('--drain-seconds <n>', 'how long what is under way may take once told to end (or COUNTERSIGN_DRAIN_SECONDS; default: 20)')
    .option('--requests-per-second <n>', 'of one person or address, 0 for no limit (or COUNTERSIGN_REQUESTS_PER_SECOND; default: 300)')
    .option('--burst <n>', 'of one person or address at once (or COUNTERSIGN_BURST; default: 3000)')
    .option('--streams <n>', 'streams of events open at once, 0 for none (or COUNTERSIGN_STREAMS; default: 2000)')
    .option('--streams-of-one <n>', 'of one person or address (or COUNTERSIGN_STREAMS_OF_ONE; default: 20)')
    .option('--proxy <address>', 'a proxy whose x-forwarded-for is believed (or COUNTERSIGN_PROXY); may be given more than once', several)
    .option('--webhook-hosts <host>', 'a host that webhooks may go to (or COUNTERSIGN_WEBHOOK_HOSTS); may be given more than once', several)
    .option('--webhook-networks <network>', 'a private network those hosts may be in (or COUNTERSIGN_WEBHOOK_NETWORKS); may be given more than once', several)
    .option('--json', 'print JSON, with --check')
    .action(async (options) => act((await import('./serve.ts')).serve(options)));

  command(program, 'witness', 'cosign the checkpoints of a log that only ever grew, on a machine of your own: docs/guides/witness.md', [
    'witness --data ~/witness --origin countersign.example/log --log-vkey countersign.example/log+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G',
    'witness --data ~/witness --origin countersign.example/log --log-vkey "$LOG" --name witness.example/ci --port 4190',
  ])
    .requiredOption('--data <dir>', 'a folder of its own: the key, and what it has seen')
    .requiredOption('--origin <origin>', 'the name of the log')
    .requiredOption('--log-vkey <vkey>', "the log's verifier key; given more than once while the log changes keys", several)
    .option('--name <name>', "this witness's name, such as witness.example/ci; fixed at the first start (default: this machine's name)")
    .option('--port <n>', `port (default: ${WITNESS_DEFAULTS.port})`)
    .option('--host <address>', `address to bind (default: ${WITNESS_DEFAULTS.host})`)
    .option('--json', 'print JSON: one line when it listens')
    .action(async (options) => act((await import('./witness.ts')).witness(options)));

  return program;
}
