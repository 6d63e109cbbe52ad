/** The commands: their words, options, examples and exit codes. What each does is in its own file. */
import { Command, CommanderError } from 'commander';
import { type Answer, EXIT } from './exit.ts';
import { version } from './version.ts';

const EXIT_HELP = `
Exit codes:
  0  passes, verified, done
  1  a sign-off is needed, or the evidence does not hold
  2  refused or undecidable, or the command was not understood: treat it as a no`;

/** Runs one command line and answers its exit code. Prints what the command answers, nothing else. */
export async function run(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const act = async (answer: Promise<Answer>): Promise<void> => {
    const { code: exit, stdout, stderr } = await answer;
    if (stderr !== '') process.stderr.write(stderr);
    if (stdout !== '') process.stdout.write(stdout);
    code = exit;
  };
  const program = build(act);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.refused;
  }
  return code;
}

function build(act: (answer: Promise<Answer>) => Promise<void>): Command {
  const program = new Command('countersign');
  program.description('Human sign-off of AI-assisted code changes, made mechanical.').version(version()).exitOverride().showSuggestionAfterError();
  program.addHelpText('after', EXIT_HELP);

  command(program, 'check [range]', 'what a change in this clone needs before it may land, and why', ['check', 'check origin/main..HEAD --json', 'check --plan plan.json'])
    .option('--target <rev>', 'the target branch', 'origin/HEAD')
    .option('--plan <file>', 'output of `terraform show -json`')
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON (docs/spec/check.schema.json)')
    .action(async (range: string | undefined, options) => act((await import('./check.ts')).check(range ?? '', options)));

  command(program, 'manifest <base> <head>', 'the identity of a change: manifest and manifest256', ['manifest origin/main HEAD', 'manifest v1.0 v1.1 --json'])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON')
    .action(async (base: string, head: string, options) => act(manifest({ base, head, json: options.json === true, dir: options.repo })));

  command(program, 'sign <url>', 'sign a change: with a security key in the terminal, else on its page', [
    'sign http://localhost:4180/changes/3f2a9c1d5e6b7a80 --repo . --as mara --key ~/.ssh/id_ed25519_sk',
  ])
    .option('--repo <dir>', 'your own clone, from which the statement is recomputed', '.')
    .option('--as <person>', 'who signs, as the roster names them')
    .option('--key <file>', 'an sk- key enrolled for you (the public or private key file)')
    .option('--answers <file>', 'JSON: decision, dispositions, notChecked, answers, assumptions, conditions')
    .option('--json', 'print JSON')
    .action(async (url: string, options) => act((await import('./sign.ts')).sign(url, options)));

  command(program, 'verify', 'prove a sign-off offline, trusting only the trust file', ['verify --bundle change.json --trust trust.json --repo . --commit HEAD'])
    .requiredOption('--bundle <file>', 'the evidence')
    .requiredOption('--trust <file>', 'who is trusted; got by another road than the evidence')
    .option('--repo <dir>', 'a clone that holds the commit', '.')
    .requiredOption('--commit <rev>', 'what landed')
    .option('--target <ref>', 'the ref it landed on', 'refs/heads/main')
    .option('--name <repository>', 'the repository as the statement names it; taken from the bundle unless told')
    .option('--demo', 'accept evidence of demo data')
    .option('--json', 'one JSON line for each problem')
    .action(async (options) => act((await import('./verify.ts')).verify(options)));

  command(program, 'init', 'write the starter policy and roster into this clone', ['init', 'init --repo ../service'])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .action(async (options) => act((await import('./init.ts')).init(options)));

  command(program, 'serve', 'run the server: pages, API, git over HTTP, the gate of pre-receive', ['serve --demo', 'serve --demo --data ~/countersign --port 4180'])
    .option('--demo', 'serve the sample organisation, on loopback only')
    .option('--data <dir>', 'data folder (or COUNTERSIGN_DATA)')
    .option('--port <n>', 'port (or COUNTERSIGN_PORT)')
    .option('--host <address>', 'address to bind (or COUNTERSIGN_HOST)')
    .action(async (options) => act((await import('./serve.ts')).serve(options)));

  return program;
}

async function manifest(args: { base: string; head: string; json: boolean; dir: string }): Promise<Answer> {
  const [{ runManifest }, { openClone }] = await Promise.all([import('./manifest.ts'), import('../world.ts')]);
  return runManifest(args, (await openClone(args.dir)).repository);
}

function command(program: Command, words: string, description: string, examples: readonly string[]): Command {
  return program
    .command(words)
    .description(description)
    .exitOverride()
    .addHelpText('after', `\nExamples:\n${examples.map((e) => `  countersign ${e}`).join('\n')}\n${EXIT_HELP}`);
}
