/** The commands of `countersign store`. */
import type { Command } from 'commander';
import { type Act, command, helpWithin, several } from './command.ts';

const DATA = 'the data folder';
const BESIDE = 'with DATABASE_URL, that of one of its servers';

export function storeCommands(program: Command, act: Act): void {
  const group = command(program, 'store', 'the store itself: its tables, its projections, and all of it as one file: docs/guides/backup.md', [
    'store migrate --data /srv/countersign --check',
    'store rebuild --data /srv/countersign',
    'store export --data /srv/countersign --out /backup/countersign-2026-11-20.store',
    'store export --data /srv/countersign --out - | zstd > /backup/countersign.store.zst',
    'store import --data /srv/countersign --in /backup/countersign-2026-11-20.store',
    'store import --data /srv/countersign --in /backup/countersign-2026-11-20.store --known checkpoint',
  ]);
  const sub = (words: string, description: string): Command =>
    group.command(words).description(description).exitOverride().option('--json', 'print JSON').addHelpText('after', helpWithin(group, words));

  sub('migrate', 'bring the tables to the version of this program, as a start of a server does, and say what was done')
    .option('--data <dir>', `${DATA}; not needed with DATABASE_URL`)
    .option('--check', 'change nothing; exit 1 where something would be done')
    .action(async (options) => act((await import('./store-migrate.ts')).storeMigrate(options)));

  sub('rebuild', 'delete the projections and make them again from the log')
    .requiredOption('--data <dir>', `${DATA}, while no server runs on it; ${BESIDE}`)
    .action(async (options) => act((await import('./store-rebuild.ts')).storeRebuild(options)));

  sub('export', 'write the whole store into one file, as it stands, beside servers that run; the keys are not in it (docs/spec/store-export.md)')
    .requiredOption('--out <file>', 'a file that is not there yet, readable by you alone; - for standard output')
    .option('--data <dir>', `${DATA}; ${BESIDE}, whose keys and log.seen it is held against`)
    .action(async (options) => act((await import('./store-export.ts')).storeExport(options)));

  sub('import', 'fill an empty folder or database from an export: all of it is checked before any of it is kept')
    .requiredOption('--in <file>', 'what store export wrote; - for standard input')
    .requiredOption('--data <dir>', `${DATA} the server is to run on: the log's keys/ are put there first, and log.seen where it is still to be had`)
    .option('--vkey <key>', "the log's key (name+id+base64): needed where its file is not in the folder, and held against the log anyway; may be given more than once", several)
    .option('--known <file>', 'a checkpoint somebody else kept (a witness, an anchor): the log must hold it; may be given more than once', several)
    .action(async (options) => act((await import('./store-import.ts')).storeImport(options)));
}
